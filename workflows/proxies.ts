/**
 * Activities as workflows call them: task queues, timeouts and retries in one place. Only types are imported, so that no
 * driver reaches the workflow bundle.
 */
import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { ControlActivities, PartActivities } from '../activities';
import { NON_RETRYABLE } from '../core/errors/catalogue';

export const RETRY = {
  initialInterval: '500ms',
  backoffCoefficient: 2,
  maximumInterval: '30s',
  nonRetryableErrorTypes: NON_RETRYABLE.filter((code) => code !== 'INTERNAL'),
} as const;

export const COMMON = {
  heartbeatTimeout: '15s',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
} as const;

/** Planning fails early: somebody is waiting, and a wrong host is more likely than a restart. */
export const planning = proxyActivities<ControlActivities>({
  ...COMMON,
  startToCloseTimeout: '30m',
  retry: { ...RETRY, maximumAttempts: 4 },
});

/** Once rows are moving, an outage of about ten minutes is waited out. */
export const control = proxyActivities<ControlActivities>({
  ...COMMON,
  startToCloseTimeout: '24h',
  retry: { ...RETRY, maximumAttempts: 24 },
});

/** Tidying up must happen, however long it takes for the databases to come back. */
export const tidying = proxyActivities<ControlActivities>({
  ...COMMON,
  startToCloseTimeout: '1h',
  retry: { ...RETRY, maximumAttempts: 60 },
});

/** Telling people: worth a few tries, and never worth more than a minute of the run. */
export const notifying = proxyActivities<ControlActivities>({
  ...COMMON,
  startToCloseTimeout: '1m',
  retry: { ...RETRY, maximumAttempts: 2 },
});

/** A snapshot is held for as long as the copy takes, and opened again whenever it is lost. */
export const holding = proxyActivities<ControlActivities>({
  ...COMMON,
  startToCloseTimeout: '30 days',
  retry: { ...RETRY, maximumInterval: '5s', maximumAttempts: 100 },
});

/** Reading and loading: each call names `partsQueue` of its workflow's queue. */
export const moving = proxyActivities<PartActivities>({
  ...COMMON,
  startToCloseTimeout: '12h',
  retry: { ...RETRY, maximumAttempts: 24 },
});
