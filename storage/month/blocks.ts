/** Reads a huge file block by block, the next one ahead, and joins rows that a block cuts in two. */
import { LongshoreError } from '../../core/errors/longshore-error';
import { checkUnchanged, openFile, readError } from '../files/open-file';
import { byteReader } from './byte-reader';

export interface BlockOptions {
  /** What the file was; FILE_CHANGED when it no longer is. */
  stamp?: { size: number; mtimeMs: number };
  /** Where reading begins, and where rows do: bytes between are handed to `onRaw` alone. */
  readFrom: number;
  rowsFrom: number;
  /** Physical line on which rows begin, for messages. */
  line(): number;
  signal: AbortSignal;
  blockBytes?: number;
  /** Other threads look at the blocks: so many further calls may pass until one is no longer needed. */
  sharedFor?: number;
  /** Every byte once, in order. */
  onRaw?(bytes: Uint8Array): void;
}

/**
 * Takes complete rows of `bytes` and answers where the last of them ends; the rest comes again in front of the next
 * block, or is a blank line at the end of the file. `bytes` stay as they are until the call after the next.
 */
export type TakeRows = (bytes: Uint8Array, last: boolean) => Promise<number> | number;

const BLOCK_BYTES = 4 * 1024 * 1024;
/** Room before each block for the beginning of a row that the block before it cut. */
const HEADROOM = 256 * 1024;
const MAX_ROW_BYTES = 64 * 1024 * 1024;
/** One is read into, one is scanned, one is still being compressed. */
const BUFFERS = 3;

const allocate = (bytes: number, shared: boolean): Uint8Array =>
  shared ? new Uint8Array(new SharedArrayBuffer(bytes)) : new Uint8Array(bytes);

/**
 * Hands a file to `take` from a row boundary on. Memory does not grow with the file. Throws FILE_NOT_FOUND,
 * FILE_UNREADABLE, FILE_CHANGED (also at the end), and FILE_FORMAT_UNCLEAR for a row that does not end within 64 MiB.
 */
export async function eachBlock(path: string, options: BlockOptions, take: TakeRows): Promise<void> {
  const { signal, stamp: expected, readFrom, rowsFrom, onRaw, blockBytes = BLOCK_BYTES, sharedFor } = options;
  const { file, stamp } = await openFile(path);
  const isShared = sharedFor !== undefined;
  const size = HEADROOM + Math.min(blockBytes, stamp.size + 1);
  const buffers = Array.from({ length: Math.max(BUFFERS, (sharedFor ?? 0) + 2) }, () => allocate(size, isShared));
  let ahead: Promise<number> | undefined;
  let reader: Awaited<ReturnType<typeof byteReader>> | undefined;
  try {
    if (expected) checkStamp(path, stamp, expected);
    reader = await byteReader(file, path, stamp.size, readFrom);
    const source = reader;
    const readInto = (buffer: Uint8Array): Promise<number> => {
      const filling = source.fill(buffer.subarray(HEADROOM));
      // Met where it is awaited; until then it is not to end the process.
      filling.catch(() => undefined);
      return filling;
    };
    let position = readFrom;
    let carry: Uint8Array = new Uint8Array(0);
    ahead = readInto(buffers[0]!);
    for (let round = 0, last = false; !last; round++) {
      signal.throwIfAborted();
      const buffer = buffers[round % buffers.length]!;
      const bytes = await ahead;
      last = await reader.isAtEnd();
      if (!last) ahead = readInto(buffers[(round + 1) % buffers.length]!);
      const end = HEADROOM + bytes;
      onRaw?.(buffer.subarray(HEADROOM, end));
      const begin = HEADROOM + Math.min(bytes, Math.max(0, rowsFrom - position));
      position += bytes;
      const joined = join(buffer, begin, end, carry, isShared);
      const taken = await take(joined, last);
      carry = joined.subarray(taken);
      if (carry.length > MAX_ROW_BYTES) throw endless(path, options.line(), carry.length);
    }
    await checkUnchanged(file, path, stamp);
  } catch (error) {
    throw readError(error, path);
  } finally {
    // A buffer must not be written to after this has ended.
    await ahead?.catch(() => undefined);
    await reader?.close();
    await file.close();
  }
}

/** The bytes as they follow on `carry`, in the room before the block where they fit. */
function join(buffer: Uint8Array, begin: number, end: number, carry: Uint8Array, isShared: boolean): Uint8Array {
  if (carry.length <= begin) {
    buffer.set(carry, begin - carry.length);
    return buffer.subarray(begin - carry.length, end);
  }
  const joined = allocate(carry.length + end - begin, isShared);
  joined.set(carry);
  joined.set(buffer.subarray(begin, end), carry.length);
  return joined;
}

function checkStamp(
  path: string,
  found: { size: number; modified: bigint },
  expected: { size: number; mtimeMs: number },
): void {
  const sameTime = Math.abs(Number(found.modified) / 1e6 - expected.mtimeMs) < 1;
  if (found.size === expected.size && sameTime) return;
  const what =
    found.size === expected.size ? 'it was written to' : `it had ${expected.size} bytes and now has ${found.size}`;
  throw new LongshoreError('FILE_CHANGED', `${path} is no longer the file that was looked at: ${what}.`, {
    file: path,
  });
}

const endless = (path: string, line: number, bytes: number): LongshoreError =>
  new LongshoreError(
    'FILE_FORMAT_UNCLEAR',
    `The row that begins on line ${line} of ${path} does not end within ${bytes} bytes.`,
    { file: path, line },
    {
      next: 'See whether a quotation mark is never closed there, and set `quote` to nothing where values are not quoted.',
    },
  );
