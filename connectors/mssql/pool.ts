/** Connections to one SQL Server database: reused, checked before use, and retried where trying again is safe. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { MssqlEnvironment } from '../../schemas/environment';
import { isConnectionLoss, isDeadlock, isTransient, toMssqlError, type ServerIdentity } from './errors';
import { openSession, type DedicatedSession, type MssqlSession } from './session';
import { connectionSettings, type MssqlSettings } from './settings';

export type { DedicatedSession, MssqlSession, SqlValues } from './session';

export interface PoolOptions {
  applicationName: string;
  /** Connections at once, dedicated ones aside. Default 10. */
  size?: number;
  /** Attempts at a connection or transaction, the first included. Default 5. */
  attempts?: number;
  /** First pause between attempts in milliseconds; doubles each time, with jitter. Default 200. */
  backoffMs?: number;
}

export type Isolation = 'READ UNCOMMITTED' | 'READ COMMITTED' | 'REPEATABLE READ' | 'SNAPSHOT' | 'SERIALIZABLE';

interface Idle {
  session: DedicatedSession;
  since: number;
  closing: NodeJS.Timeout;
}

const CHECK_AFTER_MS = 5_000;
const CLOSE_AFTER_MS = 60_000;
const CHECK_TIMEOUT_MS = 5_000;
/** How long a statement that was told to stop may take to do so. */
const CUT_AFTER_MS = 3_000;

/** A pool for one database. Every method throws LongshoreError; the driver's error is its `cause`. */
export class MssqlPool {
  readonly settings: MssqlSettings;
  readonly #options: Required<PoolOptions>;
  readonly #idle: Idle[] = [];
  readonly #waiting: (() => void)[] = [];
  #open = 0;
  #closed = false;

  constructor(environment: MssqlEnvironment, options: PoolOptions) {
    this.settings = connectionSettings(environment, options.applicationName);
    this.#options = { size: 10, attempts: 5, backoffMs: 200, ...options };
  }

  /** Address, user and database: for messages. */
  get server(): ServerIdentity {
    return this.settings.server;
  }

  /** Connections at once, dedicated ones aside. */
  get size(): number {
    return this.#options.size;
  }

  /**
   * Lends a connection. One whose connection broke, that was cancelled or that is left inside a transaction is thrown
   * away. When `signal` aborts, the server is asked to stop what runs, and `use` rejects with CANCELLED.
   */
  async use<T>(work: (session: MssqlSession) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const session = await this.#acquire();
    let broken = true;
    try {
      const result = await cancellable(
        session,
        signal,
        () => work(session),
        () => void this.#kill(session),
      );
      broken = false;
      return result;
    } catch (error) {
      broken = signal?.aborted === true || isConnectionLoss(error);
      if (signal?.aborted) throw new LongshoreError('CANCELLED', 'The statement was cancelled.', {}, { cause: error });
      throw this.wrap(error);
    } finally {
      await this.#release(session, broken);
    }
  }

  /** `use` for a single query that only reads: repeated on transient errors, and when the connection broke. */
  async rows<T = Record<string, unknown>>(sql: string, values?: Record<string, unknown>): Promise<T[]> {
    return this.#retried(
      (error) => isTransient(error) || isConnectionLoss(error),
      () => this.use((session) => session.rows<T>(sql, values)),
    );
  }

  /**
   * Runs `work` between BEGIN and COMMIT; ROLLBACK when it throws. `work` may run again from its start, on errors that
   * undo it with certainty (deadlock victim, update conflict under SNAPSHOT). A connection that breaks during COMMIT is
   * CONNECTION_LOST: nobody knows whether the transaction happened.
   */
  async transaction<T>(
    work: (session: MssqlSession) => Promise<T>,
    isolation?: Isolation,
    signal?: AbortSignal,
  ): Promise<T> {
    const once = (session: MssqlSession): Promise<T> => inTransaction(session, isolation, () => work(session));
    return this.#retried(isDeadlock, () => this.use(once, signal));
  }

  /** A connection of its own, not counted against the pool, for whoever holds one for long. */
  async dedicated(): Promise<DedicatedSession> {
    if (this.#closed) throw new LongshoreError('INTERNAL', 'The connection pool is closed.');
    const deadline = Date.now() + this.settings.connectTimeoutMs;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await openSession(this.settings);
      } catch (error) {
        if (attempt >= this.#options.attempts || !isTransient(error) || Date.now() > deadline) throw this.wrap(error);
        await this.#pause(attempt);
      }
    }
  }

  /** The guard below everything that writes. Throws READ_ONLY_ENVIRONMENT. */
  assertWritable(what: string): void {
    if (this.settings.readOnly) {
      const { database, address } = this.server;
      throw new LongshoreError(
        'READ_ONLY_ENVIRONMENT',
        `The database ${database || 'of the login'} at ${address} is marked readOnly: Longshore does not ${what} there.`,
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
        return session.close();
      }),
    );
  }

  /** Errors of server and connection become LongshoreErrors; those of the caller's own code pass as they are. */
  wrap(error: unknown): unknown {
    if (error instanceof LongshoreError) return error;
    const wrapped = toMssqlError(error, {}, this.server);
    return wrapped.code === 'INTERNAL' ? error : wrapped;
  }

  async #retried<T>(again: (error: unknown) => boolean, attemptOnce: () => Promise<T>): Promise<T> {
    return retrying(again, { ...this.#options, stopped: () => this.#closed }, attemptOnce);
  }

  async #pause(attempt: number): Promise<void> {
    await backOff(attempt, this.#options.backoffMs);
  }

  async #acquire(): Promise<DedicatedSession> {
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
          const session = await this.dedicated();
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

  async #release(session: DedicatedSession, broken: boolean): Promise<void> {
    const reusable = !broken && !(await session.isInside().catch(() => true));
    if (reusable && !this.#closed) {
      const closing = setTimeout(() => this.#closeIdle(session), CLOSE_AFTER_MS).unref();
      this.#idle.push({ session, since: Date.now(), closing });
    } else {
      this.#discard(session);
    }
    this.#waiting.shift()?.();
  }

  /** A server may compute on when nobody listens any more. Ending a session takes a right that not every login has. */
  async #kill({ id }: DedicatedSession): Promise<void> {
    const other = await this.dedicated().catch(() => undefined);
    await other?.run(`KILL ${id}`).catch(() => undefined);
    await other?.close();
  }

  #closeIdle(session: DedicatedSession): void {
    const index = this.#idle.findIndex((idle) => idle.session === session);
    if (index < 0) return;
    for (const { closing } of this.#idle.splice(index, 1)) clearTimeout(closing);
    this.#discard(session);
  }

  #discard(session: DedicatedSession): void {
    this.#open -= 1;
    void session.close();
    this.#waiting.shift()?.();
  }
}

