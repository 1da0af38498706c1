import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ColumnBatch, ColumnVector } from '../../core/columnar/batch';
import type { PartColumn } from '../../core/types/transfer';
import type { Codec } from '../../schemas/constants';
import { stagingError } from '../disk-errors';
import { compress } from './compression';
import { CODEC_NUMBERS, COLUMNS_KEY, ENCODING, MAGIC, PAGE, PHYSICAL } from './format';
import { encodePage } from './plain-encode';
import { schemaElements, storedAs, type StoredAs } from './schema';
import { encodeStruct, type ThriftField } from './thrift';

export interface ParquetWriterOptions {
  codec: Codec;
  /** zstd 1–19, gzip 1–9, brotli 0–11; the fastest sensible one when undefined. */
  level?: number;
  /** Uncompressed bytes after which a column's values go on in a new page; 8 MB unless told. */
  pageBytes?: number;
}

export interface ParquetFileFacts {
  rows: number;
  bytes: number;
  /** SHA-256 of the file, hex. */
  sha256: string;
}

interface Page {
  rows: number;
  nulls: number;
  unpacked: number;
  packed: Promise<Uint8Array>;
}

/**
 * Writes one Parquet file, a row group per batch. Compression runs on libuv's threads while the caller makes the next
 * batch; one row group at most is under way, so memory stays at about three batches. The file has its name only once
 * `finish` has resolved. After any failure call `abort`.
 */
