/** What SQL Server sets ask for and cannot have: refused before anything is read, by code, place and remedy, without a secret. */
import { createServer, type AddressInfo } from 'node:net';
import { describeMssql } from '../../helpers/mssql';
import { SECRET, expectNoSecrets, expectRefusal, type Refusal } from '../refusals';
import { NOTHING, rows, several, urlWith, type Outcome } from '../site';
import { SqlServerSite, contents, fingerprint, query, server } from './sql-server-site';
import { numbers } from './shop';

jest.setTimeout(300_000);

const yaml = (text: string): string => JSON.stringify(text);
const EVIL = `x]"'); DROP TABLE victims; --`;
const ODD_COLUMN = `at"'); DROP TABLE victims; --`;

const TABLES = [
  'CREATE TABLE dbo.customers (id int NOT NULL PRIMARY KEY, name nvarchar(40) NOT NULL, email varchar(60) NULL, created_at datetime2(3) NULL)',
  'CREATE TABLE dbo.orders (id bigint NOT NULL PRIMARY KEY, customer_id int NOT NULL REFERENCES dbo.customers (id), total decimal(12,2) NULL, status varchar(10) NULL)',
  'CREATE TABLE dbo.victims (id int NOT NULL PRIMARY KEY, note varchar(10) NULL)',
  `INSERT INTO dbo.victims SELECT i, 'safe' FROM ${numbers(10)}`,
  `CREATE TABLE dbo.[odd ; DROP TABLE victims; --] (id int NOT NULL PRIMARY KEY, [${ODD_COLUMN}] date NULL, [note'; --] nvarchar(20) NULL)`,
  'CREATE VIEW dbo.totals AS SELECT customer_id, SUM(total) AS total FROM dbo.orders GROUP BY customer_id',
  'CREATE TABLE dbo.ring_a (id int NOT NULL PRIMARY KEY, b int NOT NULL)',
  'CREATE TABLE dbo.ring_b (id int NOT NULL PRIMARY KEY, a int NOT NULL REFERENCES dbo.ring_a (id))',
  'ALTER TABLE dbo.ring_a ADD CONSTRAINT ring_a_b FOREIGN KEY (b) REFERENCES dbo.ring_b (id)',
];
const ROWS = [
  `INSERT INTO dbo.customers SELECT i, N'customer', NULL, '2024-01-01' FROM ${numbers(20)}`,
  `INSERT INTO dbo.orders SELECT i, 1 + i % 20, i, 'paid' FROM ${numbers(50)}`,
  `INSERT INTO dbo.[odd ; DROP TABLE victims; --] SELECT i, DATEADD(day, i, CAST('2023-12-30' AS date)), N'it''s' FROM ${numbers(9)}`,
];
const IN_SOURCE = [
  'CREATE TABLE dbo.totals_copy (customer_id int NULL, total decimal(38,2) NULL)',
  'CREATE TABLE dbo.lacking (id int NOT NULL PRIMARY KEY)',
  'CREATE TABLE dbo.narrow (id bigint NOT NULL PRIMARY KEY, code nvarchar(max) NULL, amount decimal(20,4) NULL, extra nvarchar(5) NULL)',
  'CREATE TABLE dbo.variant (id int NOT NULL PRIMARY KEY, v sql_variant NULL)',
];
const IN_TARGET = [
  'CREATE TABLE dbo.narrow (id int NOT NULL PRIMARY KEY, code nvarchar(3) NULL, amount decimal(8,2) NULL)',
  'CREATE TABLE dbo.lacking (id int NOT NULL PRIMARY KEY, required nvarchar(5) NOT NULL)',
];

interface Case extends Refusal {
  /** Entries of the set. */
  tables: string;
  set?: string;
  to?: string;
  /** `place.path` inside the set. */
  path?: string;
}

const where = (condition: string): string => `[dbo.orders: { where: ${yaml(condition)} }]`;

