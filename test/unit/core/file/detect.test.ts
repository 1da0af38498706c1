import fc from 'fast-check';
import { detectFormat } from '../../../../core/file/detect';
import { FILE_ENCODINGS, type Dialect, type FormatOptions } from '../../../../core/types/file';
import { encode, read, writeText } from './delimited';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const detect = (text: string, options?: FormatOptions) => {
  const bytes = bytesOf(text);
  return detectFormat({ head: bytes, size: bytes.length }, options);
};
/** What is read of a text that nothing is said about. */
const load = (text: string, options?: FormatOptions) => {
  const format = detect(text, options);
  return { format, header: format.tables[0]?.header, ...read(bytesOf(text), format) };
};

const ROWS = Array.from({ length: 30 }, (_, at) => [
  String(at + 1),
  `2024-${String((at % 12) + 1).padStart(2, '0')}-0${(at % 9) + 1}`,
  `${(at * 37) % 24}:${String((at * 7) % 60).padStart(2, '0')}`,
  ['Leeds', 'York', 'Bath', 'St. Ives'][at % 4]!,
  `${at * 3}.${at % 10}5`,
]);
const HEADER = ['id', 'day', 'time', 'city', 'amount'];
const line = (fields: string[], delimiter = ','): string => fields.join(delimiter);
const body = ROWS.map((row) => line(row)).join('\n');

describe('recognising', () => {
  const tables = fc.record({
    delimiter: fc.constantFrom(',', ';', '\t', '|', '^', '~', '\u0001', ', '),
    quote: fc.constantFrom<Dialect['quote']>('"', "'"),
    escape: fc.constantFrom<Dialect['escape']>('double', 'backslash'),
    newline: fc.constantFrom<Dialect['newline']>('\n', '\r\n', '\r'),
    encoding: fc.constantFrom(...FILE_ENCODINGS),
    eager: fc.boolean(),
    named: fc.boolean(),
    notes: fc.array(fc.constantFrom('fine', 'late, again', 'said "no"', "it's", 'two\nlines', 'a;b', 'Müller', ''), {
      minLength: 30,
      maxLength: 30,
    }),
  });

  test('finds every dialect and encoding by itself, and the rows come back as they were written', () => {
    fc.assert(
      fc.property(tables, ({ encoding, eager, named, notes, ...dialect }) => {
        const rows = ROWS.map((row, at) => [...row, notes[at]!]);
        const all = named ? [[...HEADER, 'remark'], ...rows] : rows;
        const bytes = encode(writeText(all, dialect, eager), encoding);
        const format = detectFormat({ head: bytes, size: bytes.length });
        expect(format.dialect.delimiter).toBe(dialect.delimiter);
        expect(format.tables.map(({ header }) => header)).toEqual([named ? all[0] : []]);
        const { rows: found, rejected } = read(bytes, format, {}, [777]);
        expect(rejected).toEqual([]);
        expect(found).toEqual(rows);
      }),
      { numRuns: 400 },
    );
  });

  test('never fails for text, and reads each line of it once at most', () => {
    const noise = fc.array(
      fc.constantFrom('a', 'b c', '1', '2.5', ',', ';', '"', "'", '\n', '\n\n', '\r\n', '\t', '#', 'x=1'),
      { maxLength: 120 },
    );
    fc.assert(
      fc.property(noise, (pieces) => {
        const { rows, rejected, lines } = load(`a${pieces.join('')}`);
        expect(rows.length + rejected.length).toBeLessThanOrEqual(pieces.join('').split(/[\r\n]+/).length + 1);
        expect(new Set(lines).size).toBe(lines.length);
      }),
      { numRuns: 600 },
    );
  });

  test('says how sure it is and why', () => {
    const { findings, confidence } = detect(`${line(HEADER)}\n${body}`);
    expect(findings.map(({ trait, value }) => [trait, value])).toEqual([
      ['encoding', 'utf-8'],
      ['delimiter', 'comma'],
      ['quote', '"'],
      ['escape', 'double'],
      ['newline', 'LF'],
      ['header', '1 row'],
    ]);
    expect(confidence).toBe(Math.min(...findings.map((finding) => finding.confidence)));
    expect(confidence).toBeGreaterThan(0.8);
    expect(detect('a b\nc d e\n').confidence).toBeLessThan(0.7);
  });

  test('is overruled by what configuration says', () => {
    const { format, rows } = load('a;b,c\n1;2,3\n', { delimiter: ';', quote: '', headerRows: 0 });
    expect(rows).toEqual([
      ['a', 'b,c'],
      ['1', '2,3'],
    ]);
    expect(format.findings.filter(({ given }) => given).map(({ trait }) => trait)).toEqual([
      'delimiter',
      'quote',
      'header',
    ]);
    expect(load(`x\ny,z\n${line(HEADER)}\n${body}\nend\n`, { skipLines: 2, footerLines: 1 })).toMatchObject({
      header: HEADER,
      rows: ROWS,
    });
    const latin = Uint8Array.of(0x61, 0x2c, 0xa4, 0x0a);
    const format15 = detectFormat({ head: latin, size: 4 }, { encoding: 'iso-8859-15', headerRows: 0 });
    expect(read(latin, format15).rows).toEqual([['a', '€']]);
  });

  test('follows the first line that spreadsheets write for each other', () => {
    expect(load(`sep=;\na;b\n1;2\n`)).toMatchObject({ header: ['a', 'b'], rows: [['1', '2']] });
  });

  test.each([
    ['names of cities', 'city\nBath\nYork\nLeeds\n', ['city'], [['Bath'], ['York'], ['Leeds']]],
    [
      'moments',
      'moment\n2024-01-01 10:00\n2024-01-02 11:00\n',
      ['moment'],
      [['2024-01-01 10:00'], ['2024-01-02 11:00']],
    ],
    ['decimals', 'amount\n0,5\n1,25\n3,75\n', ['amount'], [['0,5'], ['1,25'], ['3,75']]],
  ])('takes a list of %s for one column', (_, text, header, rows) => {
    expect(load(text)).toMatchObject({ header, rows });
  });

  test('tells a header alone from a row alone, and from nothing', () => {
    expect(load('id,name,city\n')).toMatchObject({ header: ['id', 'name', 'city'], rows: [] });
    expect(load('1,2024-01-01,4.5\n')).toMatchObject({ header: [], rows: [['1', '2024-01-01', '4.5']] });
    for (const nothing of ['', '\n\n', '  \n\t\n']) expect(detect(nothing).tables).toEqual([]);
  });
});

