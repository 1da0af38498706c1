/** Locks that are waited for in short attempts, so that readers who queue behind us are let through in between. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LongshoreError } from '../../core/errors/longshore-error';
import { sqlState } from './errors';
import type { DedicatedClient, PostgresPool } from './pool';

export interface LockPatience {
  /** One attempt, in milliseconds. */
  lockTimeoutMs: number;
  /** All attempts together, in milliseconds. */
  patienceMs: number;
}

/** Lock not available, statement timeout, deadlock. */
const TRY_AGAIN = new Set(['55P03', '57014', '40P01']);

/**
 * Runs statements that take locks, all or none, inside the session's transaction; gives way and tries again while they
 * are not to be had. Answers when the successful attempt began (performance.now). Throws PUBLISH_BLOCKED naming who
 * holds what.
 */
export async function lockPatiently(pool: PostgresPool, session: DedicatedClient, statements: string[], what: string, patience: LockPatience): Promise<number> {
  const { client, pid } = session;
  const giveUp = performance.now() + patience.patienceMs;
  for (let attempt = 0; ; attempt += 1) {
    const blockers = watchBlockers(pool, pid, patience.lockTimeoutMs);
    const began = performance.now();
    await client.query('SAVEPOINT longshore_lock');
    try {
      for (const statement of statements) {
        const left = Math.max(1, Math.ceil(patience.lockTimeoutMs - (performance.now() - began)));
        await client.query(`SET LOCAL lock_timeout = ${left}; SET LOCAL statement_timeout = ${left}`);
        await client.query(statement);
      }
      await client.query('SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; RELEASE SAVEPOINT longshore_lock');
      blockers.stop();
      return began;
    } catch (error) {
      const seen = blockers.stop();
      if (!TRY_AGAIN.has(sqlState(error) ?? '')) throw error;
      // Frees every lock of this attempt, and brings the timeouts back to what they were.
      await client.query('ROLLBACK TO SAVEPOINT longshore_lock; RELEASE SAVEPOINT longshore_lock');
      const pause = Math.min(100 * 2 ** attempt, 3_000);
      if (performance.now() + pause > giveUp) throw blocked(what, await seen, patience, error);
      await sleep(pause);
    }
  }
}

function blocked(what: string, blockers: string[], { patienceMs }: LockPatience, cause: unknown): LongshoreError {
  const by = blockers.length === 0 ? 'other sessions' : blockers.join(', ');
  return new LongshoreError('PUBLISH_BLOCKED', `${what} stayed locked for ${Math.round(patienceMs / 1000)} s by ${by}. The old rows are untouched.`, {}, { cause });
}

/** Looks who is in the way shortly before the attempt ends: afterwards nobody waits any more. */
function watchBlockers(pool: PostgresPool, pid: number, timeoutMs: number): { stop(): Promise<string[]> } {
  let seen: Promise<string[]> = Promise.resolve([]);
  const timer = setTimeout(() => {
    seen = blockersOf(pool, pid).catch(() => []);
  }, timeoutMs * 0.6);
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
    const details = [`user ${who ?? 'unknown'}`, application && `application ${application}`, state, seconds && `in its transaction for ${seconds} s`].filter(Boolean);
    return `session ${blocker} (${details.join(', ')})`;
  });
}
