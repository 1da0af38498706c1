import { join } from 'node:path';
import { Client } from 'pg';
import type { Database } from '../../../connectors/connector';
import { connectorFor } from '../../../connectors/registry';
import { testPostgres } from '../../helpers/postgres';
import { leftovers, makePlan, openFile, plainSql, removeFolder, table, tempFolder, transfer } from './fixture';

/** Columns as text, in the words of both databases. */
const asText = (names: string[]): string => names.map((name) => `CAST(${name} AS VARCHAR) AS ${name}`).join(', ');

describe('between PostgreSQL and a DuckDB file', () => {
  let folder: string;
  let file: string;
  let url: string;
  let server: Awaited<ReturnType<typeof testPostgres>>;
  let client: Client;
  let postgres: Database;
  let duckdb: Database;

  beforeEach(async () => {
    folder = await tempFolder();
    file = join(folder, 'file.duckdb');
    server = await testPostgres();
    url = await server.createDatabase('duck');
    client = new Client({ connectionString: url });
    await client.connect();
    const environment = {
      kind: 'postgres' as const,
      url,
      connectTimeoutMs: 10_000,
      readOnly: false,
      protectedTables: [],
      stagingSchema: 'longshore_staging',
    };
    postgres = await connectorFor('postgres').open(environment, { applicationName: 'longshore test' });
    duckdb = await openFile(file, { folder });
  });
  afterEach(async () => {
    await postgres.close();
    await client.end();
    await server.dropDatabase(url);
    await removeFolder(folder);
  });

  it('brings every common type into a new DuckDB table, extremes included', async () => {
    await client.query(`CREATE TABLE public.t(id bigint PRIMARY KEY, b boolean, i2 smallint NOT NULL, i4 integer, f4 real, f8 double precision, n numeric(12,2), nbig numeric(38,10), nfree numeric,
        d date, ti time, ts timestamp, tz timestamptz, u uuid, by bytea, tx text, vc varchar(20), js json, jb jsonb, iv interval, ar integer[], UNIQUE (i2))`);
    await client.query(`INSERT INTO public.t VALUES
      (-9223372036854775808, true, -32768, -2147483648, '-Infinity', '-Infinity', -9999999999.99, -9999999999999999999999999999.9999999999, 'NaN', '-infinity', '00:00:00', '-infinity', '-infinity',
        '00000000-0000-0000-0000-000000000000', '', '', '', '{}', '{}', '1 year 2 mons -3 days 04:05:06.7', '{}'),
      (9223372036854775807, false, 32767, 2147483647, 'NaN', 1.7976931348623157e308, 9999999999.99, 9999999999999999999999999999.9999999999, 1e40, 'infinity', '24:00:00', 'infinity', 'infinity',
        'ffffffff-ffff-ffff-ffff-ffffffffffff', '\\x00ff27', E'quote '' " \\\\ newline\\n tab\\t 😀', 'x', '{"a": [1, 2]}', '{"a": [1, 2]}', '0', '{1,NULL,3}'),
      (3, NULL, 3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
      (4, true, 4, 4, 0.1, 0.1, 0.01, 0.0000000001, 0.5, '0044-03-15 BC', '12:34:56.000001', '0044-03-15 12:00:00.000001 BC', '2024-02-29 12:34:56.123456+02',
        'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\\xdead', 'x', 'y', 'null', '1', '1 mon', '{{1,2},{3,4}}')`);
    const plan = await makePlan(postgres, duckdb, table('t', 'public'));
    await transfer(postgres, duckdb, [plan], 'run', folder);
    const columns = await plainSql(
      file,
      `SELECT column_name AS name, data_type AS type FROM duckdb_columns() WHERE table_name = 't'`,
    );
    expect(Object.fromEntries(columns.map(({ name, type }) => [name, type]))).toMatchObject({
      id: 'BIGINT',
      n: 'DECIMAL(12,2)',
      nbig: 'DECIMAL(38,10)',
      tz: 'TIMESTAMP WITH TIME ZONE',
      u: 'UUID',
      by: 'BLOB',
      jb: 'JSON',
      tx: 'VARCHAR',
    });
    const names = ['id', 'b', 'i2', 'i4', 'n', 'nbig', 'nfree', 'ti', 'u', 'tx', 'vc', 'js', 'jb', 'iv', 'ar'];
    const { rows } = await client.query(`SELECT ${asText(names)}, encode(by, 'hex') AS by FROM public.t ORDER BY t.id`);
    expect(
      await plainSql(file, `SELECT ${asText(names)}, lower(hex("by")) AS "by" FROM public.t ORDER BY t.id`),
    ).toEqual(rows);
    const times = `SELECT d::VARCHAR AS d, ts::VARCHAR AS ts, (tz AT TIME ZONE 'UTC')::VARCHAR AS tz, f4::VARCHAR AS f4, f8::VARCHAR AS f8 FROM public.t ORDER BY id`;
    expect(await plainSql(file, times)).toEqual([
      { d: '-infinity', ts: '-infinity', tz: '-infinity', f4: '-inf', f8: '-inf' },
      { d: null, ts: null, tz: null, f4: null, f8: null },
      {
        d: '0044-03-15 (BC)',
        ts: '0044-03-15 (BC) 12:00:00.000001',
        tz: '2024-02-29 10:34:56.123456',
        f4: '0.1',
        f8: '0.1',
      },
      { d: 'infinity', ts: 'infinity', tz: 'infinity', f4: 'nan', f8: '1.7976931348623157e+308' },
    ]);
    expect(await leftovers(folder)).toEqual([]);
  });

  it('brings a DuckDB table to PostgreSQL in several parts', async () => {
    await plainSql(
      file,
      `CREATE TABLE t(id INTEGER PRIMARY KEY, tiny TINYINT, u8 UBIGINT, h HUGEINT, f FLOAT, d DOUBLE, n DECIMAL(18,3), nb DECIMAL(38,10), da DATE, ti TIME, ts TIMESTAMP, tss TIMESTAMP_S, tz TIMESTAMPTZ, u UUID, bl BLOB, v VARCHAR, js JSON, li INTEGER[], b BOOLEAN);
       INSERT INTO t SELECT i, i % 100, 18446744073709551615 - i, 170141183460469231731687303715884105727 - i, i * 0.1, i / 3, i * 0.001, (i * 0.0000000001)::DECIMAL(38,10), DATE '2000-01-01' + (i % 9000)::INT, TIME '00:00:00' + to_seconds(i % 86400),
         TIMESTAMP '2000-01-01' + to_microseconds(i * 1000001), TIMESTAMP '2000-01-01' + to_seconds(i), TIMESTAMPTZ '2000-01-01 00:00:00+00' + to_seconds(i), uuid(), i::VARCHAR::BLOB, CASE WHEN i % 3 = 0 THEN NULL WHEN i % 3 = 1 THEN '' ELSE 'é' || i END, '{"i":' || i || '}', [i, NULL], i % 2 = 0
       FROM range(300000) x(i);
       INSERT INTO t VALUES (-1, NULL, NULL, NULL, 'nan', '-inf', NULL, -9999999999999999999999999999.9999999999, 'infinity', '24:00:00', '-infinity', 'infinity', 'infinity', NULL, NULL, NULL, NULL, NULL, NULL)`,
    );
    await client.query('CREATE TABLE public.t(id integer PRIMARY KEY, old text)');
    const plan = await makePlan(duckdb, postgres, table('t'), {
      targetRef: table('copy', 'public'),
      partBytes: 16_000_000,
    });
    const [staged] = await transfer(duckdb, postgres, [plan], 'run', folder);
    expect(staged?.parts.length).toBeGreaterThan(1);
    const names = ['id', 'tiny', 'u8', 'h', 'n', 'nb', 'ti', 'ts', 'u', 'v', 'js', 'b'];
    const some = 'WHERE id % 1000 < 2';
    const { rows } = await client.query(
      `SELECT ${asText(names)}, encode(bl, 'hex') AS bl FROM public.copy ${some} ORDER BY copy.id`,
    );
    expect(rows.length).toBeGreaterThan(500);
    expect(await plainSql(file, `SELECT ${asText(names)}, lower(hex(bl)) AS bl FROM t ${some} ORDER BY t.id`)).toEqual(
      rows,
    );
    expect(
      (await client.query(`SELECT count(*)::int AS n, count(DISTINCT id)::int AS ids FROM public.copy`)).rows,
    ).toEqual([{ n: 300_001, ids: 300_001 }]);
  });
});
