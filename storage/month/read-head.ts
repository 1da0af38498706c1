import { LongshoreError } from '../../core/errors/longshore-error';
import { openFile, readError } from '../files/open-file';
import { byteReader, compressionOf } from './byte-reader';

export interface FileHead {
  bytes: Uint8Array;
  /** Nothing follows. */
  isWhole: boolean;
  size: number;
  mtimeMs: number;
}

const GZIP = [0x1f, 0x8b];
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];

/**
 * The first bytes of what is in a file, compressed or not. Throws FILE_EMPTY for one without bytes, FILE_ENCODING for
 * UTF-16, FILE_UNREADABLE for a compressed file that is not named so or is damaged, FILE_NOT_FOUND.
 */
export async function readHead(path: string, bytes: number): Promise<FileHead> {
  const { file, stamp } = await openFile(path);
  try {
    const { size, modified } = stamp;
    if (size === 0) throw new LongshoreError('FILE_EMPTY', `${path} has no bytes.`, { file: path });
    const reader = await byteReader(file, path, size, 0);
    try {
      const target = new Uint8Array(compressionOf(path) === undefined ? Math.min(bytes, size) : bytes);
      const head = target.subarray(0, await reader.fill(target));
      if (head.length === 0)
        throw new LongshoreError('FILE_EMPTY', `${path} has nothing compressed in it.`, { file: path });
      refuseOthers(path, head);
      return { bytes: head, isWhole: await reader.isAtEnd(), size, mtimeMs: Number(modified) / 1e6 };
    } finally {
      await reader.close();
    }
  } catch (error) {
    throw readError(error, path);
  } finally {
    await file.close();
  }
}

function refuseOthers(path: string, head: Uint8Array): void {
  const begins = (magic: number[]): boolean => magic.every((byte, index) => head[index] === byte);
  const place = { file: path };
  if (begins(GZIP) || begins(ZSTD))
    throw new LongshoreError(
      'FILE_UNREADABLE',
      `${path} holds ${begins(GZIP) ? 'gzip' : 'zstd'} data${compressionOf(path) === undefined ? ', but its name does not end in .gz or .zst' : ' twice over'}.`,
      place,
      { next: 'Name the file after what is in it.' },
    );
  if (begins([0xff, 0xfe]) || begins([0xfe, 0xff]))
    throw new LongshoreError('FILE_ENCODING', `${path} is UTF-16, which files of a month batch cannot be.`, place, {
      next: 'Have it delivered as UTF-8, or convert it with `longshore file convert`.',
    });
}
