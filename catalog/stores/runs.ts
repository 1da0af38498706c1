import { type Selectable, sql } from 'kysely';
import { type ErrorReport, LongshoreError } from '../../core/errors/longshore-error';
import type { RunKind, RunStatus } from '../../schemas/constants';
import type { GoodRunFilter, RunRecord, RunStore } from '../catalog';
import { type CatalogDatabase, type CatalogTables, orUndefined } from '../database';
import type { StoreContext } from './store';

/** What a run of each kind is a run of. */
const WHAT: Record<RunKind, string> = { transfer: 'Transfer set', drop: 'Drop folder', month: 'Month batch' };

export function runStore({ db, attempt }: StoreContext): RunStore {
  return {
    begin: (run) =>
      attempt(async () => {
        const row = {
          run_id: run.runId,
          temporal_run_id: run.temporalRunId,
          kind: run.kind,
          name: run.name,
          target: run.target,
          config_version: run.configVersion,
          status: 'running',
          triggered_by: run.triggeredBy,
          reason: run.reason ?? null,
          dry_run: run.dryRun,
          input: JSON.stringify(run.input ?? null),
        };
        try {
          await db
            .insertInto('runs')
            .values(row)
            // The same run again is a retry and changes nothing; with another Temporal run it was reset, and is open anew.
            .onConflict((conflict) =>
              conflict
                .column('run_id')
                .doUpdateSet({ temporal_run_id: run.temporalRunId, status: 'running', error: null, finished_at: null })
                .where('runs.temporal_run_id', '<>', run.temporalRunId),
            )
            .execute();
        } catch (error) {
          if (!isOneAtATime(error)) throw error;
          const other = await db
            .selectFrom('runs')
            .select(['run_id', 'triggered_by', 'started_at'])
            .where('kind', '=', run.kind)
            .where('name', '=', run.name)
            .where('target', '=', run.target)
            .where('finished_at', 'is', null)
            .where('dry_run', '=', false)
            .executeTakeFirst();
          const since =
            other && ` since ${other.started_at.toISOString()}, started by ${other.triggered_by}, as ${other.run_id}`;
          throw new LongshoreError(
            'RUN_IN_PROGRESS',
            `${WHAT[run.kind]} ${run.name} is already running into ${run.target}${since ?? ''}.`,
            { environment: run.target },
            { cause: error },
          );
        }
      }),

    savePlan: (runId, plan) =>
      attempt(async () => {
        const result = await db
          .updateTable('runs')
          .set({ plan: JSON.stringify(plan) })
          .where('run_id', '=', runId)
          .executeTakeFirst();
        found(runId, result.numUpdatedRows);
      }),

    setStatus: (runId, status) =>
      attempt(async () => {
        // A late call of a retried activity must not reopen a run that has ended.
        await db
          .updateTable('runs')
          .set({ status })
          .where('run_id', '=', runId)
          .where('finished_at', 'is', null)
          .execute();
      }),

    finish: (runId, { status, error }) =>
      attempt(async () => {
        const result = await db
          .updateTable('runs')
          .set((q) => ({
            status,
            error: error === undefined ? null : JSON.stringify(error),
            finished_at: q.fn.coalesce('finished_at', q.fn<Date>('now')),
          }))
          .where('run_id', '=', runId)
          .executeTakeFirst();
        found(runId, result.numUpdatedRows);
      }),

    get: (runId) =>
      attempt(async () => {
        const row = await db.selectFrom('runs').selectAll().where('run_id', '=', runId).executeTakeFirst();
        return row && toRecord(row);
      }),

    list: ({ kind, name, status, limit }) =>
      attempt(async () => {
        const rows = await db
          .selectFrom('runs')
          .selectAll()
          .$if(kind !== undefined, (q) => q.where('kind', '=', kind ?? ''))
          .$if(name !== undefined, (q) => q.where('name', '=', name ?? ''))
          .$if(status !== undefined, (q) => q.where('status', '=', status ?? ''))
          .orderBy('started_at', 'desc')
          .orderBy('run_id', 'desc')
          .limit(limit)
          .execute();
        return rows.map(toRecord);
      }),

    durations: ({ limit, ...filter }) =>
      attempt(async () => {
        const rows = await good(db, filter)
          .select(sql<number>`extract(epoch FROM finished_at - started_at)::float8`.as('seconds'))
          .limit(limit)
          .execute();
        return rows.map(({ seconds }) => seconds);
      }),

    lastGood: (filter) =>
      attempt(async () => {
        const row = await good(db, filter).selectAll().limit(1).executeTakeFirst();
        return row && toRecord(row);
      }),
  };
}

/** Runs that ended `done`, newest first. */
function good(db: CatalogDatabase, { kind, name, target, except }: GoodRunFilter) {
  return db
    .selectFrom('runs')
    .where('kind', '=', kind)
    .where('name', '=', name)
    .where('target', '=', target)
    .where('status', '=', 'done')
    .where('dry_run', '=', false)
    .where('finished_at', 'is not', null)
    .$if(except !== undefined, (q) => q.where('run_id', '<>', except ?? ''))
    .orderBy('started_at', 'desc')
    .orderBy('run_id', 'desc');
}

const isOneAtATime = (error: unknown): boolean =>
  error instanceof Error && 'constraint' in error && error.constraint === 'runs_one_at_a_time';

function found(runId: string, rows: bigint): void {
  if (rows === 0n) throw new LongshoreError('RUN_NOT_FOUND', `The catalog has no run ${runId}.`);
}

function toRecord(row: Selectable<CatalogTables['runs']>): RunRecord {
  return {
    runId: row.run_id,
    temporalRunId: row.temporal_run_id,
    kind: row.kind as RunKind,
    name: row.name,
    target: row.target,
    configVersion: row.config_version,
    status: row.status as RunStatus,
    triggeredBy: row.triggered_by,
    reason: orUndefined(row.reason),
    dryRun: row.dry_run,
    input: row.input,
    plan: orUndefined(row.plan as RunRecord['plan'] | null),
    error: orUndefined(row.error as ErrorReport | null),
    startedAt: row.started_at,
    finishedAt: orUndefined(row.finished_at),
  };
}
