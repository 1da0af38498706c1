/** SQL Server for tests: whichever LONGSHORE_TEST_MSSQL_URL names. Talks to it through the driver alone. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, Request, type ConnectionConfiguration } from 'tedious';
import { environmentSchema, type MssqlEnvironment } from '../../schemas/environment';
import { describeWithServer } from './require-server';

export interface TestMssql {
  /** URL of the database that the variable names. */
  url: string;
  /** Creates an empty database with a unique name; resolves with its URL. */
  createDatabase(prefix: string): Promise<string>;
  /** Drops the database, which nobody may be using any more. */
  dropDatabase(url: string): Promise<void>;
  /** Runs a batch on a connection of its own; rows of all its results by column name, as the driver decodes them. */
  rows<T = Record<string, unknown>>(url: string, sql: string): Promise<T[]>;
}

const DROP_ATTEMPTS = 40;

export const MSSQL_VARIABLE = 'LONGSHORE_TEST_MSSQL_URL';

/** `describe` for tests that need a SQL Server; skipped, and said so at the end, where none is named. */
export const describeMssql = (title: string, tests: () => void): void =>
  describeWithServer(MSSQL_VARIABLE, title, tests);

/** The server that the environment names; undefined where it names none. */
export function testMssql(): TestMssql | undefined {
  const url = process.env[MSSQL_VARIABLE];
  if (!url) return undefined;
  return {
    url,
    async createDatabase(prefix) {
      const name = `${prefix}_${randomBytes(4).toString('hex')}`.toLowerCase();
      // Not every server makes two databases at once, as two test files ask for.
      for (let attempt = 1; ; attempt++) {
        try {
          await runBatch(url, `CREATE DATABASE [${name}]`);
          break;
        } catch (error) {
          if (attempt === 10) throw error;
          await sleep(300 * attempt);
        }
      }
      return withDatabase(url, name);
    },
    async dropDatabase(databaseUrl) {
      const drop = `DROP DATABASE IF EXISTS [${decodeURIComponent(new URL(databaseUrl).pathname.slice(1))}]`;
      // A session that was closed a moment ago may not have ended yet.
      for (let attempt = 1; ; attempt++) {
        try {
          await runBatch(url, drop);
          return;
        } catch (error) {
          if (attempt >= DROP_ATTEMPTS) throw error;
          await sleep(250);
        }
      }
    },
    rows: runBatch,
  };
}

/** The environment of a test database, with everything else as it is by default. */
export function mssqlEnvironment(url: string, settings: Partial<MssqlEnvironment> = {}): MssqlEnvironment {
  const environment = environmentSchema.parse({ kind: 'mssql', url, ...settings });
  if (environment.kind !== 'mssql') throw new Error('This is no SQL Server environment.');
  return environment;
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(name)}`;
  return changed.href;
}

/** What the driver needs to reach a test database: for loops of tests and benchmarks that use nothing else. */
export function driverConfig(url: string): ConnectionConfiguration {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  return {
    server: hostname,
    authentication: {
      type: 'default',
      options: { userName: decodeURIComponent(username), password: decodeURIComponent(password) },
    },
    options: {
      port: Number(port || 1433),
      database: decodeURIComponent(pathname.slice(1)) || 'master',
      encrypt: searchParams.get('encrypt') !== 'false',
      trustServerCertificate: searchParams.get('trustServerCertificate') === 'true',
      requestTimeout: 0,
      textsize: -1,
      useColumnNames: false,
    },
  };
}

async function runBatch<T = Record<string, unknown>>(url: string, sql: string): Promise<T[]> {
  const connection = new Connection(driverConfig(url));
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
  try {
    return await new Promise<T[]>((resolve, reject) => {
      const rows: T[] = [];
      const request = new Request(sql, (error) => (error ? reject(error) : resolve(rows)));
      request.on('row', (columns: { metadata: { colName: string }; value: unknown }[]) => {
        rows.push(Object.fromEntries(columns.map(({ metadata, value }) => [metadata.colName, value])) as T);
      });
      connection.execSqlBatch(request);
    });
  } finally {
    connection.close();
  }
}
