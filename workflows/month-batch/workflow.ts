import {
  CancellationScope,
  CancelledFailure,
  ChildWorkflowCancellationType,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { ErrorReport } from '../../core/errors/longshore-error';
import type { MonthOutcome } from '../../core/types/month';
import { eventFor } from '../../core/notify/events';
import type { PlannedBatch, PlannedMonth } from '../../activities';
import { errorReport, failureOf } from '../errors';
import { inLanes } from '../in-lanes';
import { pauseMonthSignal, resumeMonthSignal } from '../month-load/messages';
import type { monthLoad } from '../month-load/workflow';
import { monthControl, monthNotifying, monthPlanning, monthTidying } from '../month-proxies';
import { OUTCOME_ATTRIBUTE } from '../search-attributes';
import {
  type BatchProgress,
  batchProgressQuery,
  type MonthBatchInput,
  type MonthBatchResult,
  pauseBatchSignal,
  resumeBatchSignal,
} from './messages';
import { batchDetails, batchOutcome } from './outcome';

/**
 * Checks or loads months, some at a time. A month that fails is one failure: the others go on, and the batch can be resumed
 * with what is left.
 */
export async function monthBatch(input: MonthBatchInput): Promise<MonthBatchResult> {
  const runId = workflowInfo().workflowId;
  const progress: BatchProgress = {
    status: 'running',
    phase: 'planning',
    batchId: input.batchId,
    action: input.action,
    months: [],
    startedAt: workflowInfo().startTime.toISOString(),
  };
  const outcomes: MonthOutcome[] = [];
  const running = new Set<string>();
  setHandler(batchProgressQuery, () => progress);
  setHandler(pauseBatchSignal, ({ by }) => setPaused(by));
  setHandler(resumeBatchSignal, () => setPaused(undefined));

  let error: ErrorReport | undefined;
  try {
    const plan = await monthPlanning.planBatch.executeWithOptions({ summary: `plan ${input.batch}` }, [
      { runId, temporalRunId: workflowInfo().firstExecutionRunId, input },
    ]);
    progress.months = plan.months.map(({ month, files }) => ({ month, state: 'waiting', files, filesDone: 0 }));
    progress.phase = 'loading';
    describe();
    await inLanes(plan.months, plan.parallelMonths, (month) => takeMonth(month, plan));
    // A month that is cancelled ends in good order, so the last of them throws nothing.
    if (CancellationScope.current().consideredCancelled) throw failureOf(errorReport(new CancelledFailure('')));
  } catch (thrown) {
    error = errorReport(thrown);
  }
  return end(error);

  async function takeMonth({ month }: PlannedMonth, plan: PlannedBatch): Promise<void> {
    await condition(() => !progress.pausedBy);
    const state = progress.months.find((candidate) => candidate.month === month);
    const workflowId = `${runId}/${month}`;
    Object.assign(state ?? {}, { state: 'running', workflowId });
    describe();
    try {
      const child = await startChild<typeof monthLoad>('monthLoad', {
        workflowId,
        args: [
          {
            runId,
            batch: input.batch,
            batchId: input.batchId,
            configVersion: input.configVersion,
            action: input.action,
            month,
            quality: input.quality,
            ...(input.replace && { replace: true }),
            parallelFiles: plan.parallelFiles,
            paused: false,
          },
        ],
        cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        staticSummary: `${month} of ${input.batch}`,
      });
      // Signals reach what runs: a pause that came while the month was started is told it now.
      running.add(workflowId);
      if (progress.pausedBy) await child.signal(pauseMonthSignal);
      const outcome = await child.result();
      outcomes.push(outcome);
      const { status, files, loaded, failed, skipped, error: why } = outcome;
      Object.assign(state ?? {}, { state: status, files, filesDone: loaded + failed + skipped, error: why });
    } catch (thrown) {
      if (isCancellation(thrown)) throw thrown;
      const why = errorReport(thrown);
      outcomes.push(lost(month, why));
      Object.assign(state ?? {}, { state: 'failed', error: why });
    } finally {
      running.delete(workflowId);
      describe();
    }
  }

  async function end(reason: ErrorReport | undefined): Promise<MonthBatchResult> {
    return CancellationScope.nonCancellable(async () => {
      progress.phase = 'cleaning';
      const result = batchOutcome(input.batchId, outcomes, reason);
      await monthTidying.endBatch.executeWithOptions({ summary: `record: ${result.status}` }, [
        { runId, batchId: input.batchId, status: result.status, ...(result.error && { error: result.error }) },
      ]);
      Object.assign(progress, { status: result.status, phase: 'ended' });
      describe();
      upsertSearchAttributes([{ key: OUTCOME_ATTRIBUTE, value: result.status }]);
      const event = eventFor(result.status);
      if (event)
        await monthNotifying.notifyMonth
          .executeWithOptions({ summary: `tell of ${event}` }, [{ runId, event }])
          .catch(() => undefined);
      if (result.status === 'done' || result.status === 'partial') return result;
      throw failureOf(result.error ?? errorReport(new Error(`the batch ended ${result.status}`)));
    });
  }

  function setPaused(by: string | undefined): void {
    progress.pausedBy = by;
    if (progress.phase === 'cleaning' || progress.phase === 'ended') return;
    progress.status = by ? 'paused' : 'running';
    // For `run list`; the run itself does not depend on it.
    monthControl.noteMonthStatus
      .executeWithOptions({ summary: by ? `paused by ${by}` : 'resumed' }, [{ runId, status: progress.status }])
      .catch(() => undefined);
    for (const workflowId of running) {
      // A month that has just ended need not hear of it.
      getExternalWorkflowHandle(workflowId)
        .signal(by ? pauseMonthSignal : resumeMonthSignal)
        .catch(() => undefined);
    }
    describe();
  }

  function describe(): void {
    setCurrentDetails(batchDetails(progress));
  }
}

const lost = (month: string, error: ErrorReport): MonthOutcome => ({
  month,
  status: 'failed',
  files: 0,
  loaded: 0,
  failed: 0,
  skipped: 0,
  rows: 0,
  bytes: 0,
  seconds: 0,
  error,
});
