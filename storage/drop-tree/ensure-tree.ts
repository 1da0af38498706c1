import { randomUUID } from 'node:crypto';
import { lstat, mkdir, open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { OWN_PREFIX, TREE_PATHS } from '../../core/drop/tree';
import { LongshoreError } from '../../core/errors/longshore-error';
import { codeOf } from '../disk-errors';
import { folderError } from './folder-errors';

/** A folder of the tree that cannot be used, and why. */
export interface FolderProblem {
  folder: string;
  error: LongshoreError;
}

/**
 * Makes the folders of the tree that are missing, and sees that each can be listed and written to. Throws
 * FOLDER_UNAVAILABLE, naming the folder and why, or DISK_FULL.
 */
export async function ensureTree(root: string): Promise<{ created: string[] }> {
  const created: string[] = [];
  try {
    await mkdir(root, { recursive: true });
  } catch (error) {
    throw folderError(root, 'made', error);
  }
  for (const path of TREE_PATHS) {
    const folder = join(root, path);
    try {
      await mkdir(folder);
      created.push(path);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw folderError(folder, 'made', error);
    }
  }
  const [problem] = await folderProblems(root);
  if (problem) throw problem.error;
  return { created };
}

/** Every folder of the tree, and the root, that cannot be listed or written to; tried by writing a hidden file. */
export async function folderProblems(root: string): Promise<FolderProblem[]> {
  const problems: FolderProblem[] = [];
  for (const path of ['', ...TREE_PATHS]) {
    const folder = join(root, path);
    const error = await tryFolder(folder, path === '');
    if (error !== undefined) problems.push({ folder, error });
  }
  return problems;
}

async function tryFolder(folder: string, mayBeLink: boolean): Promise<LongshoreError | undefined> {
  try {
    if (!mayBeLink && (await lstat(folder)).isSymbolicLink())
      return new LongshoreError(
        'FOLDER_UNAVAILABLE',
        `${folder} is a link; links are not followed.`,
        { file: folder },
        { next: 'Make it a folder; another disk can be mounted there.' },
      );
    await readdir(folder);
  } catch (error) {
    return folderError(folder, 'listed', error);
  }
  try {
    const probe = join(folder, `${OWN_PREFIX}-probe-${randomUUID()}`);
    const file = await open(probe, 'wx');
    try {
      await file.write('x');
    } finally {
      await file.close();
      await unlink(probe);
    }
  } catch (error) {
    return folderError(folder, 'written to', error);
  }
  return undefined;
}
