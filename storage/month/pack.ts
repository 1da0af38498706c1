/**
 * One pass over a huge file: rows are counted and judged in this thread while the bytes before them are compressed in
 * another and the ones behind them are read. What a part needs to be gone on from stands in the part.
 */
import { join } from 'node:path';
import { isAscii } from 'node:buffer';
import { createTranscoder } from '../../core/file/encoding-transcode';
import { emptyFigures, mergeFigures } from '../../core/quality/scan/figures';
import type { RowBoundary } from '../../core/types/scan';
import { BlockChecksums, blockStart } from './block-checksums';
import { eachBlock } from './blocks';
import { Delivery } from './delivery';
import { readHeader } from './header';
import { KeyWriter } from './key-files';
import { PartFile, partName, preparePartFolder } from './part-file';
import { LocalScan, SharedScan, type RowScan, type ScanHelper, type ScannedRows } from './row-scan';
import type { Counter, PackedPart, PackRequest } from './types';

/** A part that is only checked. */
const CHECKED_BYTES = 1024 * 1024 * 1024;
/** Hashes of so many keys take 128 MB until they are written. */
const PART_ROWS = 16_000_000;
/** Parts that are complete and not yet taken while the next one is written. */
const AHEAD = 2;

export interface PackOptions {
  /** Bytes that are read at a time; 4 MiB unless told. Parts are cut between reads. */
  blockBytes?: number;
  /** Threads that scan blocks at the same time, where the file may be cut at any line feed and is only checked. */
  helpers?: readonly ScanHelper[];
}

/** Whether helpers would be of use: while a part is compressed, this thread has the time to scan. */
export const takesHelpers = ({ plan, pack }: PackRequest): boolean => plan.format.quote === '' && pack === undefined;

/**
 * Reads a file once, from its first row or from where an earlier attempt had come to, and hands out its parts in order,
 * one at a time. A file without rows has no parts. Throws FILE_EMPTY, FILE_NOT_FOUND, FILE_UNREADABLE, FILE_CHANGED,
 * FILE_FORMAT_UNCLEAR, DISK_FULL, STAGING_UNAVAILABLE, and what `onPart` throws; nothing half-written stays behind.
 */
export async function packFile(
  request: PackRequest,
  onPart: (part: PackedPart) => Promise<void>,
  progress: Counter,
  signal: AbortSignal,
  options: PackOptions = {},
): Promise<void> {
  const { path, stamp, plan, pack, keyFolder } = request;
  for (const folder of new Set([pack?.folder, keyFolder])) if (folder !== undefined) await preparePartFolder(folder);
  const start = request.from ?? { ...(await readHeader(path, plan.format)).firstRow, part: 0 };
  const delivery = new Delivery(onPart, AHEAD);
  const helpers = takesHelpers(request) ? (options.helpers ?? []) : [];
  const parts = new Parts(request, start, helpers, delivery, progress);
  const checksums = new BlockChecksums(blockStart(start.byte));
  try {
    await eachBlock(
      path,
      {
        stamp,
        readFrom: blockStart(start.byte),
        rowsFrom: start.byte,
        line: () => parts.line,
        signal,
        ...(options.blockBytes !== undefined && { blockBytes: options.blockBytes }),
        ...(helpers.length > 0 && { sharedFor: helpers.length }),
        // Whether content has been loaded before is asked of what is loaded.
        ...(pack && { onRaw: (bytes: Uint8Array) => checksums.add(bytes) }),
      },
      async (bytes, last) => {
        if (last && pack) checksums.end();
        // A part of nothing but the blank end of a file would have no rows.
        if (parts.isFull && !(last && isBlank(bytes))) await parts.close(checksums);
        return parts.take(bytes, last);
      },
    );
    await parts.close(checksums);
    await delivery.drained();
  } catch (error) {
    await parts.abort();
    await delivery.settled();
    throw error;
  }
}

