import fc from 'fast-check';
import { csvBytes, csvLine } from '../../../../core/file/write-csv';
import { createRecordReader } from '../../../../core/file/record-reader';
import { encode, formatOf, read } from './delimited';

const CSV = { delimiter: ',', quote: '"', escape: 'double', newline: '\r\n' } as const;

/** Read into batches, and written from those. */
function again(text: string, width: number): string {
  const reader = createRecordReader(formatOf(CSV, width));
  const batches = [...reader.push(encode(text, 'utf-8')), ...reader.end()];
  return batches.map((batch) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(csvBytes(batch))).join('');
}

describe('writing CSV', () => {
  test('quotes what has to be quoted, and nothing else', () => {
    expect(csvLine(['a', 'b,c', 'say "x"', 'two\nlines', ' d ', ''])).toBe('a,"b,c","say ""x""","two\nlines", d ,\r\n');
    expect(csvLine([''])).toBe('""\r\n');
  });

  test('gives rows that read back as they were, and that are written from batches as they are from texts', () => {
    const value = fc
      .array(fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é'), { maxLength: 5 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 10 }), (rows) => {
        const text = rows.map((row) => csvLine(row)).join('');
        expect(read(encode(text, 'utf-8'), formatOf(CSV, 2), { ragged: 'reject' }).rows).toEqual(rows);
        expect(again(text, 2)).toBe(text);
      }),
    );
  });

  test('keeps empty texts apart from missing values, and a row of one missing value from a blank line', () => {
    expect(again('"",\n,""\n', 2)).toBe('"",\r\n,""\r\n');
    expect(again('"say ""x"""\n""\n"a,b"\n', 1)).toBe('"say ""x"""\r\n""\r\n"a,b"\r\n');
  });
});
