/** Runs the real workflows of month batches with activities that a test can script. */
import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { MonthActivities, MonthFileActivities, PlannedBatch } from '../../activities';
import type { MonthOutcome } from '../../core/types/month';
import type { MonthBatchInput } from '../../workflows/month-batch/messages';
import type { MonthFileProgress, MonthLoadInput } from '../../workflows/month-load/messages';
import type { MonthTask } from '../../workflows/month-task/messages';
import { noted, withWorkers } from './harness';

export type Activities = MonthActivities & MonthFileActivities;

export interface MonthHarness {
  client: Client;
  /** Names and main arguments of the activities in the order they were started. */
  calls: string[];
  /** Starts a batch. */
  batch(input?: Partial<MonthBatchInput>): Promise<WorkflowHandle>;
  /** Starts a month by itself, as the batch does. */
  month(input?: Partial<MonthLoadInput>): Promise<WorkflowHandle>;
  ask(task: MonthTask): Promise<WorkflowHandle>;
}

export const JANUARY = '2024-01';

/** A file as `openMonth` tells of it. */
export const waiting = (
  fileId: number,
  table = 'trades',
  more: Partial<MonthFileProgress> = {},
): MonthFileProgress => ({ fileId, file: `${fileId}.tsv`, table, state: 'waiting', bytes: 1000, ...more });

export const planned = (months: string[], more: Partial<PlannedBatch> = {}): PlannedBatch => ({
  target: 'dwh',
  parallelMonths: 1,
  parallelFiles: 1,
  months: months.map((month) => ({ month, files: 1 })),
  ...more,
});

/** How a month ended. */
export const ended = (
  month: string,
  status: MonthOutcome['status'] = 'done',
  more: Partial<MonthOutcome> = {},
): MonthOutcome => ({
  month,
  status,
  files: 1,
  loaded: status === 'done' ? 1 : 0,
  failed: status === 'failed' ? 1 : 0,
  skipped: 0,
  rows: status === 'done' ? 40 : 0,
  bytes: status === 'done' ? 1000 : 0,
  seconds: 1,
  ...more,
});

/** Starts workers with default activities, `script` replacing some of them, and stops them after `test`. */
export async function withMonths(
  script: (harness: MonthHarness) => Partial<Activities>,
  test: (harness: MonthHarness) => Promise<void>,
): Promise<void> {
  await withWorkers(async (client, taskQueue, run) => {
    const name = `trades-${randomUUID().slice(0, 8)}`;
    const common = { batch: name, batchId: `${name}-1`, configVersion: 1, action: 'load', quality: 'file' } as const;
    const start = (type: string, workflowId: string, input: object): Promise<WorkflowHandle> =>
      client.workflow.start(type, { taskQueue, workflowId, args: [input] });
    const harness: MonthHarness = {
      client,
      calls: [],
      batch: (input = {}) =>
        start('monthBatch', `month/${name}/2026-11-20T05:00Z`, {
          ...common,
          resume: false,
          months: [],
          triggeredBy: 'tester',
          ...input,
        }),
      month: (input = {}) =>
        start('monthLoad', `month/${name}/2026-11-20T05:00Z/${JANUARY}`, {
          ...common,
          runId: `month/${name}/2026-11-20T05:00Z`,
          month: JANUARY,
          parallelFiles: 1,
          paused: false,
          ...input,
        }),
      ask: (task) =>
        start('monthTask', `month-task/${name}/${task.kind}/${randomUUID()}`, {
          batch: name,
          configVersion: 1,
          task,
          triggeredBy: 'tester',
        }),
    };
    const activities = { ...defaults, ...script(harness) };
    await run(noted(activities, harness.calls, calledWith), () => test(harness));
  });
}

const defaults: Activities = {
  planBatch: async ({ input }) => planned(input.months),
  openMonth: async () => [waiting(1)],
  packFile: async () => ({ rows: 40, parts: 2 }),
  judgeFile: async () => ({ verdict: 'passed', sentence: 'It passed.' }),
  judgeStaged: async () => ({ verdict: 'passed', sentence: 'It passed.' }),
  copyFile: async () => ({ rowsCopied: 40, rowsStaged: 40, seconds: 1 }),
  publishTable: async () => ({ rows: 40 }),
  failFile: async () => undefined,
  closeMonth: async ({ month, error }) =>
    error ? ended(month, error.code === 'CANCELLED' ? 'cancelled' : 'failed', { error }) : ended(month),
  noteMonthStatus: async () => undefined,
  endBatch: async () => undefined,
  notifyMonth: async () => ({ delivered: [], failed: [] }),
  beginTask: async () => undefined,
  runMonthTask: async () => ({ kind: 'stage-list', stage: 'S', files: [] }),
  runFileTask: async () => ({ kind: 'widen', table: 'main.trades', proposals: [] }),
  endTask: async () => undefined,
};

interface Argument {
  fileId?: number;
  table?: string;
  month?: string;
  error?: { code: string };
  status?: string;
  event?: string;
  task?: MonthTask;
}

/** A file by its number, everything else of a month by the month and, where there is one, the table. */
const calledWith = ({
  fileId,
  table,
  month,
  error,
  status,
  event,
  task,
}: Argument): (string | number | undefined)[] => [fileId ?? month, table, status, error?.code, event, task?.kind];
