import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  extractAll,
  progressCounter,
  readParquet,
  sourceDatabase,
  type SourceDatabaseUnderTest,
} from './source-database';

let database: SourceDatabaseUnderTest;
beforeAll(async () => {
  database = await sourceDatabase();
});
afterAll(() => database.close());

/** Extracts a table and reads its parts, under one snapshot. */
async function transfer(name: string, select: string, order: string, options: Parameters<typeof extractAll>[3] = {}) {
  const table = await database.describe(name);
  const snapshot = await database.source.openSnapshot();
  try {
    const result = await extractAll(database, table, snapshot.token, options);
    return { ...result, rows: await readParquet(result.files, select, order) };
  } finally {
    await snapshot.close();
  }
}

describe('extracting from Postgres', () => {
  test('carries every kind of value into Parquet unchanged', async () => {
    await database.change(`
      CREATE EXTENSION IF NOT EXISTS citext;
      CREATE TYPE mood AS ENUM ('happy', 'sad''ish');
      CREATE DOMAIN price AS numeric(9,2) CHECK (VALUE >= 0);
      CREATE DOMAIN document AS jsonb;
      CREATE TYPE pair AS (a int, b text);
      CREATE TABLE every_type (
        id int PRIMARY KEY, b bool, i2 int2, i4 int4, i8 int8, o oid, f4 float4, f8 float8, n numeric(12,2), nbig numeric(38,10), nfree numeric,
        d date, t time, ts timestamp, tz timestamptz, u uuid, bin bytea, txt text, vc varchar(20), ch char(5), nm name, ci citext, m mood,
        j json, jb jsonb, x xml, iv interval, ip inet, net cidr, arr int[], tarr text[], r tstzrange, p pair, dp price, dj document, bt bit(4), mon money, ttz timetz,
        c1 "char", pt point, gen int GENERATED ALWAYS AS (i2 * 2) STORED, virt int GENERATED ALWAYS AS (i2 + 1) VIRTUAL);
      INSERT INTO every_type VALUES
        (1, true, -32768, -2147483648, -9223372036854775808, 4294967295, 1.5e-10, 1.7976931348623157e308, -9999999999.99, 1234567890123456789012345678.0123456789, 1e50,
         '0044-03-15 BC', '24:00:00', '1999-12-31 23:59:59.999999', '2024-02-29 12:00:00.5+05:30', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\\x00ff27', E'it''s\\n"x"\\\\ \\t é 😀', '', 'ab', 'nm', 'CaSe', 'sad''ish',
         '{ "a" : 1,  "a": 2 }', '{"b":[1,2.50]}', '<a>é</a>', '1 mon -2 days 03:00:00.5', '10.0.0.1', '10.0.0.0/8', '{1,NULL,3}', '{"a,b","c\\"d"}', '[2024-01-01 00:00+00,)', '(1,"x,y")', 12.50, '{"k": null}', B'1010', '12.30', '12:00:00+05:30', 'x', '(1,2.5)'),
        (2, false, 32767, 2147483647, 9223372036854775807, 0, 'NaN', '-Infinity', 0, 0, 'NaN', 'infinity', '00:00:00', '-infinity', 'infinity', '00000000-0000-0000-0000-000000000000', '', '', NULL, '', '', '', 'happy',
         'null', 'null', NULL, '0', '::1/128', '::/0', '{}', '{}', 'empty', '(,)', 0, '[]', B'0000', '-1', '00:00:00-12', ' ', '(0,0)');
      INSERT INTO every_type (id) VALUES (3);
    `);
    const { rows, parts } = await transfer(
      'every_type',
      '* REPLACE (d::varchar AS d, tz::varchar AS tz, ts::varchar AS ts)',
      'id',
    );
    expect(parts).toHaveLength(1);
    expect(parts[0]?.rows).toBe(3);
    const expected = await database.rows(`
      SELECT id, b, i2, i4, i8, o, n, nbig, nfree::text, t::text, ts::text, u, txt, vc, nm::text, ci::text, m::text, j::text, jb::text, x::text, iv::text, host(ip) AS ip, net::text, arr::text, tarr::text, r::text, p::text,
             dp, dj::text, bt::text, mon::text, ttz::text, c1::text, pt::text, gen, virt FROM every_type ORDER BY id`);
    for (const [index, row] of expected.entries()) {
      const found = rows[index]!;
      for (const [column, value] of Object.entries(row)) {
        const wanted = column === 'b' && value !== null ? String(value === 't') : value;
        expect({ column, value: found[column] }).toEqual({ column, value: wanted });
      }
    }
    expect(rows.map(({ ch }) => ch)).toEqual(['ab   ', '     ', null]);
    expect(rows.map(({ f4 }) => f4 && Math.fround(Number(f4)))).toEqual([Math.fround(1.5e-10), NaN, null]);
    expect(rows.map(({ f8 }) => f8 && Number(f8))).toEqual([1.7976931348623157e308, -Infinity, null]);
    expect(rows.map(({ d }) => d)).toEqual(['0044-03-15 (BC)', 'infinity', null]);
    expect(rows.map(({ tz }) => tz)).toEqual(['2024-02-29 06:30:00.5+00', 'infinity', null]);
    const [bin] = await readParquet((await transfer('every_type', '1', '1')).files, 'hex(bin) AS bin', 'id');
    expect(bin).toEqual({ bin: '00FF27' });
  });

  test('cuts a table into slices of pages that hold every row once', async () => {
    await database.change(
      `CREATE TABLE wide AS SELECT i AS id, repeat(md5(i::text), 6) AS pad FROM generate_series(1, 20000) i; ANALYZE wide`,
    );
    const { ranges, parts, rows } = await transfer(
      'wide',
      'count(*) AS n, count(DISTINCT id) AS ids, sum(id) AS total',
      '1',
      { partBytes: 1024 * 1024 },
    );
    expect(ranges.length).toBeGreaterThan(3);
    expect(ranges.at(-1)?.label).toMatch(/^pages \d+–end$/);
    expect(ranges.reduce((sum, { estimatedRows }) => sum + estimatedRows, 0)).toBeCloseTo(20000, -2);
    expect(Math.max(...parts.map((part) => part.rows))).toBeLessThan(8000);
    expect(rows).toEqual([{ n: '20000', ids: '20000', total: String((20000 * 20001) / 2) }]);
  });

  test('reads under the snapshot: rows that came or went since do not matter', async () => {
    await database.change('CREATE TABLE moving AS SELECT i AS id FROM generate_series(1, 1000) i');
    const table = await database.describe('moving');
    const snapshot = await database.source.openSnapshot();
    const request = database.request(table, snapshot.token);
    const before = await database.source.planRanges({ ...request, schema: table }, 1e9);
    await database.change(
      'DELETE FROM moving WHERE id <= 500; INSERT INTO moving SELECT i FROM generate_series(5000, 50000) i; UPDATE moving SET id = -id WHERE id = 700',
    );
    const part = await database.source.extractPart(
      {
        ...request,
        range: before[0]!,
        file: join(database.folder, 'moving.parquet'),
        codec: 'none',
        codecLevel: 0,
        batchRows: 100,
      },
      { progress: progressCounter() },
    );
    expect(part.rows).toBe(1000);
    expect(await readParquet([join(database.folder, 'moving.parquet')], 'sum(id) AS total', '1')).toEqual([
      { total: '500500' },
    ]);
    expect((await database.source.aggregates(request)).rows).toBe('1000');
    await snapshot.close();
  });

  test('reads a partitioned table leaf by leaf, and conditions may name the table', async () => {
    await database.change(`
      CREATE TABLE sales (id int, region text, amount int) PARTITION BY LIST (region);
      CREATE TABLE sales_north PARTITION OF sales FOR VALUES IN ('north');
      CREATE TABLE sales_south PARTITION OF sales FOR VALUES IN ('south') PARTITION BY RANGE (id);
      CREATE TABLE sales_south_1 PARTITION OF sales_south FOR VALUES FROM (0) TO (100);
      CREATE TABLE "Sales south 2" (amount int, extra_gone int, region text, id int); ALTER TABLE "Sales south 2" DROP COLUMN extra_gone;
      ALTER TABLE sales_south ATTACH PARTITION "Sales south 2" FOR VALUES FROM (100) TO (1000);
      INSERT INTO sales SELECT i, CASE WHEN i % 2 = 0 THEN 'north' ELSE 'south' END, i * 10 FROM generate_series(1, 300) i`);
    const { ranges, rows } = await transfer('sales', 'count(*) AS n, sum(amount) AS total', '1', {
      filter: { where: 'sales.id > 10' },
    });
    expect(ranges.map(({ label }) => label)).toEqual([
      'public.Sales south 2, all rows',
      'public.sales_north, all rows',
      'public.sales_south_1, all rows',
    ]);
    expect(rows).toEqual([{ n: '290', total: String((300 * 301 * 10) / 2 - 550) }]);
  });

  test('reads tables with children in inheritance as their readers see them', async () => {
    await database.change(
      'CREATE TABLE parent (id int); CREATE TABLE child (more text) INHERITS (parent); INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2, NULL)',
    );
    const { ranges, rows } = await transfer('parent', 'id', 'id');
    expect(ranges).toHaveLength(2);
    expect(rows).toEqual([{ id: '1' }, { id: '2' }]);
  });

  test('reads odd names, empty tables, views and materialized views', async () => {
    await database.change(`
      CREATE TABLE "Odd "" na.me; --" ("Select" int, "a'b" text, " " int); INSERT INTO "Odd "" na.me; --" VALUES (1, 'x', 2);
      CREATE TABLE empty_table (id int, note text);
      CREATE VIEW seen AS SELECT i AS id, 'v' || i AS note FROM generate_series(1, 5) i;
      CREATE MATERIALIZED VIEW kept AS SELECT * FROM seen`);
    expect((await transfer('Odd " na.me; --', '*', '1')).rows).toEqual([{ Select: '1', "a'b": 'x', ' ': '2' }]);
    const empty = await transfer('empty_table', '*', '1');
    expect(empty.parts).toEqual([expect.objectContaining({ rows: 0 })]);
    expect(empty.rows).toEqual([]);
    const view = await transfer('seen', 'count(*) AS n', '1');
    expect(view.ranges).toEqual([expect.objectContaining({ label: 'all rows', spec: { by: 'all' } })]);
    expect(view.rows).toEqual([{ n: '5' }]);
    expect((await transfer('kept', 'count(*) AS n', '1')).rows).toEqual([{ n: '5' }]);
  });

  test('applies dates, condition and limit together', async () => {
    await database.change(
      `CREATE TABLE dated AS SELECT i AS id, date '2024-01-01' + i AS day, timestamptz '2024-01-01' + i * interval '1 hour' AS at, i % 3 AS kind FROM generate_series(0, 99) i; ALTER TABLE dated ADD PRIMARY KEY (id)`,
    );
    const dates = { column: 'day', from: '2024-01-11', until: '2024-01-21' };
    expect(
      (await transfer('dated', 'min(id) AS low, max(id) AS high, count(*) AS n', '1', { filter: { dates } })).rows,
    ).toEqual([{ low: '10', high: '19', n: '10' }]);
    const limited = await transfer('dated', 'min(id) AS low, max(id) AS high, count(*) AS n', '1', {
      filter: { dates, where: 'kind = 0 OR kind = 1', limit: 5 },
    });
    expect(limited.rows).toEqual([{ low: '10', high: '16', n: '5' }]);
    expect(limited.ranges).toHaveLength(1);
    expect(
      (
        await transfer('dated', 'count(*) AS n', '1', {
          filter: { dates: { column: 'at', from: '2024-01-02T00:00:00Z', until: '2024-01-03T00:00:00Z' } },
        })
      ).rows,
    ).toEqual([{ n: '24' }]);
  });

  test('reads a part again with a column as text where a decimal is not a number', async () => {
    await database.change(
      `CREATE TABLE odd_numbers AS SELECT i AS id, (CASE WHEN i = 4321 THEN 'NaN' ELSE i::text END)::numeric(12,2) AS amount FROM generate_series(1, 5000) i`,
    );
    const { parts, rows } = await transfer(
      'odd_numbers',
      'count(*) AS n, max(amount) FILTER (id = 4321) AS odd, max(amount) FILTER (id = 7) AS plain',
      '1',
    );
    expect(parts[0]?.columns).toEqual([
      { name: 'id', nativeType: 'integer', logical: { kind: 'int32' } },
      { name: 'amount', nativeType: 'numeric(12,2)', logical: { kind: 'text', of: 'other' } },
    ]);
    expect(rows).toEqual([{ n: '5000', odd: 'NaN', plain: '7.00' }]);
  });

  test('counts rows and bytes as it goes, those of a part that failed not', async () => {
    const table = await database.describe('odd_numbers');
    const snapshot = await database.source.openSnapshot();
    const progress = progressCounter();
    const request = database.request(table, snapshot.token);
    const [range] = await database.source.planRanges({ ...request, schema: table }, 1e9);
    const extract = { ...request, range: range!, codec: 'none' as const, codecLevel: 0, batchRows: 500 };
    await database.source.extractPart({ ...extract, file: join(database.folder, 'counted.parquet') }, { progress });
    expect(progress[0]).toBe(5000n);
    expect(progress[1]).toBeGreaterThan(50_000n);
    const before = [...progress];
    const file = join(database.folder, 'failing.parquet');
    await expect(
      database.source.extractPart({ ...extract, file, filter: { where: '1 / (id - 4900) IS NOT NULL' } }, { progress }),
    ).rejects.toMatchObject({
      code: 'QUERY_FAILED',
      message: expect.stringContaining('division by zero'),
      place: { table: 'public.odd_numbers' },
    });
    expect([...progress]).toEqual(before);
    expect(readdirSync(database.folder).filter((name) => name.startsWith('failing'))).toEqual([]);
    await snapshot.close();
  });

  test('stops at once when cancelled, on the server too, and leaves nothing behind', async () => {
    const table = await database.describe('wide');
    const snapshot = await database.source.openSnapshot();
    const request = database.request(table, snapshot.token, {
      where: "pg_sleep(0.05) IS NOT NULL AND id > 0 AND pad <> 'x'",
    });
    const [range] = await database.source.planRanges({ ...request, schema: table }, 1e9);
    const controller = new AbortController();
    const file = join(database.folder, 'cancelled.parquet');
    const started = Date.now();
    const part = database.source.extractPart(
      { ...request, range: range!, file, codec: 'none', codecLevel: 0, batchRows: 10 },
      { progress: progressCounter(), signal: controller.signal },
    );
    setTimeout(() => controller.abort(), 200);
    await expect(part).rejects.toMatchObject({ code: 'CANCELLED', place: { table: 'public.wide' } });
    expect(Date.now() - started).toBeLessThan(3000);
    expect(existsSync(file)).toBe(false);
    expect(readdirSync(database.folder).filter((name) => name.startsWith('cancelled'))).toEqual([]);
    const busy = async () =>
      (
        await database.rows(
          "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%' AND state = 'active'",
        )
      )[0]?.['n'];
    expect(await busy()).toBe('0');
    await snapshot.close();
  });

  test('refuses to read no column at all', async () => {
    const table = await database.describe('wide');
    const request = { ...database.request(table, '{}'), columns: [] };
    expect(() => database.source.selectSql(request)).toThrow(
      expect.objectContaining({ code: 'SCHEMA_MISMATCH', place: { table: 'public.wide' } }),
    );
  });

  test('shows the statement that it runs', async () => {
    const table = await database.describe('dated');
    const request = database.request(table, '', { where: 'kind = 1', dates: { column: 'day', from: "2024-'01" } });
    const [range] = await database.source.planRanges({ ...request, schema: table }, 1e9);
    expect(database.source.selectSql(request, range)).toBe(
      `SELECT "id", "day", "at", "kind" FROM ONLY "public"."dated" WHERE ("day" >= '2024-''01') AND (\nkind = 1\n)`,
    );
  });
});
