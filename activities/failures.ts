/**
 * The one place where an error of ours becomes a failure of Temporal's: `type` is the catalogue code, the report rides
 * in the details, and the catalogue decides about retries.
 */
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { LongshoreError, toLongshoreError } from '../core/errors/longshore-error';

/** Failure for anything an activity threw. Cancellations pass through untouched. */
export function toFailure(error: unknown): Error {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error;
  const known = toLongshoreError(error);
  return ApplicationFailure.create({
    type: known.code,
    message: known.message,
    // A mistake of ours may be a hiccup of the machine; it is tried again, but not for ever.
    nonRetryable: known.code !== 'INTERNAL' && !known.retryable,
    details: [known.toJSON()],
    cause: error instanceof LongshoreError && error.cause instanceof Error ? error.cause : undefined,
  });
}
