import { LongshoreError } from '../core/errors/longshore-error';
import { TRANSFER_QUEUE } from '../workflows/queues';
import type { TemporalAccess } from './connection';

/** A worker asks for work at least once a minute; one not heard of for longer is gone. */
const SILENT_MS = 75_000;
const WORKFLOW_QUEUE = 1;

/** Does a worker listen for transfers? */
export async function hasWorker({ call, connection, settings: { namespace } }: TemporalAccess): Promise<boolean> {
  const { pollers } = await call(() =>
    connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: TRANSFER_QUEUE },
      taskQueueType: WORKFLOW_QUEUE,
    }),
  );
  const since = Date.now() - SILENT_MS;
  return (pollers ?? []).some(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > since);
}

/** For showing as a warning: the run is not lost, it waits. */
export const noWorker = ({ settings: { address } }: TemporalAccess): LongshoreError =>
  new LongshoreError(
    'NO_WORKER',
    `No worker listens on task queue ${TRANSFER_QUEUE} of the Temporal server at ${address}.`,
  );
