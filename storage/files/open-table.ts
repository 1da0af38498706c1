import { detectFormat } from '../../core/file/detect';
import { createRecordReader, type ReaderOptions } from '../../core/file/record-reader';
import type { FieldBatch, FileFormat, FormatOptions } from '../../core/types/file';
import { LongshoreError } from '../../core/errors/longshore-error';
import { readRows } from './read-rows';
import { readSample, type StampedSample } from './sample';

export interface ReadingOptions {
  signal?: AbortSignal;
  /** Told of the bytes of each read. */
  onBytes?(bytes: number): void;
}

/** A file whose format is known; its rows can be read as often as they are wanted, as long as it does not change. */
export interface OpenTable {
  path: string;
  size: number;
  format: FileFormat;
  /** Throws as `readRows` does; also FILE_CHANGED where the file is no longer the one whose format this is. */
  rows(reader?: ReaderOptions): AsyncIterable<FieldBatch>;
}

/**
 * Looks at a file and finds out its format. Throws FILE_NOT_FOUND, FILE_UNREADABLE, FILE_NOT_DELIMITED,
 * FILE_FORMAT_UNCLEAR, with the file as the place.
 */
export async function openTable(path: string, options: FormatOptions, reading: ReadingOptions): Promise<OpenTable> {
  const sample = await readSample(path);
  reading.signal?.throwIfAborted();
  const format = placed(path, () => detectFormat(sample, options));
  const isWhole = sample.head.length === sample.size;
  if (format.tables.length === 0 && !isWhole) throw unclear(path, sample.head.length);
  return {
    path,
    size: sample.size,
    format,
    rows: (reader = {}) => {
      if (format.tables.length === 0) return none();
      const ragged = options.ragged === undefined ? {} : { ragged: options.ragged };
      const record = placed(path, () => createRecordReader(format, { ...ragged, ...reader }));
      return isWhole
        ? fromMemory(sample, record, reading)
        : readRows(path, record, { ...reading, stamp: sample.stamp });
    },
  };
}

/** A file of which nothing can be told is not one that holds nothing. */
const unclear = (path: string, looked: number): LongshoreError =>
  new LongshoreError('FILE_FORMAT_UNCLEAR', `No row ends within the first ${looked} bytes of ${path}.`, { file: path });

/** A file of one read is not read again. */
async function* fromMemory(
  { head }: StampedSample,
  reader: ReturnType<typeof createRecordReader>,
  { signal, onBytes }: ReadingOptions,
): AsyncGenerator<FieldBatch> {
  signal?.throwIfAborted();
  yield* reader.push(head.subarray(reader.firstByte));
  yield* reader.end();
  onBytes?.(head.length);
}

async function* none(): AsyncGenerator<FieldBatch> {}

/** Pure code does not know of which file it speaks. */
function placed<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof LongshoreError) || error.place.file !== undefined) throw error;
    throw new LongshoreError(
      error.code,
      error.message,
      { ...error.place, file: path },
      { cause: error, next: error.next },
    );
  }
}
