/** An installation with two SQL Server databases beside the Postgres ones, and plain Transact-SQL to look at them with. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, Request } from 'tedious';
import { driverConfig, testMssql, type TestMssql } from '../../helpers/mssql';
import { Site, nameOf, type Outcome, type SiteOptions } from '../site';

/** The server of the tests; a test that asks without one has forgotten `describeMssql`. */
export function server(): TestMssql {
  const found = testMssql();
  if (!found) throw new Error('No SQL Server is named.');
  return found;
}

/** Runs batches one after another on one connection; rows of the last one, by column name in lower case. */
export async function query<T extends object = Row>(url: string, ...batches: string[]): Promise<T[]> {
  const connection = new Connection(driverConfig(url));
  connection.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
  try {
    let rows: T[] = [];
    for (const batch of batches) rows = await one<T>(connection, batch);
    return rows;
  } finally {
    const closed = new Promise((resolve) => connection.once('end', resolve));
    connection.close();
    await closed;
  }
}

export type Row = Record<string, unknown>;

function one<T>(connection: Connection, batch: string): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const rows: T[] = [];
    const request = new Request(batch, (error) =>
      error ? reject(new Error(`${error.message}\n${batch.slice(0, 400)}`)) : resolve(rows),
    );
    request.on('row', (columns: { metadata: { colName: string }; value: unknown }[]) => {
      rows.push(Object.fromEntries(columns.map(({ metadata, value }) => [metadata.colName.toLowerCase(), value])) as T);
    });
    connection.execSqlBatch(request);
  });
}

export const quoted = (name: string): string => `[${name.replaceAll(']', ']]')}]`;

/** `dbo.order` quoted; schemas of the tests have no dot. */
export const quotedTable = (name: string): string => {
  const [schema = '', ...rest] = name.split('.');
  return `${quoted(schema)}.${quoted(rest.join('.'))}`;
};

interface Column {
  name: string;
  type: string;
}

async function columnsOf(url: string, table: string): Promise<Column[]> {
  const [schema, ...rest] = table.split('.');
  return query<Column>(
    url,
    `SELECT COLUMN_NAME AS name, DATA_TYPE AS type FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = '${schema}' AND TABLE_NAME = N'${rest.join('.').replaceAll("'", "''")}' ORDER BY ORDINAL_POSITION`,
  );
}

/** What the server itself writes, where the driver would round. */
function exactly({ name, type }: Column): string {
  const column = quoted(name);
  if (/money/.test(type)) return `CONVERT(varchar(60), CAST(${column} AS decimal(19,4)))`;
  if (/decimal|numeric/.test(type)) return `CONVERT(varchar(60), ${column})`;
  if (/date|time/.test(type)) return `CONVERT(varchar(60), ${column}, 121)`;
  if (type === 'xml') return `CONVERT(nvarchar(max), ${column})`;
  return column;
}

/** Every row as text, sorted: tables with the same rows give the same, whatever the order. */
export async function contents(url: string, table: string, { only, where = '1 = 1' }: Part = {}): Promise<string[]> {
  const columns = (await columnsOf(url, table)).filter(({ name }) => !only || only.includes(name.toLowerCase()));
  if (columns.length === 0) throw new Error(`${table} has no columns, or is not there.`);
  const list = columns.map((column) => `${exactly(column)} AS ${quoted(column.name)}`).join(', ');
  const rows = await query(url, `SELECT ${list} FROM ${quotedTable(table)} WHERE ${where}`);
  const plain = (row: Row): Row =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, value instanceof Buffer ? value.toString('hex') : value]),
    );
  return rows.map((row) => JSON.stringify(plain(row))).toSorted();
}

export interface Part {
  /** Columns in lower case; all when left out. */
  only?: string[];
  where?: string;
}

export async function count(url: string, table: string, where = '1 = 1'): Promise<number> {
  const [row] = await query<{ n: number }>(url, `SELECT COUNT(*) AS n FROM ${quotedTable(table)} WHERE ${where}`);
  return row?.n ?? -1;
}

const DEFINITIONS = [
  `SELECT 'schema ' + name AS line FROM sys.schemas WHERE name NOT IN ('sys', 'information_schema', 'information_schema_tsql', 'guest', 'pg_catalog') AND name NOT LIKE 'db[_]%'`,
  `SELECT 'object ' + SCHEMA_NAME(schema_id) + '.' + name + ' ' + RTRIM(type) + ' ' + CAST(object_id AS varchar(20)) AS line FROM sys.objects WHERE is_ms_shipped = 0 AND type IN ('U', 'V', 'TR', 'F', 'C', 'PK', 'UQ')`,
  `SELECT 'column ' + CAST(c.object_id AS varchar(20)) + '.' + c.name + ' ' + TYPE_NAME(c.user_type_id) + ' ' + CAST(c.max_length AS varchar(10)) + ' ' + CAST(c.precision AS varchar(10)) + ',' + CAST(c.scale AS varchar(10)) + ' ' + CAST(c.is_nullable AS varchar(1)) + CAST(c.is_identity AS varchar(1)) + CAST(c.is_computed AS varchar(1)) AS line FROM sys.columns c JOIN sys.tables t ON t.object_id = c.object_id`,
  `SELECT 'index ' + CAST(i.object_id AS varchar(20)) + '.' + i.name + ' ' + CAST(i.is_unique AS varchar(1)) AS line FROM sys.indexes i JOIN sys.tables t ON t.object_id = i.object_id WHERE i.name IS NOT NULL`,
  `SELECT 'key ' + name + ' ' + CAST(is_disabled AS varchar(1)) + CAST(is_not_trusted AS varchar(1)) + ' ' + delete_referential_action_desc AS line FROM sys.foreign_keys`,
  `SELECT 'trigger ' + name + ' ' + CAST(is_disabled AS varchar(1)) AS line FROM sys.triggers`,
];

