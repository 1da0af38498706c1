/** Databases as plain SQL sees them, through their drivers alone, beside the connector that is to be tested. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { Client } from 'pg';
import { Connection, Request } from 'tedious';
import type { Database } from '../../../connectors/connector';
import { connectorFor } from '../../../connectors/registry';
import type { DatabaseKind } from '../../../schemas/constants';
import { databaseEnvironmentSchema, type DatabaseEnvironment } from '../../../schemas/environment';
import { driverConfig, testMssql } from '../../helpers/mssql';
import { testPostgres } from '../../helpers/postgres';
import { sortOf } from './canonical';

/** A value as its database writes it; null for NULL. */
export type Written = string | null;

/** The part that every kind of database does in its own way. */
interface Plain {
  environment: DatabaseEnvironment;
  /** Schema in which tables are made. */
  schema: string;
  quote(name: string): string;
  run(sql: string): Promise<void>;
  /** Rows of texts. */
  texts(sql: string): Promise<Written[][]>;
  /** Expression that `texts` gives the exact text of. */
  exact(column: string, nativeType: string): string;
  close(): Promise<void>;
}

export interface Side extends Plain {
  kind: DatabaseKind;
  database: Database;
  /** A table's quoted name with its schema. */
  id(table: string): string;
}

export interface Named {
  name: string;
  nativeType: string;
}

const OPENERS: Record<DatabaseKind, () => Promise<Plain>> = { postgres, duckdb, mssql };

export async function openSide(kind: DatabaseKind): Promise<Side> {
  const plain = await OPENERS[kind]();
  const options = { applicationName: 'longshore test', poolSize: 2, memoryLimit: '1GB' };
  const database = await connectorFor(kind).open(plain.environment, options);
  return {
    ...plain,
    kind,
    database,
    id: (table) => `${plain.quote(plain.schema)}.${plain.quote(table)}`,
    async close() {
      await database.close();
      await plain.close();
    },
  };
}

/** All rows of a table, each value as text, ordered by their texts; undefined when there is no such table. */
export async function contents(side: Side, table: string, columns: Named[]): Promise<Written[][]> {
  const list = columns.map(({ name, nativeType }) => side.exact(side.quote(name), nativeType)).join(', ');
  return side.texts(`SELECT ${list} FROM ${side.id(table)}`);
}

const doubled = (name: string, quote: string): string => quote + name.replaceAll(quote, quote + quote) + quote;

async function postgres(): Promise<Plain> {
  const server = await testPostgres();
  const url = await server.createDatabase('types');
  const types = { getTypeParser: () => (value: unknown) => value };
  const client = new Client({ connectionString: url, types });
  await client.connect();
  await client.query(
    "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET extra_float_digits = 3; SET lc_monetary = 'C'; SET xmloption = 'content'",
  );
  return {
    environment: databaseEnvironmentSchema.parse({ kind: 'postgres', url }),
    schema: 'public',
    quote: (name) => doubled(name, '"'),
    async run(sql) {
      await client.query(sql);
    },
    async texts(sql) {
      const { rows } = await client.query<Written[]>({ text: sql, rowMode: 'array' });
      return rows;
    },
    // What the server sends of XML lacks a declaration that says nothing, though the value has it.
    exact: (column, nativeType) => (nativeType === 'xml' ? `${column}::text` : column),
    async close() {
      await client.end();
      await server.dropDatabase(url);
    },
  };
}

async function duckdb(): Promise<Plain> {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-types-'));
  const path = join(folder, 'data.duckdb');
  /** Opened for each statement, since the connector opens the file for each piece of its work. */
  async function use(sql: string): Promise<Written[][]> {
    const instance = await DuckDBInstance.create(path, { threads: '2' });
    const connection = await instance.connect();
    try {
      await connection.run("SET TimeZone = 'UTC'");
      return (await connection.runAndReadAll(sql)).getRowsJson() as Written[][];
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  }
  await use('SELECT 1');
  return {
    environment: databaseEnvironmentSchema.parse({ kind: 'duckdb', path }),
    schema: 'main',
    quote: (name) => doubled(name, '"'),
    async run(sql) {
      await use(sql);
    },
    texts: async (sql) => (await use(sql)).map((row) => row.map(fromHex)),
    exact: (column, nativeType) => {
      const text = `CAST(${column} AS VARCHAR)`;
      if (nativeType === 'BLOB') return `hex(${column})`;
      // The driver leaves out a byte order mark at the beginning of a text.
      return sortOf('duckdb', nativeType) === 'text' ? `'${HEX}' || hex(encode(${text}))` : text;
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Begins a text that is written as the hexadecimal digits of its UTF-8. */
const HEX = 'utf8:';

const fromHex = (text: Written): Written =>
  typeof text === 'string' && text.startsWith(HEX) ? Buffer.from(text.slice(HEX.length), 'hex').toString('utf8') : text;

async function mssql(): Promise<Plain> {
  const server = testMssql();
  if (!server) throw new Error('No SQL Server is named.');
  const url = await server.createDatabase('types');
  const connection = new Connection(driverConfig(url));
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
  const use = (sql: string): Promise<Written[][]> =>
    new Promise((resolve, reject) => {
      const rows: Written[][] = [];
      const request = new Request(sql, (error) => (error ? reject(error) : resolve(rows)));
      request.on('row', (columns: { value: unknown }[]) => rows.push(columns.map(({ value }) => written(value))));
      connection.execSqlBatch(request);
    });
  return {
    environment: databaseEnvironmentSchema.parse({ kind: 'mssql', url }),
    schema: 'dbo',
    quote: (name) => `[${name.replaceAll(']', ']]')}]`,
    async run(sql) {
      await use(sql);
    },
    texts: use,
    exact: mssqlText,
    async close() {
      await new Promise<void>((resolve) => {
        connection.on('end', resolve);
        connection.close();
      });
      await server.dropDatabase(url);
    },
  };
}

/** Floating-point numbers and bytes come as they are over the wire, everything else as text that the server writes. */
function mssqlText(column: string, nativeType: string): string {
  switch (sortOf('mssql', nativeType)) {
    case 'float32':
    case 'float64':
      return column;
    case 'bytes':
      return `CONVERT(varbinary(max), ${column})`;
    case 'number':
      return `CONVERT(varchar(50), ${/money/.test(nativeType) ? `CONVERT(decimal(19, 4), ${column})` : column})`;
    case 'text':
      return `CONVERT(nvarchar(max), ${column})`;
    default:
      return `CONVERT(varchar(50), ${column}, ${nativeType === 'date' ? 23 : 121})`;
  }
}

function written(value: unknown): Written {
  if (value === null || value === undefined) return null;
  if (Buffer.isBuffer(value)) return value.toString('hex');
  return Object.is(value, -0) ? '-0' : String(value);
}
