/** Things asked of a drop folder that a worker does: started, waited for, looked at and cancelled. */
import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { LongshoreError } from '../core/errors/longshore-error';
import type { DropFileProgress } from '../workflows/drop-file/messages';
import type { DropTask, DropTaskInput, DropTaskResult } from '../workflows/drop-task/messages';
import { TRANSFER_QUEUE } from '../workflows/queues';
import { type ConfigurationInput, folderEnds } from './configuration';
import { ask } from './ask';
import type { ClientContext } from './context';
import { askFile } from './drop-status';
import { watchedVersion } from './drop-watching';
import { reportOf } from './failures';
import { patiently } from './patience';
import { registerConfiguration } from './register';
import { dropTaskId } from './run-id';
import { describeRun } from './runs';
import { runAttributes, withSearchAttributes } from './search-attributes';
import { hasWorker, noWorker } from './workers';

export type DropTaskKind = DropTask['kind'];
export type TaskOf<K extends DropTaskKind> = Extract<DropTask, { kind: K }>;
export type ResultOf<K extends DropTaskKind> = Extract<DropTaskResult, { kind: K }>;

export interface TaskRequest {
  by: string;
  reason?: string;
  /**
   * Default: the version that the folder is watched with; where nobody watches it, the latest of the catalog. Secrets as
   * references, never values.
   */
  configuration?: ConfigurationInput;
}

export type TaskState<K extends DropTaskKind = DropTaskKind> =
  /** `progress` is that of the file that the task loads, where it does. */
  | { state: 'running'; startedAt: Date; progress?: DropFileProgress }
  | { state: 'done'; result: ResultOf<K> }
  | { state: 'cancelled' | 'failed'; error: LongshoreError };

/** What each task changes, for the audit; those that only look are not written down. */
const ACTIONS: Partial<Record<DropTaskKind, string>> = {
  retry: 'drop.retry',
  process: 'drop.process',
  'clean-up': 'drop.clean-up',
  'check-config': 'drop.repair',
};

/** Starts the task and answers its workflow id. Throws NO_WORKER, CONFIG_UNKNOWN_NAME, FOLDER_NOT_WATCHED. */
export async function startTask(
  context: ClientContext,
  folder: string,
  task: DropTask,
  { by, reason, configuration }: TaskRequest,
): Promise<string> {
  const { temporal, catalog } = context;
  if (!(await hasWorker(temporal))) throw noWorker(temporal);
  const { configVersion, to } = await versionFor(context, folder, by, configuration);
  const unique = randomUUID();
  const workflowId = dropTaskId(folder, task.kind, unique);
  const action = isHarmless(task) ? undefined : ACTIONS[task.kind];
  if (action !== undefined)
    await catalog.audit.record({
      id: unique,
      actor: by,
      action,
      subject: `drop/${folder}`,
      details: { ...task, reason: reason ?? null },
    });
  const input: DropTaskInput = { folder, configVersion, task };
  await withSearchAttributes(temporal, () =>
    temporal.call(() =>
      temporal.client.workflow.start('dropTask', {
        workflowId,
        taskQueue: TRANSFER_QUEUE,
        args: [input],
        typedSearchAttributes: new TypedSearchAttributes(
          runAttributes({ kind: 'drop', name: folder, target: to, triggeredBy: by }),
        ),
        staticSummary: `${folder}: ${task.kind}${task.kind === 'process' ? ` ${task.path}` : ''}`,
      }),
    ),
  );
  return workflowId;
}

/** Resolves with what the task found or did. Throws what it failed with. */
export async function taskResult<K extends DropTaskKind>(
  { temporal }: ClientContext,
  workflowId: string,
): Promise<ResultOf<K>> {
  try {
    return (await patiently(() => temporal.client.workflow.getHandle(workflowId).result())) as ResultOf<K>;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw unknownTask(workflowId);
    throw error instanceof WorkflowFailedError ? failureOf(error) : error;
  }
}

/** How the task stands, without waiting. Throws RUN_NOT_FOUND. */
export async function taskState(context: ClientContext, workflowId: string): Promise<TaskState> {
  const description = await describeRun(context, workflowId);
  if (!description) throw unknownTask(workflowId);
  if (description.status.name === 'RUNNING') {
    const child = description.raw.pendingChildren?.[0]?.workflowId;
    const progress = child ? await askFile(context, child) : undefined;
    return { state: 'running', startedAt: description.startTime, ...(progress && { progress }) };
  }
  try {
    return { state: 'done', result: await taskResult(context, workflowId) };
  } catch (error) {
    if (!(error instanceof LongshoreError)) throw error;
    return { state: error.code === 'CANCELLED' ? 'cancelled' : 'failed', error };
  }
}

/** Throws RUN_NOT_FOUND, or RUN_ENDED when there is nothing left to cancel. */
export async function cancelTask(
  context: ClientContext,
  workflowId: string,
  { by, reason }: { by: string; reason?: string },
): Promise<void> {
  const description = await describeRun(context, workflowId);
  if (!description) throw unknownTask(workflowId);
  if (description.status.name !== 'RUNNING')
    throw new LongshoreError(
      'RUN_ENDED',
      `${workflowId} has already ended (${description.status.name.toLowerCase()}).`,
    );
  const asked = { runId: workflowId, action: 'drop.cancel', by, reason };
  if (!(await ask(context, asked, (workflow) => workflow.cancel())))
    throw new LongshoreError('RUN_ENDED', `${workflowId} has already ended.`);
}

const isHarmless = (task: DropTask): boolean =>
  (task.kind === 'clean-up' && task.dryRun) || (task.kind === 'check-config' && !task.repair);

async function versionFor(
  context: ClientContext,
  folder: string,
  by: string,
  configuration?: ConfigurationInput,
): Promise<{ configVersion: number; to: string }> {
  if (configuration) {
    const { to } = folderEnds(configuration, folder);
    return { configVersion: await registerConfiguration(context, configuration, by), to };
  }
  const { configurations } = context.catalog;
  const watched = (await watchedVersion(context, folder))?.configVersion;
  const stored = watched === undefined ? await configurations.latest() : await configurations.get(watched);
  if (!stored)
    throw new LongshoreError(
      'FOLDER_NOT_WATCHED',
      `Nobody watches the drop folder ${folder}, and the catalog has no configuration that says where it is.`,
    );
  const { document, source, version } = stored;
  return { configVersion: version, to: folderEnds({ document, source }, folder).to };
}

function failureOf(error: WorkflowFailedError): LongshoreError {
  const { code, message, place, next, problems } = reportOf(error);
  return new LongshoreError(code, message, place, { next, cause: error, ...(problems && { problems }) });
}

const unknownTask = (workflowId: string): LongshoreError =>
  new LongshoreError('RUN_NOT_FOUND', `There is no operation ${workflowId}.`);
