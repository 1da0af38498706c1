import type { MonthFileRecord } from '../../catalog/month';
import { isSpent, monthOutcome } from '../../core/month/month-outcome';
import { isSettled, isStaging } from '../../core/month/steps';
import type { ErrorReport } from '../../core/errors/longshore-error';
import type { MonthOutcome } from '../../core/types/month';
import type { RunStatus } from '../../schemas/constants';
import { withHeartbeat } from '../heartbeat';
import { describeTable, type MonthFileRef, type MonthRef, prefixOf, tableOf } from './context';
import type { MonthDependencies } from './dependencies';
import { note } from './log';

/** How files, months and batches end, and what is tidied up then. */
export function createCloseActivities(deps: MonthDependencies) {
  return {
    /** For `run list`. */
    async noteMonthStatus({ runId, status }: { runId: string; status: RunStatus }): Promise<void> {
      await deps.catalog.runs.setStatus(runId, status);
    },

    async failFile({ fileId, error, ...ref }: MonthFileRef & { error: ErrorReport }): Promise<void> {
      const state = error.code === 'CANCELLED' ? 'cancelled' : 'failed';
      await deps.catalog.months.updateFile(fileId, { state, error, finishedAt: deps.now() });
      await note(deps, ref.runId, 'error', `${error.code}: ${error.message} ${error.next}`, { place: error.place });
    },

    /**
     * Removes what is not needed any more: everything of a month that was cancelled, or that failed for a reason that stays.
     * What an outage interrupted is kept for the batch to be resumed from.
     */
    async closeMonth({ error, ...ref }: MonthRef & { error?: ErrorReport }): Promise<MonthOutcome> {
      return withHeartbeat(async () => {
        const isCancelled = error?.code === 'CANCELLED';
        if (isCancelled && ref.action === 'load') await noteCommitted(ref);
        const files = await deps.catalog.months.files(ref.batchId, ref.month);
        for (const file of files) {
          if (isCancelled && !isSettled(file.state))
            await deps.catalog.months.updateFile(file.id, {
              state: 'cancelled',
              finishedAt: deps.now(),
              ...(error && { error }),
            });
        }
        // Of a check nothing stays.
        const spent = isCancelled || ref.action === 'check' ? files : files.filter(isSpent);
        if (isStaging(ref) && spent.length > 0) await tidy(ref, spent);
        if (ref.action === 'check') for (const { loadId } of files) await deps.removeLoadFolder(loadId);
        const outcome = monthOutcome(
          ref.month,
          await deps.catalog.months.files(ref.batchId, ref.month),
          error,
          deps.now(),
        );
        await deps.catalog.months.moveMonth(
          ref.batchId,
          ref.month,
          outcome.status === 'done' || outcome.status === 'skipped' ? 'completed' : 'failed',
        );
        await note(
          deps,
          ref.runId,
          outcome.status === 'done' ? 'info' : 'warning',
          `${ref.month} ended ${outcome.status}: ${outcome.loaded} of ${outcome.files} files, ${outcome.rows.toLocaleString('en')} rows`,
        );
        return outcome;
      });
    },

    async endBatch({ runId, batchId, status, error }: EndBatch): Promise<void> {
      await deps.catalog.months
        .checkpoint(batchId, { status: CHECKPOINTS[status] ?? 'failed', currentMonths: [] })
        .catch((cause: unknown) => {
          // A batch that was refused before it began has no checkpoint.
          if (!error) throw cause;
        });
      await deps.warehouses.release(runId);
      await deps.catalog.runs.finish(runId, { status, ...(error && { error }) });
      const run = await deps.catalog.runs.get(runId);
      await deps.catalog.audit.record({
        id: `${run?.temporalRunId ?? runId}:end`,
        actor: run?.triggeredBy ?? 'unknown',
        action: 'run.end',
        subject: runId,
        details: { status, batchId, code: error?.code ?? null },
      });
      await note(
        deps,
        runId,
        status === 'done' ? 'info' : 'error',
        `batch ${batchId} ended ${status}${error ? `: ${error.code}: ${error.message}` : ''}`,
      );
    },
  };

  /** What was committed counts, though whoever did it did not live to write it down: another batch must not load it again. */
  async function noteCommitted(ref: MonthRef): Promise<void> {
    const all = await deps.catalog.months.files(ref.batchId, ref.month);
    const isStaged = ({ state }: MonthFileRecord): boolean => state === 'staged';
    if (!all.some(isStaged)) return;
    await deps.warehouses.use(ref, async (warehouse) => {
      for (const { id, publishMark } of all.filter(isStaged))
        if (publishMark !== undefined && (await warehouse.findMark(publishMark)))
          await deps.catalog.months.updateFile(id, { state: 'published', finishedAt: deps.now() });
    });
  }

  async function tidy(ref: MonthRef, files: readonly MonthFileRecord[]): Promise<void> {
    const { batch } = await deps.monthBatch(ref);
    await deps.warehouses.use(ref, async (warehouse) => {
      for (const file of files) {
        // A COPY whose worker died goes on in the warehouse: it must not fill what is about to be dropped.
        if (file.copyStatement !== undefined && !file.copied) await warehouse.cancel(file.copyStatement);
        await warehouse.stage.remove(prefixOf(file));
        const known = await describeTable(warehouse, tableOf(batch, file.table));
        if (known) await warehouse.dropStaging(file.loadId, known);
        await deps.removeLoadFolder(file.loadId);
      }
    });
  }
}

export interface EndBatch {
  runId: string;
  batchId: string;
  status: RunStatus;
  error?: ErrorReport;
}

const CHECKPOINTS: Partial<Record<RunStatus, 'completed' | 'partial' | 'failed' | 'cancelled'>> = {
  done: 'completed',
  partial: 'partial',
  failed: 'failed',
  refused: 'failed',
  cancelled: 'cancelled',
};
