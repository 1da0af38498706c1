import type { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import type { Logger } from 'pino';
import { toFailure } from '../activities/failures';

/** Turns what activities throw into failures of Temporal's, and writes each to the log with its stack. */
export class FailureInterceptor implements ActivityInboundCallsInterceptor {
  constructor(
    private readonly context: Context,
    private readonly log: Logger,
  ) {}

  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    const { activityType, attempt, workflowExecution } = this.context.info;
    const log = this.log.child({ activity: activityType, attempt, run: workflowExecution?.workflowId });
    const started = performance.now();
    try {
      const result = await next(input);
      log.debug({ ms: Math.round(performance.now() - started) }, 'activity done');
      return result;
    } catch (error) {
      const failure = toFailure(error);
      if (!(failure instanceof CancelledFailure)) log.warn({ err: error }, 'activity failed');
      throw failure;
    }
  }
}