class Parts {
  readonly #scan: RowScan;
  readonly #keys: KeyWriter | undefined;
  readonly #transcoder;
  #figures;
  #from: RowBoundary;
  #to: number;
  #number: number;
  #file: PartFile | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly request: PackRequest,
    start: RowBoundary & { part: number },
    helpers: readonly ScanHelper[],
    private readonly delivery: Delivery<PackedPart>,
    private readonly progress: Counter,
  ) {
    const { plan, keyFolder } = request;
    const handOut = (rows: ScannedRows): void => this.#count(rows);
    this.#scan =
      helpers.length > 0 ? new SharedScan(plan, start, helpers, handOut) : new LocalScan(plan, start, handOut);
    this.#keys = keyFolder === undefined || plan.keyColumns.length === 0 ? undefined : new KeyWriter(keyFolder);
    this.#transcoder = createTranscoder(plan.format.encoding);
    this.#figures = emptyFigures(plan);
    this.#from = { byte: start.byte, line: start.line };
    this.#to = start.byte;
    this.#number = start.part;
  }

  get line(): number {
    return this.#scan.line;
  }

  get isFull(): boolean {
    const { pack } = this.request;
    const bytes = pack ? (this.#file?.bytes ?? 0) : this.#to - this.#from.byte;
    return bytes >= (pack?.partBytes ?? CHECKED_BYTES) || this.#figures.rows >= PART_ROWS;
  }

  async take(bytes: Uint8Array, last: boolean): Promise<number> {
    const { pack } = this.request;
    const taken = await this.#scan.scan(bytes, last);
    // What is left of the last block is a blank line: no row, but a part of the file.
    this.#to += last ? bytes.length : taken;
    Atomics.add(this.progress, 1, BigInt(taken));
    // What was given to the compressor before has been worked on meanwhile; its buffer is about to be read into.
    await this.#writing;
    if (pack && taken > 0) {
      this.#file ??= await this.#open(pack);
      this.#writing = this.#file.write(this.#asUtf8(bytes.subarray(0, taken)));
      this.#writing.catch(() => undefined);
    }
    return taken;
  }

  /** Ends the part and hands it on, if there are rows in it. */
  async close(checksums: BlockChecksums): Promise<void> {
    const { plan, pack } = this.request;
    await this.#writing;
    await this.#scan.drained();
    const figures = this.#figures;
    if (figures.rows === 0) return this.abort();
    const packed = await this.#file?.finish();
    this.#file = undefined;
    await this.#keys?.finish(this.#number, { durable: pack !== undefined });
    const part = {
      part: this.#number,
      from: this.#from.byte,
      to: this.#to,
      line: this.#from.line,
      rows: figures.rows,
      name: pack ? partName(this.#number, plan.format.delimiter, pack.compression) : '',
      bytes: packed?.bytes ?? 0,
      sha256: packed?.sha256 ?? '',
    };
    this.#number += 1;
    this.#from = { byte: this.#to, line: this.#scan.line };
    this.#figures = emptyFigures(plan);
    await this.delivery.put({ part, figures, blocks: checksums.take(part.to) });
  }

  async abort(): Promise<void> {
    await this.#writing.catch(() => undefined);
    await this.#file?.abort();
    this.#file = undefined;
  }

  #count({ figures, keys }: ScannedRows): void {
    this.#keys?.add(keys.high, keys.low, keys.rows);
    this.#figures = mergeFigures(this.#figures, figures, this.request.plan.samples);
    Atomics.add(this.progress, 0, BigInt(figures.rows));
  }

  async #open({ folder, compression, level }: NonNullable<PackRequest['pack']>): Promise<PartFile> {
    const path = join(folder, partName(this.#number, this.request.plan.format.delimiter, compression));
    return PartFile.open(path, { compression, level });
  }

  #asUtf8(bytes: Uint8Array): Uint8Array {
    return this.request.plan.format.encoding === 'utf-8' || isAscii(bytes) ? bytes : this.#transcoder.write(bytes);
  }
}

const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 10 || byte === 13);
