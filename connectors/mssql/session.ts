/** One connection to SQL Server and what can be asked of it, one request at a time. */
import { Connection, Request, TYPES } from 'tedious';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MssqlSettings } from './settings';
import { readRaw, type RawChunks } from './raw-message';

/** Names of parameters, without the @, and their values: text, number, bigint, boolean, Date, bytes or null. */
export type SqlValues = Record<string, unknown>;

export interface MssqlSession {
  /**
   * Rows of the first result, by column name, as the driver decodes them: money and decimals are rounded to JavaScript
   * numbers and times cut to milliseconds, so ask for those as text. bigint is text.
   */
  rows<T = Record<string, unknown>>(sql: string, values?: SqlValues): Promise<T[]>;
  /** Resolves with the number of rows that the statement touched. */
  run(sql: string, values?: SqlValues): Promise<number>;
  /** The bytes of the answer as they come from the server, for `TdsReader`. The session is taken until they have been read. */
  raw(sql: string): RawChunks;
  /** For bulk loads, while nothing else runs on the session. */
  readonly connection: Connection;
  /** Asks the server to stop what runs; the request fails with CANCELLED. Never throws. */
  cancel(): void;
}

export interface DedicatedSession extends MssqlSession {
  /** The server's number of the session. */
  readonly id: number;
  /** Rejects when the connection breaks; never resolves. */
  readonly lost: Promise<never>;
  /** Whether a transaction is open; asks the server only where a statement has named one since it was last asked. */
  isInside(): Promise<boolean>;
  /** Ends the session in order. Never throws. */
  close(): Promise<void>;
  /** Cuts the connection at once. */
  destroy(): void;
}

const GOODBYE_MS = 2_000;

/** Connects and sets the session up. Rejects with the driver's error. */
export async function openSession(settings: MssqlSettings): Promise<DedicatedSession> {
  const connection = new Connection(settings.config);
  const numbers: number[] = [];
  const note = ({ number }: { number: number }): void => void numbers.push(number);
  connection.on('errorMessage', note);
  const session = new Session(connection);
  try {
    await new Promise<void>((resolve, reject) => {
      connection.connect((error) => (error ? reject(error) : resolve()));
    });
  } catch (error) {
    // The driver keeps the text of a refused login and drops its number; the first one says why.
    if (error instanceof Error && numbers[0] !== undefined) Object.assign(error, { number: numbers[0] });
    connection.close();
    throw error;
  }
  connection.off('errorMessage', note);
  try {
    await session.begin();
  } catch (error) {
    connection.close();
    throw error;
  }
  return session;
}

/** How long a statement waits for a lock unless its user sets another time. */
export const LOCK_TIMEOUT_MS = 60_000;

class Session implements DedicatedSession {
  readonly lost: Promise<never>;
  id = 0;
  #ended = false;
  #hasNamedOne = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(readonly connection: Connection) {
    this.lost = new Promise((_resolve, reject) => {
      connection.on('error', (error) => {
        this.#ended = true;
        reject(error);
      });
      connection.on('end', () => {
        this.#ended = true;
        reject(Object.assign(new Error('The connection is closed.'), { code: 'ECLOSE' }));
      });
    });
    this.lost.catch(() => undefined);
  }

  rows<T>(sql: string, values?: SqlValues): Promise<T[]> {
    const rows: T[] = [];
    const take = (columns: { metadata: { colName: string }; value: unknown }[]): void => {
      rows.push(Object.fromEntries(columns.map(({ metadata, value }) => [metadata.colName, value])) as T);
    };
    return this.#queued(() => this.#execute(sql, values, take)).then(() => rows);
  }

  async isInside(): Promise<boolean> {
    if (!this.#hasNamedOne) return false;
    const [row] = await this.rows<{ count: number }>('SELECT @@TRANCOUNT AS count');
    this.#hasNamedOne = false;
    return row?.count !== 0;
  }

  run(sql: string, values?: SqlValues): Promise<number> {
    return this.#queued(() => this.#execute(sql, values));
  }

  async begin(): Promise<void> {
    const sql = `SET LOCK_TIMEOUT ${LOCK_TIMEOUT_MS}; SELECT CONVERT(int, @@SPID) AS id`;
    this.id = (await this.rows<{ id: number }>(sql))[0]?.id ?? 0;
  }

  raw(sql: string): RawChunks {
    return readRaw(this.connection, sql);
  }

  cancel(): void {
    this.connection.cancel();
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    const ended = this.lost.catch(() => undefined);
    this.connection.close();
    await Promise.race([ended, sleep(GOODBYE_MS, undefined, { ref: false })]);
  }

  destroy(): void {
    this.connection.close();
  }

  /** The driver takes one request at a time and refuses a second one. */
  #queued<T>(ask: () => Promise<T>): Promise<T> {
    const answer = this.#last.then(ask);
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  #execute(
    sql: string,
    values: SqlValues | undefined,
    onRow?: (columns: { metadata: { colName: string }; value: unknown }[]) => void,
  ): Promise<number> {
    this.#hasNamedOne ||= /\b(tran|transaction|implicit_transactions)\b/i.test(sql);
    return new Promise((resolve, reject) => {
      const request = new Request(sql, (error, count) => (error ? reject(error) : resolve(count ?? 0)));
      if (onRow) request.on('row', onRow);
      if (values === undefined || Object.keys(values).length === 0) {
        this.connection.execSqlBatch(request);
        return;
      }
      for (const [name, value] of Object.entries(values)) addParameter(request, name, value);
      this.connection.execSql(request);
    });
  }
}

function addParameter(request: Request, name: string, value: unknown): void {
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    if (Math.abs(value) <= 0x7fffffff) request.addParameter(name, TYPES.Int, value);
    else request.addParameter(name, TYPES.BigInt, String(value));
  } else if (typeof value === 'number') request.addParameter(name, TYPES.Float, value);
  else if (typeof value === 'bigint') request.addParameter(name, TYPES.BigInt, String(value));
  else if (typeof value === 'boolean') request.addParameter(name, TYPES.Bit, value);
  else if (value instanceof Date) request.addParameter(name, TYPES.DateTime2, value, { scale: 7 });
  else if (value instanceof Uint8Array) request.addParameter(name, TYPES.VarBinary, Buffer.from(value));
  else request.addParameter(name, TYPES.NVarChar, value ?? null);
}
