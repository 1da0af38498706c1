/** One connection to PostgreSQL, set up so that every session reads and writes values in the same notation. */
import { Client, type ClientBase, type QueryResult } from 'pg';
import type { ConnectionSettings } from './settings';

/** A row as the server sent it: every value in its textual form, NULL as null. */
export type Row = Record<string, string | null>;

/** What the pool hands out: the driver's client. COPY streams are submitted through its `query`. */
export type PostgresClient = ClientBase & { processID: number | null };

export type RowResult = QueryResult<Row>;

/** A connection outside the pool, for those who hold one for long. */
export interface DedicatedClient {
  readonly client: PostgresClient;
  /** Server process, as in pg_stat_activity. */
  readonly pid: number;
  /** Rejects when the connection breaks without `end` having been called; never resolves. */
  readonly lost: Promise<never>;
  /** Closes in good order. Never throws. */
  end(): Promise<void>;
  /** Cuts the connection at once, whatever runs on it. */
  destroy(): void;
}

export interface SessionOptions {
  applicationName: string;
  connectTimeoutMs: number;
  readOnly: boolean;
}

interface RawClient extends Client {
  processID: number | null;
}

const AS_TEXT = { getTypeParser: () => (value: unknown) => value } as unknown as NonNullable<
  ConstructorParameters<typeof Client>[0] & object
>['types'];

/** Since which major version a server has a setting, where not always. */
const SETTINGS: { name: string; value: string; since?: number }[] = [
  { name: 'TimeZone', value: 'UTC' },
  { name: 'DateStyle', value: 'ISO, YMD' },
  { name: 'IntervalStyle', value: 'postgres' },
  { name: 'extra_float_digits', value: '3' },
  { name: 'bytea_output', value: 'hex' },
  { name: 'xmloption', value: 'content' },
  { name: 'lc_monetary', value: 'C' },
  { name: 'standard_conforming_strings', value: 'on' },
  { name: 'client_encoding', value: 'UTF8' },
  { name: 'statement_timeout', value: '0' },
  { name: 'lock_timeout', value: '0' },
  { name: 'idle_in_transaction_session_timeout', value: '0' },
  { name: 'idle_session_timeout', value: '0', since: 14 },
  { name: 'transaction_timeout', value: '0', since: 17 },
  // Nothing unqualified may resolve to a user's schema; queries with a user's condition set it back for themselves.
  { name: 'search_path', value: 'pg_catalog' },
];

/** Connects once, without retries. Throws what the driver or socket throws. */
export async function openSession(
  settings: ConnectionSettings,
  ssl: ConnectionSettings['ssl'][number],
  options: SessionOptions,
): Promise<DedicatedClient> {
  const client = new Client({
    host: settings.host,
    port: settings.port,
    user: settings.user,
    database: settings.database,
    password: settings.password,
    ssl,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
    types: AS_TEXT,
  }) as RawClient;
  let version = 0;
  client.connection.on('parameterStatus', (message: { parameterName: string; parameterValue: string }) => {
    if (message.parameterName === 'server_version') version = Number.parseInt(message.parameterValue, 10);
  });
  const session = new Session(client);
  try {
    await client.connect();
    await client.query(setupSql(version, options.readOnly));
  } catch (error) {
    session.destroy();
    throw error;
  }
  return session;
}

function setupSql(version: number, readOnly: boolean): string {
  const wanted = SETTINGS.filter(({ since = 0 }) => version >= since).map(
    ({ name, value }) => `SET ${name} = '${value}'`,
  );
  if (readOnly) wanted.push('SET default_transaction_read_only = on');
  return wanted.join('; ');
}

class Session implements DedicatedClient {
  readonly lost: Promise<never>;
  #closing = false;

  constructor(readonly client: RawClient) {
    this.lost = new Promise((_resolve, reject) => {
      let reason: Error | undefined;
      client.on('error', (error) => {
        reason ??= error;
      });
      client.once('end', () => {
        if (!this.#closing) reject(reason ?? new Error('Connection terminated unexpectedly'));
      });
    });
    // Whoever does not ask for `lost` must not be ended by it.
    this.lost.catch(() => undefined);
  }

  get pid(): number {
    return this.client.processID ?? 0;
  }

  async end(): Promise<void> {
    this.#closing = true;
    await this.client.end().catch(() => undefined);
  }

  destroy(): void {
    this.#closing = true;
    this.client.connection.stream.destroy();
  }
}
