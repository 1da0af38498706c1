import { type BigIntStats, lstatSync, type Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import type { FileIdentity } from '../../core/types/drop';
import { isMissing } from '../disk-errors';

/**
 * Size, time and inode as every look at a file must take them, so that two looks compare. Inodes beyond what a number
 * holds exactly (NTFS, some network drives) are asked for again as text.
 */
export function identityOf(stats: Stats, exactly: () => BigIntStats): FileIdentity {
  const inode = Number.isSafeInteger(stats.ino) ? String(stats.ino) : String(exactly().ino);
  return { size: stats.size, mtimeMs: stats.mtimeMs, inode };
}

/** What lies under a path now, links not followed; undefined when nothing does. */
export async function identityAt(path: string): Promise<(FileIdentity & { isFile: boolean }) | undefined> {
  try {
    const stats = await lstat(path);
    const identity = identityOf(stats, () => lstatSync(path, { bigint: true }));
    return { ...identity, isFile: stats.isFile() };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
