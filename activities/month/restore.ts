import type { LoadMark, Warehouse } from '../../connectors/warehouse';
import { LongshoreError, toLongshoreError } from '../../core/errors/longshore-error';
import type { DayRange, DeletionRecord, MonthTable } from '../../core/types/month';
import { travelsInTime } from '../../core/warehouse/recovery';
import { countRows, rowsOfMonth } from './delete';
import { nameOf } from './table-columns';

export interface RestoreRequest {
  deletion: DeletionRecord;
  /** Days of its month. */
  range: DayRange;
  by: string;
  reason?: string;
  signal?: AbortSignal;
}

/**
 * Puts the rows of a deletion back, once, and answers how many: from the past of the table where the warehouse keeps one,
 * else from the backup. Throws RESTORE_UNAVAILABLE where the month has rows again, or the deleted ones cannot be read.
 */
export async function restoreMonth(
  warehouse: Warehouse,
  table: MonthTable,
  { deletion, range, by, reason, signal }: RestoreRequest,
): Promise<number> {
  const { known, where } = await rowsOfMonth(warehouse, table, range);
  const name = nameOf(known);
  const mark: LoadMark = {
    id: `restore-${deletion.id}`,
    kind: 'restore',
    batch: deletion.batch,
    table: known.ref.name,
    month: deletion.month,
    rows: deletion.rows,
    by,
    ...(reason !== undefined && { reason }),
  };
  const options = signal && { signal };
  const done = await warehouse.findMark(mark.id);
  if (done) return done.rows;
  const present = await countRows(warehouse, known, where, options);
  if (present > 0)
    throw unavailable(
      `${name} holds ${present} rows of ${deletion.month} again, which the deleted ones would double`,
      name,
      {
        next: 'Delete the month first if the earlier rows are the right ones, then restore the earlier deletion.',
      },
    );
  const restored = travelsInTime(warehouse.kind) ? await fromThePast() : await fromBackup();
  return restored ?? (await warehouse.findMark(mark.id))?.rows ?? deletion.rows;

  async function fromThePast(): Promise<number | undefined> {
    const { restoreSql, rows } = deletion;
    if (restoreSql === undefined)
      throw unavailable(`nothing says which moment of ${name} the rows are to be read from`, name);
    try {
      const affected = await warehouse.transaction([{ sql: restoreSql }], mark, {
        ...options,
        verify([inserted = 0]) {
          if (inserted !== rows)
            throw unavailable(
              `the past of ${name} holds ${inserted} rows of ${deletion.month}, and ${rows} were deleted`,
              name,
            );
        },
      });
      return affected?.[0];
    } catch (thrown) {
      const error = toLongshoreError(thrown);
      if (error.retryable || !UNREADABLE.has(error.code)) throw thrown;
      throw unavailable(`the past of ${name} cannot be read (${error.message})`, name, {
        cause: error,
        next: `Run it by hand if the table still keeps its past: ${restoreSql}`,
      });
    }
  }

  async function fromBackup(): Promise<number | undefined> {
    const { backup } = deletion;
    if (backup === undefined || !warehouse.importRows)
      throw unavailable(`there is no backup of the rows of ${name}`, name);
    return warehouse.importRows(known, backup, mark, signal);
  }
}

/** What a warehouse says of a past that it no longer has. */
const UNREADABLE = new Set(['QUERY_FAILED', 'TABLE_NOT_FOUND', 'COLUMN_NOT_FOUND', 'PERMISSION_DENIED']);

const unavailable = (why: string, table: string, options: { next?: string; cause?: unknown } = {}): LongshoreError =>
  new LongshoreError('RESTORE_UNAVAILABLE', `Nothing was restored: ${why}.`, { table }, options);
