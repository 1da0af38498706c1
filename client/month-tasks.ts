/** Things asked of a batch that a worker does: started, waited for and cancelled. Each is a run. */
import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { LongshoreError } from '../core/errors/longshore-error';
import type { MonthTask, MonthTaskInput, MonthTaskResult } from '../workflows/month-task/messages';
import { TRANSFER_QUEUE } from '../workflows/queues';
import { ask } from './ask';
import { batchTarget, type ConfigurationInput } from './configuration';
import type { ClientContext } from './context';
import { reportOf } from './failures';
import { patiently } from './patience';
import { registerConfiguration } from './register';
import { monthTaskId } from './run-id';
import { runAttributes, withSearchAttributes } from './search-attributes';
import { hasWorker, noWorker } from './workers';

export type MonthTaskOf<K extends MonthTask['kind']> = Extract<MonthTask, { kind: K }>;
export type MonthTaskResultOf<K extends MonthTask['kind']> = Extract<MonthTaskResult, { kind: K }>;

export interface MonthTaskRequest {
  configuration: ConfigurationInput;
  by: string;
  reason?: string;
}

/** Starts the task and answers its run id. Throws NO_WORKER, CONFIG_UNKNOWN_NAME. */
export async function startMonthTask(
  context: ClientContext,
  batch: string,
  task: MonthTask,
  { configuration, by, reason }: MonthTaskRequest,
): Promise<string> {
  const { temporal, catalog } = context;
  const target = batchTarget(configuration, batch);
  if (!(await hasWorker(temporal))) throw noWorker(temporal);
  const configVersion = await registerConfiguration(context, configuration, by);
  const unique = randomUUID();
  const workflowId = monthTaskId(batch, task.kind, unique);
  await catalog.audit.record({
    id: unique,
    actor: by,
    action: `month.${task.kind}`,
    subject: workflowId,
    details: { ...task, batch, reason: reason ?? null },
  });
  const input: MonthTaskInput = {
    batch,
    configVersion,
    task,
    triggeredBy: by,
    ...(reason !== undefined && { reason }),
  };
  await withSearchAttributes(temporal, () =>
    temporal.call(() =>
      temporal.client.workflow.start('monthTask', {
        workflowId,
        taskQueue: TRANSFER_QUEUE,
        args: [input],
        typedSearchAttributes: new TypedSearchAttributes(
          runAttributes({ kind: 'month', name: batch, target, triggeredBy: by }),
        ),
        staticSummary: `${batch}: ${task.kind}${'months' in task && task.months ? ` ${task.months.join(', ')}` : ''}`,
      }),
    ),
  );
  return workflowId;
}

/** Resolves with what the task found or did. Throws what it failed with. */
export async function monthTaskResult<K extends MonthTask['kind']>(
  { temporal }: ClientContext,
  workflowId: string,
): Promise<MonthTaskResultOf<K>> {
  try {
    return (await patiently(() => temporal.client.workflow.getHandle(workflowId).result())) as MonthTaskResultOf<K>;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError)
      throw new LongshoreError('RUN_NOT_FOUND', `There is no run ${workflowId}.`);
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { code, message, place, next } = reportOf(error);
    throw new LongshoreError(code, message, place, { next, cause: error });
  }
}

/** Throws RUN_ENDED when there is nothing left to cancel. */
export async function cancelMonthTask(
  context: ClientContext,
  workflowId: string,
  { by, reason }: { by: string; reason?: string },
): Promise<void> {
  const asked = { runId: workflowId, action: 'run.cancel', by, reason };
  if (!(await ask(context, asked, (workflow) => workflow.cancel())))
    throw new LongshoreError('RUN_ENDED', `${workflowId} has already ended.`);
}
