/** Runs the real workflows of drop folders with activities that a test can script. */
import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { ClaimedFile, DropActivities, FilePartActivities } from '../../activities';
import { dropFileId, dropRunId } from '../../core/drop/ids';
import type { FileOutcome } from '../../core/types/drop';
import type { DropFileInput } from '../../workflows/drop-file/messages';
import type { DropFolderInput } from '../../workflows/drop-folder/messages';
import type { DropTask } from '../../workflows/drop-task/messages';
import { noted, withWorkers } from './harness';

export type Activities = DropActivities & FilePartActivities;

export interface DropHarness {
  client: Client;
  folder: string;
  /** Names and main arguments of the activities in the order they were started. */
  calls: string[];
  /** Starts watching the folder. */
  watch(input?: Partial<DropFolderInput>): Promise<WorkflowHandleWithFirstExecutionRunId>;
  /** Starts the lifecycle of one file; a small one unless it says more. */
  load(input?: Partial<DropFileInput>): Promise<WorkflowHandle>;
  ask(task: DropTask): Promise<WorkflowHandle>;
  /** A file as it is claimed. */
  file(fileId: number, path?: string): ClaimedFile;
}

/** Bytes of a file that is loaded in parts. */
export const LARGE = 100 * 1024 * 1024;

/** Longer than any test: whatever happens then does not happen by waiting. */
export const NEVER_MS = 600_000;

export const SETTINGS = {
  intervalMs: NEVER_MS,
  parallelFiles: 2,
  parallelParts: 2,
  tellEveryMs: 50,
  timeoutMs: NEVER_MS,
};

export const LOOK = { at: '2026-11-26T12:00:00.000Z', watching: 0, ready: 0, problems: [], ended: [], worrying: false };

/** How a file ended. */
export const outcome = (fileId: number, state: FileOutcome['state'], more: Partial<FileOutcome> = {}): FileOutcome => ({
  fileId,
  path: `${fileId}.csv`,
  state,
  rows: 0,
  rejected: 0,
  ...more,
});

/** Starts workers with default activities, `script` replacing some of them, and stops them after `test`. */
export async function withDrops(
  script: (harness: DropHarness) => Partial<Activities>,
  test: (harness: DropHarness) => Promise<void>,
): Promise<void> {
  await withWorkers(async (client, taskQueue, run) => {
    const folder = `in-${randomUUID().slice(0, 8)}`;
    const file = (fileId: number, path = `${fileId}.csv`) => ({
      fileId,
      path,
      size: 100,
      workflowId: dropFileId(folder, path, fileId),
    });
    const harness: DropHarness = {
      client,
      folder,
      calls: [],
      file,
      watch: (input = {}) =>
        client.workflow.start('dropFolder', {
          taskQueue,
          workflowId: dropRunId(folder),
          args: [{ folder, configVersion: 1, triggeredBy: 'tester', ...input }],
        }),
      load: (input = {}) => {
        const { workflowId, ...claimed } = file(input.fileId ?? 1, input.path);
        return client.workflow.start('dropFile', {
          taskQueue,
          workflowId,
          args: [{ ...claimed, folder, configVersion: 1, parallel: 2, timeoutMs: NEVER_MS, ...input }],
        });
      },
      ask: (task) =>
        client.workflow.start('dropTask', {
          taskQueue,
          workflowId: `drop-task/${folder}/${task.kind}/${randomUUID()}`,
          args: [{ folder, configVersion: 1, task }],
        }),
    };
    const activities = { ...defaultsOf(harness), ...script(harness) };
    await run(noted(activities, harness.calls, calledWith), () => test(harness));
  });
}

const defaultsOf = ({ file }: DropHarness): Activities => ({
  openFolder: async () => SETTINGS,
  scanFolder: async () => LOOK,
  claimFiles: async () => ({ files: [], ready: 0 }),
  noteFolder: async () => undefined,
  notifyDrop: async () => undefined,
  tidyFolder: async () => undefined,
  closeFolder: async () => undefined,
  recogniseFile: async () => ({ decision: 'load', table: 'public.t', rows: 40, parts: 4 }),
  prepareFile: async () => undefined,
  loadFilePart: async () => ({ rows: 10 }),
  verifyFile: async () => undefined,
  publishFile: async () => undefined,
  processFile: async () => undefined,
  fileAway: async ({ fileId, error }) =>
    error
      ? outcome(fileId, error.code === 'CANCELLED' ? 'cancelled' : 'failed', { error })
      : outcome(fileId, 'loaded', { rows: 40 }),
  runDropTask: async () => ({ kind: 'health', status: 'ok', checks: [] }),
  acceptFile: async () => ({ ...file(1), parallel: 2, timeoutMs: NEVER_MS }),
});

const calledWith = ({
  fileId,
  part,
  status,
  error,
  task,
}: {
  fileId?: number;
  part?: number;
  status?: string;
  error?: { code: string };
  task?: DropTask;
}): (string | number | undefined)[] => [fileId, part, status, error?.code, task?.kind];

/** A folder in which files lie that have settled: what `scanFolder` and `claimFiles` make of it. */
export function settled(files: ClaimedFile[]): Pick<Activities, 'scanFolder' | 'claimFiles'> {
  return {
    scanFolder: async () => ({ ...LOOK, ready: files.length }),
    claimFiles: async ({ limit }) => ({ files: files.splice(0, limit), ready: files.length }),
  };
}
