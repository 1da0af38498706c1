import type { ErrorReport } from '../../core/errors/longshore-error';
import type { RunStatus } from '../../schemas/constants';
import type { TransferDependencies } from '../dependencies';
import { withHeartbeat } from '../heartbeat';
import { runContext } from './run-context';
import { sweepTerminatedRuns } from './sweep';

export interface EndRunArguments {
  runId: string;
  status: RunStatus;
  error?: ErrorReport;
  /** Tables that did not arrive, and why. */
  failures: { table: string; phase: 'failed' | 'cancelled'; error?: ErrorReport }[];
}

export function createRunActivities(
  deps: Pick<TransferDependencies, 'catalog' | 'databases' | 'parts' | 'isRunOpen' | 'now'>,
) {
  return {
    /** Records pausing and resuming, so that `run list` shows it. */
    async noteStatus({ runId, status }: { runId: string; status: RunStatus }): Promise<void> {
      await deps.catalog.runs.setStatus(runId, status);
    },

    /** Removes staging tables, staged files and connections of a run, also of parts that a crash left half-made. */
    async cleanUp({ runId }: { runId: string }): Promise<void> {
      await deps.databases.release(runId);
      // A staging folder that cannot be used must not keep the target from being tidied up.
      const unremoved = await deps.parts.remove(runId).then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      // Somebody else's rubbish must not keep this run from ending.
      await sweepTerminatedRuns(deps).catch(() => undefined);
      const run = await deps.catalog.runs.get(runId);
      if (run?.plan && !run.dryRun) {
        const { target } = await runContext(deps.catalog, runId);
        try {
          await withHeartbeat(() => deps.databases.use(target, (database) => database.target.cleanup(runId)));
        } finally {
          await deps.databases.release(runId);
        }
      }
      if (unremoved) throw unremoved.error;
    },

    /** Records how the run ended, and who is to know. */
    async endRun({ runId, status, error, failures }: EndRunArguments): Promise<void> {
      const finishedAt = deps.now();
      for (const { table, phase, error: reason } of failures) {
        await deps.catalog.tables.update(runId, table, { phase, error: reason, finishedAt });
      }
      await deps.catalog.runs.finish(runId, { status, error });
      const run = await deps.catalog.runs.get(runId);
      await deps.catalog.audit.record({
        id: `${run?.temporalRunId ?? runId}:end`,
        actor: run?.triggeredBy ?? 'unknown',
        action: 'run.end',
        subject: runId,
        details: { status, failed: failures.map(({ table }) => table), code: error?.code ?? null },
      });
    },
  };
}
