/** Workflows that answer as those of drop folders do, without a folder or a database: what is tested is the client. */
import { ApplicationFailure, condition, setHandler, startChild, workflowInfo } from '@temporalio/workflow';
import type { FileOutcome } from '../../../core/types/drop';
import { type DropFileInput, type DropFileProgress, fileProgressQuery } from '../../../workflows/drop-file/messages';
import {
  type DropFolderInput,
  type DropFolderProgress,
  folderProgressQuery,
  pauseFolderSignal,
  resumeFolderSignal,
  scanNowSignal,
} from '../../../workflows/drop-folder/messages';
import type { DropTaskInput, DropTaskResult } from '../../../workflows/drop-task/messages';

/** Begins a file at the first `scanNow`, and goes on until it is cancelled. */
export async function dropFolder({ folder, configVersion }: DropFolderInput): Promise<void> {
  const progress: DropFolderProgress = {
    status: 'running',
    running: [],
    queued: [],
    loaded: 1,
    failed: 0,
    skipped: 0,
    rows: 10,
    startedAt: workflowInfo().startTime.toISOString(),
    watching: 2,
    ready: 1,
    problems: [{ path: 'stray.csv', code: 'misplaced', message: 'It lies in no folder of the tree.' }],
  };
  let scans = 0;
  setHandler(folderProgressQuery, () => progress);
  setHandler(pauseFolderSignal, ({ by }) => {
    progress.status = 'paused';
    progress.pausedBy = by;
  });
  setHandler(resumeFolderSignal, () => {
    progress.status = 'running';
    delete progress.pausedBy;
  });
  setHandler(scanNowSignal, () => {
    scans += 1;
  });
  await condition(() => scans > 0);
  const workflowId = `drop/${folder}/a.csv/1`;
  const input: DropFileInput = {
    fileId: 1,
    folder,
    configVersion,
    path: 'a.csv',
    size: 1,
    parallel: 1,
    timeoutMs: 60_000,
  };
  await startChild(dropFile, { workflowId, args: [input] });
  progress.running = [{ fileId: 1, path: 'a.csv', workflowId }];
  progress.lastScanAt = '2026-11-20T05:00:00.000Z';
  await condition(() => false);
}

/** Loads for ever. */
export async function dropFile(_input: DropFileInput): Promise<void> {
  const progress: DropFileProgress = {
    step: 'loading',
    state: 'processing',
    table: 'ref.a',
    rows: 5,
    totalRows: 10,
    parts: 2,
    partsLoaded: 1,
  };
  setHandler(fileProgressQuery, () => progress);
  await condition(() => false);
}

/** Answers with what it was asked; the name of a file says how loading it ends. */
export async function dropTask({ configVersion, folder, task }: DropTaskInput): Promise<DropTaskResult> {
  switch (task.kind) {
    case 'health':
      return {
        kind: 'health',
        status: 'failed',
        checks: [
          { name: 'target', status: 'ok', message: `version ${configVersion}`, details: {} },
          { name: 'memory', status: 'warning', message: 'little is left', details: {} },
          { name: 'disk', status: 'failed', message: 'nothing is left', details: {} },
        ],
      };
    case 'check-config':
      return {
        kind: 'check-config',
        findings: [
          {
            record: { id: 1, schemaName: 'ref', tableName: 'gone' },
            problem: 'table-missing',
            message: 'ref.gone is not there.',
            repaired: task.repair,
          },
        ],
      };
    case 'clean-up':
      return { kind: 'clean-up', removed: [{ what: 'backups', removed: task.dryRun ? 0 : 3, bytes: 0 }] };
    case 'retry':
      return { kind: 'retry', files: (task.paths ?? [task.code ?? 'all']).map((path) => ({ path, ok: true })) };
    case 'tracking': {
      const [createdAt, processedAt] = [new Date(1000), new Date(2000)];
      const entry = { filePath: 'a', fileName: 'a', fileSize: 1, loadType: 'append', status: task.status ?? 'all' };
      const flags = { isReferenceData: true, referenceConfigInserted: false };
      return { kind: 'tracking', rows: [{ id: 1, ...entry, ...flags, createdAt, processedAt }] };
    }
    case 'table-info':
      throw ApplicationFailure.create({
        type: 'TABLE_NOT_FOUND',
        message: `There is no table ${task.table}.`,
        nonRetryable: true,
        details: [{ place: { table: task.table }, next: 'Check the name.' }],
      });
    case 'process': {
      const input: DropFileInput = {
        fileId: 2,
        folder,
        configVersion,
        path: task.path,
        size: 1,
        parallel: 1,
        timeoutMs: 60_000,
      };
      if (task.path.endsWith('slow.csv')) {
        const child = await startChild(dropFile, { workflowId: `drop/${folder}/slow.csv/2`, args: [input] });
        await child.result();
      }
      return { kind: 'process', outcome: outcomeOf(task.path) };
    }
  }
}

function outcomeOf(path: string): FileOutcome {
  const outcome = { fileId: 2, path, rows: 3, rejected: 1 };
  if (path.endsWith('bad.csv'))
    return {
      ...outcome,
      state: 'failed',
      error: { code: 'FILE_EMPTY', message: 'It has no rows.', place: {}, next: 'Look at what wrote it.' },
    };
  if (path.endsWith('twice.csv')) return { ...outcome, state: 'skipped' };
  return { ...outcome, state: 'loaded', table: 'ref.a' };
}
