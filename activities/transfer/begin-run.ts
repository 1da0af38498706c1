import { LongshoreError } from '../../core/errors/longshore-error';
import type { TransferSetInput } from '../../workflows/transfer-set/messages';
import type { TransferDependencies } from '../dependencies';

export interface NewRun {
  runId: string;
  temporalRunId: string;
  input: TransferSetInput;
  target: string;
}

/**
 * Records the start of a run. A run that stands in its way but no longer exists in Temporal (terminated, or its server
 * lost) is closed first. Throws RUN_IN_PROGRESS when another one really runs.
 */
export async function beginRun(
  deps: Pick<TransferDependencies, 'catalog' | 'isRunOpen'>,
  { runId, temporalRunId, input, target }: NewRun,
): Promise<void> {
  const { set: name, configVersion, triggeredBy, reason, dryRun = false } = input;
  const run = {
    runId,
    temporalRunId,
    kind: 'transfer',
    name,
    target,
    configVersion,
    triggeredBy,
    reason,
    dryRun,
    input,
  } as const;
  try {
    await deps.catalog.runs.begin(run);
  } catch (error) {
    if (!(error instanceof LongshoreError) || error.code !== 'RUN_IN_PROGRESS') throw error;
    if (!(await closeDeadRuns(deps, name, target))) throw error;
    await deps.catalog.runs.begin(run);
  }
}

async function closeDeadRuns(
  deps: Pick<TransferDependencies, 'catalog' | 'isRunOpen'>,
  name: string,
  target: string,
): Promise<boolean> {
  const unfinished = (await deps.catalog.runs.list({ kind: 'transfer', name, limit: 100 })).filter(
    (run) => !run.finishedAt && run.target === target && !run.dryRun,
  );
  let closed = false;
  for (const { runId } of unfinished) {
    if (await deps.isRunOpen(runId)) continue;
    const error = new LongshoreError('CANCELLED', `Run ${runId} was terminated in Temporal before it could tidy up.`);
    await deps.catalog.runs.finish(runId, { status: 'cancelled', error: error.toJSON() });
    closed = true;
  }
  return closed;
}
