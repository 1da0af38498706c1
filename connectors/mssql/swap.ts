/**
 * `swap`: the table is emptied and the loaded rows are switched into it. It stays the same table, so that everything that
 * hangs on it stays, too; only foreign keys have to be off while it happens.
 */
import { errorNumber } from './errors';
import { dropKeySql } from './foreign-keys';
import { restoreNumbers, type Furthest } from './identity';
import type { LiveForeignKey } from './live';
import type { LockedRun } from './locks';
import type { MssqlSession } from './pool';
import { recheckSet, type StagedTable } from './publish-set';
import { qualified } from './sql';

/** The server will not switch these two tables; the message says why. */
export class SwitchRefused extends Error {
  constructor(
    readonly table: StagedTable,
    override readonly cause: Error,
  ) {
    super(cause.message);
  }
}

/** Takes every lock on the way, so it is either done or undone. */
export async function swapTables(
  run: LockedRun,
  tables: readonly StagedTable[],
  dropped: readonly LiveForeignKey[],
): Promise<void> {
  for (const key of dropped) await run(dropKeySql(key));
  for (const table of tables) {
    try {
      await run(`TRUNCATE TABLE ${qualified(table.ref)}`);
      await run(`ALTER TABLE ${qualified(table.staging)} SWITCH TO ${qualified(table.ref)}`);
    } catch (error) {
      throw isRefusal(error) && error instanceof Error ? new SwitchRefused(table, error) : error;
    }
  }
}

export async function afterSwap(
  session: MssqlSession,
  tables: readonly StagedTable[],
  furthest: Furthest,
): Promise<void> {
  await recheckSet(session, tables);
  for (const table of tables) await restoreNumbers(session, table, furthest);
}

/** What TRUNCATE and SWITCH say when tables do not suit them. */
function isRefusal(error: unknown): boolean {
  const number = errorNumber(error) ?? 0;
  return (number >= 4900 && number < 5000) || [3729, 4711, 4712, 11401, 11402, 11403, 13545].includes(number);
}
