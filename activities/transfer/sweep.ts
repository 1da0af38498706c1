import type { TransferDependencies } from '../dependencies';
import { runContext } from './run-context';

type SweepDependencies = Pick<TransferDependencies, 'catalog' | 'databases' | 'parts' | 'isRunOpen'>;

/**
 * Tidies up after runs that could not do it themselves because they were terminated in Temporal: whoever has files in
 * the staging folder and no open workflow. What does not work now is left for the next run to try.
 */
export async function sweepTerminatedRuns(deps: SweepDependencies): Promise<void> {
  for (const { runId } of await deps.parts.leftovers()) {
    if (await deps.isRunOpen(runId)) continue;
    const run = await deps.catalog.runs.get(runId);
    if (run?.plan && !run.dryRun) {
      const { target } = await runContext(deps.catalog, runId);
      try {
        await deps.databases.use(target, (database) => database.target.cleanup(runId));
      } finally {
        await deps.databases.release(runId);
      }
    }
    await deps.parts.remove(runId);
  }
}
