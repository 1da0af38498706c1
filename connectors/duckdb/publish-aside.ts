/**
 * Publishing into a copy of the file, which then takes its place. A DuckDB file that is written cannot be opened by
 * anybody else, and writing millions of rows takes seconds; a renaming takes none, and whoever reads the old file goes on
 * reading it until it is closed.
 *
 * A crash leaves either file whole: the copy is complete and on the disk before it gets its name, and holds the marker of
 * the publication. What was written to the old file in the meantime is never lost: nobody can write it while the names are
 * exchanged, and if it is not what was copied, the copy is thrown away.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, chown, copyFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PublishResult } from '../connector';
import { mapError } from './errors';
import { syncFile, syncFolder } from './files';
import { fileExists, truePath, withFile, type FileSettings, type Session } from './instance';
import { currentToken } from './snapshot';

/** Staged bytes that are written where they belong in no time worth a copy. */
const SMALL_BYTES = 2_000_000;
/** A file so many times larger than what is published is not copied for it. */
const MOST_COPIED = 64;
/**
 * How long the old file stays locked under its lost name: a program may have opened it before the exchange and be about
 * to lock it for writing; it then finds it in use and tries again with the new one.
 */
const LINGER_MS = 100;

export interface Aside {
  /** Folder of the run, beside the file. */
  folder: string;
  stagedBytes: number;
  waitMs: number;
  signal?: AbortSignal | undefined;
  /** What an earlier attempt published, if it did. */
  earlier: (session: Session) => Promise<PublishResult | undefined>;
  /** Publishes into the file named. */
  publishInto: (path: string) => Promise<PublishResult>;
}

/** Undefined where this is not possible or not worth it, or somebody wrote the file meanwhile: nothing has happened then. */
export async function publishAside(settings: FileSettings, aside: Aside): Promise<PublishResult | undefined> {
  const path = await truePath(settings.path);
  if (!(await isWorthIt(path, aside))) return undefined;
  const { waitMs, signal } = aside;
  const copy = join(aside.folder, `next-${randomUUID()}.duckdb`);
  try {
    // While it can be opened nobody is writing it.
    const [earlier, token] = await withFile(settings, { mode: 'read', waitMs, signal }, async (session) => [
      await aside.earlier(session),
      await currentToken(path),
    ]);
    if (earlier) return earlier;
    if ((await hasLog(path)) || !(await copied(path, copy)) || (await currentToken(path)) !== token) return undefined;
    const result = await aside.publishInto(copy);
    if (await hasLog(copy)) return undefined;
    await syncFile(copy);
    return await exchange(settings, { path, copy, token, waitMs, signal }, result);
  } catch (error) {
    if (mapError(error).code === 'DISK_FULL') return undefined;
    throw error;
  } finally {
    await rm(copy, { force: true });
    await rm(`${copy}.wal`, { force: true });
  }
}

async function isWorthIt(path: string, { folder, stagedBytes }: Aside): Promise<boolean> {
  // Windows renames no file that is open.
  if (process.platform === 'win32' || stagedBytes < SMALL_BYTES) return false;
  const found = await stat(path).catch(() => undefined);
  // Under its other names a file with several would keep the old rows.
  if (!found?.isFile() || found.nlink > 1 || found.size > stagedBytes * MOST_COPIED) return false;
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize > found.size + 3 * stagedBytes;
}

const hasLog = async (path: string): Promise<boolean> => fileExists(`${path}.wal`);

/** Copies a file with its owner and rights; false where that is not allowed. */
async function copied(path: string, copy: string): Promise<boolean> {
  await copyFile(path, copy, constants.COPYFILE_FICLONE);
  const [from, to] = [await stat(path), await stat(copy)];
  try {
    if (from.uid !== to.uid || from.gid !== to.gid) await chown(copy, from.uid, from.gid);
    await chmod(copy, from.mode & 0o7777);
    return true;
  } catch {
    return false;
  }
}

interface Exchange {
  path: string;
  copy: string;
  token: string;
  waitMs: number;
  signal: AbortSignal | undefined;
}

/**
 * Opened for reading, the old file lets other readers be and keeps every writer out; no other thread of this process may
 * have it open, since closing it there would give up the lock.
 */
async function exchange(
  settings: FileSettings,
  { path, copy, token, waitMs, signal }: Exchange,
  result: PublishResult,
): Promise<PublishResult | undefined> {
  return withFile(settings, { mode: 'read', alone: true, waitMs, signal }, async () => {
    const locked = Date.now();
    if ((await currentToken(path)) !== token || (await hasLog(path))) return undefined;
    try {
      await rename(copy, path);
    } catch {
      // A folder may keep others from replacing what is not theirs.
      return undefined;
    }
    await syncFolder(dirname(path));
    const lockedMs = Date.now() - locked;
    await sleep(LINGER_MS);
    return { ...result, lockedMs };
  });
}
