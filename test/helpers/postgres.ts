import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startPostgres, type EmbeddedPostgres } from '../../dev/embedded-postgres';
import { TEST_SETTINGS } from './shared-servers';

export interface TestPostgres {
  url(database: string): string;
  /** Creates an empty database with a unique name; resolves with its URL. */
  createDatabase(prefix: string): Promise<string>;
  /** Ends the sessions of the database and drops it. */
  dropDatabase(url: string): Promise<void>;
}

/** Runs one statement on its own connection. */
async function once(url: string, make: (client: Client) => string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(make(client));
  } finally {
    await client.end();
  }
}

function databasesOf(url: (database: string) => string): TestPostgres {
  return {
    url,
    async createDatabase(prefix) {
      const name = `${prefix}_${randomBytes(4).toString('hex')}`.toLowerCase();
      await once(url('postgres'), (client) => `CREATE DATABASE ${client.escapeIdentifier(name)}`);
      return url(name);
    },
    async dropDatabase(databaseUrl) {
      const name = decodeURIComponent(new URL(databaseUrl).pathname.slice(1));
      await once(url('postgres'), (client) => `DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`);
    },
  };
}

/** The Postgres that this jest run shares. */
export function testPostgres(): Promise<TestPostgres> {
  const shared = process.env.LONGSHORE_TEST_POSTGRES_URL;
  if (!shared) return Promise.reject(new Error('No Postgres is shared: put this test into a project with servers.'));
  return Promise.resolve(
    databasesOf((database) => {
      const url = new URL(shared);
      url.pathname = `/${encodeURIComponent(database)}`;
      return url.href;
    }),
  );
}

export interface RestartablePostgres extends TestPostgres {
  /** Kills the server as a power cut would: `kill -9`, no goodbye to anybody. */
  kill(): Promise<void>;
  /** Stops the server in order; sessions are cut. */
  stop(): Promise<void>;
  /** Starts it again on the same port with the same data. */
  start(): Promise<void>;
  /** Stops it and removes its data. */
  close(): Promise<void>;
}

/** A Postgres of the test's own, which it may kill and start again. Call `close` at the end. */
export async function restartablePostgres(settings: Record<string, string> = {}): Promise<RestartablePostgres> {
  const dataDir = mkdtempSync(join(tmpdir(), 'longshore-test-'));
  const start = (port?: number): Promise<EmbeddedPostgres> =>
    startPostgres({ dataDir, port, settings: { ...TEST_SETTINGS, ...settings } });
  let server = await start();
  const { port } = server;
  return {
    ...databasesOf((database) => server.url(database)),
    async kill() {
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
    },
    stop: () => server.stop(),
    async start() {
      await server.stop();
      server = await start(port);
    },
    async close() {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
