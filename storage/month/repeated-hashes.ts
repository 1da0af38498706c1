import { PARTITIONS, type KeyReader } from './key-files';
import type { Counter } from './types';

/** Hashes that are compared at a time: 72 MB for them. */
const MOST_KEYS = 4 * 1024 * 1024;
const PIECE_KEYS = 512 * 1024;
/** Bits of a filter, for each row of the file and at the most: 128 MB. */
const [BITS_PER_ROW, MOST_BITS] = [16, 2 ** 30];

/**
 * Hashes that occur more than once, as a set of bits: a hash that does is always in it; one that does not, seldom. Its size
 * does not depend on how many there are.
 */
export class HashFilter {
  readonly #bits: Uint32Array;
  readonly #mask: number;
  isEmpty = true;

  constructor(rows: number) {
    const bits = Math.min(MOST_BITS, 2 ** Math.max(20, Math.ceil(Math.log2(Math.max(1, rows * BITS_PER_ROW)))));
    this.#bits = new Uint32Array(bits / 32);
    this.#mask = bits - 1;
  }

  add(low: number): void {
    const bit = low & this.#mask;
    this.#bits[bit >>> 5]! |= 1 << (bit & 31);
    this.isEmpty = false;
  }

  has(low: number): boolean {
    const bit = low & this.#mask;
    return (this.#bits[bit >>> 5]! & (1 << (bit & 31))) !== 0;
  }
}

/** Finds all hashes that occur more than once, partition by partition. Memory is bounded whatever the number of rows. */
export async function repeatedHashes(
  reader: KeyReader,
  rows: number,
  progress: Counter,
  signal: AbortSignal,
  mostKeys = MOST_KEYS,
): Promise<HashFilter> {
  const filter = new HashFilter(rows);
  const sizes = Array.from({ length: PARTITIONS }, (_unused, partition) => reader.size(partition));
  const largest = Math.min(mostKeys, Math.max(...sizes));
  const table = new HashTable(2 ** Math.ceil(Math.log2(Math.max(16, largest * 2))));
  for (const [partition, size] of sizes.entries()) {
    // A partition that is too large is gone through several times, by further bits of the hash.
    const passes = 2 ** Math.min(16, Math.ceil(Math.log2(Math.max(1, size / mostKeys))));
    for (let pass = 0; pass < passes; pass++) {
      table.clear(size / passes);
      await reader.read(partition, PIECE_KEYS, (words) => {
        signal.throwIfAborted();
        table.add(words, passes - 1, pass, filter);
      });
    }
    Atomics.add(progress, 0, BigInt(size));
  }
  return filter;
}

/** An open table of 64-bit hashes. It grows where a partition is more uneven than thought. */
class HashTable {
  #words: Uint32Array;
  #used: Uint8Array;
  #mask = 0;
  #count = 0;

  constructor(slots: number) {
    this.#words = new Uint32Array(slots * 2);
    this.#used = new Uint8Array(slots);
  }

  clear(keys: number): void {
    const slots = Math.min(this.#used.length, 2 ** Math.ceil(Math.log2(Math.max(16, keys * 2))));
    this.#used.fill(0, 0, slots);
    this.#mask = slots - 1;
    this.#count = 0;
  }

  /** Takes hashes whose bits of the second byte and further are `wanted`; those it has already go into the filter. */
  add(hashes: Uint32Array, bits: number, wanted: number, filter: HashFilter): void {
    for (let at = 0; at < hashes.length; at += 2) {
      const high = hashes[at]!;
      if (((high >>> 8) & bits) !== wanted) continue;
      if (this.#count * 4 > this.#mask * 3) this.#grow();
      const low = hashes[at + 1]!;
      if (this.#has(high, low)) filter.add(low);
    }
  }

  /** Whether it was there; it is afterwards. */
  #has(high: number, low: number): boolean {
    const words = this.#words;
    const used = this.#used;
    const mask = this.#mask;
    let slot = (low ^ (low >>> 15)) & mask;
    while (used[slot] === 1) {
      if (words[slot * 2] === high && words[slot * 2 + 1] === low) return true;
      slot = (slot + 1) & mask;
    }
    used[slot] = 1;
    words[slot * 2] = high;
    words[slot * 2 + 1] = low;
    this.#count++;
    return false;
  }

  #grow(): void {
    const [words, used, slots] = [this.#words, this.#used, this.#mask + 1];
    this.#words = new Uint32Array(slots * 4);
    this.#used = new Uint8Array(slots * 2);
    this.#mask = slots * 2 - 1;
    this.#count = 0;
    for (let slot = 0; slot < slots; slot++) if (used[slot] === 1) this.#has(words[slot * 2]!, words[slot * 2 + 1]!);
  }
}
