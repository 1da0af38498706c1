import * as fc from 'fast-check';
import { partRewriter } from '../../../../connectors/postgres/part-rewriter';
import type { MonthFormat } from '../../../../core/types/month';

const TSV: MonthFormat = { delimiter: '\t', quote: '', encoding: 'utf-8', headerLines: 1, nullTexts: ['\\N', 'NULL'] };
const CSV: MonthFormat = { ...TSV, delimiter: ',', quote: '"' };

/** What COPY reads out of its text format, by the letter of its documentation. */
function copyReads(text: string, delimiter: string, nullText: string): (string | null)[][] {
  const lines = text.split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => {
    expect(line).not.toContain('\r');
    const fields: string[] = [''];
    for (let at = 0; at < line.length; at++) {
      const char = line.charAt(at);
      if (char === delimiter) fields.push('');
      else {
        if (char === '\\') at += 1;
        fields.push(`${fields.pop()}${char === '\\' ? `\\${line.charAt(at)}` : char}`);
      }
    }
    return fields.map((field) =>
      field === nullText
        ? null
        : field.replaceAll(/\\(.)/gs, (_all, letter: string) => ({ n: '\n', r: '\r' })[letter] ?? letter),
    );
  });
}

function rewrite(format: MonthFormat, columns: number, text: string, cuts: number[]): string {
  const bytes = Buffer.from(text);
  const rewriter = partRewriter(format, columns);
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  const out: Uint8Array[] = [];
  let from = 0;
  for (const end of ends) {
    out.push(Buffer.from(rewriter.push(bytes.subarray(from, end))));
    from = end;
  }
  out.push(Buffer.from(rewriter.finish()));
  return Buffer.concat(out).toString();
}

const chars = (allowed: string[]): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...allowed), { maxLength: 6 }).map((list) => list.join(''));
const cuts = fc.array(fc.nat(500), { maxLength: 8 });
const newline = fc.constantFrom('\n', '\r\n');

describe('rows for COPY', () => {
  it('are those of a file without quotes, however it is cut', () => {
    const field = fc.oneof(
      chars(['a', '\\', 'N', '"', 'é', '.', 'n', ' ']),
      fc.constantFrom('', '\\N', 'NULL', '\\NULL', 'NULLs', 'a\rb'),
    );
    const table = fc.array(fc.tuple(fc.tuple(field, field, field), newline), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(table, cuts, fc.boolean(), fc.constantFrom('', '\n', '\r\n'), (rows, at, isEnded, blank) => {
        const text = rows.map(([fields, end]) => fields.join('\t') + end).join('');
        const given = isEnded ? text + blank : text.replace(/\r?\n$/, '');
        const expected = rows.map(([fields]) =>
          fields.map((value) => (['', '\\N', 'NULL'].includes(value) ? null : value)),
        );
        expect(copyReads(rewrite(TSV, 3, given, at), '\t', '')).toEqual(expected);
      }),
    );
  });

  it('are those of a file with quotes, however it is cut', () => {
    const plain = fc.oneof(
      chars(['a', '\\', 'N', 'é', '.', ' ']).map((text) => ({
        text,
        value: text === '' || text === '\\N' ? null : text,
      })),
      fc.constantFrom({ text: 'NULL', value: null }, { text: '5" x', value: '5" x' }, { text: 'a"b"', value: 'a"b"' }),
    );
    const quoted = chars(['a', '"', ',', '\n', '\r', '\\', 'N', 'é']).map((value) => ({
      text: `"${value.replaceAll('"', '""')}"`,
      value: value as string | null,
    }));
    const field = fc.oneof(plain, quoted, fc.constant({ text: '"NULL"', value: 'NULL' }));
    const table = fc.array(fc.tuple(fc.tuple(field, field), newline), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(table, cuts, fc.boolean(), fc.constantFrom('', '\n', '\r\n'), (rows, at, isEnded, blank) => {
        const text = rows.map(([fields, end]) => fields.map((one) => one.text).join(',') + end).join('');
        const last = rows.at(-1)?.[1] ?? '';
        const given = isEnded ? text + blank : text.slice(0, text.length - last.length);
        const expected = rows.map(([fields]) => fields.map(({ value }) => value));
        expect(copyReads(rewrite(CSV, 2, given, at), ',', '\\N')).toEqual(expected);
      }),
    );
  });

  it('pass as they are where nothing is to be changed', () => {
    const rows = Buffer.from('a\tb\nc\t\n');
    const out = partRewriter(TSV, 2).push(rows);
    expect(out.buffer).toBe(rows.buffer);
    expect(Buffer.from(out)).toEqual(rows);
  });

  it('keep blank lines of a file with one column, which are missing values', () => {
    expect(rewrite({ ...TSV, nullTexts: [] }, 1, 'a\n\nb\n', [2])).toBe('a\n\nb\n');
  });

  it.each([
    ['1,"a"b\n', 'row 1'],
    ['1,"a"\n2,"b""\n', 'row 2'],
  ])('are refused when a quotation is broken: %j', (text, key) => {
    expect(() => rewrite(CSV, 2, text, [])).toThrow(expect.objectContaining({ code: 'COPY_FAILED', place: { key } }));
  });

  it('are refused with a delimiter that COPY does not take', () => {
    for (const delimiter of ['\\', 'a', '7', '.', 'N'])
      expect(() => partRewriter({ ...TSV, delimiter }, 2)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});