const CASES: Record<string, Case> = {
  'an unknown table, with the nearest name': {
    tables: '[dbo.custmers]',
    code: 'TABLE_NOT_FOUND',
    says: ["'dbo.custmers'", 'dbo.customers'],
    path: 'tables[0]',
  },
  'an unknown schema': {
    tables: '[sales.customers]',
    code: 'TABLE_NOT_FOUND',
    says: ["'sales.customers'", 'dbo.customers'],
    path: 'tables[0]',
  },
  'a database that is not there': {
    tables: '[nowhere_db.dbo.customers: { target: dbo.customers }]',
    code: 'DATABASE_NOT_FOUND',
    exit: 1,
    says: ['nowhere_db'],
  },
  'a wildcard that matches nothing': {
    tables: '[dbo.customers, "nothing_*"]',
    code: 'NO_TABLES_MATCH',
    says: ["'nothing_*'"],
    path: 'tables[1]',
  },
  'an unknown column in exclude': {
    tables: '[dbo.customers: { exclude: [emial] }]',
    code: 'COLUMN_NOT_FOUND',
    says: ["'emial'", 'email'],
    place: { table: 'dbo.customers', column: 'emial' },
    path: 'tables[0]',
  },
  'an unknown column in dates': {
    tables: '[dbo.customers: { dates: { column: craeted_at, preset: today } }]',
    code: 'COLUMN_NOT_FOUND',
    says: ["'craeted_at'", 'created_at'],
    path: 'tables[0]',
  },
  'dates of a column that holds none': {
    tables: '[dbo.customers: { dates: { column: name, preset: today } }]',
    code: 'FILTER_INVALID',
    says: ['name', 'dbo.customers'],
    place: { column: 'name' },
  },
  'an unknown column in a mask': {
    tables: '[dbo.customers: { mask: { emial: email } }]',
    code: 'COLUMN_NOT_FOUND',
    says: ['emial', 'email'],
  },
  'an unknown column in where': {
    tables: where('[emial] IS NULL'),
    code: 'FILTER_INVALID',
    says: ['dbo.orders', 'emial'],
    path: 'tables[0].where',
  },
  'an SQL error in where': {
    tables: where('status = = 1'),
    code: 'FILTER_INVALID',
    says: ['dbo.orders'],
    place: { sql: 'status = = 1' },
    path: 'tables[0].where',
  },
  'a where with a semicolon': {
    tables: where('1 = 1; DROP TABLE victims'),
    code: 'FILTER_INVALID',
    says: ['semicolon', '▸'],
    path: 'tables[0].where',
  },
  'a where with a comment': {
    tables: where('1 = 1 -- and id = 1'),
    code: 'FILTER_INVALID',
    says: ['comment'],
    path: 'tables[0].where',
  },
  'a where with a block comment': {
    tables: where('1 = 1 /* and id = 1 */'),
    code: 'FILTER_INVALID',
    says: ['comment'],
  },
  'a way out of the parentheses': { tables: where('1 = 0) OR (1 = 1'), code: 'FILTER_INVALID', says: [') too many'] },
  'an open quote': { tables: where("status = 'open"), code: 'FILTER_INVALID', says: ['quote is not closed'] },
  'an open name': { tables: where('[status = 1'), code: 'FILTER_INVALID', says: ['quote is not closed'] },
  'a where with EXEC': { tables: where('id IN (EXEC sp_who)'), code: 'FILTER_INVALID', says: ['EXEC'] },
  'a where with xp_cmdshell': {
    tables: where("xp_cmdshell('dir') = 1"),
    code: 'FILTER_INVALID',
    says: [/xp_cmdshell/i],
  },
  'a where with OPENROWSET': {
    tables: where("id IN (SELECT a FROM OPENROWSET('SQLNCLI', 'x', 'SELECT 1') x)"),
    code: 'FILTER_INVALID',
    says: ['OPENROWSET'],
  },
  'a second statement without a semicolon': {
    tables: where('1 = 1 DROP TABLE victims'),
    code: 'FILTER_INVALID',
    says: ['DROP'],
  },
  'two entries that choose one table': {
    tables: '["dbo.orders", "orders"]',
    code: 'DUPLICATE_TARGET',
    says: ["'dbo.orders'", "'orders'"],
  },
  'a circle of keys that none opens': {
    tables: '[dbo.ring_a, dbo.ring_b]',
    code: 'CYCLE_WITHOUT_NULLABLE_KEY',
    says: ['dbo.ring_a → dbo.ring_b', 'ring_a_b'],
  },
  'a target that is a view': {
    tables: '[totals_copy: { target: dbo.totals }]',
    code: 'SCHEMA_MISMATCH',
    says: ['dbo.totals is a view'],
  },
  'columns that do not fit, under schema: stop': {
    tables: '[dbo.narrow]',
    set: 'schema: stop',
    code: 'SCHEMA_MISMATCH',
    says: ['no column extra', 'id is bigint', 'decimal(20,4)'],
    place: { table: 'dbo.narrow' },
  },
  'a required column that the source lacks': {
    tables: '[dbo.lacking]',
    set: 'schema: ignore',
    code: 'SCHEMA_MISMATCH',
    says: ['dbo.lacking', 'required'],
  },
  'a type that has no one type': {
    tables: '[dbo.variant]',
    code: 'TYPE_NOT_SUPPORTED',
    says: ['sql_variant', 'dbo.variant'],
    place: { column: 'v' },
  },
  'injection as a table': {
    tables: `[${yaml(`dbo.${EVIL}`)}]`,
    code: 'TABLE_NOT_FOUND',
    says: ['DROP TABLE victims'],
  },
  'injection as a pattern': {
    tables: `[${yaml(`${EVIL}*`)}]`,
    code: 'NO_TABLES_MATCH',
    says: ['DROP TABLE victims'],
  },
  'injection as an excluded column': {
    tables: `[dbo.customers: { exclude: [${yaml(EVIL)}] }]`,
    code: 'COLUMN_NOT_FOUND',
    says: ['DROP TABLE victims'],
  },
  'injection as a date column': {
    tables: `[dbo.customers: { dates: { column: ${yaml(EVIL)}, preset: today } }]`,
    code: 'COLUMN_NOT_FOUND',
    says: ['DROP TABLE victims'],
  },
  'a read-only target': {
    tables: '[dbo.customers]',
    to: 'locked',
    code: 'READ_ONLY_ENVIRONMENT',
    exit: 4,
    says: ['locked'],
  },
  'a protected table, whatever its case': {
    tables: '[dbo.customers]',
    to: 'guarded',
    code: 'PROTECTED_TABLE',
    exit: 4,
    says: ['dbo.customers'],
  },
};