describe('what stands around a table', () => {
  const table = `${line(HEADER)}\n${body}\n`;

  test.each([
    ['a title and a blank line', 'Report of the month\n\n'],
    ['remarks', '# made by a program\n# on 2024-01-01\n'],
    ['a title filled up with separators', 'Report,,,,\n,,,,\n'],
    ['pairs', 'Report:,Sales\nFrom:,2024-01-01\n\n'],
  ])('above it is passed over: %s', (_, above) => {
    const { format, header, rows, lines } = load(above + table);
    expect(header).toEqual(HEADER);
    expect(rows).toEqual(ROWS);
    expect(format.preambleLines).toBe(above.split('\n').length - 1);
    expect(lines[0]).toBe(format.preambleLines + 2);
  });

  test.each([
    ['a source after a blank line', '\nSource: Office of Data\n'],
    ['a count of rows', '(30 rows affected)\n'],
    ['a total after a blank line', '\nTotal,,,,1305.0\n'],
  ])('below it is passed over: %s', (_, below) => {
    expect(load(table + below)).toMatchObject({ header: HEADER, rows: ROWS, rejected: [] });
  });

  test('a total right below the rows is a row', () => {
    expect(load(`${table}Total,2024-12-31,0:00,all,1305.0\n`).rows).toHaveLength(31);
  });

  test('another table ends it, whether after a blank line, or with the same header again', () => {
    const other = 'region,value,year\nNorth,12,2011\nSouth,15,2012\nEast,19,2013\n';
    const two = load(`${table}\n${other}`);
    expect(two).toMatchObject({ header: HEADER, rows: ROWS });
    expect(two.format.tables).toHaveLength(2);
    expect(load(`${table}\n${other}`, { table: 2 })).toMatchObject({
      header: ['region', 'value', 'year'],
      rows: [
        ['North', '12', '2011'],
        ['South', '15', '2012'],
        ['East', '19', '2013'],
      ],
    });
    expect(load(table + table)).toMatchObject({ header: HEADER, rows: ROWS });
  });

  test('rows of a header are joined, and a name above several columns is said of each', () => {
    const rows = ROWS.map(([id, , , , amount]) => [id!, amount!, amount!, amount!, amount!]);
    const text = `,2023,,2024,\nid,net,gross,net,gross\n${rows.map((row) => line(row)).join('\n')}\n`;
    expect(load(text)).toMatchObject({ header: ['id', '2023 net', '2023 gross', '2024 net', '2024 gross'], rows });
  });

  test('in the last bytes of a file that is larger than the sample is seen, too', () => {
    const bytes = bytesOf(`${line(HEADER)}\n${`${body}\n`.repeat(2000)}\nSource: Office of Data\n`);
    const format = detectFormat({ head: bytes.subarray(0, 2 ** 20), tail: bytes.subarray(-65536), size: bytes.length });
    expect(format.tables[0]!.end).toBe(bytes.length - '\nSource: Office of Data\n'.length + 1);
    expect(read(bytes, format)).toMatchObject({ rejected: [], rows: { length: 60_000 } });
  });
});

