/** Activities of month batches as workflows call them; see proxies.ts. */
import { proxyActivities } from '@temporalio/workflow';
import type { MonthActivities, MonthFileActivities } from '../activities';
import { COMMON, RETRY } from './proxies';

/** Planning fails early: somebody is waiting, and a wrong host is more likely than a restart. */
export const monthPlanning = proxyActivities<MonthActivities>({
  ...COMMON,
  startToCloseTimeout: '1h',
  retry: { ...RETRY, maximumAttempts: 4 },
});

/** Copying, checking in the warehouse, publishing: an outage of about ten minutes is waited out. */
export const monthControl = proxyActivities<MonthActivities>({
  ...COMMON,
  startToCloseTimeout: '48h',
  retry: { ...RETRY, maximumAttempts: 24 },
});

/** Parts that are missing in the stage are packed again first: by itself, the same copy would miss them again. */
export const monthCopying = proxyActivities<MonthActivities>({
  ...COMMON,
  startToCloseTimeout: '48h',
  retry: {
    ...RETRY,
    nonRetryableErrorTypes: [...RETRY.nonRetryableErrorTypes, 'STAGE_INCOMPLETE'],
    maximumAttempts: 24,
  },
});

/** Tidying up and writing down what became of it must happen, however long it takes for the warehouse to come back. */
export const monthTidying = proxyActivities<MonthActivities>({
  ...COMMON,
  startToCloseTimeout: '1h',
  retry: { ...RETRY, maximumAttempts: 60 },
});

/** Worth a few tries, and never worth more than a minute of the run. */
export const monthNotifying = proxyActivities<MonthActivities>({
  ...COMMON,
  startToCloseTimeout: '2m',
  retry: { ...RETRY, maximumAttempts: 2 },
});

/** Reading files: each call names `partsQueue` of its workflow's queue. */
export const monthFiles = proxyActivities<MonthFileActivities>({
  ...COMMON,
  startToCloseTimeout: '48h',
  retry: { ...RETRY, maximumAttempts: 24 },
});
