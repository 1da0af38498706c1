import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createTranscoder } from '../../core/file/encoding-transcode';
import type { MonthFormat } from '../../core/types/month';
import { stagingError } from '../disk-errors';
import { eachBlock } from './blocks';
import { PartFile } from './part-file';

/**
 * Lends a file in UTF-8: itself, or a compressed copy in `folder` that is removed afterwards. Throws DISK_FULL,
 * STAGING_UNAVAILABLE, and as `eachBlock`.
 */
export async function withUtf8File<T>(
  path: string,
  { encoding }: MonthFormat,
  folder: string,
  signal: AbortSignal,
  work: (path: string) => Promise<T>,
): Promise<T> {
  if (encoding === 'utf-8') return work(path);
  const copy = join(folder, `month-${randomUUID()}.csv.zst`);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw stagingError(error, folder);
  }
  const transcoder = createTranscoder(encoding);
  const file = await PartFile.open(copy, { compression: 'zstd', level: 1 });
  try {
    await eachBlock(path, { readFrom: 0, rowsFrom: 0, line: () => 1, signal }, async (bytes) => {
      await file.write(transcoder.write(bytes));
      return bytes.length;
    });
    await file.finish();
    return await work(copy);
  } finally {
    await file.abort();
    await rm(copy, { force: true });
  }
}
