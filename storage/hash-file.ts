import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { stagingError } from './disk-errors';

/** SHA-256 (hex) and size of a file. Throws ENOENT as it comes, STAGING_UNAVAILABLE for other failures to read. */
export async function hashFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const file = await open(path, 'r');
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafeSlow(1024 * 1024);
  let bytes = 0;
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, bytes);
      if (bytesRead === 0) return { bytes, sha256: hash.digest('hex') };
      hash.update(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } catch (error) {
    throw stagingError(error, path);
  } finally {
    await file.close();
  }
}
