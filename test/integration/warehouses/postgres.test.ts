import { Client } from 'pg';
import { postgresEnvironment } from '../../../schemas/environment';
import { testPostgres } from '../../helpers/postgres';
import { join } from 'node:path';
import { failure, Fixture, mark, TSV, warehouseSuite, type SuiteDatabase } from './suite';

async function create(): Promise<SuiteDatabase> {
  const postgres = await testPostgres();
  const url = await postgres.createDatabase('warehouse');
  const client = new Client({
    connectionString: url,
    types: { getTypeParser: () => (value: unknown) => value },
  });
  await client.connect();
  return {
    environment: postgresEnvironment.parse({ kind: 'postgres', url }),
    sql: async (text) => {
      const results = await client.query({ text, rowMode: 'array' });
      const last = (Array.isArray(results) ? results.at(-1) : results) as { rows: (string | null)[][] };
      return last.rows;
    },
    drop: async () => {
      await client.end();
      await postgres.dropDatabase(url);
    },
  };
}

warehouseSuite('Postgres', create);

const ALL_TYPES = `
  CREATE TYPE mood AS ENUM ('sad', 'it''s, ok');
  CREATE DOMAIN amount AS numeric(12,3);
  CREATE TYPE pair AS (a integer, "b ""c" text);
  CREATE TABLE all_types (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, bo boolean, s smallint, i integer, n numeric, n2 numeric(10,2), f real, d double precision,
    m money, t text, vc varchar(5), c char(5), nm name, qc "char", by bytea, da date, ti time, tz timetz, ts timestamp(3), tstz timestamptz, iv interval,
    uu uuid, js json, jb jsonb, x xml, b3 bit(3), bv bit varying, ip inet, ci cidr, ma macaddr, po point, r int4range, ta text[], ia integer[][],
    mo mood, am amount, pa pair, tv tsvector, g integer GENERATED ALWAYS AS (i % 7) STORED);
  INSERT INTO all_types (bo, s, i, n, n2, f, d, m, t, vc, c, nm, qc, by, da, ti, tz, ts, tstz, iv, uu, js, jb, x, b3, bv, ip, ci, ma, po, r, ta, ia, mo, am, pa, tv) VALUES
    (true, -32768, 2147483647, 'NaN', 1.10, 'infinity', 5e-324, '-12.34', E'a\\tb\\n\\\\N "q" é😀', '', 'ab', 'name', 'x', '\\x00ff', '0044-03-15 BC', '24:00',
     '12:00:00+05:30', '2024-02-29 12:34:56.789', 'infinity', '-1 year -2 days -03:04:05.000006', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": 1 }', '{"b":1e400}',
     '<a>b</a>', B'101', B'', '10.0.0.1/8', '10.0.0.0/8', '08:00:2b:01:02:03', '(0.1,-2)', '[1,5)', ARRAY['NULL', NULL, '', '{"x"}'], '{{1,NULL},{3,4}}',
     'it''s, ok', 1.5, ROW(1, 'x,"y'), 'a:1 b'),
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (false, 0, 0, 123456789012345678901234567890.000000000000000001, -0.01, 'nan', '-0', '0', '\\N', 'ab c', '', '', '', '', 'infinity', '00:00', '00:00-12', '-infinity',
     '2024-01-01 00:00:00.000001+02', '0', '00000000-0000-0000-0000-000000000000', 'null', 'null', '', B'000', B'1', '::1', '::/0', '00:00:00:00:00:00', '(0,0)', 'empty', '{}', '{}',
     'sad', 0, ROW(NULL, NULL), '')`;

describe('Postgres backups', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await Fixture.open(await create());
  });
  afterEach(async () => fixture.close());

  it('come back as they were, in every type, once', async () => {
    const { warehouse, database } = fixture;
    await database.sql(ALL_TYPES);
    const all = `SELECT all_types::text, t, xmin IS NULL FROM all_types ORDER BY id`;
    const before = await database.sql(all);
    expect(before).toHaveLength(3);
    const table = (await warehouse.describe('all_types'))!;
    const file = join(fixture.folder, 'backup.parquet');
    expect(await warehouse.exportRows!(table, { sql: `id <= $1 AND '$2' <> $2`, binds: [9, `it's \\`] }, file)).toBe(3);
    await database.sql('DELETE FROM all_types');
    const back = mark('restore', { kind: 'restore' });
    expect(await warehouse.importRows!(table, file, back)).toBe(3);
    expect(await warehouse.importRows!(table, file, back)).toBeUndefined();
    expect(await database.sql(all)).toEqual(before);
  });

  it('are refused when the table has a column that they lack', async () => {
    const { warehouse, database } = fixture;
    await database.sql('CREATE TABLE t (a integer); INSERT INTO t VALUES (1)');
    const file = join(fixture.folder, 'backup.parquet');
    await warehouse.exportRows!((await warehouse.describe('t'))!, { sql: 'true' }, file);
    await database.sql('ALTER TABLE t ADD COLUMN b integer');
    const table = (await warehouse.describe('t'))!;
    expect(await failure(warehouse.importRows!(table, file, mark('r')))).toMatchObject({ code: 'COLUMN_NOT_FOUND' });
    expect(await database.sql('SELECT a FROM t')).toEqual([['1']]);
  });
});

