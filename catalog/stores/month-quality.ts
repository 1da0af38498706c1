import { createHash } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import type { QualityMode, QualityResult, QualityVerdict } from '../../core/types/quality';
import { type CatalogTables, orUndefined } from '../database';
import type { MonthStore, QualityRecord } from '../month';
import type { StoreContext } from './store';

/** What checks have found, batch by batch; it stays when batches are cleaned up. */
export function monthQualityStore({
  db,
  attempt,
}: StoreContext): Pick<MonthStore, 'addQuality' | 'quality' | 'qualityHistory'> {
  return {
    addQuality: (record) =>
      attempt(async () => {
        const { batch, batchId, table, month, file, mode, verdict, score, rows } = record;
        const result = JSON.stringify(record.result);
        const all = JSON.stringify([batch, batchId, table, month, file, mode, verdict, score, rows, result]);
        const { id } = await db
          .insertInto('month_quality')
          .values({
            hash: createHash('sha256').update(all).digest('hex'),
            batch,
            batch_id: batchId ?? null,
            table_name: table,
            month,
            file,
            mode,
            verdict,
            score: score ?? null,
            rows,
            result,
          })
          .onConflict((conflict) => conflict.column('hash').doUpdateSet({ at: sql<Date>`now()` }))
          .returning('id')
          .executeTakeFirstOrThrow();
        return id;
      }),

    quality: (id) =>
      attempt(async () => {
        const row = await db.selectFrom('month_quality').selectAll().where('id', '=', id).executeTakeFirst();
        return row && toRecord(row);
      }),

    qualityHistory: ({ batch, batchId, table, month, summary, limit }) =>
      attempt(async () => {
        const rows = await db
          .selectFrom('month_quality')
          .selectAll()
          .$if(batch !== undefined, (q) => q.where('batch', '=', batch ?? ''))
          .$if(batchId !== undefined, (q) => q.where('batch_id', '=', batchId ?? ''))
          .$if(table !== undefined, (q) => q.where('table_name', '=', table ?? ''))
          .$if(month !== undefined, (q) => q.where('month', '=', month ?? ''))
          .orderBy('at', 'desc')
          .orderBy('id', 'desc')
          .limit(limit)
          .execute();
        return rows.map(toRecord).map((record) => (summary ? summarised(record) : record));
      }),
  };
}

function summarised(record: QualityRecord): QualityRecord {
  const { facts, ...result } = record.result;
  if (!facts) return record;
  const { days: _, ...rest } = facts;
  return { ...record, result: { ...result, facts: { ...rest, columns: [] } } };
}

const toRecord = (row: Selectable<CatalogTables['month_quality']>): QualityRecord => ({
  id: row.id,
  batch: row.batch,
  batchId: orUndefined(row.batch_id),
  table: row.table_name,
  month: row.month,
  file: row.file,
  mode: row.mode as QualityMode,
  verdict: row.verdict as QualityVerdict,
  score: orUndefined(row.score),
  rows: row.rows,
  at: row.at,
  result: row.result as QualityResult,
});
