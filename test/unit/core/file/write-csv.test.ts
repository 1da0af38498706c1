import fc from 'fast-check';
import { csvBytes, csvLine } from '../../../../core/file/write-csv';
import { createRecordReader } from '../../../../core/file/record-reader';
import { encode, formatOf, read } from './delimited';

const CSV = { delimiter: ',', quote: '"', escape: 'double', newline: '\r\n' } as const;

describe('writing CSV', () => {
  test('quotes what has to be quoted, and nothing else', () => {
    expect(csvLine(['a', 'b,c', 'say "x"', 'two\nlines', ' d ', ''])).toBe('a,"b,c","say ""x""","two\nlines", d ,\r\n');
    expect(csvLine([''])).toBe('""\r\n');
  });

  test('gives rows that read back as they were, empty texts apart from missing values', () => {
    const value = fc
      .array(fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é'), { maxLength: 5 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 10 }), (rows) => {
        const format = formatOf(CSV, 2);
        const first = read(encode(rows.map((row) => csvLine(row)).join(''), 'utf-8'), format, { ragged: 'reject' });
        expect(first.rows).toEqual(rows);
        const reader = createRecordReader(format);
        const batches = [...reader.push(encode('"",\n,""\n', 'utf-8')), ...reader.end()];
        expect(batches.map((batch) => new TextDecoder().decode(csvBytes(batch)))).toEqual(['"",\r\n,""\r\n']);
      }),
    );
  });
});
