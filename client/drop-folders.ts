/** Drop folders: watched, looked at, steered, and asked for what only a worker can do. */
import type { DropFile } from '../catalog';
import type { FileErrorAnalysis } from '../core/drop/failure-analysis';
import { dropFileId } from '../core/drop/ids';
import type { FolderPerformance } from '../core/drop/performance';
import { LongshoreError } from '../core/errors/longshore-error';
import type { FileState } from '../core/types/drop';
import { ask } from './ask';
import type { ConfigurationInput } from './configuration';
import type { ClientContext } from './context';
import { folderPerformance } from './drop-performance';
import { analysisOf, type FolderStatus, folderStatus } from './drop-status';
import {
  cancelTask,
  type DropTaskKind,
  type ResultOf,
  startTask,
  type TaskOf,
  type TaskRequest,
  taskResult,
  type TaskState,
  taskState,
} from './drop-tasks';
import {
  pauseFolder,
  resumeFolder,
  scanFolder,
  stopFolder,
  watchedVersion,
  watchFolder,
  type Watching,
  type WatchRequest,
} from './drop-watching';
import { patiently, pause } from './patience';
import type { Request } from './runs';

export interface FileFilter {
  states?: FileState[];
  /** As it was dropped, relative to the folder. */
  path?: string;
  /** Default 100. */
  limit?: number;
}

export interface DropsClient {
  /** Registers the configuration and starts watching. Throws CONFIG_UNKNOWN_NAME, RUN_IN_PROGRESS, TEMPORAL_UNAVAILABLE. */
  watch(request: WatchRequest): Promise<Watching>;
  /** The version of the configuration that the folder is watched with; undefined when nobody watches it. */
  watched(folder: string): Promise<{ configVersion?: number } | undefined>;
  /** Names of folders that were ever watched, in alphabetical order. */
  folders(): Promise<string[]>;
  /** How the folder stands; one that was never watched is `stopped` and has no files. */
  status(folder: string): Promise<FolderStatus>;
  /** Status every `intervalMs` (default 1000) until nobody watches the folder any longer. */
  follow(folder: string, options?: { intervalMs?: number; signal?: AbortSignal }): AsyncGenerator<FolderStatus>;
  /** The latest first. */
  files(folder: string, filter?: FileFilter): Promise<DropFile[]>;
  /** What failed files have in common, since a moment or ever. */
  errors(folder: string, since?: Date): Promise<FileErrorAnalysis>;
  /**
   * How fast files went that ended since a moment or ever, with advice where a threshold is crossed. Judged by the
   * settings of `configuration`, else by those that the folder is watched with. Throws CONFIG_UNKNOWN_NAME.
   */
  performance(folder: string, since?: Date, configuration?: ConfigurationInput): Promise<FolderPerformance>;
  /** Failed files go back to where they were dropped: those named, those with this code, or all. Throws NO_WORKER. */
  retry(
    folder: string,
    which: { files?: string[]; code?: string },
    request: TaskRequest,
  ): Promise<ResultOf<'retry'>['files']>;
  /** Ends the watch and waits until it has. Each of these throws FOLDER_NOT_WATCHED. */
  stop(folder: string, request: Request): Promise<void>;
  /** No new file is begun until the folder is resumed. */
  pause(folder: string, request: Request): Promise<void>;
  resume(folder: string, request: Request): Promise<void>;
  /** Looks at the folder at once; files still have to stand still. */
  scanNow(folder: string, request: Request): Promise<void>;
  /** Stops loading one file, by its path or id; nothing of it stays in the target. Throws FILE_NOT_FOUND, RUN_ENDED. */
  cancelFile(folder: string, file: string | number, request: Request): Promise<DropFile>;
  /** Has a worker do it, and waits. Throws NO_WORKER, CONFIG_UNKNOWN_NAME, FOLDER_NOT_WATCHED, and what it fails with. */
  task<K extends DropTaskKind>(folder: string, task: TaskOf<K>, request: TaskRequest): Promise<ResultOf<K>>;
  /** The same without waiting: an id for the three below, which throw RUN_NOT_FOUND. */
  startTask(folder: string, task: TaskOf<DropTaskKind>, request: TaskRequest): Promise<string>;
  taskResult<K extends DropTaskKind>(operationId: string): Promise<ResultOf<K>>;
  taskState(operationId: string): Promise<TaskState>;
  cancelTask(operationId: string, request: Request): Promise<void>;
}

