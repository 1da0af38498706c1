/**
 * Rows in partitions, by the hash of their key: the first in memory, what goes beyond in one file, which is taken out of
 * its folder as soon as it is open where the system allows that, so that nothing stays behind whatever happens.
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { KEY_HASH, TOTAL, type Words } from '../../../core/file/compare/records';
import { readFully } from '../open-file';
import { stagingError } from '../../disk-errors';

/** Words that are written in one go, unless one row is larger. */
const BLOCK_WORDS = 16_384;

/** Words of records, in memory or at a place of the file. */
type Block = { words: number; held: Uint32Array } | { words: number; at: number };

export interface SpillOptions {
  /** A power of two. */
  partitions: number;
  /** Bits of the hash that have told rows apart before. */
  usedBits: number;
  /** Words that stay in memory. */
  heldWords: number;
  folder: string;
}

export class Spill {
  readonly #blocks: Block[][];
  readonly #open: ({ u32: Uint32Array; used: number } | undefined)[];
  readonly #spare: Uint32Array[] = [];
  readonly #shift: number;
  readonly path: string;
  #heldWords = 0;
  #full: { u32: Uint32Array; used: number; partition: number }[] = [];
  #file: FileHandle | undefined;
  #end = 0;
  #underWay: Promise<void> = Promise.resolve();

  constructor(private readonly options: SpillOptions) {
    const { partitions, folder } = options;
    this.#blocks = Array.from({ length: partitions }, () => []);
    this.#open = Array.from({ length: partitions }, () => undefined);
    this.#shift = Math.log2(partitions);
    this.path = join(folder, `longshore-compare-${randomUUID()}.partial`);
  }

  get partitions(): number {
    return this.options.partitions;
  }

  /** Bits of the hash that rows of one partition have in common. */
  get usedBits(): number {
    return this.options.usedBits + this.#shift;
  }

  isEmpty(partition: number): boolean {
    return this.#blocks[partition]!.length === 0;
  }

  /** Takes the first `count` words of the record at `at`. Call `flush` from time to time. */
  add({ u32 }: Words, at: number, count: number): void {
    const partition = this.#partitionOf(u32[at + KEY_HASH]!);
    let block = this.#open[partition];
    if (block !== undefined && block.used + count > block.u32.length) {
      this.#full.push({ ...block, partition });
      block = undefined;
    }
    if (block === undefined) {
      const u32Free = count > BLOCK_WORDS ? undefined : this.#spare.pop();
      block = this.#open[partition] = { u32: u32Free ?? new Uint32Array(Math.max(BLOCK_WORDS, count)), used: 0 };
    }
    const to = block.u32;
    const start = block.used;
    if (count > 64) to.set(u32.subarray(at, at + count), start);
    else for (let word = 0; word < count; word++) to[start + word] = u32[at + word]!;
    to[start + TOTAL] = count;
    block.used += count;
  }

  /** Resolves when what was full before is on its way. Throws DISK_FULL, STAGING_UNAVAILABLE. */
  async flush(): Promise<void> {
    if (this.#full.length === 0) return;
    await this.#underWay;
    const full = this.#full;
    this.#full = [];
    const out = full.filter(({ u32, used, partition }) => {
      if (this.#heldWords + used > this.options.heldWords) return true;
      this.#heldWords += used;
      this.#blocks[partition]!.push({ words: used, held: used === u32.length ? u32 : u32.slice(0, used) });
      return false;
    });
    this.#underWay = this.#write(out);
    // Met by whoever awaits it next; until then it is not to end the process.
    this.#underWay.catch(() => undefined);
  }

  /** Nothing more is added; what is in the partitions can be read. */
  async end(): Promise<void> {
    await this.flush();
    await this.#underWay;
    for (const [partition, block] of this.#open.entries())
      if (block) this.#blocks[partition]!.push({ words: block.used, held: block.u32 });
    this.#spare.length = 0;
  }

  /**
   * Hands out the words of a partition, block by block: `place` says where they are to go; undefined stops. Answers
   * whether all were taken. Memory of the partition is let go only by `forget`.
   */
  async read(
    partition: number,
    place: (words: number) => Uint8Array | undefined,
    taken: (words: number) => void,
    pause?: () => Promise<void>,
  ): Promise<boolean> {
    for (const block of this.#blocks[partition]!) {
      const bytes = place(block.words);
      if (bytes === undefined) return false;
      if ('held' in block) bytes.set(new Uint8Array(block.held.buffer, 0, block.words * 4));
      else if ((await readFully(this.#file!, bytes, block.at)) < bytes.length)
        throw new Error(`The file ${this.path} is shorter than what was written to it.`);
      taken(block.words);
      await pause?.();
    }
    return true;
  }

  forget(partition: number): void {
    this.#blocks[partition] = [];
  }

  /** Lets go of everything. Never throws. */
  async close(): Promise<void> {
    await this.#underWay.catch(() => undefined);
    await this.#file?.close().catch(() => undefined);
    if (this.#file) await rm(this.path, { force: true }).catch(() => undefined);
  }

  #partitionOf(hash: number): number {
    const left = this.options.usedBits < 32 ? hash << this.options.usedBits : 0;
    return (left >>> 1) >>> (31 - this.#shift);
  }

  async #write(blocks: { u32: Uint32Array; used: number; partition: number }[]): Promise<void> {
    if (blocks.length === 0) return;
    try {
      this.#file ??= await this.#create();
      for (const { u32, used, partition } of blocks) {
        const bytes = new Uint8Array(u32.buffer, 0, used * 4);
        for (let at = 0; at < bytes.length;)
          at += (await this.#file.write(bytes, at, bytes.length - at, this.#end + at)).bytesWritten;
        this.#blocks[partition]!.push({ words: used, at: this.#end });
        this.#end += bytes.length;
        if (u32.length === BLOCK_WORDS) this.#spare.push(u32);
      }
    } catch (error) {
      throw stagingError(error, this.path);
    }
  }

  async #create(): Promise<FileHandle> {
    const file = await open(this.path, 'wx+', 0o600);
    // Windows keeps the name of a file that is open; it is then taken away at the end.
    await unlink(this.path).catch(() => undefined);
    return file;
  }
}
