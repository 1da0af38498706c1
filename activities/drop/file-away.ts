import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { csvLine } from '../../core/file/write-csv';
import { fileErrorReport } from '../../core/drop/error-report';
import { fileError } from '../../core/drop/file-error';
import { filedPath, QUARANTINE_COLUMNS, quarantineName } from '../../core/drop/filing';
import { isSmallFile } from '../../core/drop/small';
import { type ErrorReport, LongshoreError } from '../../core/errors/longshore-error';
import type { FileOutcome } from '../../core/types/drop';
import type { RejectedRow } from '../../core/types/file';
import { tableId } from '../../core/types/table';
import type { DropFile } from '../../catalog/drop-files';
import { isMissing, stagingError } from '../../storage/disk-errors';
import { identityAt, moveFile, writeBeside, writeCompanion } from '../../storage/drop-tree';
import { withHeartbeat } from '../heartbeat';
import { dropFile, type FolderContext, folderContext, targetRun } from './context';
import type { DropDependencies } from './dependencies';
import { partCount, rejectedFile } from './load';
import { filePath } from './paths';
import type { FileRef } from './process';
import { endTracking } from './tracking';

/** A failed file is put away though its target stays away: after so many tries the target is told nothing more. */
const PATIENCE = 8;

type Ended = Extract<FileOutcome['state'], 'loaded' | 'failed' | 'skipped' | 'cancelled'>;

