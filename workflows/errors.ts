import { ApplicationFailure, CancelledFailure, isCancellation } from '@temporalio/workflow';
import { CATALOGUE, isErrorCode } from '../core/errors/catalogue';
import type { ErrorReport } from '../core/errors/longshore-error';

/** The report that an activity put into its failure, found under whatever Temporal wrapped around it. */
export function errorReport(error: unknown): ErrorReport {
  if (isCancellation(error))
    return { code: 'CANCELLED', message: 'The run was cancelled.', place: {}, next: CATALOGUE.CANCELLED.next };
  let last: unknown = error;
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    if (current instanceof ApplicationFailure && isErrorCode(current.type ?? '')) {
      const [report] = (current.details ?? []) as ErrorReport[];
      if (report) return report;
    }
    last = current;
  }
  const message = last instanceof Error ? last.message : String(last);
  return { code: 'INTERNAL', message, place: {}, next: CATALOGUE.INTERNAL.next };
}

/** A failure that carries `report` on, for a workflow that ends with it. */
export function failureOf(report: ErrorReport): Error {
  if (report.code === 'CANCELLED') return new CancelledFailure(report.message);
  return ApplicationFailure.create({
    type: report.code,
    message: report.message,
    nonRetryable: true,
    details: [report],
  });
}
