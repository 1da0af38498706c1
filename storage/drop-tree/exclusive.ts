/** Names on a disk that are given without taking them from another file. */
import { lstatSync } from 'node:fs';
import { link, lstat, open, rename, unlink } from 'node:fs/promises';
import { codeOf, isMissing } from '../disk-errors';

/** No second name for this file: the file system has none, the kernel does not allow it to who does not own the file. */
const NO_LINKS = new Set(['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL', 'EISDIR']);

const TAKEN = new Set(['EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'EPERM']);

/**
 * Renames a file within its file system unless the new name is taken; answers whether it did. Where a second name can
 * be given, nobody can come in between. Elsewhere the name is first taken by an empty file.
 */
export async function renameExclusive(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') {
      if (!isOneFile(from, to)) return false;
    } else if (code !== undefined && NO_LINKS.has(code))
      return (await lstat(from)).isDirectory() ? renameFolder(from, to) : renameOntoPlaceholder(from, to);
    else throw error;
  }
  await unlink(from);
  return true;
}

/** The system refuses to put a folder in the place of anything but an empty one. */
async function renameFolder(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (TAKEN.has(codeOf(error) ?? '')) return false;
    throw error;
  }
}

async function renameOntoPlaceholder(from: string, to: string): Promise<boolean> {
  try {
    await (await open(to, 'wx')).close();
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    await rename(from, to);
  } catch (error) {
    if ((await lstat(to)).size === 0) await unlink(to);
    throw error;
  }
  return true;
}

/** Two names of one file: what an attempt leaves that ended between giving the new name and taking the old one. */
function isOneFile(a: string, b: string): boolean {
  const [one, other] = [a, b].map((path) => lstatSync(path, { bigint: true, throwIfNoEntry: false }));
  return one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev;
}

/** Removes a file; one that is gone is fine. */
export async function removeIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
}

/** Makes changes of a folder last through a power cut, where the system can. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Windows and some network drives have no such thing; the files themselves are where they belong.
  }
}
