import { type FileHandle, open } from 'node:fs/promises';
import type { ColumnBatch, ColumnVector } from '../../core/columnar/batch';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { PartColumn } from '../../core/types/transfer';
import { isMissing, stagingError } from '../disk-errors';
import { decodeColumnPages } from './decode-column';
import { MAGIC } from './format';
import { type ChunkFacts, type FileFacts, type GroupFacts, parseFooter } from './metadata';
import { unpackPages } from './pages';
import { UnknownEncoding } from './plain-decode';
import type { StoredColumn } from './read-schema';

export interface RowGroupFacts {
  rows: number;
  /** Uncompressed bytes. */
  bytes: number;
}

/** Longest footer that is read: a hundred times what a part of a thousand columns has. */
const MAX_FOOTER = 256 * 1024 * 1024;
const TAIL = 8;
/** Longest piece that the system reads in one call. */
const READ_AT_ONCE = 1 << 30;

/** Reads Parquet files of Longshore and of DuckDB: flat columns, none/zstd/gzip/brotli. */
export class ParquetReader {
  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
    private readonly facts: FileFacts,
  ) {}

  /**
   * Throws PART_CORRUPT, naming the file, when it is missing or not a whole Parquet file; TYPE_NOT_SUPPORTED, naming the
   * column, for what this reader does not know (nested types, snappy, INT96, …).
   */
  static async open(path: string): Promise<ParquetReader> {
    const file = await open(path, 'r').catch((error: unknown) => {
      throw isMissing(error) ? corrupt(path, 'it is not there', error) : stagingError(error, path);
    });
    try {
      return new ParquetReader(path, file, await readFacts(file, path));
    } catch (error) {
      await file.close();
      throw explain(error, path);
    }
  }

  get columns(): readonly PartColumn[] {
    return this.facts.columns;
  }

  get rows(): number {
    return this.facts.rows;
  }

  get rowGroups(): readonly RowGroupFacts[] {
    return this.facts.groups;
  }

  /** All columns of one row group. Decompression runs on libuv's threads. */
  async readRowGroup(index: number): Promise<ColumnBatch> {
    const group = this.facts.groups[index];
    if (!group) throw new RangeError(`${this.path} has no row group ${index}.`);
    const columns: ColumnVector[] = [];
    // Column after column, the next being read while this one is decoded: two are in memory beside the batch.
    let coming = this.#fetch(group, 0);
    for (let column = 0; column < this.facts.stored.length; column++) {
      const chunk = coming;
      coming = this.#fetch(group, column + 1);
      coming.catch(() => {});
      columns.push(decodeSafely(this.facts.stored[column]!, await chunk, group.rows, this.path));
    }
    return { rows: group.rows, columns };
  }

  /** Row groups in their order, the next being read while the caller works on one. */
  async *batches(): AsyncGenerator<ColumnBatch, void, undefined> {
    let coming = this.facts.groups.length > 0 ? this.readRowGroup(0) : undefined;
    for (let index = 1; coming; index++) {
      const batch = await coming;
      coming = index < this.facts.groups.length ? this.readRowGroup(index) : undefined;
      coming?.catch(() => {});
      yield batch;
    }
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  async #fetch({ rows, chunks }: GroupFacts, column: number): ReturnType<typeof unpackPages> {
    const chunk: ChunkFacts | undefined = chunks[column];
    const stored = this.facts.stored[column];
    if (!chunk || !stored) return [];
    try {
      return await unpackPages(
        await readFully(this.file, chunk.offset, chunk.packed),
        chunk.codec,
        rows,
        stored.optional,
      );
    } catch (error) {
      throw explain(error, this.path, stored.name);
    }
  }
}

function decodeSafely(
  column: StoredColumn,
  pages: Awaited<ReturnType<typeof unpackPages>>,
  rows: number,
  path: string,
): ColumnVector {
  try {
    return decodeColumnPages(column, pages, rows);
  } catch (error) {
    throw explain(error, path, column.name);
  }
}

async function readFacts(file: FileHandle, path: string): Promise<FileFacts> {
  const { size } = await file.stat();
  if (size < MAGIC.length + TAIL) throw new RangeError('it is too short');
  const tail = await readFully(file, size - TAIL, TAIL);
  if (MAGIC.some((byte, index) => tail[4 + index] !== byte))
    throw new RangeError('it does not end as a Parquet file does');
  const length = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
  if (length > MAX_FOOTER || length > size - MAGIC.length - TAIL)
    throw new RangeError(`its footer claims ${length} bytes`);
  return parseFooter(await readFully(file, size - TAIL - length, length), size, path);
}

async function readFully(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, Math.min(READ_AT_ONCE, length - filled), position + filled);
    if (bytesRead === 0) throw new RangeError('it ends too early');
    filled += bytesRead;
  }
  return bytes;
}

const corrupt = (path: string, why: string, cause: unknown, column?: string): LongshoreError =>
  new LongshoreError(
    'PART_CORRUPT',
    `${path} cannot be read as Parquet: ${why}${column === undefined ? '' : ` (column ${column})`}.`,
    { file: path, column },
    { cause },
  );

function explain(error: unknown, path: string, column?: string): unknown {
  if (error instanceof LongshoreError) return error;
  if (error instanceof UnknownEncoding) {
    return new LongshoreError(
      'TYPE_NOT_SUPPORTED',
      `Column ${column} of ${path} is encoded as ${error.message}, which Longshore does not read.`,
      { file: path, column },
    );
  }
  const disk = stagingError(error, path);
  if (disk !== error) return disk;
  return corrupt(path, messageOf(error), error, column);
}

const messageOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message).replace(/\.$/, '')
    : String(error);
