import { openFile, readError, readFully } from '../open-file';
import type { ReadingOptions } from '../open-table';

const READ_BYTES = 1024 * 1024;

/**
 * Whether two files of one size are the same to the last byte; read only as far as that takes. `onBytes` is told of all
 * bytes of both in any case. Throws FILE_NOT_FOUND, FILE_UNREADABLE; what aborted when `signal` did.
 */
export async function haveSameBytes(
  paths: readonly [string, string],
  { signal, onBytes }: ReadingOptions,
): Promise<boolean> {
  const one = await openFile(paths[0]);
  try {
    const other = await openFile(paths[1]);
    try {
      const { size } = one.stamp;
      if (size !== other.stamp.size) return false;
      const buffers = paths.map(() => Buffer.allocUnsafeSlow(Math.min(READ_BYTES, Math.max(1, size))));
      for (let at = 0; at < size;) {
        signal?.throwIfAborted();
        const [left, right] = await Promise.all([
          readFully(one.file, buffers[0]!, at),
          readFully(other.file, buffers[1]!, at),
        ]);
        if (left === 0 || left !== right || !buffers[0]!.subarray(0, left).equals(buffers[1]!.subarray(0, right))) {
          onBytes?.((size - at) * 2);
          return false;
        }
        at += left;
        onBytes?.(left * 2);
      }
      return true;
    } finally {
      await other.file.close();
    }
  } catch (error) {
    throw readError(error, paths[0]);
  } finally {
    await one.file.close();
  }
}