export function dropsClient(context: ClientContext): DropsClient {
  const { catalog } = context;

  async function fileNamed(folder: string, file: string | number): Promise<DropFile> {
    const byId = typeof file === 'number' || /^\d+$/.test(file) ? await catalog.dropFiles.get(Number(file)) : undefined;
    if (byId?.folder === folder) return byId;
    const found = await catalog.dropFiles.list({ folder, path: String(file), limit: 20 });
    const [first] = found;
    if (first) return found.find(({ state }) => state === 'processing') ?? first;
    const next = `See what there is with \`longshore drop files ${folder}\`.`;
    throw new LongshoreError('FILE_NOT_FOUND', `The drop folder ${folder} has no file ${file}.`, {}, { next });
  }

  async function task<K extends DropTaskKind>(
    folder: string,
    asked: TaskOf<K>,
    request: TaskRequest,
  ): Promise<ResultOf<K>> {
    return taskResult<K>(context, await startTask(context, folder, asked, request));
  }

  return {
    watch: (request) => watchFolder(context, request),
    watched: (folder) => watchedVersion(context, folder),
    async folders() {
      const runs = await catalog.runs.list({ kind: 'drop', limit: 1000 });
      return [...new Set(runs.map(({ name }) => name))].toSorted();
    },
    status: (folder) => folderStatus(context, folder),
    async *follow(folder, { intervalMs = 1000, signal } = {}) {
      while (!signal?.aborted) {
        const status = await patiently(() => folderStatus(context, folder), signal);
        yield status;
        if (status.state === 'stopped') return;
        await pause(intervalMs, signal);
      }
    },
    files: (folder, { limit = 100, ...filter } = {}) => catalog.dropFiles.list({ folder, ...filter, limit }),
    errors: async (folder, since) => analysisOf((await catalog.dropFiles.summary(folder, since)).errors),
    performance: (folder, since, configuration) => folderPerformance(context, folder, since, configuration),
    async retry(folder, { files, code }, request) {
      const asked = {
        kind: 'retry',
        ...(files?.length && { paths: files }),
        ...(code !== undefined && { code }),
      } as const;
      return (await task<'retry'>(folder, asked, request)).files;
    },
    stop: (folder, request) => stopFolder(context, folder, request),
    pause: (folder, request) => pauseFolder(context, folder, request),
    resume: (folder, request) => resumeFolder(context, folder, request),
    scanNow: (folder, request) => scanFolder(context, folder, request),
    async cancelFile(folder, name, { by, reason }) {
      const file = await fileNamed(folder, name);
      if (file.state !== 'processing') throw nothingToCancel(file);
      const runId = file.workflowId ?? dropFileId(folder, file.path, file.id);
      const asked = { runId, action: 'drop.cancel-file', by, reason, details: { folder, path: file.path } };
      if (!(await ask(context, asked, (workflow) => workflow.cancel())))
        throw nothingToCancel(await fileNamed(folder, name));
      return file;
    },
    task,
    startTask: (folder, asked, request) => startTask(context, folder, asked, request),
    taskResult: (operationId) => taskResult(context, operationId),
    taskState: (operationId) => taskState(context, operationId),
    cancelTask: (operationId, request) => cancelTask(context, operationId, request),
  };
}

function nothingToCancel({ path, state }: DropFile): LongshoreError {
  if (state === 'watching' || state === 'ready')
    return new LongshoreError(
      'RUN_ENDED',
      `${path} is not being loaded yet (it is \`${state}\`), so there is nothing to cancel.`,
      {},
      { next: 'Take the file out of the folder: it is then forgotten.' },
    );
  return new LongshoreError('RUN_ENDED', `${path} is not being loaded any longer (it is \`${state}\`).`);
}
