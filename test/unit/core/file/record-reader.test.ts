import fc from 'fast-check';
import { createRecordReader } from '../../../../core/file/record-reader';
import { FILE_ENCODINGS, type Dialect, type FileEncoding, type RowMark } from '../../../../core/types/file';
import { encode, formatOf, isWritable, read, writeText } from './delimited';

const CSV: Dialect = { delimiter: ',', quote: '"', escape: 'double', newline: '\n' };
const csv = (text: string, width: number, dialect: Partial<Dialect> = {}) => ({
  bytes: encode(text, 'utf-8'),
  format: formatOf({ ...CSV, ...dialect }, width),
});

const dialects = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|', ' ', '^', '~', '\u0001', ', ', '||'),
  quote: fc.constantFrom<Dialect['quote']>('"', "'", ''),
  escape: fc.constantFrom<Dialect['escape']>('double', 'backslash', 'none'),
  newline: fc.constantFrom<Dialect['newline']>('\n', '\r\n', '\r', 'mixed'),
});
const CHARACTERS: Record<FileEncoding, string> = {
  'utf-8': 'aZ09 ,;|^~\'"\\\n\té€😀',
  'utf-16le': 'aZ09 ,;|^~\'"\\\n\té€😀',
  'utf-16be': 'aZ09 ,;|^~\'"\\\n\té€😀',
  'windows-1252': 'aZ09 ,;\'"\\\né€Œ™',
  'iso-8859-1': 'aZ09 ,;\'"\\\néÿ\u0085',
  'iso-8859-15': 'aZ09 ,;\'"\\\né€Œ',
};
const files = fc
  .record({
    dialect: dialects,
    encoding: fc.constantFrom(...FILE_ENCODINGS),
    width: fc.integer({ min: 1, max: 5 }),
    eager: fc.boolean(),
  })
  .chain(({ dialect, encoding, width, eager }) => {
    const value = fc
      .array(fc.constantFrom(...Array.from(CHARACTERS[encoding])), { maxLength: 8 })
      .map((characters) => characters.join(''))
      // A quote at the start of what is not quoted, or a blank line, is no such value.
      .map((text) => (isWritable(text, dialect) ? text : 'x'))
      .map((text) => (dialect.quote === '' && text.trim() === '' ? 'y' : text));
    return fc.record({
      dialect: fc.constant(dialect),
      encoding: fc.constant(encoding),
      width: fc.constant(width),
      eager: fc.constant(eager),
      rows: fc.array(fc.array(value, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }),
      cuts: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
    });
  });

