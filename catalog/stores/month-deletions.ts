import type { Selectable } from 'kysely';
import type { DeletionRecord } from '../../core/types/month';
import { type CatalogTables, orUndefined } from '../database';
import type { MonthStore } from '../month';
import type { StoreContext } from './store';

/** Months that were deleted from a warehouse, and how they come back. */
export function monthDeletionStore({
  db,
  attempt,
}: StoreContext): Pick<MonthStore, 'saveDeletion' | 'deletion' | 'deletions'> {
  return {
    saveDeletion: (record) =>
      attempt(async () => {
        const row = {
          batch: record.batch,
          table_name: record.table,
          month: record.month,
          environment: record.environment,
          rows: record.rows,
          by: record.by,
          reason: record.reason ?? null,
          state: record.state,
          backup: record.backup ?? null,
          restore_sql: record.restoreSql ?? null,
          restored_at: record.restoredAt ?? null,
        };
        await db
          .insertInto('month_deletions')
          .values({ id: record.id, ...row })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute();
      }),

    deletion: (id) =>
      attempt(async () => {
        const row = await db.selectFrom('month_deletions').selectAll().where('id', '=', id).executeTakeFirst();
        return row && toRecord(row);
      }),

    deletions: ({ batch, table, month, limit }) =>
      attempt(async () => {
        const rows = await db
          .selectFrom('month_deletions')
          .selectAll()
          .$if(batch !== undefined, (q) => q.where('batch', '=', batch ?? ''))
          .$if(table !== undefined, (q) => q.where('table_name', '=', table ?? ''))
          .$if(month !== undefined, (q) => q.where('month', '=', month ?? ''))
          .orderBy('at', 'desc')
          .orderBy('id', 'desc')
          .limit(limit)
          .execute();
        return rows.map(toRecord);
      }),
  };
}

const toRecord = (row: Selectable<CatalogTables['month_deletions']>): DeletionRecord => ({
  id: row.id,
  batch: row.batch,
  table: row.table_name,
  month: row.month,
  environment: row.environment,
  rows: row.rows,
  by: row.by,
  reason: orUndefined(row.reason),
  at: row.at,
  state: row.state as DeletionRecord['state'],
  backup: orUndefined(row.backup),
  restoreSql: orUndefined(row.restore_sql),
  restoredAt: orUndefined(row.restored_at),
});
