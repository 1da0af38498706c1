/**
 * Hashes of keys on disk: a file for each part, in 256 partitions by the first byte of the hash, so that one partition of
 * all parts can be read at a time. A file begins with the number of hashes in each partition (256 × 32 bits), followed by
 * the hashes, each as two words of 32 bits in the order of this machine.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { LongshoreError } from '../../core/errors/longshore-error';
import { stagingError } from '../disk-errors';
import { OutputFile } from '../files/output-file';
import { readFully } from '../files/open-file';

export const PARTITIONS = 256;
const HEAD_BYTES = PARTITIONS * 4;
const HASH_BYTES = 8;
/** Hashes of one partition that are held in one array. */
const CHUNK_KEYS = 4096;

/** Of the keys of a part, counted from 0. */
export const keyFileName = (part: number): string => `keys-${String(part + 1).padStart(5, '0')}.bin`;

const pathOf = (folder: string, part: number): string => join(folder, keyFileName(part));

/** Collects the hashes of one part after the other: 8 bytes of memory for each row of the part, and 8 MB. */
export class KeyWriter {
  /** Full chunks of each partition, and the one that is being filled with how many words it has. */
  readonly #full: Uint32Array[][] = Array.from({ length: PARTITIONS }, () => []);
  readonly #filling: Uint32Array[] = Array.from({ length: PARTITIONS }, () => new Uint32Array(CHUNK_KEYS * 2));
  readonly #used = new Int32Array(PARTITIONS);
  readonly #spare: Uint32Array[] = [];
  rows = 0;

  constructor(private readonly folder: string) {}

  add(high: Uint32Array, low: Uint32Array, rows: number): void {
    const filling = this.#filling;
    const used = this.#used;
    for (let row = 0; row < rows; row++) {
      const word = high[row]!;
      const partition = word >>> 24;
      const at = used[partition]!;
      const words = filling[partition]!;
      words[at] = word;
      words[at + 1] = low[row]!;
      if (at + 2 < CHUNK_KEYS * 2) used[partition] = at + 2;
      else {
        this.#full[partition]!.push(words);
        filling[partition] = this.#spare.pop() ?? new Uint32Array(CHUNK_KEYS * 2);
        used[partition] = 0;
      }
    }
    this.rows += rows;
  }

  /** Writes the hashes of a part, `durable`: so that they outlive the machine, and begins anew. Throws DISK_FULL, STAGING_UNAVAILABLE. */
  async finish(part: number, { durable }: { durable: boolean }): Promise<void> {
    const out = await OutputFile.open(pathOf(this.folder, part));
    try {
      const counts = Uint32Array.from(
        this.#full,
        (chunks, partition) => chunks.length * CHUNK_KEYS + this.#used[partition]! / 2,
      );
      await out.write(bytesOf(counts, counts.length));
      for (const [partition, chunks] of this.#full.entries()) {
        for (const words of chunks) await out.write(bytesOf(words, words.length));
        await out.write(bytesOf(this.#filling[partition]!, this.#used[partition]!));
      }
      await out.finish({ durable });
    } catch (error) {
      await out.abort();
      throw error;
    }
    for (const chunks of this.#full) this.#spare.push(...chunks.splice(0));
    this.#used.fill(0);
    this.rows = 0;
  }
}

const bytesOf = (words: Uint32Array, used: number): Uint8Array => new Uint8Array(words.buffer, 0, used * 4);

/** Reads one partition of the hashes of all parts. Throws STAGING_UNAVAILABLE where a file is gone or cut short. */
export class KeyReader {
  private constructor(
    private readonly folder: string,
    private readonly counts: Uint32Array[],
  ) {}

  static async open(folder: string, parts: number): Promise<KeyReader> {
    const counts: Uint32Array[] = [];
    for (let part = 0; part < parts; part++) {
      const words = new Uint32Array(PARTITIONS);
      await readAt(pathOf(folder, part), new Uint8Array(words.buffer), 0);
      counts.push(words);
    }
    return new KeyReader(folder, counts);
  }

  /** Hashes of all parts in the partition. */
  size(partition: number): number {
    return this.counts.reduce((sum, counts) => sum + counts[partition]!, 0);
  }

  /** Hands out the hashes of a partition, two words each, a part or less at a time. What is handed out is reused. */
  async read(partition: number, pieceKeys: number, take: (words: Uint32Array) => void): Promise<void> {
    const buffer = new Uint32Array(Math.min(pieceKeys, Math.max(...this.counts.map((each) => each[partition]!))) * 2);
    for (const [part, counts] of this.counts.entries()) {
      let skipped = 0;
      for (let before = 0; before < partition; before++) skipped += counts[before]!;
      const count = counts[partition]!;
      for (let done = 0; done < count; done += pieceKeys) {
        const words = buffer.subarray(0, Math.min(pieceKeys, count - done) * 2);
        const bytes = new Uint8Array(words.buffer, 0, words.length * 4);
        await readAt(pathOf(this.folder, part), bytes, HEAD_BYTES + (skipped + done) * HASH_BYTES);
        take(words);
      }
    }
  }
}

async function readAt(path: string, bytes: Uint8Array, position: number): Promise<void> {
  let read: number;
  try {
    const file = await open(path, 'r');
    try {
      read = await readFully(file, bytes, position);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw stagingError(error, path);
  }
  if (read < bytes.length)
    throw new LongshoreError('STAGING_UNAVAILABLE', `The file ${path} with the keys of a part is cut short.`, {
      file: path,
    });
}