/** Environments that cannot be reached, with what is told of each. */
const AWAY: Record<
  string,
  Omit<Refusal, 'place'> & { line: (url: URL, ports: { closed: number; silent: number }) => string }
> = {
  'wrong-password': {
    code: 'AUTHENTICATION_FAILED',
    says: [/user/],
    next: /user and password/,
    line: () => 'url: "${env:WRONG_PASSWORD}"',
  },
  'no-user': {
    code: 'AUTHENTICATION_FAILED',
    says: ['nobody'],
    line: (url) =>
      `host: ${url.hostname}, port: ${url.port}, database: master, user: nobody, password: ${SECRET}, encrypt: false`,
  },
  'no-database': { code: 'DATABASE_NOT_FOUND', says: ['lost_database'], line: () => 'url: "${env:NO_DATABASE}"' },
  'odd-database': {
    code: 'DATABASE_NOT_FOUND',
    says: [/DROP TABLE/i],
    line: (url) =>
      `host: ${url.hostname}, port: ${url.port}, user: ${url.username}, password: "\${env:RIGHT_PASSWORD}", encrypt: false, database: ${yaml(EVIL)}`,
  },
  'no-port': {
    code: 'HOST_UNREACHABLE',
    says: [/127\.0\.0\.1:\d+/, 'connection refused'],
    line: (_url, { closed }) => `host: 127.0.0.1, port: ${closed}, database: x, user: me, password: ${SECRET}`,
  },
  'no-host': {
    code: 'HOST_UNREACHABLE',
    says: ['nowhere.invalid'],
    line: () => `host: nowhere.invalid, database: x, user: me, password: ${SECRET}`,
  },
  'no-instance': {
    code: 'HOST_UNREACHABLE',
    says: ['UAT'],
    line: () => `host: 127.0.0.1, instance: UAT, connectTimeoutMs: 2000, database: x, user: me, password: ${SECRET}`,
  },
  silent: {
    code: 'HOST_UNREACHABLE',
    says: [/127\.0\.0\.1:\d+/],
    line: (_url, { silent }) =>
      `host: 127.0.0.1, port: ${silent}, connectTimeoutMs: 1500, database: x, user: me, password: ${SECRET}`,
  },
  'no-encryption': {
    code: 'AUTHENTICATION_FAILED',
    says: [/encrypt/i],
    next: /encrypt/,
    line: (url) =>
      `host: ${url.hostname}, port: ${url.port}, database: master, user: ${url.username}, password: "\${env:RIGHT_PASSWORD}", encrypt: true`,
  },
};

const slug = (index: number): string => `case-${index}`;

