import type { FileSample } from '../../core/types/file';
import { checkUnchanged, type FileStamp, openFile, readError, readFully } from './open-file';

export interface SampleOptions {
  /** 1 MiB unless told. */
  headBytes?: number;
  /** 64 KiB unless told. */
  tailBytes?: number;
}

/** A sample, and what the file was when it was taken: for `readRows`, which refuses another. */
export interface StampedSample extends FileSample {
  stamp: FileStamp;
}

/**
 * First and last bytes of a file; `head` is all of it where it is no larger than `headBytes`. Throws FILE_NOT_FOUND,
 * FILE_UNREADABLE for all but regular files, FILE_CHANGED.
 */
export async function readSample(path: string, options: SampleOptions = {}): Promise<StampedSample> {
  const { headBytes = 1024 * 1024, tailBytes = 64 * 1024 } = options;
  const { file, stamp } = await openFile(path);
  try {
    const head = Buffer.allocUnsafeSlow(Math.min(stamp.size, headBytes));
    const read = await readFully(file, head, 0);
    const rest = stamp.size - head.length;
    const tail = rest > 0 ? Buffer.allocUnsafeSlow(Math.min(rest, tailBytes)) : undefined;
    if (tail) await readFully(file, tail, stamp.size - tail.length);
    await checkUnchanged(file, path, stamp);
    return { head: head.subarray(0, read), ...(tail && { tail }), size: stamp.size, stamp };
  } catch (error) {
    throw readError(error, path);
  } finally {
    await file.close();
  }
}
