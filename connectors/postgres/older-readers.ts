/**
 * A reader with a REPEATABLE READ snapshot from before the end of the load would see only part of the rows of a table
 * that is swapped in, because tables are found by their newest name and rows by the old snapshot.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresPool } from './pool';

/** Sessions that hold a snapshot older than transaction $1, by what tells their transactions apart. */
const OLDER = `
SELECT pid::text || ' ' || backend_start::text || ' ' || xact_start::text || ' ' || backend_xmin::text AS transaction, pid::text AS pid, usename AS who
FROM pg_stat_activity
WHERE datid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND backend_xmin IS NOT NULL AND age(backend_xmin) > age($1::xid)
  AND backend_type NOT IN ('autovacuum worker', 'walsender') AND application_name NOT ILIKE 'longshore%' AND pid <> pg_backend_pid()`;

/**
 * Waits until no such reader is left, at most `patienceMs`. Answers who still is. `loadedBefore`: transaction id at the
 * end of the load.
 */
export async function waitForOlderReaders(
  pool: PostgresPool,
  loadedBefore: string,
  patienceMs: number,
  signal?: AbortSignal,
): Promise<string[]> {
  const xid = (BigInt(loadedBefore) % 2n ** 32n).toString();
  const giveUp = performance.now() + patienceMs;
  // A long writer keeps the horizon of every later snapshot back, too; only those who are there now can be too old.
  let suspects: Set<string> | undefined;
  for (;;) {
    const { rows } = await pool.query(OLDER, [xid]);
    const remaining = rows.filter(({ transaction }) => suspects === undefined || suspects.has(transaction ?? ''));
    suspects = new Set(remaining.map(({ transaction }) => transaction ?? ''));
    if (remaining.length === 0) return [];
    if (performance.now() > giveUp || signal?.aborted)
      return remaining.map(({ pid, who }) => `session ${pid} (user ${who})`);
    await sleep(Math.min(200, patienceMs));
  }
}
