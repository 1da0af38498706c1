import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId } from '../../core/types/table';
import type { DropFile } from '../../catalog/drop-files';
import type { ProgressCounter } from '../../connectors/connector';
import { withHeartbeat } from '../heartbeat';
import { dropFile, type FolderContext, folderContext, type FolderRef } from './context';
import type { DropDependencies } from './dependencies';
import { checkTolerance, type FileLoad, loadSlice, partCount, prepareLoad } from './load';
import { publishOnce, verifyOnce } from './once';
import { type Found, type Recognised, recogniseFile } from './recognise';
import { processSmallFile } from './small-file';
import { startTracking } from './tracking';

export interface FileRef extends FolderRef {
  fileId: number;
  /** Workflow id of the lifecycle: names what is staged. */
  runId: string;
}

export type RecognisedFile = { decision: 'skip' } | { decision: 'load'; table: string; rows: number; parts: number };

/**
 * The steps of a lifecycle, each by itself for a large file and all in one for a small one. Every step looks first how
 * far an earlier attempt came.
 */
export function createFileActivities(deps: DropDependencies) {
  return {
    /** Reads the file, finds its table, plans. */
    async recogniseFile(ref: FileRef): Promise<RecognisedFile> {
      return withHeartbeat(async (signal, progress) => {
        const { context, file } = await opened(deps, ref);
        const found = await recogniseOnce(deps, context, file, progress, signal);
        if (found.decision === 'skip') return { decision: 'skip' };
        const { plan } = found;
        return {
          decision: 'load',
          table: tableId(plan.table.targetRef),
          rows: plan.rows,
          parts: partCount(plan),
        };
      });
    },

    /** Makes the staging table. */
    async prepareFile(ref: FileRef): Promise<void> {
      await withHeartbeat(async () => prepareLoad(deps, await planned(deps, ref)));
    },

    /** Builds keys on staging and proves that it holds what was read. Throws FILE_REJECTED_ROWS, COUNT_MISMATCH, … */
    async verifyFile(ref: FileRef): Promise<void> {
      await withHeartbeat(async (signal) => {
        const load = await planned(deps, ref);
        if (load.file.step === 'verified' || load.file.step === 'published') return;
        const parts = await deps.catalog.dropFiles.parts(ref.fileId, load.sha256);
        if (parts.length !== partCount(load.plan))
          throw new LongshoreError(
            'INTERNAL',
            `${load.file.path}: ${parts.length} of ${partCount(load.plan)} parts are in the ledger.`,
          );
        await verifyOnce(deps, load, parts, signal);
      });
    },

    /** Makes the rows visible, once. */
    async publishFile(ref: FileRef): Promise<void> {
      await withHeartbeat(async (signal) => {
        const load = await planned(deps, ref);
        await publishOnce(deps, load, load.file.rows ?? 0, signal);
      });
    },

    /** All of it, for a small file. */
    async processFile(ref: FileRef): Promise<void> {
      await withHeartbeat(async (signal, progress) => {
        const { context, file } = await opened(deps, ref);
        if (file.step === 'published' || file.step === 'direct') return;
        if (file.step === 'verified') await publishOnce(deps, loadOf(context, file, ref.runId), file.rows ?? 0, signal);
        else await processSmallFile(deps, context, file, ref.runId, progress, signal);
      });
    },
  };
}

/** The activities that read and load slices of large files. */
export function createFilePartActivities(deps: DropDependencies) {
  return {
    async loadFilePart({ part, ...ref }: FileRef & { part: number }): Promise<{ rows: number }> {
      return withHeartbeat(async (signal, progress) => {
        const load = await planned(deps, ref);
        const result = await loadSlice(deps, load, part, progress, signal);
        await deps.catalog.dropFiles.savePart(ref.fileId, load.sha256, { part, ...result });
        // Far too many bad rows: the rest need not be read.
        if (result.rejectedCount > deps.maxRejectedRows) checkTolerance(load, [result]);
        return { rows: result.rows };
      });
    },
  };
}

async function opened(deps: DropDependencies, ref: FileRef): Promise<{ context: FolderContext; file: DropFile }> {
  const [context, file] = await Promise.all([folderContext(deps, ref), dropFile(deps, ref.fileId)]);
  return { context, file };
}

async function planned(deps: DropDependencies, ref: FileRef): Promise<FileLoad> {
  const { context, file } = await opened(deps, ref);
  return loadOf(context, file, ref.runId);
}

function loadOf(context: FolderContext, file: DropFile, runId: string): FileLoad {
  const { plan, sha256 } = file;
  if (!plan || !sha256)
    throw new LongshoreError('INTERNAL', `${file.path} has not been recognised.`, { file: file.path });
  return { context, file, plan, sha256, runId };
}

async function recogniseOnce(
  deps: DropDependencies,
  context: FolderContext,
  file: DropFile,
  progress: ProgressCounter,
  signal: AbortSignal,
): Promise<Recognised> {
  const { plan, sha256 } = file;
  if (file.step && plan && sha256) return { decision: 'load', plan, sha256, found: {} };
  await startTracking(deps, context, file);
  let known: Found = {};
  try {
    const recognised = await recogniseFile(deps, context, file, (found) => void (known = found), progress, signal);
    known = recognised.found;
    return recognised;
  } finally {
    // Also of a file that failed, for the report on it.
    await deps.catalog.dropFiles.update(file.id, known);
  }
}
