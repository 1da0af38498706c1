import type { FileHandle } from 'node:fs/promises';
import type { RecordReader } from '../../core/file/record-reader';
import type { FieldBatch } from '../../core/types/file';
import { checkUnchanged, type FileStamp, openFile, readError, readFully } from './open-file';

export interface ReadRowsOptions {
  /** Stops before the next read; what aborted is thrown. */
  signal?: AbortSignal;
  /** What the file was when its sample was taken. Another file, or the same one altered, is FILE_CHANGED. */
  stamp?: FileStamp;
  /** Called after each read with the bytes it brought. */
  onBytes?(bytes: number): void;
  /** 1 MiB unless told. */
  readBytes?: number;
}

/**
 * Drives a reader over a file, from where it wants to begin until it is done, and hands out its batches. The next bytes
 * are read while a batch is in use; two buffers hold all that is read, so memory does not grow with the file. Throws
 * FILE_NOT_FOUND, FILE_UNREADABLE, and FILE_CHANGED where the file is not the same at the end: rows handed out before
 * are then worth nothing.
 */
export async function* readRows(
  path: string,
  reader: RecordReader,
  options: ReadRowsOptions = {},
): AsyncGenerator<FieldBatch, void, void> {
  const { signal, onBytes, readBytes = 1024 * 1024 } = options;
  const { file, stamp } = await openFile(path);
  let ahead: Promise<Uint8Array> | undefined;
  try {
    const before = options.stamp ?? stamp;
    await checkUnchanged(file, path, before);
    const size = Math.max(1, Math.min(readBytes, before.size));
    let buffer = Buffer.allocUnsafeSlow(size);
    let spare = before.size > size ? Buffer.allocUnsafeSlow(size) : buffer;
    let position = reader.firstByte;
    ahead = readAt(file, buffer, position, path);
    while (!reader.done) {
      signal?.throwIfAborted();
      const chunk: Uint8Array = await ahead;
      if (chunk.length === 0) break;
      position += chunk.length;
      onBytes?.(chunk.length);
      const last = position >= before.size;
      [buffer, spare] = [spare, buffer];
      if (!last) ahead = readAt(file, buffer, position, path);
      yield* reader.push(chunk);
      if (last) break;
    }
    yield* reader.end();
    await checkUnchanged(file, path, before);
  } catch (error) {
    throw readError(error, path);
  } finally {
    // A buffer must not be written to after this has ended.
    await ahead?.catch(() => undefined);
    await file.close();
  }
}

function readAt(file: FileHandle, buffer: Buffer, position: number, path: string): Promise<Uint8Array> {
  const read = readFully(file, buffer, position).then(
    (bytes) => buffer.subarray(0, bytes),
    (error: unknown) => {
      throw readError(error, path);
    },
  );
  // Met where it is awaited; until then it is not to end the process.
  read.catch(() => undefined);
  return read;
}
