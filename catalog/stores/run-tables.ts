import { type Selectable, sql } from 'kysely';
import { LongshoreError, type ErrorReport } from '../../core/errors/longshore-error';
import { tableId } from '../../core/types/table';
import type { TableAggregates, TablePlan, TableVerification } from '../../core/types/transfer';
import type { TablePhase } from '../../schemas/constants';
import type { RunTableRecord, RunTableStore } from '../catalog';
import { type CatalogDatabase, type CatalogTables, orUndefined } from '../database';
import type { StoreContext } from './store';

const BATCH = 500;

export function runTableStore({ db, attempt }: StoreContext): RunTableStore {
  return {
    save: (runId, plans) =>
      attempt(() =>
        db.transaction().execute(async (tx) => {
          const ids = plans.map((plan) => tableId(plan.targetRef));
          await tx
            .deleteFrom('run_tables')
            .where('run_id', '=', runId)
            .where('phase', '=', 'waiting')
            .where('parts_planned', 'is', null)
            .where(sql<boolean>`table_id <> ALL(${ids}::text[])`)
            .execute();
          const rows = plans.map((plan, position) => ({
            run_id: runId,
            table_id: tableId(plan.targetRef),
            position,
            plan: JSON.stringify(plan),
            warnings: JSON.stringify(plan.warnings),
            parts_planned: null,
            locked_ms: null,
          }));
          for (let at = 0; at < rows.length; at += BATCH) {
            await tx
              .insertInto('run_tables')
              .values(rows.slice(at, at + BATCH))
              .onConflict((conflict) =>
                conflict
                  .columns(['run_id', 'table_id'])
                  .doUpdateSet((q) => ({
                    position: q.ref('excluded.position'),
                    plan: sql<string>`excluded.plan`,
                    warnings: sql<string>`excluded.warnings`,
                  }))
                  .where('run_tables.phase', '=', 'waiting')
                  .where('run_tables.parts_planned', 'is', null),
              )
              .execute();
          }
        }),
      ),

    get: (runId, id) =>
      attempt(async () => {
        const row = await withFigures(db, runId).where('table_id', '=', id).executeTakeFirst();
        return row && toRecord(row);
      }),

    list: (runId) =>
      attempt(async () => {
        const rows = await withFigures(db, runId).orderBy('position').execute();
        return rows.map(toRecord);
      }),

    lastPublished: ({ runId, name, target, tableId: id }) =>
      attempt(async () => {
        const row = await db
          .selectFrom('runs')
          .innerJoin('run_tables', 'run_tables.run_id', 'runs.run_id')
          .where('runs.name', '=', name)
          .where('runs.target', '=', target)
          .where('runs.run_id', '<>', runId)
          .where('runs.dry_run', '=', false)
          .where('run_tables.table_id', '=', id)
          .where('run_tables.phase', '=', 'published')
          .orderBy('runs.started_at', 'desc')
          .limit(1)
          .select(['run_tables.run_id', 'run_tables.plan', 'run_tables.finished_at'])
          .select((q) =>
            q
              .selectFrom('parts')
              .whereRef('parts.run_id', '=', 'run_tables.run_id')
              .whereRef('parts.table_id', '=', 'run_tables.table_id')
              .select(sql<number>`coalesce(sum(rows), 0)::bigint`.as('rows'))
              .as('rows'),
          )
          .executeTakeFirst();
        return (
          row && {
            runId: row.run_id,
            finishedAt: orUndefined(row.finished_at),
            rows: row.rows ?? 0,
            plan: row.plan as TablePlan,
          }
        );
      }),

    update: (runId, id, patch) =>
      attempt(async () => {
        const changes = {
          ...(patch.phase !== undefined && { phase: patch.phase }),
          ...(patch.sourceAggregates !== undefined && { source_aggregates: JSON.stringify(patch.sourceAggregates) }),
          ...(patch.targetAggregates !== undefined && { target_aggregates: JSON.stringify(patch.targetAggregates) }),
          ...(patch.verification !== undefined && { verification: JSON.stringify(patch.verification) }),
          ...(patch.lockedMs !== undefined && { locked_ms: patch.lockedMs }),
          ...(patch.warnings !== undefined && { warnings: JSON.stringify(patch.warnings) }),
          ...(patch.startedAt !== undefined && { started_at: patch.startedAt }),
          ...(patch.finishedAt !== undefined && { finished_at: patch.finishedAt }),
          // A key that is there without a value takes the error away.
          ...('error' in patch && { error: patch.error === undefined ? null : JSON.stringify(patch.error) }),
        };
        if (Object.keys(changes).length === 0) return;
        const result = await db
          .updateTable('run_tables')
          .set(changes)
          .where('run_id', '=', runId)
          .where('table_id', '=', id)
          .executeTakeFirst();
        if (result.numUpdatedRows === 0n)
          throw new LongshoreError('INTERNAL', `The catalog has no table ${id} in run ${runId}.`, { table: id });
      }),
  };
}

interface Figures {
  rows_extracted: number;
  rows_loaded: number;
  bytes: number;
  parts: number;
  parts_loaded: number;
}

function withFigures(db: CatalogDatabase, runId: string) {
  const figures = db
    .selectFrom('parts')
    .where('run_id', '=', runId)
    .groupBy('table_id')
    .select([
      'table_id as of_table',
      sql<number>`coalesce(sum(rows), 0)::bigint`.as('rows_extracted'),
      sql<number>`coalesce(sum(rows) FILTER (WHERE loaded), 0)::bigint`.as('rows_loaded'),
      sql<number>`coalesce(sum(bytes), 0)::bigint`.as('bytes'),
      sql<number>`count(*)`.as('parts'),
      sql<number>`count(*) FILTER (WHERE loaded)`.as('parts_loaded'),
    ]);
  return db
    .selectFrom('run_tables')
    .leftJoin(figures.as('figures'), 'figures.of_table', 'run_tables.table_id')
    .selectAll('run_tables')
    .select(['rows_extracted', 'rows_loaded', 'bytes', 'parts', 'parts_loaded'])
    .where('run_id', '=', runId);
}

function toRecord(
  row: Selectable<CatalogTables['run_tables']> & { [K in keyof Figures]: Figures[K] | null },
): RunTableRecord {
  return {
    runId: row.run_id,
    tableId: row.table_id,
    position: row.position,
    phase: row.phase as TablePhase,
    plan: row.plan as TablePlan,
    rowsExtracted: row.rows_extracted ?? 0,
    rowsLoaded: row.rows_loaded ?? 0,
    bytes: row.bytes ?? 0,
    parts: row.parts ?? 0,
    partsLoaded: row.parts_loaded ?? 0,
    sourceAggregates: orUndefined(row.source_aggregates as TableAggregates | null),
    targetAggregates: orUndefined(row.target_aggregates as TableAggregates | null),
    verification: orUndefined(row.verification as TableVerification | null),
    lockedMs: orUndefined(row.locked_ms),
    warnings: row.warnings,
    error: orUndefined(row.error as ErrorReport | null),
    startedAt: orUndefined(row.started_at),
    finishedAt: orUndefined(row.finished_at),
  };
}
