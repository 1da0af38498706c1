/** Activities of drop folders as workflows call them; see proxies.ts. */
import { ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { DropActivities, FilePartActivities } from '../activities';
import { COMMON, RETRY } from './proxies';

const { heartbeatTimeout: _none, ...LOCAL } = COMMON;

/** Looking, claiming, telling: quick, and tried again for as long as folder or catalog are away. */
export const dropWatching = proxyActivities<DropActivities>({
  ...COMMON,
  startToCloseTimeout: '1h',
  retry: { ...RETRY, maximumAttempts: 1000 },
});

/** The next look is the next try. */
export const dropScanning = proxyActivities<DropActivities>({
  ...COMMON,
  startToCloseTimeout: '30m',
  retry: { ...RETRY, maximumAttempts: 2 },
});

/** An outage of target or catalog of about ten minutes is waited out. */
export const dropControl = proxyActivities<DropActivities>({
  ...COMMON,
  startToCloseTimeout: '24h',
  retry: { ...RETRY, maximumAttempts: 24 },
});

/** A file must end somewhere, however long it takes for folder, catalog and target to come back. */
export const dropFiling = proxyActivities<DropActivities>({
  ...COMMON,
  startToCloseTimeout: '1h',
  retry: { ...RETRY, maximumAttempts: 1000 },
});

export const dropParts = proxyActivities<FilePartActivities>({
  ...COMMON,
  startToCloseTimeout: '12h',
  retry: { ...RETRY, maximumAttempts: 24 },
});

/** Small files in one step within the workflow's own task: a round trip to Temporal for each would cost more than the load. */
export const dropSmall = proxyLocalActivities<DropActivities>({
  ...LOCAL,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  startToCloseTimeout: '1h',
  retry: { ...RETRY, maximumAttempts: 60 },
});
