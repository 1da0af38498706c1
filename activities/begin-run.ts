import type { Catalog } from '../catalog/catalog';
import { LongshoreError } from '../core/errors/longshore-error';
import type { RunKind } from '../schemas/constants';

export interface BeginRunDependencies {
  catalog: Pick<Catalog, 'runs'>;
  isRunOpen(runId: string): Promise<boolean>;
}

export interface NewRun {
  runId: string;
  temporalRunId: string;
  kind: RunKind;
  name: string;
  target: string;
  configVersion: number;
  triggeredBy: string;
  reason?: string;
  /** Changes nothing, so that it may run beside others. */
  dryRun: boolean;
  input: unknown;
}

/**
 * Records the start of a run. A run that stands in its way but no longer exists in Temporal (terminated, or its server
 * lost) is closed first. Throws RUN_IN_PROGRESS when another one really runs.
 */
export async function beginRun(deps: BeginRunDependencies, run: NewRun): Promise<void> {
  try {
    await deps.catalog.runs.begin(run);
  } catch (error) {
    if (!(error instanceof LongshoreError) || error.code !== 'RUN_IN_PROGRESS') throw error;
    if (!(await closeDeadRuns(deps, run))) throw error;
    await deps.catalog.runs.begin(run);
  }
}

async function closeDeadRuns(deps: BeginRunDependencies, { kind, name, target }: NewRun): Promise<boolean> {
  const unfinished = (await deps.catalog.runs.list({ kind, name, limit: 100 })).filter(
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
