/** Locks that are waited for in short attempts, so that readers who queue behind us are let through in between. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LongshoreError } from '../../core/errors/longshore-error';
import { errorNumber } from './errors';
import { optionalRows } from './live';
import type { MssqlPool, MssqlSession } from './pool';

export interface LockPatience {
  /** The longest attempt, in milliseconds. */
  lockTimeoutMs: number;
  /** All attempts together, in milliseconds. */
  patienceMs: number;
}

/** Not every server gives this its number. */
export const isLockTimeout = (error: unknown): boolean =>
  !(error instanceof LongshoreError && error.code === 'PUBLISH_BLOCKED') && isTimeout(error);

const isTimeout = (error: unknown): boolean =>
  errorNumber(error) === 1222 || (error instanceof Error && /\block timeout\b|lock request time/i.test(error.message));

/** The locks were not to be had, and the server undid all of the transaction. */
export class TransactionEnded extends Error {
  constructor(
    readonly what: string,
    readonly blockers: string[],
    override readonly cause: unknown,
  ) {
    super(`${what} is locked.`);
  }
}

/** Most tables are free for a moment now and then; an attempt this short holds nobody up. */
const BRIEF_MS = 50;
const LONGER_MS = 900;

/** Gives each statement what is left of an attempt's time to get its locks. */
export type LockedRun = (sql: string) => Promise<number>;

/**
 * Runs `work` inside the session's transaction; where its locks are not to be had, undoes it and tries again. Answers when
 * the successful attempt began (performance.now). Throws PUBLISH_BLOCKED naming who holds what, where the server says it.
 */
export async function lockPatiently(
  pool: MssqlPool,
  session: MssqlSession,
  what: string,
  { lockTimeoutMs, patienceMs }: LockPatience,
  work: (run: LockedRun) => Promise<void>,
): Promise<number> {
  const [self] = await session.rows<{ id: number }>('SELECT @@SPID AS id');
  const began = performance.now();
  let blockers: string[] = [];
  for (let attempt = 0; ; attempt += 1) {
    const elapsed = performance.now() - began;
    const timeout = attemptMs(attempt, elapsed, lockTimeoutMs, patienceMs);
    const at = performance.now();
    const watch = watchBlockers(pool, self?.id ?? 0, timeout);
    await session.run('SAVE TRANSACTION longshore_lock');
    try {
      await work(async (sql) => {
        const left = Math.max(1, Math.round(timeout - (performance.now() - at)));
        return session.run(`SET LOCK_TIMEOUT ${left}; ${sql}`);
      });
      await session.run(`SET LOCK_TIMEOUT ${lockTimeoutMs}`);
      void watch.stop();
      return at;
    } catch (error) {
      const seen = await watch.stop();
      if (seen.length > 0) blockers = seen;
      if (!isLockTimeout(error)) throw error;
      // Frees every lock of this attempt. A server that gave up the whole transaction has nothing left to go back to.
      const goesOn = await session.run('ROLLBACK TRANSACTION longshore_lock').then(
        () => true,
        () => false,
      );
      if (!goesOn) throw new TransactionEnded(what, blockers, error);
      if (performance.now() - began > patienceMs) throw blocked(what, blockers, patienceMs, error);
      await sleep(timeout <= BRIEF_MS ? 20 + Math.random() * 60 : Math.min(timeout, 1_000));
    }
  }
}

/** Three brief attempts, then a longer one, and so on; the longest only in the second half of our patience. */
function attemptMs(attempt: number, elapsed: number, lockTimeoutMs: number, patienceMs: number): number {
  if (attempt % 4 !== 3) return Math.min(BRIEF_MS, lockTimeoutMs);
  return elapsed > patienceMs / 2 ? lockTimeoutMs : Math.min(LONGER_MS, lockTimeoutMs);
}

export function blocked(what: string, blockers: string[], patienceMs: number, cause: unknown): LongshoreError {
  const by = blockers.length === 0 ? 'other sessions' : blockers.join(', ');
  return new LongshoreError(
    'PUBLISH_BLOCKED',
    `${what} stayed locked for ${Math.round(patienceMs / 1000)} s by ${by}. The old rows are untouched.`,
    {},
    { cause },
  );
}

/** Looks who is in the way shortly before a long attempt ends: afterwards nobody waits any more. */
function watchBlockers(pool: MssqlPool, self: number, timeoutMs: number): { stop(): Promise<string[]> } {
  let seen: Promise<string[]> = Promise.resolve([]);
  const look = () => {
    seen = blockersOf(pool, self).catch(() => []);
  };
  const timer = timeoutMs > BRIEF_MS ? setTimeout(look, timeoutMs * 0.6) : undefined;
  return {
    stop: () => {
      clearTimeout(timer);
      return seen;
    },
  };
}

async function blockersOf(pool: MssqlPool, self: number): Promise<string[]> {
  const rows = await pool.use((session) =>
    optionalRows<{ id: number; who: string | null; application: string | null; host: string | null; status: string }>(
      session,
      `SELECT s.session_id AS id, s.login_name AS who, s.program_name AS application, s.host_name AS host, s.status
       FROM sys.dm_exec_requests r JOIN sys.dm_exec_sessions s ON s.session_id = r.blocking_session_id WHERE r.session_id = ${self}`,
    ),
  );
  return rows.map(({ id, who, application, host, status }) => {
    const details = [
      `user ${who ?? 'unknown'}`,
      application && `application ${application}`,
      host && `on ${host}`,
      status,
    ].filter(Boolean);
    return `session ${id} (${details.join(', ')})`;
  });
}
