import { WorkflowFailedError } from '@temporalio/client';
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/common';
import { reportOf, statusOf } from '../../../client/failures';

const failed = (cause: Error): WorkflowFailedError =>
  new WorkflowFailedError('failed', cause, RetryState.NON_RETRYABLE_FAILURE);

describe('reportOf', () => {
  it('takes the report that the worker put into its failure', () => {
    const report = {
      code: 'PROTECTED_TABLE',
      message: 'public.users is protected',
      place: { table: 'public.users' },
      next: 'leave it out',
    };
    const failure = ApplicationFailure.create({
      type: 'PROTECTED_TABLE',
      message: 'public.users is protected',
      details: [report],
    });
    expect(reportOf(failed(failure))).toEqual(report);
    expect(
      reportOf(
        failed(new ActivityFailure('wrapped', 'planRun', '1', RetryState.NON_RETRYABLE_FAILURE, undefined, failure)),
      ),
    ).toEqual(report);
  });

  it('fills in the remedy of the catalogue where a failure carries no report', () => {
    const report = reportOf(failed(ApplicationFailure.create({ type: 'DISK_FULL', message: 'full' })));
    expect(report).toMatchObject({
      code: 'DISK_FULL',
      message: 'full',
      place: {},
      next: expect.stringContaining('Free space'),
    });
  });

  it.each([
    [new CancelledFailure('x'), 'CANCELLED'],
    [new TerminatedFailure('x'), 'CANCELLED'],
    [new TimeoutFailure('x', undefined, 'START_TO_CLOSE'), 'INTERNAL'],
    [ApplicationFailure.create({ type: 'TypeError', message: 'undefined is not a function' }), 'INTERNAL'],
  ])('reads %s as %s', (cause, code) => {
    expect(reportOf(failed(cause as Error)).code).toBe(code);
  });
});

describe('statusOf', () => {
  it.each([
    ['RUN_IN_PROGRESS', 'refused'],
    ['CANCELLED', 'cancelled'],
    ['TABLE_NOT_FOUND', 'failed'],
    ['INTERNAL', 'failed'],
  ] as const)('%s ends a run %s', (code, status) => {
    expect(statusOf({ code, message: '', place: {}, next: '' })).toBe(status);
  });
});
