/** Statements that happen together or not at all, with the mark that says that they have. */
import type { LoadMark, Statement, Warehouse } from '../warehouse';
import { isConnectionLoss, isSessionGone, toSnowflakeError } from './errors';
import type { Ledger } from './ledger';
import type { Answer, SnowflakeSession } from './session';
import type { SnowflakeSessions } from './sessions';

type Options = NonNullable<Parameters<Warehouse['transaction']>[2]>;

/** How long a lost session may take to be gone for certain, before the mark is looked up. */
const SETTLE_MS = 30_000;

/** As `Warehouse.transaction` promises. */
export async function inTransaction(
  sessions: SnowflakeSessions,
  ledger: Ledger,
  statements: Statement[],
  mark: LoadMark | undefined,
  options: Options = {},
): Promise<number[] | undefined> {
  if (mark) await ledger.ready();
  const changed: number[] = [];
  let committing = false;
  try {
    return await sessions.use(async (first) =>
      began(sessions, first, async (session) => {
        const isTaken = async (most: number): Promise<boolean> =>
          mark !== undefined && Number((await session.run(ledger.count(mark.id))).rows[0]?.[0]) > most;
        try {
          if (await isTaken(0)) return await undo(session);
          for (const [index, statement] of statements.entries()) {
            const answer = await session.run(statement, options.signal && { signal: options.signal });
            if (answer.statementId !== undefined) options.onStatement?.(index, answer.statementId);
            changed.push(rowsChanged(answer));
          }
          options.verify?.(changed);
          if (mark) await session.run(ledger.insert(mark));
          // Another that began at the same time may have ended meanwhile.
          if (await isTaken(1)) return await undo(session);
        } catch (error) {
          if (session.usable) await session.run({ sql: 'ROLLBACK' }).catch(() => undefined);
          throw error;
        }
        committing = true;
        await session.run({ sql: 'COMMIT' });
        return changed;
      }),
    );
  } catch (error) {
    const isLost = isConnectionLoss(error) || isSessionGone(error);
    if (committing && isLost && mark && (await hasHappened(sessions, ledger, mark.id))) return changed;
    // What `verify` throws is its own.
    throw isLost ? toSnowflakeError(error) : error;
  }
}

/** Begins in a session that is known to be there: nothing has been done yet when it is not. */
async function began<T>(
  sessions: SnowflakeSessions,
  first: SnowflakeSession,
  work: (session: SnowflakeSession) => Promise<T>,
): Promise<T> {
  const begin = { sql: 'BEGIN TRANSACTION' };
  try {
    await first.run(begin);
  } catch (error) {
    if (!isSessionGone(error)) throw error;
    return sessions.use(
      async (session) => {
        await session.run(begin);
        return work(session);
      },
      { fresh: true },
    );
  }
  return work(first);
}

async function undo(session: SnowflakeSession): Promise<undefined> {
  await session.run({ sql: 'ROLLBACK' });
}

/** Nobody heard whether the commit was carried out: the mark tells, once it cannot be any more. */
async function hasHappened(sessions: SnowflakeSessions, ledger: Ledger, id: string): Promise<boolean> {
  await sessions.settled(SETTLE_MS);
  return (await ledger.find(id).catch(() => undefined)) !== undefined;
}

/** Rows that a statement inserted, updated and deleted. */
export function rowsChanged({ columns, rows }: Answer): number {
  const counts = columns.map((name, index) => (/^number of rows/i.test(name) ? Number(rows[0]?.[index] ?? 0) : 0));
  return counts.reduce((sum, count) => sum + count, 0);
}