describe('reading rows', () => {
  test('gives back every table that was written, in every dialect and encoding, however its bytes are cut', () => {
    fc.assert(
      fc.property(files, ({ dialect, encoding, width, eager, rows, cuts }) => {
        const bytes = encode(writeText(rows, dialect, eager), encoding);
        const format = formatOf(dialect, width, encoding);
        const whole = read(bytes, format, { ragged: 'reject' });
        expect(whole.rejected).toEqual([]);
        expect(whole.rows).toEqual(rows);
        expect(read(bytes, format, { ragged: 'reject' }, cuts)).toEqual(whole);
      }),
      { numRuns: 1500 },
    );
  });

  test('gives the same rows in parts, from mark to mark, as in one go', () => {
    fc.assert(
      fc.property(files, fc.integer({ min: 1, max: 60 }), ({ dialect, encoding, width, rows, cuts }, markEvery) => {
        const bytes = encode(writeText(rows, dialect), encoding);
        const format = formatOf(dialect, width, encoding);
        const marks: RowMark[] = [];
        const whole = read(bytes, format, { ragged: 'reject', markEvery, onMark: (mark) => marks.push(mark) }, cuts);
        const starts = [format.tables[0]!.firstRow, ...marks];
        const parts = starts.map((from, at) =>
          read(bytes, format, { ragged: 'reject', from, until: starts[at + 1]?.offset }, cuts),
        );
        expect(parts.flatMap((part) => part.rows)).toEqual(whole.rows);
        expect(parts.flatMap((part) => part.lines)).toEqual(whole.lines);
        starts.forEach(({ rows: before }, at) =>
          expect(parts.slice(0, at).flatMap((part) => part.rows)).toHaveLength(before),
        );
      }),
      { numRuns: 600 },
    );
  });

  test('gives the same rows, faults and repairs of any bytes however they are cut', () => {
    const noise = fc.array(fc.constantFrom('a', 'bc', '1', ',', '"', '\n', '\r', '\\', ' ', 'é', '\u0000'), {
      maxLength: 80,
    });
    fc.assert(
      fc.property(
        noise,
        dialects,
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
        (pieces, dialect, width, cuts) => {
          const bytes = encode(pieces.join(''), 'utf-8');
          const format = formatOf({ ...dialect, delimiter: ',' }, width);
          expect(read(bytes, format, {}, cuts)).toEqual(read(bytes, format));
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('says of each row on which line of the file it begins, over blank lines and lines within quotes', () => {
    const { bytes, format } = csv('a,b\n\n"x\ny",c\r\nd,e\rf,g', 2, { newline: 'mixed' });
    const { rows, lines } = read(bytes, format);
    expect(rows).toEqual([
      ['a', 'b'],
      ['x\ny', 'c'],
      ['d', 'e'],
      ['f', 'g'],
    ]);
    expect(lines).toEqual([1, 3, 5, 6]);
  });

  test('tells an empty text from a missing value', () => {
    const { bytes, format } = csv('"",\n,""\n', 2);
    expect(read(bytes, format).quoted).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  test('keeps blanks, backslashes and quotes within a field as they stand', () => {
    const { bytes, format } = csv(' a , b\nC:\\dir\\,5" pipe\n"\\N",x\n', 2);
    expect(read(bytes, format).rows).toEqual([
      [' a ', ' b'],
      ['C:\\dir\\', '5" pipe'],
      ['\\N', 'x'],
    ]);
  });

  test('takes a backslash for an escape only before what needs one', () => {
    const { bytes, format } = csv('"6\\"2","C:\\temp"\na\\,b,\\N\n', 2, { escape: 'backslash' });
    expect(read(bytes, format).rows).toEqual([
      ['6"2', 'C:\\temp'],
      ['a,b', '\\N'],
    ]);
  });

  test('takes a lone CR for text in a file whose lines end otherwise', () => {
    const { bytes, format } = csv('a\rb,c\r\nd,e\r\n', 2, { newline: '\r\n' });
    expect(read(bytes, format).rows).toEqual([
      ['a\rb', 'c'],
      ['d', 'e'],
    ]);
  });

  test('does not count separators at the end of a row that nothing follows', () => {
    const { bytes, format } = csv('a,b,\nc,d,,\ne,f\n', 2);
    const { rows, repaired } = read(bytes, format);
    expect(rows).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f'],
    ]);
    expect(repaired.map(({ line }) => line)).toEqual([1, 2]);
    expect(read(bytes, format, { ragged: 'reject' }).rejected.map(({ reason }) => reason)).toEqual([
      'too-many-fields',
      'too-many-fields',
    ]);
    const usual = { ...format, tables: [{ ...format.tables[0]!, trailing: 1 }] };
    expect(read(bytes, usual).repaired.map(({ line }) => line)).toEqual([2]);
  });
});

describe('rows that cannot be read', () => {
  test('are rejected one by one, with line, reason and text, and the rest is read', () => {
    const { bytes, format } = csv('1,2,3\n4,5\n6,7,8,9\n"10"x,11,12\n13,14,15\n', 3);
    const { rows, rejected } = read(bytes, format);
    expect(rows).toEqual([
      ['1', '2', '3'],
      ['13', '14', '15'],
    ]);
    expect(rejected.map(({ line, reason, text }) => [line, reason, text])).toEqual([
      [2, 'too-few-fields', '4,5'],
      [3, 'too-many-fields', '6,7,8,9'],
      [4, 'unbalanced-quote', '"10"x,11,12'],
    ]);
  });

  test('do not take others with them when a quote is never closed', () => {
    const rest = Array.from({ length: 500 }, (_, at) => `${at},x,y\n`).join('');
    const { bytes, format } = csv(`1,"open,z\n${rest}`, 3);
    const { rows, rejected } = read(bytes, format);
    expect(rows).toHaveLength(500);
    expect(rejected).toMatchObject([{ line: 1, reason: 'unbalanced-quote' }]);
  });

  test('with bytes that are no text are rejected, never changed', () => {
    const bytes = Uint8Array.of(...encode('a,é\nb,', 'utf-8'), 0xe9, 0x0a, ...encode('c,ü\n', 'utf-8'));
    for (const cuts of [[1], [2], [3], [100]]) {
      const { rows, rejected } = read(bytes, formatOf(CSV, 2), {}, cuts);
      expect(rows).toEqual([
        ['a', 'é'],
        ['c', 'ü'],
      ]);
      expect(rejected).toMatchObject([{ line: 2, reason: 'invalid-encoding' }]);
    }
    const lone = Buffer.from('a,\ud800\nb,c\n', 'utf16le');
    expect(read(lone, formatOf(CSV, 2, 'utf-16le')).rejected).toMatchObject([{ line: 1, reason: 'invalid-encoding' }]);
    const cut = Buffer.from('a,b\nc,d', 'utf16le').subarray(0, 13);
    expect(read(cut, formatOf(CSV, 2, 'utf-16le'))).toMatchObject({
      rows: [['a', 'b']],
      rejected: [{ line: 2, reason: 'invalid-encoding' }],
    });
  });

  test('with a NUL are rejected', () => {
    const { bytes, format } = csv('a,b\nc\u0000,d\ne,"\u0000"\nf,g\n', 2);
    const { rows, rejected } = read(bytes, format);
    expect(rows).toEqual([
      ['a', 'b'],
      ['f', 'g'],
    ]);
    expect(rejected.map(({ line, reason }) => [line, reason])).toEqual([
      [2, 'nul-byte'],
      [3, 'nul-byte'],
    ]);
  });

  test('and are too long are skipped to their end without being held', () => {
    const reader = createRecordReader(formatOf(CSV, 2), {
      maxRowBytes: 1000,
      onRejected: (row) => rejected.push(row.reason),
    });
    const rejected: string[] = [];
    const rows = [...reader.push(encode('a,b\nc,', 'utf-8'))];
    const piece = new Uint8Array(1 << 20).fill(0x78);
    const before = process.memoryUsage().arrayBuffers;
    for (let at = 0; at < 200; at++) rows.push(...reader.push(piece));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 2 ** 20);
    rows.push(...reader.push(encode('\nd,e\n', 'utf-8')), ...reader.end());
    expect(rows.reduce((sum, batch) => sum + batch.rows, 0)).toBe(2);
    expect(rejected).toEqual(['line-too-long']);
  });
});

describe('batches', () => {
  test('hold no more rows than wanted, and fewer where rows are wide', () => {
    const { bytes, format } = csv('1,2\n'.repeat(25), 2);
    const reader = createRecordReader(format, { batchRows: 10 });
    expect([...reader.push(bytes), ...reader.end()].map(({ rows }) => rows)).toEqual([10, 10, 5]);
    const wide = `${Array.from({ length: 10_000 }, (_, at) => at).join(',')}\n`;
    const wideReader = createRecordReader(formatOf(CSV, 10_000));
    const batches = [...wideReader.push(encode(wide.repeat(300), 'utf-8')), ...wideReader.end()];
    expect(batches.reduce((sum, { rows }) => sum + rows, 0)).toBe(300);
    expect(Math.max(...batches.map(({ starts }) => starts.length))).toBeLessThanOrEqual(2 ** 20);
  });

  test('end where the table ends', () => {
    const { bytes, format } = csv('1,2\n3,4\nSource: x\n', 2);
    const ended = { ...format, tables: [{ ...format.tables[0]!, end: 8 }] };
    const reader = createRecordReader(ended);
    expect(reader.push(bytes).map(({ rows }) => rows)).toEqual([2]);
    expect(reader.done).toBe(true);
    expect(reader.end()).toEqual([]);
  });
});
