import { statfs } from 'node:fs/promises';
import { type FolderProblem, folderProblems } from './ensure-tree';
import { folderError } from './folder-errors';

export interface DropFolderHealth {
  /** Folders that cannot be listed or written to; none is as it should be. */
  problems: FolderProblem[];
  /** Bytes that the user of the worker may still write, and bytes of the disk; undefined when it does not answer. */
  disk?: { freeBytes: number; totalBytes: number; freeFiles: number };
}

/** Whether the tree can be worked in, and how much room its disk has. Never throws: what is wrong is the answer. */
export async function folderHealth(root: string): Promise<DropFolderHealth> {
  const problems = await folderProblems(root);
  try {
    const { bavail, blocks, bsize, ffree } = await statfs(root);
    return { problems, disk: { freeBytes: bavail * bsize, totalBytes: blocks * bsize, freeFiles: ffree } };
  } catch (error) {
    if (problems.length === 0)
      problems.push({ folder: root, error: folderError(root, 'asked for its free space', error) });
    return { problems };
  }
}