/** All that a database holds, as text that differs when anything does: definitions, and every row of every table. */
export async function fingerprint(url: string): Promise<string[]> {
  const lines: string[] = [];
  for (const sql of DEFINITIONS) {
    const found = await query<{ line: string }>(url, sql);
    lines.push(...found.map(({ line }) => line).toSorted());
  }
  const tables = await query<{ name: string }>(
    url,
    `SELECT TABLE_SCHEMA + '.' + TABLE_NAME AS name FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'BASE TABLE' ORDER BY 1`,
  );
  for (const { name } of tables) lines.push(`${name} ${(await contents(url, name)).join('\n')}`);
  return lines;
}

/** Sessions of Longshore in these databases, as far as the server shows them. */
export async function sessions(...urls: string[]): Promise<string[]> {
  const names = urls.map((url) => `'${nameOf(url)}'`).join(', ');
  const found = await query<{ program: string; status: string }>(
    server().url,
    `SELECT program_name AS program, status FROM sys.dm_exec_sessions WHERE program_name LIKE 'longshore%' AND DB_NAME(database_id) IN (${names})`,
  );
  return found.map(({ program, status }) => `${program.trim()} ${status}`);
}

export interface SqlServerSiteOptions extends Omit<SiteOptions, 'sets'> {
  /** As YAML; a function is given the names of the databases. */
  sets: string | ((names: { shop: string; testers: string; other: string }) => string);
  /** Batches for the database of the environment `shop`. */
  production?: string[];
  /** Batches for the database of the environment `testers`. */
  uat?: string[];
  /** Batches for the database of names of three parts. */
  other?: string[];
  worker?: boolean;
}

/** Environments: `shop`, read-only, and `testers`, of SQL Server; `prod` and `uat` of Postgres. */
export class SqlServerSite {
  private constructor(
    readonly site: Site,
    readonly shop: string,
    readonly testers: string,
    /** A third database of the same server, for names of three parts. */
    readonly other: string,
  ) {}

  static async open({
    sets,
    production = [],
    uat = [],
    other: more = [],
    worker = true,
    ...options
  }: SqlServerSiteOptions): Promise<SqlServerSite> {
    const mssql = server();
    const shop = await mssql.createDatabase('e2e_shop');
    const testers = await mssql.createDatabase('e2e_uat');
    const other = await mssql.createDatabase('e2e_other');
    const site = await (async () => {
      await query(shop, ...production);
      await query(testers, ...uat);
      await query(other, ...more);
      return Site.open(
        {
          ...options,
          sets:
            typeof sets === 'string'
              ? sets
              : sets({ shop: nameOf(shop), testers: nameOf(testers), other: nameOf(other) }),
          env: { SHOP_URL: shop, TESTERS_URL: testers, ...options.env },
          environments: [
            'shop: { kind: mssql, url: "${env:SHOP_URL}", readOnly: true }',
            'testers: { kind: mssql, url: "${env:TESTERS_URL}" }',
            ...(options.environments ?? []),
          ],
        },
        { worker },
      );
    })().catch(async (error: unknown) => {
      for (const url of [shop, testers, other]) await mssql.dropDatabase(url);
      throw error;
    });
    return new SqlServerSite(site, shop, testers, other);
  }

  async close(): Promise<void> {
    await this.site.close();
    for (const url of [this.shop, this.testers, this.other]) await server().dropDatabase(url);
  }

  command(...args: string[]): Promise<Outcome> {
    return this.site.command(...args);
  }

  /** What runs have left behind: files, staging schemas, and sessions that do not end within ten seconds. */
  async leftBehind(): Promise<{ files: string[]; schemas: string[]; sessions: string[] }> {
    const schemas: string[] = [];
    for (const url of [this.shop, this.testers]) {
      const found = await query<{ name: string }>(
        url,
        `SELECT name FROM sys.schemas WHERE name LIKE '%longshore%' OR name LIKE '%staging%'`,
      );
      schemas.push(...found.map(({ name }) => `${nameOf(url)}.${name}`));
    }
    const deadline = Date.now() + 10_000;
    let open = await sessions(this.shop, this.testers);
    while (open.length > 0 && Date.now() < deadline) {
      await sleep(250);
      open = await sessions(this.shop, this.testers);
    }
    return { files: this.site.installation.stagedFiles(), schemas, sessions: open };
  }
}