describeMssql('SQL Server refuses', () => {
  let site: SqlServerSite;
  let before: string[][];
  let outcomes: Outcome[];
  const away = new Map<string, Outcome>();
  const cases = Object.entries(CASES);
  const names = Object.keys(AWAY);
  const sides = names.flatMap((name) => (['source', 'target'] as const).map((side) => ({ name, side })));
  const silent = createServer();

  beforeAll(async () => {
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const closing = createServer();
    await new Promise<void>((resolve) => closing.listen(0, '127.0.0.1', resolve));
    const ports = { closed: (closing.address() as AddressInfo).port, silent: (silent.address() as AddressInfo).port };
    await new Promise((resolve) => closing.close(resolve));
    const url = new URL(server().url);
    site = await SqlServerSite.open({
      production: [...TABLES, ...IN_SOURCE, ...ROWS],
      uat: [...TABLES, ...IN_TARGET],
      env: {
        WRONG_PASSWORD: urlWith(url.href, { password: SECRET }),
        NO_DATABASE: urlWith(url.href, { pathname: '/lost_database' }),
        RIGHT_PASSWORD: decodeURIComponent(url.password),
      },
      environments: [
        'locked: { kind: mssql, url: "${env:TESTERS_URL}", readOnly: true }',
        'guarded: { kind: mssql, url: "${env:TESTERS_URL}", protectedTables: [DBO.Cust*] }',
        `odd: { kind: mssql, url: "\${env:TESTERS_URL}", stagingSchema: ${yaml(`s'"; DROP TABLE victims; --`)} }`,
        ...names.map((name) => `${name}: { kind: mssql, ${AWAY[name]?.line(url, ports)} }`),
      ],
      sets:
        [
          ...cases.map(
            ([, { tables, set, to = 'testers' }], index) =>
              `  ${slug(index)}: { from: shop, to: ${to}, personalData: ignore, ${set ? `${set}, ` : ''}tables: ${tables} }`,
          ),
          ...names.flatMap((name) => [
            `  source-${name}: { from: ${name}, to: testers, tables: [dbo.customers] }`,
            `  target-${name}: { from: shop, to: ${name}, tables: [dbo.customers] }`,
          ]),
          `  names: { from: shop, to: odd, personalData: ignore, tables: [${yaml(`dbo.odd ; DROP TABLE victims; --`)}: { target: ${yaml(`dbo.made"'; DROP TABLE victims; --`)}, dates: { column: ${yaml(ODD_COLUMN)}, from: "2024-01-01" } }] }`,
        ].join('\n') + `\nmasking: { key: "sixteen characters at least" }`,
    });
    before = [await fingerprint(site.shop), await fingerprint(site.testers)];
    outcomes = await several(
      cases,
      ([name]) => site.command('transfer', 'run', slug(Object.keys(CASES).indexOf(name))),
      4,
    );
    const results = await several(sides, ({ name, side }) => site.command('transfer', 'run', `${side}-${name}`), 5);
    sides.forEach(({ name, side }, index) => away.set(`${side} ${name}`, results[index] as Outcome));
  });

  afterAll(async () => {
    silent.close();
    await site?.close();
  });

  test.each(cases.map(([name, refusal], index) => [name, refusal, index] as const))(
    '%s',
    (_name, { path, ...refusal }, index) => {
      const place = { ...refusal.place, ...(path && { path: `transferSets.${slug(index)}.${path}` }) };
      expectRefusal(outcomes[index], { ...refusal, place });
      expect(outcomes[index]?.shown?.tables).toEqual([]);
    },
  );

  test.each(sides.map(({ name, side }) => [name, side] as const))('%s as %s, naming the environment', (name, side) => {
    const { line: _line, ...refusal } = AWAY[name] as (typeof AWAY)[string];
    const outcome = away.get(`${side} ${name}`);
    expectRefusal(outcome, { ...refusal, exit: 1, place: { environment: name } });
    expect(outcome?.ms).toBeLessThan(30_000);
  });

  test('without a password in the log, the catalog, or what is printed', async () => {
    const printed = await site.site.installation.run('run', 'show', 'source-wrong-password');
    expectNoSecrets(
      site.site,
      printed.stdout,
      printed.stderr,
      (await site.site.installation.run('config', 'export')).stdout,
    );
    const password = decodeURIComponent(new URL(server().url).password);
    expect(`${site.site.installation.workerLog}${printed.stdout}`).not.toContain(password);
    const tables = await rows<{ name: string }>(
      site.site.catalog,
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname !~ '^(pg_|information_schema)'`,
    );
    for (const { name } of tables)
      expect(
        await rows(
          site.site.catalog,
          `select 1 from ${name} t where t::text like '%${SECRET}%' or t::text like '%${password}%'`,
        ),
      ).toEqual([]);
    expect(tables.length).toBeGreaterThan(4);
  });

  test('and both databases are as they were, with nothing behind', async () => {
    expect([await fingerprint(site.shop), await fingerprint(site.testers)]).toEqual(before);
    expect(await site.leftBehind()).toEqual(NOTHING);
  });

  test('nothing of odd names that exist: they are transferred like any other', async () => {
    const outcome = await site.command('transfer', 'run', 'names', '--reason', EVIL);
    expect({ error: outcome.error, errors: outcome.tableErrors, code: outcome.code }).toEqual({
      error: undefined,
      errors: {},
      code: 0,
    });
    expect(await contents(site.testers, `dbo.made"'; DROP TABLE victims; --`)).toEqual(
      await contents(site.shop, `dbo.odd ; DROP TABLE victims; --`, { where: `id > 1` }),
    );
    expect(await query(site.testers, 'SELECT COUNT(*) AS n FROM dbo.victims')).toEqual([{ n: 10 }]);
    expect(await site.leftBehind()).toEqual(NOTHING);
  });
});
