/** Connections to one PostgreSQL database: reused, checked before use, and retried where trying again is safe. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { PostgresEnvironment } from '../../schemas/environment';
import { isDestroyed } from './copy-out';
import { isConnectionLoss, isTransient, toPostgresError, type ServerIdentity } from './errors';
import { openSession, type DedicatedClient, type PostgresClient, type RowResult } from './session';
import { connectionSettings, type ConnectionSettings } from './settings';

export type { DedicatedClient, PostgresClient, Row, RowResult } from './session';

export interface PoolOptions {
  applicationName: string;
  /** Connections at once, dedicated ones aside. Default 10. */
  size?: number;
  /** Attempts at a statement or connection, the first included. Default 5. */
  attempts?: number;
  /** First pause between attempts in milliseconds; doubles each time, with jitter. Default 200. */
  backoffMs?: number;
}

export interface TransactionOptions {
  readOnly?: boolean;
  isolation?: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
  /** False: never repeated, not even when the server says that nothing happened. Default true. */
  retry?: boolean;
}

interface Idle {
  session: DedicatedClient;
  since: number;
  closing: NodeJS.Timeout;
}

const CHECK_AFTER_MS = 5_000;
const CLOSE_AFTER_MS = 60_000;
const CHECK_TIMEOUT_MS = 5_000;

/**
 * A pool for one database. Values come back as the server's text (NULL as null), never as JavaScript numbers or dates.
 * Every method throws LongshoreError; the driver's error is its `cause`.
 */
export class PostgresPool {
  readonly #settings: ConnectionSettings;
  readonly #options: Required<PoolOptions>;
  readonly #readOnly: boolean;
  readonly #connectTimeoutMs: number;
  readonly #idle: Idle[] = [];
  readonly #waiting: (() => void)[] = [];
  #open = 0;
  #sslAttempt = 0;
  #closed = false;

  constructor(environment: PostgresEnvironment, options: PoolOptions) {
    this.#settings = connectionSettings(environment);
    this.#options = { size: 10, attempts: 5, backoffMs: 200, ...options };
    this.#readOnly = environment.readOnly;
    this.#connectTimeoutMs = environment.connectTimeoutMs;
  }

  /** Host, port, user and database: for messages. */
  get server(): ServerIdentity {
    const { host, port, user, database } = this.#settings;
    return { host, port, user, database };
  }

  /** The environment is marked read-only: sessions are, too, and `transaction` refuses to write. */
  get readOnly(): boolean {
    return this.#readOnly;
  }

  /**
   * One statement (or several without values), in a transaction of its own. Repeated on errors after which the server
   * has certainly done nothing, and, for statements that only read, also when the connection broke.
   */
  async query(text: string, values?: readonly unknown[]): Promise<RowResult> {
    const reads = this.#readOnly || /^\s*(select|show|explain)\b/i.test(text);
    return this.#retried(reads, () => this.withClient((client) => client.query(text, values && [...values])));
  }

  /** Lends a connection. One that is left inside a transaction, or whose connection broke, is thrown away. */
  async withClient<T>(fn: (client: PostgresClient) => Promise<T>, options: { dedicated?: boolean } = {}): Promise<T> {
    if (options.dedicated) {
      const session = await this.connect();
      try {
        return await fn(session.client);
      } catch (error) {
        throw this.#wrap(error);
      } finally {
        await session.end();
      }
    }
    const session = await this.#acquire();
    let broken: unknown;
    try {
      return await fn(session.client);
    } catch (error) {
      broken = error;
      throw this.#wrap(error);
    } finally {
      this.#release(session, broken !== undefined && isConnectionLoss(broken));
    }
  }

  /**
   * Runs `fn` between BEGIN and COMMIT; ROLLBACK when it throws. `fn` may run again from its start, on errors that
   * undo it with certainty (deadlock, serialization failure) and, when read-only, on a broken connection. A connection
   * that breaks during COMMIT is CONNECTION_LOST: nobody knows whether the transaction happened.
   */
  async transaction<T>(fn: (client: PostgresClient) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const readOnly = options.readOnly ?? false;
    if (!readOnly) this.assertWritable('change data');
    const begin = `BEGIN${options.isolation ? ` ISOLATION LEVEL ${options.isolation}` : ''} ${readOnly ? 'READ ONLY' : 'READ WRITE'}`;
    const once = () =>
      this.withClient(async (client) => {
        await client.query(begin);
        try {
          const result = await fn(client);
          await client.query('COMMIT');
          return result;
        } catch (error) {
          await client.query('ROLLBACK').catch(() => undefined);
          throw error;
        }
      });
    return options.retry === false ? once() : this.#retried(readOnly, once);
  }

  /** A connection of its own, not counted against the pool, for whoever holds one for long. */
  async connect(): Promise<DedicatedClient> {
    if (this.#closed) throw new LongshoreError('INTERNAL', 'The connection pool is closed.');
    const deadline = Date.now() + this.#connectTimeoutMs;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#connectOnce();
      } catch (error) {
        if (attempt >= this.#options.attempts || !isTransient(error) || Date.now() > deadline) throw this.#wrap(error);
        await this.#pause(attempt);
      }
    }
  }