describe('Postgres staging', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await Fixture.open(await create());
  });
  afterEach(async () => fixture.close());
  const control = { onSubmitted: () => Promise.resolve() };

  it('copies no part twice, and those that a crash of the server took once more', async () => {
    const { warehouse, database } = fixture;
    await database.sql('CREATE TABLE t (a integer)');
    const request = await fixture.request('load', 't', ['a'], ['1\n', '2\n3\n', '4\n']);
    const wrong = request.parts.map((part) => (part.name === 'part-2.zst' ? { ...part, rows: 7 } : part));
    expect(await failure(warehouse.copy({ ...request, parts: wrong }, control))).toMatchObject({ code: 'COPY_FAILED' });
    const { schema, name } = warehouse.stagingTable('load', request.table);
    const oids = `SELECT relfilenode FROM pg_class WHERE relname = '${name}'`;
    const before = await database.sql(oids);
    expect(await warehouse.copy(request, control)).toMatchObject({ rowsStaged: 4 });
    expect(await database.sql(oids)).toEqual(before);
    // What recovery does to unlogged tables.
    await database.sql(`TRUNCATE ${schema}.${name}, ${schema}.${name}_p`);
    expect(await warehouse.copy(request, control)).toMatchObject({ rowsStaged: 4 });
    await warehouse.dropStaging('load', request.table);
    expect(await database.sql(`SELECT nspname FROM pg_namespace WHERE nspname = '${schema}'`)).toEqual([]);
  });

  it('refuses a text that is too long, and takes blanks that a type of fixed length leaves out', async () => {
    const { warehouse, database } = fixture;
    await database.sql('CREATE TABLE t (a varchar(3), b char(2))');
    const fits = await fixture.request('fits', 't', ['a', 'b'], ['éé€\tx  \n']);
    expect(await fixture.load(fits, mark('fits'))).toEqual([1]);
    const long = await fixture.request('long', 't', ['a', 'b'], ['abc\tx\nabcd\tx\n']);
    expect(await failure(warehouse.copy(long, control))).toMatchObject({
      code: 'VALUE_TOO_LONG',
      place: { column: 'a' },
    });
    // Postgres would cut blanks at the end of it without a word.
    const blanks = await fixture.request('blanks', 't', ['a', 'b'], ['abc\tx\nab   \tx\n']);
    expect(await failure(warehouse.copy(blanks, control))).toMatchObject({
      code: 'VALUE_TOO_LONG',
      place: { column: 'a' },
    });
  });

  it('takes days and times in every usual form, and publishes them as they stand', async () => {
    const { warehouse, database } = fixture;
    await database.sql('CREATE TABLE t (d date, ts timestamp, z timestamptz, n numeric(6,2), b boolean)');
    const text = [
      ['2024-02-29', '2024-02-29 01:02:03', '2024-02-29 01:02:03', '1.5', 'T'],
      ['20240301', '2024-03-01T01:02:03', '2024-03-01T01:02:03Z', '1.500', 'YES'],
      ['00010101', '2024-03-01 01:02:03.500', '2024-03-01 01:02:03.25+01:00', '15e-1', 'off'],
      ['9999-12-31', '2024-03-01 01:02', '2024-03-01 01:02:03-0330', '-0', '0'],
      ['\\N', '20240301', '2024-03-01', '\\N', '\\N'],
      ['\\N', '2024-03-01', '\\N', '\\N', '\\N'],
      ['\\N', '\\N', '20240301', '\\N', '\\N'],
    ];
    const rows = text.map((fields) => `${fields.join('\t')}\n`).join('');
    const request = await fixture.request('usual', 't', ['d', 'ts', 'z', 'n', 'b'], [rows]);
    expect(await fixture.load(request, mark('usual'))).toEqual([7]);
    expect(
      await database.sql(
        `SET TimeZone = 'UTC'; SELECT d::text, ts::text, z::text, n::text, b::text FROM t ORDER BY ctid`,
      ),
    ).toEqual([
      ['2024-02-29', '2024-02-29 01:02:03', '2024-02-29 01:02:03+00', '1.50', 'true'],
      ['2024-03-01', '2024-03-01 01:02:03', '2024-03-01 01:02:03+00', '1.50', 'true'],
      ['0001-01-01', '2024-03-01 01:02:03.5', '2024-03-01 00:02:03.25+00', '1.50', 'false'],
      ['9999-12-31', '2024-03-01 01:02:00', '2024-03-01 04:32:03+00', '0.00', 'false'],
      [null, '2024-03-01 00:00:00', '2024-03-01 00:00:00+00', null, null],
      [null, '2024-03-01 00:00:00', null, null, null],
      [null, null, '2024-03-01 00:00:00+00', null, null],
    ]);
    await warehouse.dropStaging('usual', request.table);
  });

  it.each([
    ...['infinity', 'tomorrow', 'J2451187', '1999.008', '2024-1-2', '99-01-08', '-2024010', '2024/01/02'].map(
      (text) => ['d', text],
    ),
    ...['10000-01-01', '0044-03-15 BC', '2024-02-30', '20240230', '0000-01-01'].map((text) => ['d', text]),
    ...['infinity', 'tomorrow', '2024-01-01 24:00:00', '2024-01-01 10:00:60', '10000-01-01 00:00:00'].map((text) => [
      'ts',
      text,
    ]),
    ...['0044-03-15 12:00:00 BC', '2024-01-01 10:00:00.1234567', '2024-01-01 10:00:00Z'].map((text) => ['ts', text]),
    ...['2024-01-01+10:00:00', '2024-01-01 10:00:00.5-01', '0044-03-15 12:00:00.5 BC'].map((text) => ['ts', text]),
    ...['2024-01-01 10:00:00 BC', '2024-01-01 10:00:00+17', '2024-01-01 10:00:00.1234567Z', 'now'].map((text) => [
      'z',
      text,
    ]),
    ...['1.005', '1e-3', '12345.00', 'x', '99999.999'].map((text) => ['n', text]),
  ])(
    'refuses in column %s the text %s, which a cast would take for something else or not at all',
    async (column, text) => {
      const { warehouse, database } = fixture;
      await database.sql('CREATE TABLE t (d date, ts timestamp, z timestamptz, n numeric(6,2), k integer)');
      const request = await fixture.request('odd', 't', [column, 'k'], [`\\N\t1\n${text}\t2\n`]);
      const error = await failure(warehouse.copy(request, control));
      expect(error).toMatchObject({ code: 'VALUE_NOT_REPRESENTABLE', place: { column } });
      // Of numbers that are too large the server does not say which.
      if (!error.message.includes('overflow')) expect(error.message).toContain(text);
    },
  );

  it('says both names where two tables differ by letter case only', async () => {
    const { warehouse, database } = fixture;
    await database.sql('CREATE TABLE "Orders" (a integer); CREATE TABLE "ORDERS" (a integer)');
    expect((await warehouse.describe('ORDERS'))?.ref.name).toBe('ORDERS');
    const error = await failure(warehouse.describe('oRDERS'));
    expect(error).toMatchObject({ code: 'TABLE_NOT_FOUND' });
    expect(error.message).toMatch(/ORDERS or Orders|Orders or ORDERS/);
    await database.sql('CREATE TABLE orders (a integer)');
    expect((await warehouse.describe('oRDERS'))?.ref.name).toBe('orders');
  });

  it('shows a copy while it runs and after it', async () => {
    const { warehouse, database } = fixture;
    await database.sql('CREATE TABLE t (a integer, b text)');
    const many = Array.from({ length: 300_000 }, (_unused, index) => `${index}\tsome text\n`).join('');
    const request = await fixture.request('seen', 't', ['a', 'b'], [many], { format: TSV });
    const states: string[] = [];
    const result = await warehouse.copy(request, {
      onSubmitted: (id) => {
        setTimeout(() => {
          void warehouse.statement(id).then(({ state }) => states.push(state));
          void warehouse
            .recentStatements(10)
            .then((list) => states.push(list.some((one) => one.id === id) ? 'listed' : 'not listed'));
        }, 60);
        return Promise.resolve();
      },
    });
    expect(states.toSorted()).toEqual(['listed', 'running']);
    expect(await warehouse.statement(result.statementId!)).toMatchObject({ state: 'done' });
    expect(await warehouse.statement('1-1')).toMatchObject({ state: 'unknown' });
    await warehouse.cancel('1-1');
  });
});
