import type { NotifyEvent, RunStatus } from '../../schemas/constants';

/** What people are told when a run has ended so; undefined while it has not. */
export function eventFor(status: RunStatus): NotifyEvent | undefined {
  return status === 'running' || status === 'paused' ? undefined : status;
}