  /** Asks the server to stop what runs in another session of this user, on a connection of its own. Never throws. */
  async cancel(pid: number): Promise<void> {
    try {
      const session = await this.connect();
      try {
        await session.client.query('SELECT pg_catalog.pg_cancel_backend($1::int4)', [pid]);
      } finally {
        await session.end();
      }
    } catch {
      // Whoever asks cuts the connection next, and the server ends the statement by itself then.
    }
  }

  /** The guard below everything that writes. Throws READ_ONLY_ENVIRONMENT. */
  assertWritable(what: string): void {
    if (this.#readOnly) {
      throw new LongshoreError(
        'READ_ONLY_ENVIRONMENT',
        `The database ${this.#settings.database} at ${this.#settings.host}:${this.#settings.port} is marked readOnly: Longshore does not ${what} there.`,
      );
    }
  }

  /** Closes idle connections now and busy ones when they come back. Never throws. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const wake of this.#waiting.splice(0)) wake();
    await Promise.all(
      this.#idle.splice(0).map(({ session, closing }) => {
        clearTimeout(closing);
        return session.end();
      }),
    );
  }

  async #retried<T>(lossIsHarmless: boolean, attemptOnce: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await attemptOnce();
      } catch (error) {
        // Connecting has been retried already, so a host that does not answer is not asked five times five times.
        const again = isConnectionAttempt(error)
          ? false
          : isTransient(error) || (lossIsHarmless && isConnectionLoss(error));
        if (!again || attempt >= this.#options.attempts || this.#closed) throw this.#wrap(error);
        await this.#pause(attempt);
      }
    }
  }

  async #pause(attempt: number): Promise<void> {
    const longest = Math.min(this.#options.backoffMs * 2 ** (attempt - 1), 10_000);
    await sleep(longest * (0.5 + Math.random() / 2));
  }

  async #acquire(): Promise<DedicatedClient> {
    for (;;) {
      if (this.#closed) throw new LongshoreError('INTERNAL', 'The connection pool is closed.');
      const idle = this.#idle.pop();
      if (idle) {
        clearTimeout(idle.closing);
        if (await isHealthy(idle)) return idle.session;
        this.#discard(idle.session);
      } else if (this.#open < this.#options.size) {
        this.#open += 1;
        try {
          const session = await this.connect();
          session.lost.catch(() => this.#closeIdle(session));
          return session;
        } catch (error) {
          this.#open -= 1;
          this.#waiting.shift()?.();
          throw error;
        }
      } else {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
    }
  }

  #release(session: DedicatedClient, broken: boolean): void {
    const { client } = session;
    const reusable = !broken && !this.#closed && !isDestroyed(client) && client.getTransactionStatus() === 'I';
    if (reusable) {
      const closing = setTimeout(() => this.#closeIdle(session), CLOSE_AFTER_MS).unref();
      this.#idle.push({ session, since: Date.now(), closing });
    } else {
      this.#discard(session);
    }
    this.#waiting.shift()?.();
  }

  #closeIdle(session: DedicatedClient): void {
    const index = this.#idle.findIndex((idle) => idle.session === session);
    if (index < 0) return;
    for (const { closing } of this.#idle.splice(index, 1)) clearTimeout(closing);
    this.#discard(session);
  }

  #discard(session: DedicatedClient): void {
    this.#open -= 1;
    const cut = setTimeout(() => session.destroy(), CHECK_TIMEOUT_MS);
    cut.unref();
    void session.end().finally(() => clearTimeout(cut));
    this.#waiting.shift()?.();
  }

  async #connectOnce(): Promise<DedicatedClient> {
    const options = {
      applicationName: this.#options.applicationName,
      connectTimeoutMs: this.#connectTimeoutMs,
      readOnly: this.#readOnly,
    };
    const { ssl } = this.#settings;
    for (let attempt = this.#sslAttempt; ; attempt += 1) {
      try {
        const session = await openSession(this.#settings, ssl[attempt] ?? false, options);
        this.#sslAttempt = attempt;
        return session;
      } catch (error) {
        const plainIsNext = attempt + 1 < ssl.length && /does not support SSL/.test(String(error));
        if (!plainIsNext) throw toPostgresError(error, {}, this.server);
      }
    }
  }

  /** Errors of server and connection become LongshoreErrors; those of the caller's own code pass as they are. */
  #wrap(error: unknown): unknown {
    if (error instanceof LongshoreError) return error;
    const wrapped = toPostgresError(error, {}, this.server);
    return wrapped.code === 'INTERNAL' ? error : wrapped;
  }
}

const isConnectionAttempt = (error: unknown): boolean =>
  error instanceof LongshoreError && (error.code === 'HOST_UNREACHABLE' || error.code === 'AUTHENTICATION_FAILED');

async function isHealthy({ session, since }: Idle): Promise<boolean> {
  if (Date.now() - since < CHECK_AFTER_MS) return true;
  const answer = session.client.query('SELECT 1').then(
    () => true,
    () => false,
  );
  return Promise.race([answer, sleep(CHECK_TIMEOUT_MS, false, { ref: false })]);
}
