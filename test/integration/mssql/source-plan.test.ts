import { describeMssql } from '../../helpers/mssql';
import { openSource, type SourceFixture } from './source-fixture';

let db: SourceFixture;

const NUMBERS = 'WITH d AS (SELECT 0 AS i UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9), n AS (SELECT a.i + 10 * b.i + 100 * c.i + 1000 * e.i AS i FROM d a CROSS JOIN d b CROSS JOIN d c CROSS JOIN d e)'; // prettier-ignore

describeMssql('planning to read from SQL Server', () => {
  beforeAll(async () => {
    db = await openSource('plan');
  });
  afterAll(() => db?.close());

  describe('slices', () => {
    test.each([
      ['int', 'i * 7 - 5000', 5],
      ['bigint', 'i * CAST(1000000007 AS bigint)', 5],
      ['decimal(12,2)', 'i / 4.0', 3],
      ['datetime2(6)', "DATEADD(minute, i, '2020-01-01')", 3],
      ['date', "DATEADD(day, i, '1999-01-01')", 3],
      ['nvarchar(20)', "CONCAT(N'Ä''x', i % 97, N'-', i)", 3],
      ['varchar(20)', "CONCAT(CHAR(65 + i % 57), '_', i)", 3],
      ['uniqueidentifier', 'NEWID()', 3],
    ])('by a key of %s hold every row once', async (type, value, least) => {
      const name = `s_${type.replace(/\W+/g, '_')}`;
      await db.sql(`CREATE TABLE ${name} (k ${type} NOT NULL PRIMARY KEY, v int NOT NULL); ${NUMBERS} INSERT INTO ${name} SELECT ${value}, i FROM n`); // prettier-ignore
      const { ranges, rows } = await readInSlices(name);
      expect(ranges.length).toBeGreaterThanOrEqual(least);
      expect(rows.map(Number).toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: 10_000 }, (_unused, index) => index),
      );
    });

    test('of a composite key go by its first column', async () => {
      await db.sql(`CREATE TABLE composite (a int NOT NULL, b int NOT NULL, v int NOT NULL, PRIMARY KEY (a, b)); ${NUMBERS} INSERT INTO composite SELECT i % 50, i, i FROM n`); // prettier-ignore
      const { ranges, rows } = await readInSlices('composite');
      expect(ranges.length).toBeGreaterThan(2);
      expect(new Set(rows).size).toBe(10_000);
      expect(rows).toHaveLength(10_000);
    });

    test('are not made by a masked key, whose values would be kept in the catalog', async () => {
      await db.sql(
        `CREATE TABLE hidden (k int NOT NULL PRIMARY KEY, v int NOT NULL); ${NUMBERS} INSERT INTO hidden SELECT i, i FROM n`,
      );
      const request = await db.request('hidden', '');
      const columns = request.columns.map((column) => (column.source === 'k' ? { ...column, mask: { rule: 'hash' as const } } : column)); // prettier-ignore
      const schema = { ...request.schema, estimatedRows: 10_000, estimatedBytes: 1_000_000 };
      expect(await db.source.planRanges({ ...request, columns, schema }, 100_000)).toHaveLength(1);
    });

    test('of heaps, of small tables and of limited ones are one', async () => {
      await db.sql(
        `CREATE TABLE heap (k int NOT NULL, v int NOT NULL); ${NUMBERS} INSERT INTO heap SELECT i, i FROM n`,
      );
      const heap = await readInSlices('heap');
      expect(heap.ranges.map(({ label }) => label)).toEqual(['all rows']);
      expect(heap.rows).toHaveLength(10_000);
      const request = await db.request('s_int', '');
      const schema = { ...request.schema, estimatedRows: 10_000, estimatedBytes: 1_000_000 };
      expect(await db.source.planRanges({ ...request, schema, filter: { limit: 5 } }, 100_000)).toHaveLength(1);
      expect(await db.source.planRanges({ ...request, schema }, 10_000_000)).toHaveLength(1);
    });

    async function readInSlices(name: string) {
      const snapshot = await db.source.openSnapshot();
      try {
        const request = await db.request(name, snapshot.token);
        const schema = { ...request.schema, estimatedRows: 10_000, estimatedBytes: 1_000_000 };
        const ranges = await db.source.planRanges({ ...request, schema }, 100_000);
        const rows: (string | null)[] = [];
        for (const range of ranges) rows.push(...(await db.extract(request, range)).rows.map(({ v }) => v ?? null));
        return { ranges, rows };
      } finally {
        await snapshot.close();
      }
    }
  });

  describe('conditions', () => {
    beforeAll(() =>
      db.sql('CREATE TABLE f (id int PRIMARY KEY, name nvarchar(20), at datetime2(7), odd varchar(max))'),
    );

    test.each([
      "id > 5 AND name LIKE N'a%'",
      'EXISTS (SELECT 1 FROM f g WHERE g.id = f.id)',
      '[name] IS NULL',
      'f.id = 1',
    ])('%s is taken', async (where) => {
      // prettier-ignore
      await expect(db.source.checkFilter(await db.describe('f'), { where })).resolves.toBeUndefined();
    });

    test.each([
      'id >',
      'nope = 1',
      'id = 1) OR (1 = 1',
      'id = 1; DROP TABLE f',
      'SELECT 1',
      'id = 1 ORDER BY id',
      'id',
    ])('%s is refused', async (where) => {
      const check = db.source.checkFilter(await db.describe('f'), { where });
      await expect(check).rejects.toMatchObject({ code: 'FILTER_INVALID', place: { table: 'dbo.f', sql: where } });
    });

    test('dates are taken from columns that hold some', async () => {
      const table = await db.describe('f');
      const dates = (column: string) => db.source.checkFilter(table, { dates: { column, from: '2024-01-01' } });
      await expect(dates('at')).resolves.toBeUndefined();
      await expect(dates('name')).rejects.toMatchObject({ code: 'FILTER_INVALID' });
      await expect(dates('none')).rejects.toMatchObject({ code: 'COLUMN_NOT_FOUND' });
    });

    test('expressions are taken when they can be cast to the type of their column', async () => {
      const table = await db.describe('f');
      const column = table.columns[1]!;
      const check = (sql: string) => db.source.checkExpression(table, column, sql);
      await expect(check("N'user' + CONVERT(nvarchar(10), id)")).resolves.toBeUndefined();
      await expect(check('nope')).rejects.toMatchObject({ code: 'FILTER_INVALID', place: { column: 'name' } });
      await expect(check('id) FROM f; DROP TABLE f --')).rejects.toMatchObject({ code: 'FILTER_INVALID' });
    });
  });

  test('figures are exact where numbers of JavaScript are not', async () => {
    await db.sql(
      `CREATE TABLE sums (id int PRIMARY KEY, b bigint, d decimal(38,10), f decimal(38,38), m money, r real, t datetime2(7), bt bit);
       INSERT INTO sums VALUES (1, 9223372036854775807, 9999999999999999999999999999.9999999999, 0.99999999999999999999999999999999999999, 922337203685477.5807, 0.1, '2024-02-29 12:00:00.5', 1),
        (2, 9223372036854775807, 9999999999999999999999999999.9999999999, 0.99999999999999999999999999999999999999, 922337203685477.5807, 16777216, '2024-03-01', 0),
        (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`,
    );
    const { columns, rows } = await db.source.aggregates(
      await db.request('sums', JSON.stringify({ kind: 'none', id: '' })),
    );
    expect(rows).toBe('3');
    const figure = (name: string) => columns.find(({ column }) => column === name);
    expect(figure('b')).toEqual({ column: 'b', nulls: '1', sum: '18446744073709551614', min: '9223372036854775807', max: '9223372036854775807' }); // prettier-ignore
    expect(figure('d')).toMatchObject({ sum: '19999999999999999999999999999.9999999998', max: '9999999999999999999999999999.9999999999' }); // prettier-ignore
    expect(figure('f')).toMatchObject({ sum: '1.99999999999999999999999999999999999998' });
    expect(figure('m')).toMatchObject({ sum: '1844674407370955.1614' });
    expect(figure('r')).toMatchObject({ sum: null, min: '0.1', max: '16777216' });
    expect(figure('t')).toMatchObject({ min: '2024-02-29 12:00:00.5', max: '2024-03-01 00:00:00' });
    expect(figure('bt')).toMatchObject({ sum: '1', min: null });
  });

  test('figures of a table without rows are none', async () => {
    await db.sql('CREATE TABLE empty (id int, t nvarchar(5), u uniqueidentifier, d decimal(38,10))');
    const { rows, columns } = await db.source.aggregates(
      await db.request('empty', JSON.stringify({ kind: 'none', id: '' })),
    );
    expect(rows).toBe('0');
    for (const { nulls, sum, min, max } of columns) expect([nulls, sum, min, max]).toEqual(['0', null, null, null]);
  });
});
