/** How a drop folder stands: what its workflow says, and what the catalog has of its files. */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { DropFile } from '../catalog';
import { analyseFileErrors, type FileErrorAnalysis } from '../core/drop/failure-analysis';
import { dropRunId } from '../core/drop/ids';
import type { ErrorReport } from '../core/errors/longshore-error';
import type { FileState, TreeProblem } from '../core/types/drop';
import { type DropFileProgress, fileProgressQuery } from '../workflows/drop-file/messages';
import { type DropFolderProgress, folderProgressQuery } from '../workflows/drop-folder/messages';
import type { ClientContext } from './context';
import { reportOf } from './failures';
import { describeRun } from './runs';
import { hasWorker } from './workers';

/** A file that is being loaded. `progress` is missing while nobody answers for it. */
export interface FileInWork {
  fileId: number;
  path: string;
  progress?: DropFileProgress;
}

export interface FolderStatus {
  folder: string;
  runId: string;
  /** `stopped`: nobody watches it. */
  state: 'running' | 'paused' | 'stopped';
  /** It is watched, and no worker is there to do it. */
  workerMissing: boolean;
  to?: string;
  configVersion?: number;
  triggeredBy?: string;
  pausedBy?: string;
  startedAt?: Date;
  /** All files that the catalog knows of, by state. */
  files: Partial<Record<FileState, number>>;
  /** Rows of all files that were loaded. */
  rows: number;
  inWork: FileInWork[];
  lastScanAt?: Date;
  /** How long the file that waits longest has waited for its turn. */
  oldestReadyAt?: Date;
  /** What the latest scan found in the tree that cannot be loaded; the first twenty. */
  problems: TreeProblem[];
  /** Why the folder cannot be scanned, or why it is no longer watched. */
  error?: ErrorReport;
  errors: FileErrorAnalysis;
}

export async function folderStatus(context: ClientContext, folder: string): Promise<FolderStatus> {
  const { catalog, temporal } = context;
  const runId = dropRunId(folder);
  const [description, record, summary] = await Promise.all([
    describeRun(context, runId),
    catalog.runs.get(runId),
    catalog.dropFiles.summary(folder),
  ]);
  const isWatched = description?.status.name === 'RUNNING';
  const live = isWatched ? await askFolder(context, runId) : undefined;
  const memo = description?.memo ?? {};
  const known: Partial<FolderStatus> = {
    to: textOf(memo['to']) ?? record?.target,
    configVersion: Number(memo['configVersion'] ?? record?.configVersion) || undefined,
    triggeredBy: textOf(memo['triggeredBy']) ?? record?.triggeredBy,
    pausedBy: live?.pausedBy,
    startedAt: live ? new Date(live.startedAt) : (record?.startedAt ?? description?.startTime),
    lastScanAt: laterOf(live?.lastScanAt === undefined ? undefined : new Date(live.lastScanAt), summary.lastScanAt),
    oldestReadyAt: summary.oldestReadyAt,
    error: live?.error ?? (isWatched ? undefined : (record?.error ?? (await failureOf(context, runId, description)))),
  };
  return {
    folder,
    runId,
    state: !isWatched ? 'stopped' : (live?.status ?? record?.status) === 'paused' ? 'paused' : 'running',
    workerMissing: isWatched && live === undefined && !(await hasWorker(temporal)),
    ...known,
    files: summary.states,
    rows: summary.rows,
    inWork: await filesInWork(context, folder, live),
    problems: live?.problems ?? [],
    errors: analysisOf(summary.errors),
  };
}

/** What failed files have in common, each kind with the latest of them as its example. */
export const analysisOf = (errors: readonly { code: string; count: number; latest: DropFile }[]): FileErrorAnalysis =>
  analyseFileErrors(
    errors.map(({ code, count, latest: { path, table, error } }) => ({
      code,
      count,
      example: {
        path,
        ...((table ?? error?.place.table) !== undefined && { table: table ?? error?.place.table }),
        ...(error?.place.line !== undefined && { line: error.place.line }),
        ...(error?.place.column !== undefined && { column: error.place.column }),
        message: error?.message ?? 'no reason was written down',
      },
    })),
  );

async function filesInWork(
  context: ClientContext,
  folder: string,
  live: DropFolderProgress | undefined,
): Promise<FileInWork[]> {
  if (!live) {
    const files = await context.catalog.dropFiles.list({ folder, states: ['processing'], limit: 64 });
    return files.map(({ id, path }) => ({ fileId: id, path }));
  }
  return Promise.all(
    live.running.map(async ({ fileId, path, workflowId }) => ({
      fileId,
      path,
      progress: await askFile(context, workflowId),
    })),
  );
}

/** Why the workflow ended that could not write it down. */
async function failureOf(
  { temporal }: ClientContext,
  runId: string,
  description: WorkflowExecutionDescription | undefined,
): Promise<ErrorReport | undefined> {
  if (description?.status.name !== 'FAILED') return undefined;
  return temporal.client.workflow
    .getHandle(runId)
    .result()
    .then(() => undefined, reportOf);
}

async function askFolder({ temporal }: ClientContext, runId: string): Promise<DropFolderProgress | undefined> {
  return temporal
    .call(() => temporal.client.workflow.getHandle(runId).query(folderProgressQuery), 4_000)
    .catch(() => undefined);
}

export async function askFile({ temporal }: ClientContext, workflowId: string): Promise<DropFileProgress | undefined> {
  return temporal
    .call(() => temporal.client.workflow.getHandle(workflowId).query(fileProgressQuery), 2_000)
    .catch(() => undefined);
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const laterOf = (a: Date | undefined, b: Date | undefined): Date | undefined => (a && b ? (a > b ? a : b) : (a ?? b));