describe('rows that have lost their shape', () => {
  const withRow = (row: string): ReturnType<typeof load> =>
    load(
      [
        line(HEADER),
        ...ROWS.slice(0, 10).map((fields) => line(fields)),
        row,
        ...ROWS.slice(11).map((fields) => line(fields)),
      ].join('\n'),
    );
  const [id, day, time, city, amount] = ROWS[10]!;

  test.each([
    ['a separator is missing', `${id},${day}${time},${city},${amount}`],
    ['a separator is missing before a number', `${id},${day},${time},${city}${amount}`],
    ['a separator is too many', `${id},${day},,${time},${city},${amount}`],
    ['separators are too many at the end', `${id},${day},${time},${city},${amount},,`],
    ['another separator is used', `${id};${day};${time};${city};${amount}`],
    ['blanks separate', `${id} ${day} ${time} ${city} ${amount}`],
  ])('are put right where there is one way: %s', (_, row) => {
    const { rows, rejected, repaired } = withRow(row);
    expect(rejected).toEqual([]);
    expect(rows[10]).toEqual(ROWS[10]);
    expect(rows).toHaveLength(30);
    expect(repaired.map((each) => each.line)).toEqual([12]);
  });

  test('keep a quote that is too many as text, and take nothing from their neighbours', () => {
    const { rows, repaired } = withRow(`${id},${day},${time},"${city},${amount}`);
    expect(rows[10]).toEqual([id, day, time, `"${city}`, amount]);
    expect(rows.filter((_, at) => at !== 10)).toEqual(ROWS.filter((_, at) => at !== 10));
    expect(repaired).toMatchObject([{ line: 12 }]);
  });

  test.each([
    ['a value that belongs nowhere', `${id},${day},${time},${city},${amount},surplus`, 'too-many-fields'],
    ['two halves', `${id},${day}`, 'too-few-fields'],
  ])('are rejected where there is none: %s', (_, row, reason) => {
    const { rows, rejected } = withRow(row);
    expect(rejected).toMatchObject([{ line: 12, reason, text: row }]);
    expect(rows).toHaveLength(29);
  });

  test('are filled up where the file leaves out what is empty at the end', () => {
    const rows = ROWS.map((row, at) => (at % 4 === 0 ? row.slice(0, 3) : row));
    const { rows: found, rejected, repaired } = load([HEADER, ...rows].map((row) => line(row)).join('\n'));
    expect(rejected).toEqual([]);
    expect(found).toEqual(rows.map((row) => [...row, '', ''].slice(0, 5)));
    expect(repaired).toHaveLength(8);
  });

  test('may be the header', () => {
    const rows = ROWS.map((row) => line(row)).join('\n');
    expect(load(`id,day,time,,city,amount\n${rows}`)).toMatchObject({ header: HEADER, rows: ROWS });
    expect(load(`id;day;time;city;amount\n${rows}`)).toMatchObject({ header: HEADER, rows: ROWS });
  });
});

describe('what is no delimited text', () => {
  test.each<[string, number[] | string]>([
    ['ZIP', [0x50, 0x4b, 3, 4, 0, 0]],
    ['gzip', [0x1f, 0x8b, 8, 0]],
    ['Office', [0xd0, 0xcf, 0x11, 0xe0, 0, 0]],
    ['PDF', '%PDF-1.7\n'],
    ['PNG', [0x89, 0x50, 0x4e, 0x47, 13, 10]],
    ['Parquet', [0x50, 0x41, 0x52, 0x31, 0x15, 0, 0, 0]],
    ['zero', [0x61, 0, 0, 0, 0, 0x62, 0, 0]],
    ['control', Array.from({ length: 400 }, (_, at) => (at * 37) % 256)],
    ['web page', '<!DOCTYPE html><html><body>404</body></html>'],
    ['XML', '<?xml version="1.0"?><a/>'],
    ['JSON', '[{"a":1},{"a":2}]'],
    ['UTF-32', [0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]],
  ])('is refused by name: %s', (what, content) => {
    const bytes = typeof content === 'string' ? bytesOf(content) : Uint8Array.from(content);
    expect(() => detectFormat({ head: bytes, size: bytes.length })).toThrow(
      expect.objectContaining({ code: 'FILE_NOT_DELIMITED', message: expect.stringContaining(what) }),
    );
  });

  test('is not taken for such by how the first name begins', () => {
    expect(load('PAR1,PAR2\n1,2\n').header).toEqual(['PAR1', 'PAR2']);
  });
});
