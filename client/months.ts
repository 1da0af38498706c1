/** Month batches: started, resumed, watched; and what the catalog knows of them. */
import { randomBytes } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError, WorkflowFailedError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type {
  DeletionRecord,
  MonthBatchRecord,
  MonthFileRecord,
  PartTotals,
  QualityRecord,
  RunEvent,
} from '../catalog';
import { LongshoreError } from '../core/errors/longshore-error';
import type { Month, MonthAction } from '../core/types/month';
import type { QualityMode } from '../core/types/quality';
import type { MonthBatchInput, MonthBatchResult } from '../workflows/month-batch/messages';
import type { MonthTask } from '../workflows/month-task/messages';
import { TRANSFER_QUEUE } from '../workflows/queues';
import { batchTarget, type ConfigurationInput } from './configuration';
import type { ClientContext } from './context';
import { reportOf } from './failures';
import { type LiveBatch, liveBatch } from './month-progress';
import {
  cancelMonthTask,
  type MonthTaskOf,
  type MonthTaskRequest,
  monthTaskResult,
  type MonthTaskResultOf,
  startMonthTask,
} from './month-tasks';
import { patiently, pause } from './patience';
import { registerConfiguration } from './register';
import { monthRunIds } from './run-id';
import { reconcile } from './runs';
import { runAttributes, withSearchAttributes } from './search-attributes';
import { hasWorker } from './workers';

export interface BatchRequest {
  /** Secrets as references, never values. */
  configuration: ConfigurationInput;
  batch: string;
  action: MonthAction;
  months: Month[];
  /** Only these tables, by name of the definition. */
  tables?: string[];
  /** Absolute paths on the worker: only these files. */
  files?: string[];
  /** Absolute, on the worker; instead of the configured folder. */
  basePath?: string;
  quality: QualityMode;
  replace?: boolean;
  parallel?: number;
  by: string;
  reason?: string;
  /** For the run's id. Default: now. */
  at?: Date;
}

export interface ResumeRequest {
  by: string;
  reason?: string;
  quality?: QualityMode;
  parallel?: number;
  /** Default: the configuration that the batch had. */
  configuration?: ConfigurationInput;
  at?: Date;
}

export interface QualityFilter {
  batch?: string;
  batchId?: string;
  table?: string;
  month?: Month;
  limit: number;
}

export interface StartedBatch {
  runId: string;
  batchId: string;
  configVersion: number;
  /** False when nobody works: the run waits for a worker. */
  workerListens: boolean;
}

export interface MonthsClient {
  /** Registers the configuration and starts a batch. Throws CONFIG_UNKNOWN_NAME, RUN_IN_PROGRESS, TEMPORAL_UNAVAILABLE. */
  start(request: BatchRequest): Promise<StartedBatch>;
  /**
   * Goes on with what is left of a batch: by its id, or the latest of that name that has not completed. Throws
   * BATCH_NOT_FOUND, RUN_IN_PROGRESS.
   */
  resume(batch: string, request: ResumeRequest): Promise<StartedBatch>;
  /** Resolves when the run has ended, however it ended. */
  wait(runId: string): Promise<MonthBatchResult>;
  /** How far a run is. Throws RUN_NOT_FOUND. */
  progress(runId: string): Promise<LiveBatch>;
  /** Progress every `intervalMs` (default 1000) until the run has ended; the last value has phase `ended`. */
  watch(runId: string, options?: { intervalMs?: number; signal?: AbortSignal }): AsyncGenerator<LiveBatch>;
  /** Checkpoints, the newest first. */
  batches(filter: { batch?: string; limit: number }): Promise<MonthBatchRecord[]>;
  /** A checkpoint by its id, or the latest of a batch of that name. Throws BATCH_NOT_FOUND. */
  batch(idOrName: string): Promise<MonthBatchRecord>;
  /** The checkpoint that a run works on. */
  batchOfRun(runId: string): Promise<MonthBatchRecord | undefined>;
  files(batchId: string, month?: Month): Promise<MonthFileRecord[]>;
  /** Parts of each file that are in the ledger. */
  partTotals(batchId: string): Promise<PartTotals[]>;
  qualityHistory(filter: QualityFilter): Promise<QualityRecord[]>;
  quality(id: number): Promise<QualityRecord | undefined>;
  deletions(filter: { batch?: string; table?: string; month?: Month; limit: number }): Promise<DeletionRecord[]>;
  /** The log of a run, from `after` on. */
  events(runId: string, options?: { after?: number; limit?: number }): Promise<RunEvent[]>;
  /** Removes runs that ended before, with their logs. */
  cleanUp(before: Date): Promise<{ runs: number; events: number }>;
  /** Has a worker do something, and answers its run id. Throws NO_WORKER, CONFIG_UNKNOWN_NAME. */
  startTask(batch: string, task: MonthTask, request: MonthTaskRequest): Promise<string>;
  taskResult<K extends MonthTask['kind']>(runId: string): Promise<MonthTaskResultOf<K>>;
  /** Both at once. */
  task<K extends MonthTask['kind']>(
    batch: string,
    task: MonthTaskOf<K>,
    request: MonthTaskRequest,
  ): Promise<MonthTaskResultOf<K>>;
  cancelTask(runId: string, request: { by: string; reason?: string }): Promise<void>;
}

