import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileIdentity } from '../../../../core/types/drop';
import { ensureTree, identityAt } from '../../../../storage/drop-tree';

const NOBODY = 65_534;

export const DROP = 'reference_data_table/fullload';

/** A tree in a new folder. */
export async function makeTree(base = tmpdir()): Promise<string> {
  const root = await mkdtemp(join(base, 'longshore-drop-'));
  await ensureTree(root);
  return root;
}

export const removeTree = (root: string): Promise<void> => rm(root, { recursive: true, force: true });

/** Drops a file; `path` is relative to the root. Answers its identity. */
export async function drop(root: string, path: string, content = 'a,b\n1,2\n'): Promise<FileIdentity> {
  await writeFile(join(root, path), content);
  const { isFile: _isFile, ...identity } = (await identityAt(join(root, path)))!;
  return identity;
}

const isRoot = process.geteuid?.() === 0;

/** Runs something as a user for whom rights count: root may do everything, and becomes somebody else for the time. */
export async function withoutRights<T>(work: () => T | Promise<T>): Promise<T> {
  if (!isRoot) return await work();
  const groups = process.getgroups?.() ?? [];
  process.setgroups?.([]);
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
    process.setgroups?.(groups);
  }
}

/** Every folder of the tree open to everybody. */
export const openToAll = (root: string): void => void execFileSync('chmod', ['-R', '0777', root]);

/** Another file system than that of the temporary folder, if there is one. */
export const otherDisk: string | undefined = ['/dev/shm', '/run/shm'].find((path) => existsSync(path));

/** Whether this user may put a file system of a few pages somewhere: for disks that are full. */
export const canMount = ((): boolean => {
  if (!isRoot || process.platform !== 'linux') return false;
  const place = mkdtempSync(join(tmpdir(), 'longshore-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place], { stdio: 'ignore' });
    execFileSync('umount', [place], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(place, { recursive: true });
  }
})();

/** Puts an own file system of `bytes` onto a folder; answers what takes it away. */
export function mountSmall(folder: string, bytes: number): () => void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder]);
  return () => execFileSync('umount', [folder]);
}