export function createFilingActivities(deps: DropDependencies) {
  const { dropFiles } = deps.catalog;
  return {
    /**
     * The end of a file, whatever it was: moved to `processed` or `error`, its tracking row closed, staging removed, and
     * last of all its row in the catalog. A file that changed meanwhile is watched again, and one that is gone forgotten.
     */
    async fileAway({ error: thrown, ...ref }: FileRef & { error?: ErrorReport }): Promise<FileOutcome> {
      return withHeartbeat(async (signal) => {
        const [context, known] = await Promise.all([folderContext(deps, ref), dropFile(deps, ref.fileId)]);
        if (known.state !== 'processing') {
          // Of an attempt that came to its end but for this.
          await deps.parts.remove(ref.runId);
          return outcomeOf(known);
        }
        const error = thrown && fileError(thrown, { path: known.path, root: context.root });
        const file = error ? await asTargetKnows(context, known, ref.runId) : known;
        const isPublished = isVisible(file);
        if (!isPublished && error && (error.code === 'FILE_CHANGED' || error.code === 'FILE_NOT_FOUND'))
          return lookAgain(context, file, ref.runId, error);
        const state = isPublished ? 'loaded' : stateOf(error);
        const ended = { state, ...(error && !isPublished && { error }) };
        const at = await endOf(file);
        const movedTo = await putAway(context, file, ref.runId, ended, at, signal).catch((full: unknown) => {
          throw untilThereIsRoom(full);
        });
        await tellTarget(context, file, ref.runId, ended);
        const { state: _state, ...why } = ended;
        await dropFiles.update(file.id, { state, ...why, ...(movedTo !== undefined && { movedTo }), finishedAt: at });
        await deps.parts.remove(ref.runId);
        return outcomeOf({ ...file, ...ended, ...(movedTo !== undefined && { movedTo }) });
      });
    },
  };

  /**
   * A load can be committed without anybody having heard of it: the worker died, and before another took over the file
   * was cancelled, replaced or taken away. Then it is loaded, whatever went wrong afterwards.
   */
  async function asTargetKnows(context: FolderContext, file: DropFile, runId: string): Promise<DropFile> {
    const mayBeVisible = isSmallFile(file.size) || file.step === 'verified';
    if (isVisible(file) || !mayBeVisible) return file;
    const mark = await patiently(() =>
      deps.databases.use(context.target, ({ target }) => target.publishedMark(targetRun(context, runId))),
    );
    if (!mark) return file;
    const { direct, rows, table } = mark;
    const heard = {
      step: direct ? 'direct' : 'published',
      publishedAt: deps.now(),
      ...(rows !== undefined && { rows }),
      ...(table !== undefined && { table }),
    } as const;
    await dropFiles.update(file.id, heard);
    return { ...file, ...heard };
  }

  /** The moment that names are made of: the same for every attempt. */
  async function endOf(file: DropFile): Promise<Date> {
    const known = file.publishedAt ?? file.finishedAt;
    if (known) return known;
    const now = deps.now();
    await dropFiles.update(file.id, { finishedAt: now });
    return now;
  }

  /** Where it lies now, relative to the folder; undefined where somebody else took or replaced it. */
  async function putAway(
    context: FolderContext,
    file: DropFile,
    runId: string,
    { state, error }: { state: Ended; error?: ErrorReport },
    at: Date,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { root } = context;
    const into = state === 'loaded' || state === 'skipped' ? 'processed' : 'error';
    const moved = await moveFile({
      root,
      from: file.path,
      identity: { size: file.size, mtimeMs: file.mtimeMs, inode: file.inode },
      ...(file.sha256 !== undefined && { sha256: file.sha256 }),
      to: (attempt) => filedPath(file.path, { into, at }, attempt),
      signal,
    });
    const movedTo = moved.outcome === 'moved' ? moved.to : undefined;
    // Of a file that was loaded without some rows these stand under `error`, with its name there.
    const besides = into === 'error' && movedTo !== undefined ? movedTo : filedPath(file.path, { into: 'error', at });
    const quarantine = (file.rejected ?? 0) > 0 ? await keepRejected(root, file, runId, besides) : undefined;
    if (into === 'error' && error && movedTo !== undefined)
      await writeCompanion(
        join(root, movedTo),
        fileErrorReport(file, error, { filedAs: nameOf(movedTo), failedAt: at, ...(quarantine && { quarantine }) }),
      );
    return movedTo;
  }

  /** Rejected rows of all parts as one file. Answers its name. */
  async function keepRejected(
    root: string,
    file: DropFile,
    runId: string,
    besides: string,
  ): Promise<string | undefined> {
    const { plan } = file;
    if (!plan) return undefined;
    const rows: RejectedRow[] = [];
    for (let part = 0; part < partCount(plan); part += 1)
      rows.push(...(await rejectedOf(rejectedFile(await deps.parts.path(runId, tableId(plan.table.targetRef), part)))));
    if (rows.length === 0) return undefined;
    const lines = [
      csvLine([...QUARANTINE_COLUMNS, 'column', 'value', 'message', 'row']),
      ...rows.map((row) =>
        csvLine([String(row.line), row.reason, row.column ?? '', row.value ?? '', row.message, row.text]),
      ),
    ];
    return nameOf(await writeBeside(join(root, quarantineName(besides)), lines.join('')));
  }

  /**
   * Tracking, the record of a reference table, staging. For a file that was loaded all of it must happen; one that failed
   * does not wait for ever for a target that is the reason of it.
   */
  async function tellTarget(
    context: FolderContext,
    file: DropFile,
    runId: string,
    ended: { state: Ended; error?: ErrorReport },
  ): Promise<void> {
    // Written down in the transaction that made the rows visible, and nothing was staged.
    if (file.step === 'direct') return;
    const tell = (): Promise<void> =>
      deps.databases.use(context.target, async (database) => {
        await endTracking(database, context, file, ended, deps.now());
        if (file.plan) await database.target.cleanup(targetRun(context, runId));
      });
    await (ended.state === 'failed' ? patiently(tell) : tell());
  }

  /** undefined instead of a failure: after so many tries, or where trying again does not help. */
  async function patiently<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (thrown) {
      const isFinal = thrown instanceof LongshoreError && !thrown.retryable;
      if (isFinal || Context.current().info.attempt >= PATIENCE) return undefined;
      throw thrown;
    }
  }

  async function lookAgain(
    context: FolderContext,
    file: DropFile,
    runId: string,
    error: ErrorReport,
  ): Promise<FileOutcome> {
    const found = await identityAt(filePath(context.root, file.path));
    const state = found?.isFile === true ? 'watching' : 'vanished';
    await deps.databases.use(context.target, async (database) => {
      await endTracking(database, context, file, { state, error }, deps.now());
      if (file.plan) await database.target.cleanup(targetRun(context, runId));
    });
    await deps.parts.remove(runId);
    if (found?.isFile === true) await dropFiles.rewatch(file.id, found);
    else await dropFiles.update(file.id, { state: 'vanished', error, finishedAt: deps.now() });
    return { ...outcomeOf(file), state, error };
  }
}

const isVisible = ({ step }: DropFile): boolean => step === 'published' || step === 'direct';

/** There will be room again, or somebody makes it: the file waits where it lies, and is not given up. */
function untilThereIsRoom(error: unknown): unknown {
  if (!(error instanceof LongshoreError) || error.code !== 'DISK_FULL') return error;
  return new LongshoreError('FOLDER_UNAVAILABLE', error.message, error.place, { cause: error });
}

const stateOf = (error: ErrorReport | undefined): Ended =>
  error === undefined ? 'skipped' : error.code === 'CANCELLED' ? 'cancelled' : 'failed';

function outcomeOf(file: DropFile): FileOutcome {
  const { id, path, state, table, rows = 0, rejected = 0, movedTo, error } = file;
  return {
    fileId: id,
    path,
    state: state === 'processing' || state === 'ready' ? 'watching' : state,
    ...(table !== undefined && { table }),
    rows,
    rejected,
    ...(movedTo !== undefined && { movedTo }),
    ...(error && { error }),
  };
}

async function rejectedOf(file: string): Promise<RejectedRow[]> {
  try {
    const text = await readFile(file, 'utf8');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as RejectedRow);
  } catch (error) {
    if (isMissing(error)) return [];
    throw stagingError(error, file);
  }
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
