/** How far a batch is: what its workflows say, and what the activities report by heartbeat. */
import { defaultPayloadConverter } from '@temporalio/common';
import { LongshoreError, type ErrorReport } from '../core/errors/longshore-error';
import type { RunRecord } from '../catalog';
import { type BatchProgress, batchProgressQuery, type MonthBatchInput } from '../workflows/month-batch/messages';
import { type MonthFileProgress, type MonthLoadProgress, monthProgressQuery } from '../workflows/month-load/messages';
import type { ClientContext } from './context';
import { describeRun, reconcile } from './runs';
import { hasWorker } from './workers';

export interface LiveFile extends MonthFileProgress {
  month: string;
  /** Rows and bytes that the step under way has reported. */
  rowsUnderway: number;
  bytesUnderway: number;
}

export interface LiveBatch extends BatchProgress {
  runId: string;
  /** Files of the months that are under way. */
  files: LiveFile[];
  /** ISO time, when the run has ended. */
  finishedAt?: string;
  error?: ErrorReport;
  /** Nobody works on the run's task queue: it waits. */
  workerMissing: boolean;
}

/** Throws RUN_NOT_FOUND. */
export async function liveBatch(context: ClientContext, runId: string): Promise<LiveBatch> {
  const { catalog, temporal } = context;
  const run = await catalog.runs.get(runId);
  if (run?.finishedAt) return recorded(context, run);
  const description = await describeRun(context, runId);
  if (description?.status.name === 'RUNNING') {
    const asked = await temporal
      .call(() => temporal.client.workflow.getHandle(runId).query(batchProgressQuery), 4_000)
      .catch(() => undefined);
    if (!asked) {
      const workerMissing = !(await hasWorker(temporal));
      if (run) return recorded(context, run, workerMissing);
      const input = { batchId: '', action: 'load' } as const;
      return { ...empty(input, description.startTime), runId, workerMissing };
    }
    const running = asked.months.filter(({ state, workflowId }) => state === 'running' && workflowId !== undefined);
    const files = await Promise.all(running.map(({ workflowId = '' }) => liveFiles(context, workflowId)));
    return { ...asked, runId, files: files.flat(), workerMissing: false };
  }
  if (!run) {
    if (!description) throw new LongshoreError('RUN_NOT_FOUND', `There is no run ${runId}.`);
    // Refused before it was recorded.
    return {
      ...empty({ batchId: '', action: 'load' }, description.startTime),
      runId,
      status: 'failed',
      phase: 'ended',
      workerMissing: false,
    };
  }
  await reconcile(context, run, description);
  return recorded(context, (await catalog.runs.get(runId)) ?? run);
}

async function liveFiles(context: ClientContext, workflowId: string): Promise<LiveFile[]> {
  const { temporal } = context;
  const [child, pending] = await Promise.all([
    temporal
      .call(() => temporal.client.workflow.getHandle(workflowId).query(monthProgressQuery), 2_000)
      .catch((): MonthLoadProgress | undefined => undefined),
    underway(context, workflowId),
  ]);
  if (!child) return [];
  return child.files.map((file) => {
    const { rows = 0, bytes = 0 } = pending.find(({ fileId }) => fileId === file.fileId) ?? {};
    return { ...file, month: child.month, rowsUnderway: rows, bytesUnderway: bytes };
  });
}

interface Beat {
  fileId?: number;
  rows?: number;
  bytes?: number;
}

/** Heartbeats of the activities of a month. */
async function underway(context: ClientContext, workflowId: string): Promise<Beat[]> {
  const description = await describeRun(context, workflowId).catch(() => undefined);
  return (description?.raw.pendingActivities ?? []).map(({ heartbeatDetails }) => {
    const payload = heartbeatDetails?.payloads?.[0];
    return payload ? defaultPayloadConverter.fromPayload<Beat>(payload) : {};
  });
}

/** As the catalog alone knows it: when the run has ended, or when nobody is there to answer for it. */
async function recorded({ catalog }: ClientContext, run: RunRecord, workerMissing = false): Promise<LiveBatch> {
  const input = (run.input ?? {}) as Partial<MonthBatchInput>;
  const { batchId = '', action = 'load', months = [] } = input;
  const batch = batchId === '' ? undefined : await catalog.months.batch(batchId);
  const files = batch ? await catalog.months.files(batchId) : [];
  const stateOf = (month: string): BatchProgress['months'][number]['state'] => {
    if (batch?.completedMonths.includes(month)) return 'done';
    if (batch?.failedMonths.includes(month)) return 'failed';
    return batch?.currentMonths.includes(month) ? 'running' : 'waiting';
  };
  return {
    ...empty({ batchId, action }, run.startedAt),
    runId: run.runId,
    status: run.status,
    phase: run.finishedAt ? 'ended' : 'loading',
    months: months.map((month) => {
      const own = files.filter((file) => file.month === month);
      const error = own.find((file) => file.error)?.error;
      return {
        month,
        state: stateOf(month),
        files: own.length,
        filesDone: own.filter(({ finishedAt }) => finishedAt).length,
        ...(error && { error }),
      };
    }),
    ...(run.finishedAt && { finishedAt: run.finishedAt.toISOString() }),
    ...(run.error && { error: run.error }),
    workerMissing,
  };
}

const empty = (
  { batchId, action }: Pick<BatchProgress, 'batchId' | 'action'>,
  startedAt: Date,
): Omit<LiveBatch, 'runId' | 'workerMissing'> => ({
  status: 'running',
  phase: 'planning',
  batchId,
  action,
  months: [],
  files: [],
  startedAt: startedAt.toISOString(),
});