/** Runs `work` in a transaction on one session and leaves the session at READ COMMITTED. Not repeated. */
export async function inTransaction<T>(
  session: MssqlSession,
  isolation: Isolation | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (isolation) await session.run(`SET TRANSACTION ISOLATION LEVEL ${isolation}`);
  try {
    await session.run('BEGIN TRANSACTION');
    try {
      const result = await work();
      await session.run('COMMIT TRANSACTION');
      return result;
    } catch (error) {
      // An error may have undone the transaction already.
      await session.run('IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION').catch(() => undefined);
      throw error;
    }
  } finally {
    if (isolation) await session.run('SET TRANSACTION ISOLATION LEVEL READ COMMITTED').catch(() => undefined);
  }
}

/**
 * Repeats `work` while the server makes it the victim of a deadlock (1205) or of an update conflict under SNAPSHOT
 * (3960), with growing pauses. `work` must be all that the error undid: a whole transaction, or one statement outside
 * of any.
 */
export const retryingDeadlocks = <T>(work: () => Promise<T>, attempts = 5, backoffMs = 200): Promise<T> =>
  retrying(isDeadlock, { attempts, backoffMs, stopped: () => false }, work);

async function retrying<T>(
  again: (error: unknown) => boolean,
  { attempts, backoffMs, stopped }: { attempts: number; backoffMs: number; stopped: () => boolean },
  attemptOnce: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOnce();
    } catch (error) {
      // Connecting has been retried already, so a host that does not answer is not asked five times five times.
      const isConnecting =
        error instanceof LongshoreError && ['HOST_UNREACHABLE', 'AUTHENTICATION_FAILED'].includes(error.code);
      if (isConnecting || !again(error) || attempt >= attempts || stopped()) throw error;
      await backOff(attempt, backoffMs);
    }
  }
}

async function backOff(attempt: number, backoffMs: number): Promise<void> {
  const longest = Math.min(backoffMs * 2 ** (attempt - 1), 10_000);
  await sleep(longest * (0.5 + Math.random() / 2));
}

/** Asks the server to stop when `signal` aborts, and cuts the connection when it does not; then `onCut`. */
export async function cancellable<T>(
  session: DedicatedSession,
  signal: AbortSignal | undefined,
  run: () => Promise<T>,
  onCut?: () => void,
): Promise<T> {
  if (!signal) return run();
  signal.throwIfAborted();
  let cut: NodeJS.Timeout | undefined;
  const stop = (): void => {
    session.cancel();
    cut = setTimeout(() => {
      session.destroy();
      onCut?.();
    }, CUT_AFTER_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await run();
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(cut);
  }
}

async function isHealthy({ session, since }: Idle): Promise<boolean> {
  if (Date.now() - since < CHECK_AFTER_MS) return true;
  const answer = session.run('SELECT 1').then(
    () => true,
    () => false,
  );
  return Promise.race([answer, sleep(CHECK_TIMEOUT_MS, false, { ref: false })]);
}
