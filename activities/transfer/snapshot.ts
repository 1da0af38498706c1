import { Context } from '@temporalio/activity';
import { LongshoreError } from '../../core/errors/longshore-error';
import { withHeartbeat } from '../heartbeat';
import type { TransferDependencies } from '../dependencies';
import { runContext } from './run-context';

export function createSnapshotActivities(
  deps: Pick<TransferDependencies, 'catalog' | 'databases' | 'announceSnapshot'>,
) {
  return {
    /**
     * Opens the source's snapshot, announces it to the workflow and holds it until cancelled. When the snapshot is lost
     * (SNAPSHOT_LOST) or this worker dies, Temporal starts the activity again, which opens the next epoch.
     */
    async holdSnapshot({ runId }: { runId: string }): Promise<void> {
      const run = await runContext(deps.catalog, runId);
      await deps.databases.use(run.source, async (database) => {
        const snapshot = await database.source.openSnapshot();
        try {
          const epoch = await deps.catalog.snapshots.open(runId, snapshot.token);
          await deps.announceSnapshot(runId, epoch);
          await withHeartbeat(() => Promise.race([Context.current().cancelled, snapshot.lost]));
        } finally {
          await snapshot.close();
        }
      });
    },
  };
}

/** The snapshot that reads of this run go through now. */
export async function currentSnapshot(
  deps: Pick<TransferDependencies, 'catalog'>,
  runId: string,
): Promise<{ epoch: number; token: string }> {
  const snapshot = await deps.catalog.snapshots.current(runId);
  if (!snapshot) throw new LongshoreError('SNAPSHOT_LOST', `Run ${runId} has no open snapshot of its source.`);
  return snapshot;
}
