import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { LongshoreError } from '../../core/errors/longshore-error';
import { codeOf } from '../disk-errors';

/** What tells whether a file is still the one it was. */
export interface FileStamp {
  size: number;
  /** Nanoseconds since 1970. */
  modified: bigint;
  inode: bigint;
}

/** Where the system has it, a pipe is opened without waiting for somebody who writes to it. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a regular file for reading; the caller closes it. Throws FILE_NOT_FOUND, and FILE_UNREADABLE for folders, pipes,
 * devices and missing rights.
 */
export async function openFile(path: string): Promise<{ file: FileHandle; stamp: FileStamp }> {
  let file: FileHandle;
  try {
    file = await open(path, FLAGS);
  } catch (error) {
    throw readError(error, path);
  }
  try {
    const facts = await file.stat({ bigint: true });
    if (!facts.isFile())
      throw new LongshoreError(
        'FILE_UNREADABLE',
        `${path} is ${facts.isDirectory() ? 'a folder' : 'a pipe or a device'}, not a file.`,
        { file: path },
        { next: 'Name the files themselves, for instance with `*.csv`.' },
      );
    return { file, stamp: { size: Number(facts.size), modified: facts.mtimeNs, inode: facts.ino } };
  } catch (error) {
    await file.close();
    throw readError(error, path);
  }
}

/**
 * Throws FILE_CHANGED unless the open file, and what its name leads to now, are still what `before` says. A file that
 * another took the place of is read to its end unharmed, but whoever then moves it away moves the other.
 */
export async function checkUnchanged(file: FileHandle, path: string, before: FileStamp): Promise<void> {
  const facts = [await file.stat({ bigint: true }), await stat(path, { bigint: true }).catch(() => undefined)];
  for (const now of facts) {
    const what = now === undefined ? 'it is gone' : differenceFrom(before, now);
    if (what) throw new LongshoreError('FILE_CHANGED', `${path} changed while it was read: ${what}.`, { file: path });
  }
}

function differenceFrom(before: FileStamp, now: BigIntStats): string | undefined {
  const size = Number(now.size);
  if (now.ino !== before.inode) return 'it was replaced by another';
  if (size !== before.size) return `it had ${before.size} bytes and now has ${size}`;
  return now.mtimeNs === before.modified ? undefined : 'it was written to';
}

/** Names what the file system said about a file that is read: FILE_NOT_FOUND, FILE_UNREADABLE, else as it came. */
export function readError(error: unknown, path: string): unknown {
  const code = codeOf(error);
  const place = { file: path };
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new LongshoreError('FILE_NOT_FOUND', `There is no file ${path}.`, place, { cause: error });
    case 'EACCES':
    case 'EPERM':
      return new LongshoreError('FILE_UNREADABLE', `The right to read ${path} is missing (${code}).`, place, {
        cause: error,
      });
    case 'EISDIR':
      return new LongshoreError('FILE_UNREADABLE', `${path} is a folder, not a file.`, place, { cause: error });
    case 'ENXIO':
    case 'ENODEV':
      return new LongshoreError('FILE_UNREADABLE', `${path} is a socket or a device, not a file.`, place, {
        cause: error,
      });
    case 'EIO':
    case 'EBUSY':
    case 'ELOOP':
    case 'EMFILE':
    case 'ENFILE':
    case 'ENAMETOOLONG':
    case 'ESTALE':
      return new LongshoreError('FILE_UNREADABLE', `${path} cannot be read (${code}).`, place, { cause: error });
    default:
      return error;
  }
}

/** Fills `buffer` from `position` on; fewer bytes only at the end of the file. */
export async function readFully(file: FileHandle, buffer: Uint8Array, position: number): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}
