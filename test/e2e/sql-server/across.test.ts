/** SQL Server with PostgreSQL and DuckDB files, both ways, into tables that are made and tables that are there. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describeMssql } from '../../helpers/mssql';
import { NOTHING, execute, rows } from '../site';
import { PRODUCTION, UAT } from './shop';
import { SqlServerSite, contents, count, query } from './sql-server-site';

jest.setTimeout(300_000);

const SETS = `
  to-postgres: { from: shop, to: uat, personalData: ignore, verify: fingerprint, tables: [dbo.Countries, dbo.Customers, dbo.Addresses, dbo.Products, sales.Orders, "sales.Line Notes"] }
  to-existing: { from: shop, to: uat, personalData: ignore, schema: ignore, tables: [dbo.Customers: { target: public.clients }, sales.OrderLines: { target: public.lines, where: "[OrderId] < 1500" }] }
  from-postgres: { from: prod, to: testers, personalData: ignore, verify: fingerprint, tables: [public.kinds: { target: dbo.Kinds }, public.parts: { target: dbo.Parts }] }
  from-postgres-existing: { from: prod, to: testers, personalData: ignore, schema: ignore, tables: [public.stock: { target: dbo.Stock }] }
  to-file: { from: shop, to: file, personalData: ignore, tables: [dbo.Countries, dbo.Customers, dbo.Addresses, sales.Orders] }
  from-file: { from: file, to: testers, personalData: ignore, verify: fingerprint, tables: [main.Countries: { target: back.Countries }, main.Customers: { target: back.Customers }, main.Addresses: { target: back.Addresses }, sales.Orders: { target: back.Orders }] }
`;

const POSTGRES_SOURCE = `
  create type mood as enum ('sad', 'very happy');
  create table parts(id bigint generated always as identity primary key, name varchar(40) not null unique, code char(5), price numeric(38,10));
  create table kinds(id int primary key, part_id bigint not null references parts, big bigint, small smallint, t text, n numeric(14,4), f float8, r real, b boolean, u uuid, raw bytea,
    d date, ts timestamp, tz timestamptz, tm time, j jsonb, m mood, "with ""quotes"" and . dots" text);
  insert into parts(name, code, price) select 'part ' || i || ' 🧩', case when i % 3 = 0 then null else 'c' || i end, i / 7.0 from generate_series(1, 40) i;
  insert into kinds select i, 1 + i % 40, 9223372036854775807 - i, (-32768 + i)::smallint, case i % 4 when 0 then null when 1 then '' when 2 then e'tab\\t''q'' \\\\ \\r\\n' else repeat('ü😀', i) end,
    i / 3.0, case when i = 5 then -0.0 else 1e300 / i end, 1.0 / i, i % 2 = 0, ('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid, decode(lpad(to_hex(i), 8, '0'), 'hex'),
    date '0001-01-01' + i * 40, timestamp '9999-12-31 23:59:59.999999' - i * interval '1 day', timestamptz '2024-02-29 23:59:59.999999+02' + i * interval '1 hour', time '23:59:59.999999',
    jsonb_build_object('i', i, 'é', null), (enum_range(null::mood))[1 + i % 2], 'it''s ' || i from generate_series(1, 60) i;
  create table stock(id int primary key, amount numeric(10,2), seen timestamptz, flag boolean, word text);
  insert into stock select i, i * 1.25, timestamptz '2024-06-01 12:00Z' + i * interval '1 minute', i % 2 = 0, 'w' || i from generate_series(1, 50) i;
  analyze;
`;

const POSTGRES_TARGET = `
  create table clients(customerid bigint primary key, customerno text not null, firstname text, lastname varchar(60), email text, creditlimit numeric(19,4), balance numeric, isactive boolean, rowguid uuid, birthdate date, own text default 'mine');
  insert into clients(customerid, customerno) values (-1, 'old');
  create table lines(orderid bigint, lineno int, productid int, quantity int, unitprice numeric(20,4), linetotal numeric(20,4), discount float4, flags smallint, primary key (orderid, lineno));
`;

const MSSQL_TARGET = [
  `CREATE TABLE dbo.Stock (Id bigint NOT NULL PRIMARY KEY, Amount decimal(12,2) NULL, Seen datetimeoffset(6) NULL, Flag bit NOT NULL, Word varchar(10) NULL)`,
  `INSERT INTO dbo.Stock VALUES (-1, 1, NULL, 0, 'old')`,
];

const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Rows of a Postgres table by column name in lower case, as text where the driver would lose something. */
async function postgresRows(url: string, table: string, where = 'true'): Promise<Record<string, unknown>[]> {
  const [schema, name] = table.split('.');
  const columns = await rows<{ name: string; type: string }>(
    url,
    `select column_name as name, data_type as type from information_schema.columns where lower(table_schema) = '${schema}' and lower(table_name) = '${name}' order by ordinal_position`,
  );
  const [actual] = await rows<{ name: string }>(
    url,
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables where lower(table_schema) = '${schema}' and lower(table_name) = '${name}'`,
  );
  const list = columns.map(({ name: column, type }) => {
    const text = /date|time|numeric|xml|json/.test(type) ? '::text' : type === 'real' ? '::float8' : '';
    return `${quotedName(column)}${text} as ${quotedName(column.toLowerCase())}`;
  });
  return rows(url, `select ${list.join(', ')} from ${actual?.name} where ${where}`);
}

/** Rows as they can be compared between servers: names sorted, fractions of times without trailing zeros. */
function comparable(list: Record<string, unknown>[], only?: string[]): string[] {
  const plain = (value: unknown): unknown => {
    if (value instanceof Buffer) return value.toString('hex');
    if (typeof value !== 'string') return value;
    if (/^[0-9A-F-]{36}$/i.test(value)) return value.toLowerCase();
    return /^(\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d/.test(value) ? value.replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '') : value; // prettier-ignore
  };
  return list
    .map((row) =>
      JSON.stringify(
        Object.entries(row)
          .filter(([name]) => !only || only.includes(name))
          .map(([name, value]) => [name, plain(value)])
          .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
      ),
    )
    .toSorted();
}

const parsed = (lines: string[]): Record<string, unknown>[] =>
  lines.map((line) => JSON.parse(line) as Record<string, unknown>);

describeMssql('a transfer between SQL Server and', () => {
  let site: SqlServerSite;
  const file = join(tmpdir(), `longshore-e2e-${randomBytes(4).toString('hex')}.duckdb`);

  beforeAll(async () => {
    site = await SqlServerSite.open({
      sets: SETS,
      production: PRODUCTION,
      uat: [...UAT, ...MSSQL_TARGET],
      environments: [`file: { kind: duckdb, path: ${file} }`],
    });
    await execute(site.site.source, POSTGRES_SOURCE);
    await execute(site.site.target, POSTGRES_TARGET);
  });

  afterAll(async () => {
    await site?.close();
    rmSync(file, { force: true });
  });

  const run = async (set: string): Promise<void> => {
    const { code, tableErrors, error } = await site.command('transfer', 'run', set);
    expect({ set, code, tableErrors, error }).toEqual({ set, code: 0, tableErrors: {}, error: undefined });
  };

  const shopRows = async (table: string): Promise<Record<string, unknown>[]> =>
    parsed(await contents(site.shop, table));

  test('Postgres makes the tables with every value and its keys, and says which foreign keys it leaves out', async () => {
    await run('to-postgres');
    for (const table of [
      'dbo.countries',
      'dbo.customers',
      'dbo.addresses',
      'dbo.products',
      'sales.orders',
      'sales.line notes',
    ]) {
      const found = await postgresRows(site.site.target, table.replace('dbo.', 'public.'));
      expect({ table, rows: comparable(found) }).toEqual({ table, rows: comparable(await shopRows(table)) });
    }
    expect(
      await rows(
        site.site.target,
        `select count(*)::int as keys from pg_constraint c join pg_namespace n on n.oid = connamespace where n.nspname in ('public', 'sales') and conrelid::regclass::text !~ '^(clients|lines)$' and contype = 'p'`,
      ),
    ).toEqual([{ keys: 6 }]);
    const shown = await site.site.installation.run('run', 'show', 'to-postgres');
    expect(shown.stdout).toMatch(/Foreign key fk_orders_customers .*was not created/i);
  });

  test('Postgres tables that are there take what fits, and keep what is their own', async () => {
    await run('to-existing');
    const only = [
      'customerid',
      'customerno',
      'firstname',
      'lastname',
      'email',
      'creditlimit',
      'balance',
      'isactive',
      'rowguid',
      'birthdate',
    ];
    const wide = (list: Record<string, unknown>[]) =>
      list.map(({ customerid, ...row }) => ({ ...row, customerid: String(customerid) }));
    expect(comparable(wide(await postgresRows(site.site.target, 'public.clients')), only)).toEqual(
      comparable(wide(await shopRows('dbo.Customers')), only),
    );
    expect(await rows(site.site.target, 'select distinct own from clients')).toEqual([{ own: 'mine' }]);
    expect(await rows(site.site.target, 'select count(*)::int as n from lines')).toEqual([
      { n: await count(site.shop, 'sales.OrderLines', 'OrderId < 1500') },
    ]);
  });

  test('Postgres as the source: tables are made in SQL Server with every value', async () => {
    await run('from-postgres');
    const text = `id, part_id, big, small, coalesce(t, '<null>') as t, n::text, b, u::text, encode(raw, 'hex') as raw, d::text, m::text`;
    const mssql = `id, part_id, CONVERT(varchar(30), big) AS big, small, COALESCE(t, N'<null>') AS t, CONVERT(varchar(60), n) AS n, b, LOWER(CONVERT(varchar(40), u)) AS u, raw, CONVERT(varchar(10), d, 121) AS d, m`;
    const source = await rows<Record<string, unknown>>(site.site.source, `select ${text} from kinds`);
    expect(comparable(await query(site.testers, `SELECT ${mssql} FROM dbo.Kinds`))).toEqual(comparable(source));
    const times = await rows<Record<string, unknown>>(
      site.site.source,
      `select id, ts::text as ts, to_char(tz at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS.US +00:00') as tz, tm::text as tm, f, r::float8 as r from kinds`,
    );
    expect(
      comparable(
        await query(
          site.testers,
          `SELECT id, CONVERT(varchar(40), ts, 121) AS ts, CONVERT(varchar(40), tz, 121) AS tz, CONVERT(varchar(20), tm, 121) AS tm, f, r FROM dbo.Kinds`,
        ),
      ),
    ).toEqual(comparable(times));
    expect(
      comparable(
        await query(
          site.testers,
          'SELECT CONVERT(varchar(30), id) AS id, name, code, CONVERT(varchar(60), price) AS price FROM dbo.Parts',
        ),
      ),
    ).toEqual(comparable(await rows(site.site.source, 'select id::text, name, code, price::text from parts')));
    const odd = await query(
      site.testers,
      `SELECT COUNT(*) AS n FROM dbo.Kinds WHERE [with "quotes" and . dots] = N'it''s ' + CAST(id AS nvarchar(10))`,
    );
    expect(odd).toEqual([{ n: 60 }]);
  });

  test('Postgres as the source: a table that is there has its rows replaced', async () => {
    await run('from-postgres-existing');
    expect(
      await query(
        site.testers,
        `SELECT COUNT(*) AS n, CONVERT(varchar(40), SUM(Amount)) AS total, SUM(CAST(Flag AS int)) AS flags, MIN(Word) AS word, CONVERT(varchar(19), MAX(Seen), 120) AS seen FROM dbo.Stock`,
      ),
    ).toEqual([{ n: 50, total: '1593.75', flags: 25, word: 'w1', seen: '2024-06-01 12:50:00' }]);
  });

  test('a DuckDB file holds the same values, and gives them back to another SQL Server', async () => {
    await run('to-file');
    const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
    const connection = await instance.connect();
    const [found] = (
      await connection.runAndReadAll(
        'select count(*)::int, sum(balance)::varchar, sum(creditlimit)::varchar, count(email)::int from main.customers',
      )
    ).getRows();
    connection.closeSync();
    instance.closeSync();
    const [expected] = await query(
      site.shop,
      'SELECT COUNT(*) AS n, CONVERT(varchar(60), SUM(Balance)) AS balance, CONVERT(varchar(60), SUM(CAST(CreditLimit AS decimal(38,4)))) AS credit, COUNT(Email) AS emails FROM dbo.Customers',
    );
    expect(found).toEqual(Object.values(expected ?? {}));
    await run('from-file');
    for (const table of ['dbo.Countries', 'dbo.Customers', 'dbo.Addresses', 'sales.Orders'])
      expect({ table, rows: comparable(parsed(await contents(site.testers, table.replace(/.*\./, 'back.')))) }).toEqual(
        {
          table,
          rows: comparable(await shopRows(table)),
        },
      );
  });

  test('all of them leaves nothing behind', async () => {
    expect(await site.leftBehind()).toEqual(NOTHING);
    expect((await site.site.leftBehind()).schemas).toEqual([]);
  });
});
