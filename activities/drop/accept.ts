import { copyFile, lstat, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { numberedName } from '../../core/drop/filing';
import { groupKeyOf } from '../../core/drop/group-key';
import { dropFileId } from '../../core/drop/ids';
import { DATASET_FOLDERS, OWN_PREFIX, isPlacement, placementOf } from '../../core/drop/tree';
import { LongshoreError } from '../../core/errors/longshore-error';
import { codeOf } from '../../storage/disk-errors';
import { ensureTree, identityAt } from '../../storage/drop-tree';
import { renameExclusive } from '../../storage/drop-tree/exclusive';
import { readError } from '../../storage/files/open-file';
import type { DropTask } from '../../workflows/drop-task/messages';
import { durationOf, type FolderContext } from './context';
import type { DropDependencies } from './dependencies';
import type { ClaimedFile } from './scan';

export interface AcceptedFile extends ClaimedFile {
  /** Parts in flight at once. */
  parallel: number;
  timeoutMs: number;
}

const MOST_NAMES = 1000;

/**
 * A file by its path on this machine: one of the tree as it lies there, any other by way of a copy in the tree.
 * `requestId`, the same for every attempt, names the copy until it is complete.
 */
export async function acceptFile(
  deps: Pick<DropDependencies, 'catalog' | 'isRunOpen'>,
  { ref, settings, root }: FolderContext,
  task: Extract<DropTask, { kind: 'process' }>,
  requestId: string,
): Promise<AcceptedFile> {
  await ensureTree(root);
  const inside = relative(root, task.path).split(sep).join('/');
  const placed = placementOf(inside);
  const path = !inside.startsWith('..') && isPlacement(placed) ? inside : await putIn(root, task, requestId);
  const { dataset, loadType } = isPlacement(placed) && path === inside ? placed : task;
  const identity = await identityAt(join(root, path));
  if (!identity?.isFile)
    throw new LongshoreError('FILE_NOT_FOUND', `There is no file ${task.path}.`, { file: task.path });
  const { isFile: _, ...file } = { ...identity, path };
  const groupKey = groupKeyOf(basename(path), settings);
  const fileId = await deps.catalog.dropFiles.add(
    { ...file, folder: ref.folder, dataset, loadType, groupKey },
    'processing',
  );
  const workflowId = dropFileId(ref.folder, path, fileId);
  const known = await deps.catalog.dropFiles.get(fileId);
  if (known?.workflowId !== undefined && (await deps.isRunOpen(known.workflowId)))
    throw new LongshoreError('RUN_IN_PROGRESS', `${path} is being loaded already.`, { file: path });
  await deps.catalog.dropFiles.update(fileId, { workflowId });
  return {
    fileId,
    path,
    size: file.size,
    workflowId,
    parallel: settings.parallel.parts,
    timeoutMs: durationOf(settings.timeout),
  };
}

/** Appears under its name only when it is complete. Answers where, relative to the root. */
async function putIn(
  root: string,
  { path, dataset, loadType, keep }: Extract<DropTask, { kind: 'process' }>,
  requestId: string,
): Promise<string> {
  const folder = `${DATASET_FOLDERS[dataset]}/${loadType}`;
  const hidden = join(root, folder, `${OWN_PREFIX}-accepting-${requestId.slice(-36).replaceAll('/', '-')}`);
  try {
    // Moved by an earlier attempt, it lies there already.
    const isBrought = !keep && !(await isThere(path)) && (await isThere(hidden));
    if (!isBrought) await bring(path, hidden, keep);
  } catch (error) {
    throw readError(error, path);
  }
  for (let number = 1; number <= MOST_NAMES; number += 1) {
    const name = number === 1 ? basename(path) : numberedName(basename(path), number);
    if (await renameExclusive(hidden, join(root, folder, name))) return `${folder}/${name}`;
  }
  throw new LongshoreError('FOLDER_UNAVAILABLE', `Every name for ${basename(path)} in ${folder} is taken.`, {
    file: dirname(hidden),
  });
}

const isThere = async (path: string): Promise<boolean> => (await identityAt(path)) !== undefined;

async function bring(path: string, to: string, keep: boolean): Promise<void> {
  if (!(await lstat(path)).isFile())
    throw new LongshoreError('FILE_UNREADABLE', `${path} is not a file.`, { file: path });
  if (!keep) {
    try {
      return await rename(path, to);
    } catch (error) {
      if (codeOf(error) !== 'EXDEV') throw error;
    }
  }
  await copyFile(path, to);
  if (!keep) await rm(path);
}
