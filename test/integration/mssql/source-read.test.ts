import { describeMssql } from '../../helpers/mssql';
import { openSource, type SourceFixture } from './source-fixture';

let db: SourceFixture;

describeMssql('reading from SQL Server', () => {
  beforeAll(async () => {
    db = await openSource('read');
  });
  afterAll(() => db?.close());

  async function read(table: string) {
    const snapshot = await db.source.openSnapshot();
    try {
      return await db.extract(await db.request(table, snapshot.token));
    } finally {
      await snapshot.close();
    }
  }

  test.each([
    ['bit', ['1', '0'], ['1', '0']],
    ['tinyint', ['0', '255'], ['0', '255']],
    ['smallint', ['-32768', '32767'], ['-32768', '32767']],
    ['int', ['-2147483648', '2147483647'], ['-2147483648', '2147483647']],
    ['bigint', ['-9223372036854775808', '9223372036854775807', '9007199254740993'], ['-9223372036854775808', '9223372036854775807', '9007199254740993']], // prettier-ignore
    ['decimal(9,2)', ['-9999999.99', '0.01'], ['-999999999', '1']],
    ['decimal(18,0)', ['999999999999999999', '-1'], ['999999999999999999', '-1']],
    ['decimal(38,10)', ['9999999999999999999999999999.9999999999', '-9999999999999999999999999999.9999999999', '0.0000000001'], ['99999999999999999999999999999999999999', '-99999999999999999999999999999999999999', '1']], // prettier-ignore
    ['money', ['922337203685477.5807', '-922337203685477.5808', '0.0001'], ['9223372036854775807', '-9223372036854775808', '1']], // prettier-ignore
    ['smallmoney', ['214748.3647', '-214748.3648'], ['2147483647', '-2147483648']],
    ['real', ['0.1', '3.4028235e38'], [String(Math.fround(0.1)), String(Math.fround(3.4028235e38))]],
    ['float', ['0.1', '1.7976931348623157e308', '-2.2250738585072014e-308'], ['0.1', '1.7976931348623157e+308', '-2.2250738585072014e-308']], // prettier-ignore
    ['date', ["'0001-01-01'", "'9999-12-31'", "'1970-01-02'"], ['-719162', '2932896', '1']],
    ['time(0)', ["'23:59:59'"], ['86399000000']],
    ['time(6)', ["'23:59:59.999999'"], ['86399999999']],
    ['datetime', ["'2024-02-29 23:59:59.997'", "'1753-01-01 00:00:00.003'"], ['1709251199997000', '-6847804799997000']],
    ['smalldatetime', ["'2024-02-29 23:59'", "'1900-01-01'"], ['1709251140000000', '-2208988800000000']],
    ['datetime2(0)', ["'2024-02-29 23:59:59'"], ['1709251199000000']],
    ['datetime2(6)', ["'9999-12-31 23:59:59.999999'", "'0001-01-01 00:00:00.000001'"], ['253402300799999999', '-62135596799999999']], // prettier-ignore
    ['datetimeoffset(6)', ["'2024-02-29 23:59:59.123456 +05:30'", "'2024-03-01 00:30:00 -01:00'"], ['2024-02-29 23:59:59.123456 +05:30', '2024-03-01 00:30:00.000000 -01:00']], // prettier-ignore
    ['char(5)', ["'ab'", "''"], ['ab   ', '     ']],
    ['varchar(50)', ["'a''b'", "''", "'é€Ÿ'", "'tab\tnew\nline\\'"], ["a'b", '', 'é€Ÿ', 'tab\tnew\nline\\']],
    ['varchar(max)', ["'x'", "''", "'ÿ'"], ['x', '', 'ÿ']],
    ['nchar(5)', ["N'ab'"], ['ab   ']],
    ['nvarchar(50)', ["N'😀é'", "N''", "N'e\u0301'"], ['😀é', '', 'e\u0301']],
    ['nvarchar(max)', ["N'😀'", "N''"], ['😀', '']],
    ['binary(4)', ['0x01020304'], ['01020304']],
    ['varbinary(10)', ['0x00ff', '0x'], ['00ff', '']],
    ['varbinary(max)', ['0x00', '0x'], ['00', '']],
    ['uniqueidentifier', ["'00112233-4455-6677-8899-AABBCCDDEEFF'"], ['00112233445566778899aabbccddeeff']],
    ['xml', ['\'<a b="1">é</a>\''], ['<a b="1">é</a>']],
  ])('%s comes out exactly, and NULL as NULL', async (type, values, expected) => {
    const name = `t_${type.replace(/\W+/g, '_')}`;
    await db.sql(
      `CREATE TABLE [${name}] (id int NOT NULL PRIMARY KEY, v ${type} NULL); INSERT INTO [${name}] VALUES ${[...values, 'NULL'].map((value, index) => `(${index}, ${value})`).join(', ')}`,
    );
    const { rows, part } = await read(name);
    expect(rows.toSorted((a, b) => Number(a['id']) - Number(b['id'])).map(({ v }) => v)).toEqual([...expected, null]);
    expect(part.rows).toBe(values.length + 1);
    expect(part.columns[1]!.nativeType).toBe(type);
  });

  test('times with seven digits come out in their own notation; where the server keeps six, as microseconds', async () => {
    await db.sql("CREATE TABLE seven (t time(7), d datetime2(7)); INSERT INTO seven VALUES ('23:59:59.1234560', '9999-12-31 23:59:59.1234560')"); // prettier-ignore
    const { rows, part } = await read('seven');
    const kept = part.columns.map(({ nativeType }) => nativeType).join();
    const expected =
      kept === 'time(7),datetime2(7)'
        ? { t: '23:59:59.1234560', d: '9999-12-31 23:59:59.1234560' }
        : { t: '86399123456', d: '253402300799123456' };
    expect(rows).toEqual([expected]);
  });

  test('names with brackets, quotes, dots, blanks and reserved words are read', async () => {
    await db.sql('CREATE TABLE [odd [. "t"] ([select] int, [a.b] int, "c]d" int, ["e"] int); INSERT INTO [odd [. "t"] VALUES (1, 2, 3, 4)'); // prettier-ignore
    expect((await read('odd [. "t"')).rows).toEqual([{ select: '1', 'a.b': '2', 'c]d': '3', '"e"': '4' }]);
  });

  test('a table of nothing is a part of no rows', async () => {
    await db.sql('CREATE TABLE nothing (id int)');
    expect((await read('nothing')).part).toMatchObject({ rows: 0 });
  });

  test('a value of 100 MB comes out whole', async () => {
    await db.sql(
      "CREATE TABLE large (id int PRIMARY KEY, v nvarchar(max)); INSERT INTO large SELECT 1, REPLICATE(CAST(N'0123456789abcdeé' AS nvarchar(max)), 3125000); INSERT INTO large VALUES (2, N'after')",
    );
    const { rows, part } = await read('large');
    expect(part.rows).toBe(2);
    expect(rows.find(({ id }) => id === '1')!['v']).toBe('0123456789abcdeé'.repeat(3_125_000));
    expect(rows.find(({ id }) => id === '2')!['v']).toBe('after');
  });

  test('conditions, dates and limits are the same for reading, counting and figures', async () => {
    await db.sql(
      "CREATE TABLE orders (id int PRIMARY KEY, status varchar(10), at datetime2(3)); INSERT INTO orders VALUES (1, 'new', '2024-01-31 23:59:59.999'), (2, 'draft', '2024-02-01'), (3, 'new', '2024-02-28'), (4, 'new', '2024-03-01'), (5, NULL, '2024-02-02')",
    );
    const snapshot = await db.source.openSnapshot();
    try {
      const request = await db.request('orders', snapshot.token);
      const filtered = {
        ...request,
        filter: { where: "status <> 'draft' OR status IS NULL", dates: { column: 'at', from: '2024-02-01', until: '2024-03-01T00:00:00' } }, // prettier-ignore
      };
      expect((await db.extract(filtered)).rows.map(({ id }) => Number(id)).toSorted((a, b) => a - b)).toEqual([3, 5]);
      expect(await db.source.countRows(filtered, true)).toBe(2);
      expect((await db.source.aggregates(filtered)).rows).toBe('2');
      const limited = { ...request, filter: { limit: 2 } };
      expect((await db.extract(limited)).rows.map(({ id }) => id)).toEqual(['1', '2']);
      expect((await db.source.aggregates(limited)).columns[0]).toMatchObject({ sum: '3', max: '2' });
    } finally {
      await snapshot.close();
    }
  });

  test('a masking expression is computed by the server, and the clear value leaves it in no figure', async () => {
    await db.sql("CREATE TABLE people (id int PRIMARY KEY, mail nvarchar(50), age int); INSERT INTO people VALUES (1, N'ann@example.com', 40), (2, NULL, 41)"); // prettier-ignore
    const snapshot = await db.source.openSnapshot();
    try {
      const request = await db.request('people', snapshot.token);
      const columns = request.columns.map((column) =>
        column.source === 'mail'
          ? { ...column, mask: { rule: 'sql' as const, sql: "N'user' + CONVERT(nvarchar(10), id)" } }
          : column.source === 'age'
            ? { ...column, mask: { rule: 'noise' as const, percent: 10 } }
            : column,
      );
      expect((await db.extract({ ...request, columns })).rows.map(({ mail }) => mail)).toEqual(['user1', 'user2']);
      const figures = await db.source.aggregates({ ...request, columns });
      expect(figures.columns[1]).toMatchObject({ column: 'mail', nulls: '0' });
      expect(figures.columns[2]).toEqual({ column: 'age', nulls: '0', sum: null, min: null, max: null });
    } finally {
      await snapshot.close();
    }
  });

  test('rows pass through the stage before they reach the file', async () => {
    await db.sql('CREATE TABLE staged (id int PRIMARY KEY); INSERT INTO staged VALUES (1), (2)');
    const snapshot = await db.source.openSnapshot();
    try {
      const { schema: _schema, ...request } = await db.request('staged', snapshot.token);
      const part = await db.source.extractPart(
        { ...request, range: { label: 'all', spec: { by: 'all' }, estimatedRows: 2, estimatedBytes: 8 }, file: `${db.folder}/staged.parquet`, codec: 'none', codecLevel: 0, batchRows: 10 }, // prettier-ignore
        {
          progress: new BigInt64Array(2),
          stage: (columns) => {
            expect(columns.map(({ name }) => name)).toEqual(['id']);
            return (batch) => ({ ...batch, columns: batch.columns.map((column) => ({ ...column, values: new Int32Array([7, 8]) })) }); // prettier-ignore
          },
        },
      );
      expect(part.rows).toBe(2);
      const { rows } = await db.extract(await db.request('staged', snapshot.token));
      expect(rows.map(({ id }) => id)).toEqual(['1', '2']);
    } finally {
      await snapshot.close();
    }
  });

  test('sampled text is cut short and holds no NULL', async () => {
    await db.sql("CREATE TABLE sampled (a nvarchar(max), b varchar(10)); INSERT INTO sampled VALUES (REPLICATE(N'x', 1000), NULL), (N'y', 'z')"); // prettier-ignore
    const samples = await db.source.sampleText({ schema: 'dbo', name: 'sampled' }, ['a', 'b'], 10);
    expect(samples['a']!.map(({ length }) => length).toSorted((a, b) => a - b)).toEqual([1, 400]);
    expect(samples['b']).toEqual(['z']);
  });
});