export class ParquetWriter {
  readonly #hash = createHash('sha256');
  readonly #groups: ThriftField[][] = [];
  readonly #stored: StoredAs[];
  #offset = 0;
  #rows = 0;
  #underWay: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(
    readonly path: string,
    readonly columns: readonly PartColumn[],
    readonly options: ParquetWriterOptions,
    private readonly temporary: string,
    private readonly file: FileHandle,
  ) {
    this.#stored = columns.map(({ logical }) => storedAs(logical));
  }

  /** Throws STAGING_UNAVAILABLE or DISK_FULL. The folder must exist. */
  static async open(
    path: string,
    columns: readonly PartColumn[],
    options: ParquetWriterOptions,
  ): Promise<ParquetWriter> {
    const temporary = `${path}.${randomBytes(6).toString('hex')}.partial`;
    try {
      const writer = new ParquetWriter(path, columns, options, temporary, await open(temporary, 'wx', 0o600));
      writer.#underWay = writer.#append([MAGIC]);
      writer.#underWay.catch(() => {});
      return writer;
    } catch (error) {
      throw stagingError(error, path);
    }
  }

  /** Bytes written so far, compressed; what is under way not counted. */
  get bytesWritten(): number {
    return this.#offset;
  }

  /**
   * Resolves as soon as there is room for the next batch; a failure to write it may show only at the next call. The
   * batch may be reused once this has resolved.
   */
  async write(batch: ColumnBatch): Promise<void> {
    if (this.#closed) throw new Error('The Parquet writer is closed.');
    if (batch.columns.length !== this.columns.length)
      throw new Error(`A batch has ${batch.columns.length} columns where ${this.columns.length} were expected.`);
    await this.#underWay;
    if (batch.rows === 0) return;
    this.#rows += batch.rows;
    const chunks = batch.columns.map((column, index) => this.#encode(column, index, batch.rows));
    this.#underWay = this.#writeGroup(chunks, batch.rows);
    // The failure is met by whoever awaits it next; until then it is not to end the process.
    this.#underWay.catch(() => {});
    for (const page of chunks.flat()) page.packed.catch(() => {});
  }

  /** Completes the file, makes it durable and gives it its name. */
  async finish(): Promise<ParquetFileFacts> {
    if (this.#closed) throw new Error('The Parquet writer is closed.');
    await this.#underWay;
    const footer = encodeStruct(this.#footer());
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, footer.length, true);
    await this.#append([footer, length, MAGIC]);
    try {
      await this.file.sync();
      await this.file.close();
      this.#closed = true;
      await rename(this.temporary, this.path);
      await syncFolder(dirname(this.path));
    } catch (error) {
      throw stagingError(error, this.path);
    }
    return { rows: this.#rows, bytes: this.#offset, sha256: this.#hash.digest('hex') };
  }

  /** Throws away what was written. Never throws; harmless after `finish`. */
  async abort(): Promise<void> {
    await this.#underWay.catch(() => {});
    if (!this.#closed) await this.file.close().catch(() => {});
    this.#closed = true;
    await rm(this.temporary, { force: true }).catch(() => {});
  }

  #encode(column: ColumnVector, index: number, rows: number): Page[] {
    const stored = this.#stored[index]!;
    const limit = this.options.pageBytes ?? 8 * 1024 * 1024;
    const pages: Page[] = [];
    for (let from = 0; from < rows;) {
      const to = pageEnd(column, stored, from, rows, limit);
      const body = encodePage(column, stored, from, to);
      if (body.bytes.length > 0x7fffffff)
        throw new RangeError(`A value of column ${this.columns[index]!.name} is too long for a Parquet page.`);
      pages.push({
        rows: body.rows,
        nulls: body.nulls,
        unpacked: body.bytes.length,
        packed: compress(this.options.codec, body.bytes, this.options.level),
      });
      from = to;
    }
    return pages;
  }

  async #writeGroup(chunks: Page[][], rows: number): Promise<void> {
    const columns: ThriftField[][] = [];
    const start = this.#offset;
    let total = 0;
    for (const [index, pages] of chunks.entries()) {
      const offset = this.#offset;
      let unpacked = 0;
      let nulls = 0;
      for (const page of pages) {
        const packed = await page.packed;
        const header = pageHeader(page, packed.length);
        unpacked += header.length + page.unpacked;
        nulls += page.nulls;
        await this.#append([header, packed]);
      }
      total += unpacked;
      columns.push(this.#columnChunk(index, rows, offset, unpacked, nulls));
    }
    this.#groups.push([
      { id: 1, structs: columns },
      { id: 2, i64: total },
      { id: 3, i64: rows },
      { id: 5, i64: start },
      { id: 6, i64: this.#offset - start },
      { id: 7, i16: this.#groups.length & 0x7fff },
    ]);
  }

  #columnChunk(index: number, rows: number, offset: number, unpacked: number, nulls: number): ThriftField[] {
    const metadata: ThriftField[] = [
      { id: 1, i32: this.#stored[index]!.physical },
      { id: 2, i32s: [ENCODING.plain, ENCODING.rle] },
      { id: 3, texts: [this.columns[index]!.name] },
      { id: 4, i32: CODEC_NUMBERS[this.options.codec] },
      { id: 5, i64: rows },
      { id: 6, i64: unpacked },
      { id: 7, i64: this.#offset - offset },
      { id: 9, i64: offset },
      { id: 12, struct: [{ id: 3, i64: nulls }] },
    ];
    return [
      { id: 2, i64: offset },
      { id: 3, struct: metadata },
    ];
  }

  #footer(): ThriftField[] {
    const columns = this.columns.map(({ name, nativeType, logical }) => ({ name, nativeType, logical }));
    return [
      { id: 1, i32: 1 },
      { id: 2, structs: schemaElements(this.columns) },
      { id: 3, i64: this.#rows },
      { id: 4, structs: this.#groups },
      {
        id: 5,
        structs: [
          [
            { id: 1, text: COLUMNS_KEY },
            { id: 2, text: JSON.stringify(columns) },
          ],
        ],
      },
      { id: 6, text: 'longshore' },
    ];
  }

  async #append(pieces: Uint8Array[]): Promise<void> {
    for (const piece of pieces) this.#hash.update(piece);
    let rest = pieces.filter((piece) => piece.length > 0);
    try {
      while (rest.length > 0) {
        const { bytesWritten } = await this.file.writev(rest);
        this.#offset += bytesWritten;
        rest = without(rest, bytesWritten);
      }
    } catch (error) {
      throw stagingError(error, this.path);
    }
  }
}

/** What of `pieces` lies behind the first `bytes`: the system may write less than it was given. */
function without(pieces: Uint8Array[], bytes: number): Uint8Array[] {
  let skip = bytes;
  const rest: Uint8Array[] = [];
  for (const piece of pieces) {
    if (skip >= piece.length) skip -= piece.length;
    else {
      rest.push(piece.subarray(skip));
      skip = 0;
    }
  }
  return rest;
}

/** The row before which the next page begins. */
function pageEnd(
  { values }: ColumnVector,
  { physical, width }: StoredAs,
  from: number,
  rows: number,
  limit: number,
): number {
  if (physical !== PHYSICAL.byteArray || !('offsets' in values))
    return Math.min(rows, from + Math.max(1, Math.floor(limit / (width ?? 8))));
  const { offsets } = values;
  const first = offsets[from]!;
  if (offsets[rows]! - first + (rows - from) * 4 <= limit) return rows;
  let to = from + 1;
  while (to < rows && offsets[to + 1]! - first + (to + 1 - from) * 4 <= limit) to++;
  return to;
}

function pageHeader({ rows, unpacked }: Page, packed: number): Uint8Array {
  return encodeStruct([
    { id: 1, i32: PAGE.data },
    { id: 2, i32: unpacked },
    { id: 3, i32: packed },
    {
      id: 5,
      struct: [
        { id: 1, i32: rows },
        { id: 2, i32: ENCODING.plain },
        { id: 3, i32: ENCODING.rle },
        { id: 4, i32: ENCODING.rle },
      ],
    },
  ]);
}

/** Makes the rename durable. Systems that cannot open a folder (Windows) do it by themselves. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  if (!handle) return;
  try {
    await handle.sync();
  } catch {
    // Not every file system can; the file itself is on disk.
  } finally {
    await handle.close();
  }
}
