/** Locks that are waited for in short attempts, so that readers who queue behind us are let through in between. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LongshoreError } from '../../core/errors/longshore-error';
import { sqlState } from './errors';
import type { DedicatedClient, PostgresPool } from './pool';
import { literal } from './sql';

export interface LockPatience {
  /** The longest attempt, in milliseconds. */
  lockTimeoutMs: number;
  /** All attempts together, in milliseconds. */
  patienceMs: number;
}

/** Lock not available, statement timeout, deadlock. */
const TRY_AGAIN = new Set(['55P03', '57014', '40P01']);

/** Most tables are free for a moment now and then; an attempt this short holds nobody up. */
const BRIEF_MS = 50;
/**
 * A reader may hold one of our tables and wait for another that we have already. Whoever waits for a second looks for
 * such deadlocks and dies of them, so longer attempts come only when shorter ones did not help for a while.
 */
const BEFORE_DEADLOCK_MS = 900;

/**
 * Runs statements that take locks, all or none, inside the session's transaction; gives way and tries again while they
 * are not to be had. Answers when the successful attempt began (performance.now). Throws PUBLISH_BLOCKED naming who
 * holds what.
 */
export async function lockPatiently(
  pool: PostgresPool,
  session: DedicatedClient,
  statements: string[],
  what: string,
  patience: LockPatience,
): Promise<number> {
  const { client, pid } = session;
  const began = performance.now();
  // One statement, so that the timeout holds for all of it and no round trip lies between two locks.
  const block = `DO ${literal(`BEGIN ${statements.map((statement) => `${statement};`).join(' ')} END`)}`;
  let blockers: string[] = [];
  for (let attempt = 0; ; attempt += 1) {
    const timeout = attemptMs(attempt, performance.now() - began, patience);
    const watch = watchBlockers(pool, pid, timeout);
    const at = performance.now();
    await client.query(
      `SAVEPOINT longshore_lock; SET LOCAL lock_timeout = ${timeout}; SET LOCAL statement_timeout = ${timeout}`,
    );
    try {
      await client.query(block);
      await client.query(
        'SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; RELEASE SAVEPOINT longshore_lock',
      );
      void watch.stop();
      return at;
    } catch (error) {
      const seen = await watch.stop();
      if (seen.length > 0) blockers = seen;
      if (!TRY_AGAIN.has(sqlState(error) ?? '')) throw error;
      // Frees every lock of this attempt, and brings the timeouts back to what they were.
      await client.query('ROLLBACK TO SAVEPOINT longshore_lock; RELEASE SAVEPOINT longshore_lock');
      if (performance.now() - began > patience.patienceMs) throw blocked(what, blockers, patience, error);
      await sleep(timeout <= BRIEF_MS ? 20 + Math.random() * 60 : Math.min(timeout, 1_000));
    }
  }
}

/** Three brief attempts, then a long one, and so on; the longest only in the second half of our patience. */
function attemptMs(attempt: number, elapsed: number, { lockTimeoutMs, patienceMs }: LockPatience): number {
  if (attempt % 4 !== 3) return Math.min(BRIEF_MS, lockTimeoutMs);
  return elapsed > patienceMs / 2 ? lockTimeoutMs : Math.min(BEFORE_DEADLOCK_MS, lockTimeoutMs);
}

function blocked(what: string, blockers: string[], { patienceMs }: LockPatience, cause: unknown): LongshoreError {
  const by = blockers.length === 0 ? 'other sessions' : blockers.join(', ');
  return new LongshoreError(
    'PUBLISH_BLOCKED',
    `${what} stayed locked for ${Math.round(patienceMs / 1000)} s by ${by}. The old rows are untouched.`,
    {},
    { cause },
  );
}

/** Looks who is in the way shortly before a long attempt ends: afterwards nobody waits any more. */
function watchBlockers(pool: PostgresPool, pid: number, timeoutMs: number): { stop(): Promise<string[]> } {
  let seen: Promise<string[]> = Promise.resolve([]);
  const look = () => {
    seen = blockersOf(pool, pid).catch(() => []);
  };
  const timer = timeoutMs > BRIEF_MS ? setTimeout(look, timeoutMs * 0.6) : undefined;
  return {
    stop: () => {
      clearTimeout(timer);
      return seen;
    },
  };
}

async function blockersOf(pool: PostgresPool, pid: number): Promise<string[]> {
  const { rows } = await pool.query(
    `SELECT a.pid::text AS pid, a.usename AS who, nullif(a.application_name, '') AS application, a.state, round(extract(epoch FROM clock_timestamp() - a.xact_start))::text AS seconds
     FROM pg_stat_activity a WHERE a.pid = ANY (pg_blocking_pids($1)) ORDER BY a.xact_start`,
    [pid],
  );
  return rows.map(({ pid: blocker, who, application, state, seconds }) => {
    const details = [
      `user ${who ?? 'unknown'}`,
      application && `application ${application}`,
      state,
      seconds && `in its transaction for ${seconds} s`,
    ].filter(Boolean);
    return `session ${blocker} (${details.join(', ')})`;
  });
}
