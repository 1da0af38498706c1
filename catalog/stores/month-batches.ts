import { type Selectable, sql } from 'kysely';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { Month, MonthAction, MonthCheckpoint } from '../../core/types/month';
import type { QualityMode } from '../../core/types/quality';
import { CATALOG_SCHEMA, type CatalogDatabase, type CatalogTables } from '../database';
import type { MonthBatchRecord, MonthOptions, MonthStore } from '../month';
import { ENDED_STATES } from './month-file-row';
import type { StoreContext } from './store';

const BATCHES = sql.table(`${CATALOG_SCHEMA}.month_batches`);
const FILES = sql.table(`${CATALOG_SCHEMA}.month_files`);
const MONTHS = sql.table(`${CATALOG_SCHEMA}.month_batch_months`);

type MonthState = 'waiting' | 'current' | 'completed' | 'failed';

type BatchRow = Selectable<CatalogTables['month_batches']> & {
  months: { month: Month; state: MonthState }[] | null;
  ended: number;
  total: number;
};

/** Batches and their checkpoints. */
export function monthBatchStore({
  db,
  attempt,
}: StoreContext): Pick<MonthStore, 'begin' | 'batch' | 'batches' | 'checkpoint' | 'moveMonth'> {
  return {
    begin: (batch) =>
      attempt(() =>
        db.transaction().execute(async (tx) => {
          const { batchId, runId } = batch;
          const added = await tx
            .insertInto('month_batches')
            .values({
              batch_id: batchId,
              batch: batch.batch,
              action: batch.action,
              target: batch.target,
              config_version: batch.configVersion,
              quality_mode: batch.qualityMode,
              status: batch.status,
              runs: [runId],
              options: JSON.stringify(batch.options),
            })
            .onConflict((conflict) =>
              conflict
                .column('batch_id')
                .doUpdateSet({ runs: sql<string[]>`array_append(month_batches.runs, ${runId})` })
                .where(sql<boolean>`NOT ${runId} = ANY(month_batches.runs)`),
            )
            // Only a row that was inserted has no deleting or locking transaction.
            .returning(sql<boolean>`xmax = 0`.as('is_new'))
            .executeTakeFirst();
          if (added?.is_new) await insertMonths(tx, batch);
          return (await read(tx, { batchId, limit: 1 }))[0]!;
        }),
      ),

    batch: (batchId) => attempt(async () => (await read(db, { batchId, limit: 1 }))[0]),

    batches: (filter) => attempt(() => read(db, filter)),

    checkpoint: (batchId, { status, ...lists }) =>
      attempt(() =>
        db.transaction().execute(async (tx) => {
          const result = await tx
            .updateTable('month_batches')
            .set({ last_update: sql<Date>`now()`, ...(status !== undefined && { status }) })
            .where('batch_id', '=', batchId)
            .executeTakeFirst();
          if (result.numUpdatedRows === 0n) throw unknown(batchId);
          await setList(tx, batchId, 'completed', lists.completedMonths);
          await setList(tx, batchId, 'failed', lists.failedMonths);
          await setList(tx, batchId, 'current', lists.currentMonths);
        }),
      ),

    moveMonth: (batchId, month, to) =>
      attempt(async () => {
        const { numAffectedRows } = await sql`
          WITH touched AS (
            UPDATE ${BATCHES} SET last_update = now() WHERE batch_id = ${batchId} RETURNING batch_id
          )
          INSERT INTO ${MONTHS} (batch_id, month, position, state)
          SELECT batch_id, ${month}, 2147483647, ${to} FROM touched
          ON CONFLICT (batch_id, month) DO UPDATE SET state = excluded.state`.execute(db);
        if ((numAffectedRows ?? 0n) === 0n) throw unknown(batchId);
      }),
  };
}

type BatchFilter = { batchId?: string; batch?: string; status?: MonthCheckpoint['status']; limit: number };

async function read(db: CatalogDatabase, { batchId, batch, status, limit }: BatchFilter): Promise<MonthBatchRecord[]> {
  const rows = await db
    .selectFrom('month_batches as b')
    .selectAll('b')
    .select([
      sql<BatchRow['months']>`(SELECT json_agg(json_build_object('month', m.month, 'state', m.state)
        ORDER BY m.position, m.month) FROM ${MONTHS} AS m WHERE m.batch_id = b.batch_id)`.as('months'),
      sql<number>`(SELECT count(*) FROM ${FILES} AS f WHERE f.batch_id = b.batch_id)`.as('total'),
      sql<number>`(SELECT count(*) FROM ${FILES} AS f
        WHERE f.batch_id = b.batch_id AND f.state = ANY(${[...ENDED_STATES]}::text[]))`.as('ended'),
    ])
    .$if(batchId !== undefined, (q) => q.where('b.batch_id', '=', batchId ?? ''))
    .$if(batch !== undefined, (q) => q.where('b.batch', '=', batch ?? ''))
    .$if(status !== undefined, (q) => q.where('b.status', '=', status ?? ''))
    .orderBy('b.created_at', 'desc')
    .orderBy('b.batch_id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(toRecord);
}

async function insertMonths(
  tx: CatalogDatabase,
  batch: Pick<MonthCheckpoint, 'batchId' | 'months' | 'completedMonths' | 'failedMonths' | 'currentMonths'>,
): Promise<void> {
  const { batchId, completedMonths, failedMonths, currentMonths } = batch;
  const months = [...new Set([...batch.months, ...completedMonths, ...failedMonths, ...currentMonths])];
  if (months.length === 0) return;
  const stateOf = (month: Month): MonthState =>
    completedMonths.includes(month)
      ? 'completed'
      : failedMonths.includes(month)
        ? 'failed'
        : currentMonths.includes(month)
          ? 'current'
          : 'waiting';
  await tx
    .insertInto('month_batch_months')
    .values(months.map((month, position) => ({ batch_id: batchId, month, position, state: stateOf(month) })))
    .execute();
}

/** Makes `months` those in `state`; others that were in it wait again. */
async function setList(tx: CatalogDatabase, batchId: string, state: MonthState, months?: Month[]): Promise<void> {
  if (months === undefined) return;
  await sql`UPDATE ${MONTHS}
    SET state = CASE WHEN month = ANY(${months}::text[]) THEN ${state} ELSE 'waiting' END
    WHERE batch_id = ${batchId} AND (month = ANY(${months}::text[]) OR state = ${state})`.execute(tx);
}

const unknown = (batchId: string): LongshoreError =>
  new LongshoreError('BATCH_NOT_FOUND', `The catalog has no batch ${batchId}.`);

function toRecord({ months, ...row }: BatchRow): MonthBatchRecord {
  const inState = (state: MonthState): Month[] =>
    (months ?? []).filter((each) => each.state === state).map(({ month }) => month);
  return {
    batchId: row.batch_id,
    batch: row.batch,
    action: row.action as MonthAction,
    target: row.target,
    configVersion: row.config_version,
    qualityMode: row.quality_mode as QualityMode,
    status: row.status as MonthCheckpoint['status'],
    months: (months ?? []).map(({ month }) => month),
    completedMonths: inState('completed'),
    failedMonths: inState('failed'),
    currentMonths: inState('current'),
    currentFile: row.ended,
    totalFiles: row.total,
    runs: row.runs,
    options: row.options as MonthOptions,
    createdAt: row.created_at,
    lastUpdate: row.last_update,
  };
}