export function monthsClient(context: ClientContext): MonthsClient {
  const { temporal, catalog } = context;
  const { months } = catalog;

  async function begin(input: MonthBatchInput, target: string, at: Date, source: string): Promise<StartedBatch> {
    if (input.action === 'load') await refuseSecond(context, input.batch, target);
    const { batch, batchId, configVersion, action, triggeredBy, reason } = input;
    const range = shownMonths(input.months);
    const workerListens = await hasWorker(temporal);
    const options = {
      taskQueue: TRANSFER_QUEUE,
      args: [input],
      typedSearchAttributes: new TypedSearchAttributes(
        runAttributes({ kind: 'month', name: batch, target, triggeredBy }),
      ),
      staticSummary: `${action} ${batch} ${range} → ${target}`,
      staticDetails: [
        `**${batch}** ${range} into ${target}${input.resume ? ' (resumed)' : ''}`,
        `- batch id: ${batchId}`,
        `- tables: ${input.tables ? input.tables.join(', ') : 'all of the batch'}`,
        `- checks: ${input.quality}`,
        `- configuration: version ${configVersion} (${source})`,
        `- triggered by: ${triggeredBy}${reason ? ` — ${reason}` : ''}`,
      ].join('\n'),
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
    } as const;
    for (const workflowId of monthRunIds(batch, at)) {
      // A server that was started anew has forgotten the ids that the catalog still keeps.
      if (await catalog.runs.get(workflowId)) continue;
      try {
        await withSearchAttributes(temporal, () =>
          temporal.call(() => temporal.client.workflow.start('monthBatch', { ...options, workflowId })),
        );
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) continue;
        throw error;
      }
      await catalog.audit.record({
        id: `${workflowId}:start`,
        actor: triggeredBy,
        action: input.resume ? 'month.resume' : `month.${action}`,
        subject: workflowId,
        details: {
          batch,
          batchId,
          months: input.months,
          configVersion,
          quality: input.quality,
          reason: reason ?? null,
        },
      });
      return { runId: workflowId, batchId, configVersion, workerListens };
    }
    throw new LongshoreError('RUN_IN_PROGRESS', `Runs of ${batch} were already started at ${at.toISOString()}.`);
  }

  async function batchRecord(idOrName: string): Promise<MonthBatchRecord> {
    const [latest] =
      (await months.batch(idOrName).then((found) => found && [found])) ??
      (await months.batches({ batch: idOrName, limit: 1 }));
    if (latest) return latest;
    throw new LongshoreError('BATCH_NOT_FOUND', `There is no batch ${idOrName}, and none of that name has run.`);
  }

  async function resultOf(runId: string): Promise<MonthBatchResult> {
    try {
      return (await temporal.client.workflow.getHandle(runId).result()) as MonthBatchResult;
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      const failure = reportOf(error);
      const run = await catalog.runs.get(runId);
      if (run && !run.finishedAt) await reconcile(context, run);
      const { batchId = '' } = (run?.input ?? {}) as Partial<MonthBatchInput>;
      return {
        status: (await catalog.runs.get(runId))?.status ?? 'failed',
        batchId,
        months: [],
        rows: 0,
        bytes: 0,
        error: failure,
      };
    }
  }

  const client: MonthsClient = {
    async start({ configuration, by, at = new Date(), ...request }) {
      const target = batchTarget(configuration, request.batch);
      const configVersion = await registerConfiguration(context, configuration, by);
      const { batch, action, quality, tables, files, basePath, replace, parallel, reason } = request;
      const input: MonthBatchInput = {
        batch,
        configVersion,
        action,
        batchId: `${batch}-${at.toISOString().slice(0, 10)}-${randomBytes(3).toString('hex')}`,
        resume: false,
        months: request.months,
        quality,
        triggeredBy: by,
        ...(tables?.length && { tables }),
        ...(files?.length && { files }),
        ...(basePath !== undefined && { basePath }),
        ...(replace && { replace }),
        ...(parallel !== undefined && { parallel }),
        ...(reason !== undefined && { reason }),
      };
      return begin(input, target, at, configuration.source);
    },

    async resume(idOrName, { by, reason, quality, parallel, configuration, at = new Date() }) {
      const record = await batchRecord(idOrName);
      if (record.status === 'completed')
        throw new LongshoreError(
          'BATCH_NOT_FOUND',
          `Batch ${record.batchId} has completed: nothing of it is left to do.`,
        );
      const target = configuration ? batchTarget(configuration, record.batch) : record.target;
      if (target !== record.target)
        throw new LongshoreError(
          'USAGE',
          `Batch ${record.batchId} goes into ${record.target}, and ${record.batch} now into ${target}.`,
          {},
          { next: 'Start a new batch instead.' },
        );
      const configVersion = configuration
        ? await registerConfiguration(context, configuration, by)
        : record.configVersion;
      const { options } = record;
      const input: MonthBatchInput = {
        batch: record.batch,
        configVersion,
        action: record.action,
        batchId: record.batchId,
        resume: true,
        months: record.months.filter((month) => !record.completedMonths.includes(month)),
        quality: quality ?? record.qualityMode,
        triggeredBy: by,
        ...options,
        ...(parallel !== undefined && { parallel }),
        ...(reason !== undefined && { reason }),
      };
      return begin(input, target, at, `as batch ${record.batchId}`);
    },

    wait: (runId) => patiently(() => resultOf(runId)),
    progress: (runId) => liveBatch(context, runId),

    async *watch(runId, { intervalMs = 1000, signal } = {}) {
      while (!signal?.aborted) {
        const progress = await patiently(() => liveBatch(context, runId), signal);
        yield progress;
        if (progress.phase === 'ended') return;
        await pause(intervalMs, signal);
      }
    },

    batches: (filter) => months.batches(filter),
    batch: batchRecord,
    async batchOfRun(runId) {
      const run = await catalog.runs.get(runId);
      const { batchId } = (run?.input ?? {}) as Partial<MonthBatchInput>;
      return batchId === undefined ? undefined : months.batch(batchId);
    },
    files: (batchId, month) => months.files(batchId, month),
    partTotals: (batchId) => months.partTotals(batchId),
    qualityHistory: (filter) => months.qualityHistory(filter),
    quality: (id) => months.quality(id),
    deletions: (filter) => months.deletions(filter),
    events: (runId, { after, limit = 1000 } = {}) =>
      months.events({ runId, limit, ...(after !== undefined && { after }) }),
    cleanUp: (before) => months.cleanUp(before),
    startTask: (batch, task, request) => startMonthTask(context, batch, task, request),
    taskResult: (runId) => monthTaskResult(context, runId),
    async task(batch, task, request) {
      return monthTaskResult(context, await startMonthTask(context, batch, task, request));
    },
    cancelTask: (runId, request) => cancelMonthTask(context, runId, request),
  };
  return client;
}

/** `2024-01`, or `2024-01..2024-03 (3 months)`. */
function shownMonths(months: readonly Month[]): string {
  const [first = '', ...others] = months;
  return others.length === 0 ? first : `${first}..${others.at(-1)} (${months.length} months)`;
}

/** Two loads of a batch into one target would load the same files; the worker checks again when the run begins. */
async function refuseSecond(context: ClientContext, batch: string, target: string): Promise<void> {
  const { runs } = context.catalog;
  for (const run of await runs.list({ kind: 'month', name: batch, limit: 100 })) {
    if (run.finishedAt || run.dryRun || run.target !== target) continue;
    await reconcile(context, run);
    const now = await runs.get(run.runId);
    if (now && !now.finishedAt)
      throw new LongshoreError(
        'RUN_IN_PROGRESS',
        `Batch ${batch} is already at work in ${target}, as ${run.runId}, started by ${run.triggeredBy} at ${run.startedAt.toISOString()}.`,
        { environment: target },
      );
  }
}
