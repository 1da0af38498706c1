import { createHash } from 'node:crypto';
import { checkUnchanged, openFile, readError, readFully } from './open-file';

export interface FileHashes {
  /** Hex. */
  md5: string;
  /** Hex. */
  sha256: string;
  /** Bytes. */
  size: number;
}

/**
 * MD5 and SHA-256 of a file, in one read. `onBytes` is told of the bytes of each read. Throws FILE_NOT_FOUND,
 * FILE_UNREADABLE, FILE_CHANGED; what aborted when `signal` did.
 */
export async function hashFile(
  path: string,
  signal?: AbortSignal,
  onBytes?: (bytes: number) => void,
): Promise<FileHashes> {
  const { file, stamp } = await openFile(path);
  try {
    const md5 = createHash('md5');
    const sha256 = createHash('sha256');
    const buffer = Buffer.allocUnsafeSlow(Math.max(1, Math.min(1024 * 1024, stamp.size)));
    let size = 0;
    while (size < stamp.size) {
      signal?.throwIfAborted();
      const bytes = await readFully(file, buffer, size);
      if (bytes === 0) break;
      const chunk = buffer.subarray(0, bytes);
      md5.update(chunk);
      sha256.update(chunk);
      size += bytes;
      onBytes?.(bytes);
    }
    await checkUnchanged(file, path, stamp);
    return { md5: md5.digest('hex'), sha256: sha256.digest('hex'), size };
  } catch (error) {
    throw readError(error, path);
  } finally {
    await file.close();
  }
}
