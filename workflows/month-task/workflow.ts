import { CancellationScope, setHandler, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { pauseBatchSignal, resumeBatchSignal } from '../month-batch/messages';
import { errorReport, failureOf } from '../errors';
import { monthControl, monthFiles, monthPlanning, monthTidying } from '../month-proxies';
import { partsQueue } from '../queues';
import { OUTCOME_ATTRIBUTE } from '../search-attributes';
import type { MonthTask, MonthTaskInput, MonthTaskResult } from './messages';

/** Does one thing that was asked of a batch, and answers. It is a run like any other: listed, watched, cancelled. */
export async function monthTask(input: MonthTaskInput): Promise<MonthTaskResult> {
  const runId = workflowInfo().workflowId;
  // Short as it is, there is nothing in it to hold up.
  setHandler(pauseBatchSignal, () => undefined);
  setHandler(resumeBatchSignal, () => undefined);
  const summary = `${input.task.kind} of ${input.batch}`;
  const at = { runId, temporalRunId: workflowInfo().firstExecutionRunId, input };
  try {
    await monthPlanning.beginTask.executeWithOptions({ summary: `record ${summary}` }, [at]);
    const result = await run(input.task);
    await ended('done');
    return result;
  } catch (thrown) {
    const error = errorReport(thrown);
    await CancellationScope.nonCancellable(() => ended(error.code === 'CANCELLED' ? 'cancelled' : 'failed', error));
    throw failureOf(error);
  }

  async function run(task: MonthTask): Promise<MonthTaskResult> {
    // Files are read where there are threads for it.
    if (task.kind === 'widen' || task.kind === 'clean-file')
      return monthFiles.runFileTask.executeWithOptions({ taskQueue: partsQueue(workflowInfo().taskQueue), summary }, [
        { ...at, task },
      ]);
    return monthControl.runMonthTask.executeWithOptions({ summary }, [{ ...at, task }]);
  }

  async function ended(status: 'done' | 'failed' | 'cancelled', error?: ReturnType<typeof errorReport>): Promise<void> {
    await monthTidying.endTask.executeWithOptions({ summary: `record: ${status}` }, [
      { runId, status, ...(error && { error }) },
    ]);
    upsertSearchAttributes([{ key: OUTCOME_ATTRIBUTE, value: status }]);
  }
}
