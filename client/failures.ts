/** What a workflow's failure says, in terms of the catalogue. */
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import { CATALOGUE, isErrorCode, type ErrorCode } from '../core/errors/catalogue';
import type { ErrorReport } from '../core/errors/longshore-error';
import type { RunStatus } from '../schemas/constants';

/** The report inside a failed workflow; codes are matched by `type`, as everywhere across processes. */
export function reportOf(failure: unknown): ErrorReport {
  const start = failure instanceof WorkflowFailedError ? failure.cause : failure;
  for (let current: unknown = start; current instanceof Error; current = current.cause) {
    if (current instanceof CancelledFailure) return report('CANCELLED', 'The run was cancelled.');
    if (current instanceof TerminatedFailure)
      return report('CANCELLED', 'The run was terminated in Temporal, so nothing was tidied up.');
    if (current instanceof TimeoutFailure)
      return report('INTERNAL', 'The run took longer than Temporal was told to allow.');
    if (current instanceof ApplicationFailure && isErrorCode(current.type ?? '')) {
      const [details] = (current.details ?? []) as Partial<ErrorReport>[];
      return { ...report(current.type as ErrorCode, current.message), ...details };
    }
  }
  return report('INTERNAL', start instanceof Error ? start.message : String(start));
}

/** How a run stands that ended with this error and published nothing. */
export function statusOf({ code }: ErrorReport): RunStatus {
  const { exit } = CATALOGUE[code];
  return exit === 'cancelled' || exit === 'refused' ? (exit === 'cancelled' ? 'cancelled' : 'refused') : 'failed';
}

/** A report with the catalogue's remedy. */
export const report = (code: ErrorCode, message: string): ErrorReport => ({
  code,
  message,
  place: {},
  next: CATALOGUE[code].next,
});
