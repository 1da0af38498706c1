import { createHash } from 'node:crypto';
import { lstat, open } from 'node:fs/promises';
import { isSameFile } from '../../core/drop/scan';
import type { FileIdentity } from '../../core/types/drop';
import { hashFile } from '../hash-file';
import { removeIfThere } from './exclusive';
import { identityAt } from './identity';

const CHUNK = 1024 * 1024;

export interface CopyHooks {
  /** After each chunk, with the bytes so far. */
  onCopied?(bytes: number): void | Promise<void>;
}

export interface CopyExpectation {
  identity: FileIdentity;
  sha256?: string;
  signal?: AbortSignal;
}

/**
 * Copies a file to another file system, onto the disk there and read back; its time comes along. Answers false, and
 * leaves no copy, when the file is not what is expected, before or after. Fails as the disks do.
 */
export async function copyAcross(
  from: string,
  to: string,
  { identity, sha256, signal }: CopyExpectation,
  hooks: CopyHooks = {},
): Promise<boolean> {
  // Left by a call that did not get to the end.
  await removeIfThere(to);
  try {
    const copied = await copyBytes(from, to, identity, signal, hooks);
    const now = await identityAt(from);
    const isExpected =
      copied.bytes === identity.size &&
      (sha256 === undefined || copied.sha256 === sha256) &&
      now !== undefined &&
      isSameFile(now, identity);
    if (!isExpected) {
      await removeIfThere(to);
      return false;
    }
    const readBack = await hashFile(to);
    if (readBack.sha256 !== copied.sha256) throw new Error(`${to} does not hold what was written to it`);
    return true;
  } catch (error) {
    await removeIfThere(to).catch(() => undefined);
    throw error;
  }
}

async function copyBytes(
  from: string,
  to: string,
  { size, mtimeMs }: FileIdentity,
  signal: AbortSignal | undefined,
  hooks: CopyHooks,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafeSlow(CHUNK);
  let bytes = 0;
  const source = await open(from, 'r');
  try {
    const { mode } = await source.stat();
    const copy = await open(to, 'wx', mode & 0o777);
    try {
      // One byte more than there should be is enough to know: somebody may write faster than this reads.
      while (bytes <= size) {
        signal?.throwIfAborted();
        const { bytesRead } = await source.read(buffer, 0, CHUNK, bytes);
        if (bytesRead === 0) break;
        const chunk = buffer.subarray(0, bytesRead);
        hash.update(chunk);
        for (let at = 0; at < bytesRead;) at += (await copy.write(chunk, at, bytesRead - at, bytes + at)).bytesWritten;
        bytes += bytesRead;
        await hooks.onCopied?.(bytes);
      }
      await copy.utimes(mtimeMs / 1000, mtimeMs / 1000);
      await copy.sync();
    } finally {
      await copy.close();
    }
  } finally {
    await source.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/**
 * Whether a file is the copy of one that was to be moved: on another file system, of its size and time, and of its
 * content where that is known or the original is still there.
 */
export async function isCopyOf(
  path: string,
  found: FileIdentity & { isFile: boolean },
  expected: CopyExpectation & { source: string; original?: string },
): Promise<boolean> {
  const { identity, sha256, source, original } = expected;
  if (!found.isFile || !isSameFile({ ...found, inode: identity.inode }, identity)) return false;
  if ((await lstat(path)).dev === (await lstat(source)).dev) return false;
  const content = sha256 ?? (original === undefined ? undefined : (await hashFile(original)).sha256);
  return content === undefined || (await hashFile(path)).sha256 === content;
}
