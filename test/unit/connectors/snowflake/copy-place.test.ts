import { copyError } from '../../../../connectors/snowflake/copy-error';
import { copyPlace, copyReason } from '../../../../connectors/snowflake/copy-place';
import type { CopyRequest } from '../../../../connectors/warehouse';

const NUMERIC = `Numeric value 'abc' is not recognized
  File 'trades/load-1/part-00001.tsv.zst', line 3, character 12
  Row 3, column "TRADES"["AMOUNT":4]
  If you would like to continue loading when an error is encountered, use other values such as 'SKIP_FILE' or 'CONTINUE' for the ON_ERROR option. For more information on loading options, please run 'info loading_data' in a SQL client.`;
const COUNT = `Number of columns in file (5) does not match that of the corresponding table (4), use file format option error_on_column_count_mismatch=false to ignore this error
  File 'trades/load-1/part-00000.tsv.zst', line 17, character 1
  Row 16 starts at line 17, column "TRADES"["NOTE":4]
  If you would like to continue loading`;
const OTHER = `Conversion Error: CSV Error on Line: 2
Original Line: 1\t2024-13-01\t7
Error when converting column "column1". Could not convert string "2024-13-01" to 'DATE'
Column column1 is being converted as type DATE
  file = /srv/stage/trades/load-1/part-00000.tsv.zst`;

const request = {
  loadId: 'load-1',
  table: { ref: { schema: 'PUBLIC', name: 'TRADES' }, columns: [] },
  columns: ['ID', 'DAY', 'AMOUNT', 'NOTE'],
  prefix: 'trades/load-1/',
  parts: ['part-00000.tsv.zst', 'part-00001.tsv.zst'].map((name) => ({ name, rows: 1, bytes: 1 })),
  format: { delimiter: '\t', quote: '', encoding: 'utf-8', headerLines: 1, nullTexts: [] },
  compression: 'zstd',
} satisfies CopyRequest;

describe('the place that a message of COPY names', () => {
  it('is file, line, row, column and value', () => {
    expect(copyPlace(NUMERIC)).toEqual({
      file: 'trades/load-1/part-00001.tsv.zst',
      line: 3,
      character: 12,
      row: 3,
      column: 'AMOUNT',
      position: 4,
      value: 'abc',
    });
    expect(copyReason(NUMERIC)).toBe("Numeric value 'abc' is not recognized");
  });

  it('has no value where none is wrong, and the line of the file rather than the number of the row', () => {
    expect(copyPlace(COUNT)).toEqual({
      file: 'trades/load-1/part-00000.tsv.zst',
      line: 17,
      character: 1,
      row: 16,
      column: 'NOTE',
      position: 4,
    });
  });

  it('is read from the words of another server as well', () => {
    expect(copyPlace(OTHER, request.columns)).toMatchObject({
      line: 2,
      column: 'DAY',
      position: 2,
      value: '2024-13-01',
    });
    expect(copyReason(OTHER)).toBe(`Could not convert string "2024-13-01" to 'DATE'`);
  });

  it('is nothing where nothing is said, and a long value is cut', () => {
    expect(copyPlace('Something went wrong')).toEqual({});
    expect(copyPlace(`String '${'x'.repeat(500)}' is too long`).value).toHaveLength(200);
    expect(copyPlace(`Numeric value '' is not recognized\n  File 'a', line 1, character 1`).value).toBe('');
  });

  it.each([
    ['Row 1, column "T"["A:B":2]', undefined, 2],
    ['Row 1, column "T"["A""B":2]', 'A"B', 2],
    ['Row 1, column "T"[3]', 'AMOUNT', 3],
    ['Row 1, column "T"["$1":1]', '$1', 1],
  ])('has the column of %s', (text, column, position) => {
    const place = copyPlace(text, request.columns);
    expect([place.column, place.position]).toEqual([column ?? 'A:B', position]);
  });
});

describe('the error of a COPY', () => {
  const failed = (code: string, message: string): unknown => Object.assign(new Error(message), { code });

  it('says in one sentence what is wrong and where, and which part it is', () => {
    const error = copyError(failed('100038', NUMERIC), request);
    expect(error.code).toBe('VALUE_NOT_REPRESENTABLE');
    expect(error.message).toBe(
      "Snowflake could not copy the rows into TRADES: Numeric value 'abc' is not recognized (trades/load-1/part-00001.tsv.zst, line 3, column AMOUNT).",
    );
    expect(error.place).toEqual({
      table: 'TRADES',
      file: 'trades/load-1/part-00001.tsv.zst',
      line: 3,
      column: 'AMOUNT',
      part: 1,
    });
  });

  it('leaves alone what says nothing of the rows', () => {
    const error = copyError(failed('003001', 'Insufficient privileges'), request);
    expect(error).toMatchObject({ code: 'PERMISSION_DENIED', place: { table: 'TRADES' } });
  });

  it('takes a fault of a file that another server has no number for as one of the rows', () => {
    const error = copyError(failed('002140', 'CSV Error on Line: 2\nExpected Number of Columns: 4 Found: 3'), request);
    expect(error).toMatchObject({ code: 'COPY_FAILED', place: { line: 2 } });
  });
});
