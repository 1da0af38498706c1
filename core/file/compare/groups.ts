/** The rows of one partition: which of them are the same, and which share a key. */
import { allocateWords, KEY_HASH, KIND, kindOf, ROW_HASH, sameKey, sameRow, TOTAL, type Words } from './records';

const EMPTY = -1;
const FIRST_WORDS = 2 ** 18;
const FIRST_ROWS = 2 ** 14;

/** Rows that are one and the same, however often they stand in each file. */
export interface RowGroup {
  /** Where the record lies in `words`. */
  at: number;
  a: number;
  b: number;
}

/** Memory is kept from partition to partition. */
export class Groups {
  words: Words = allocateWords(FIRST_WORDS);
  #used = 0;
  #rows = 0;
  #at = new Uint32Array(FIRST_ROWS);
  #a = new Uint32Array(FIRST_ROWS);
  #b = new Uint32Array(FIRST_ROWS);
  /** Next group of the same key. */
  #next = new Int32Array(FIRST_ROWS);
  #slots = new Int32Array(FIRST_ROWS * 2).fill(EMPTY);

  /** `limit`: most words that different rows may take. */
  constructor(private readonly limit: number) {}

  clear(): void {
    this.#used = 0;
    this.#rows = 0;
    this.#slots.fill(EMPTY);
  }

  /** A place for `count` words of records, which `add` takes in. Undefined: that would be more than the limit. */
  place(count: number): Uint8Array | undefined {
    const needed = this.#used + count;
    if (needed > this.limit && this.#used > 0) return undefined;
    if (needed > this.words.u32.length) {
      const larger = allocateWords(Math.max(needed, Math.min(this.limit, this.words.u32.length * 2)));
      larger.u32.set(this.words.u32.subarray(0, this.#used));
      this.words = larger;
    }
    return this.words.u8.subarray(this.#used * 4, needed * 4);
  }

  /** Takes in the records that were written to the place given; of rows that are the same, one is kept. */
  add(count: number): void {
    const { u32 } = this.words;
    const end = this.#used + count;
    let from = this.#used;
    while (from < end) {
      const total = u32[from + TOTAL]!;
      const at = this.#used;
      if (at !== from) u32.copyWithin(at, from, from + total);
      from += total;
      if (this.#rows * 2 >= this.#slots.length) this.#rehash();
      const slot = this.#find(at);
      let group = this.#slots[slot]!;
      if (group === EMPTY) {
        group = this.#rows++;
        this.#slots[slot] = group;
        if (group === this.#at.length) this.#moreRows();
        this.#at[group] = at;
        this.#a[group] = 0;
        this.#b[group] = 0;
        this.#used += total;
      }
      const kind = kindOf(u32, at);
      if (kind !== KIND.b) this.#a[group]!++;
      if (kind !== KIND.a) this.#b[group]!++;
    }
  }

  /** Rows that stand more often in one file than in the other. */
  *rows(): Generator<RowGroup> {
    for (let group = 0; group < this.#rows; group++) if (this.#a[group] !== this.#b[group]) yield this.#group(group);
  }

  /** All rows of a key together, but for keys of which each file has one row, the same. Nothing can be added after. */
  *keys(): Generator<RowGroup[]> {
    const { u32 } = this.words;
    const slots = this.#slots.fill(EMPTY);
    const mask = slots.length - 1;
    for (let group = this.#rows - 1; group >= 0; group--) {
      const at = this.#at[group]!;
      let slot = u32[at + KEY_HASH]! & mask;
      while (slots[slot] !== EMPTY && !sameKey(u32, this.#at[slots[slot]!]!, at)) slot = (slot + 1) & mask;
      this.#next[group] = slots[slot]!;
      slots[slot] = group;
    }
    for (const head of slots) {
      if (head === EMPTY) continue;
      if (this.#next[head] === EMPTY && this.#a[head] === 1 && this.#b[head] === 1) continue;
      const groups: RowGroup[] = [];
      for (let group = head; group !== EMPTY; group = this.#next[group]!) groups.push(this.#group(group));
      yield groups;
    }
  }

  #group(group: number): RowGroup {
    return { at: this.#at[group]!, a: this.#a[group]!, b: this.#b[group]! };
  }

  /** Slot of the group of the row at `at`, or the free one where it belongs. */
  #find(at: number): number {
    const { u32 } = this.words;
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = u32[at + ROW_HASH]! & mask;
    while (slots[slot] !== EMPTY && !sameRow(u32, this.#at[slots[slot]!]!, at)) slot = (slot + 1) & mask;
    return slot;
  }

  #moreRows(): void {
    const grown = <T extends Uint32Array | Int32Array>(old: T, made: T): T => {
      made.set(old);
      return made;
    };
    const size = this.#at.length * 2;
    this.#at = grown(this.#at, new Uint32Array(size));
    this.#a = grown(this.#a, new Uint32Array(size));
    this.#b = grown(this.#b, new Uint32Array(size));
    this.#next = grown(this.#next, new Int32Array(size));
  }

  #rehash(): void {
    const { u32 } = this.words;
    const slots = new Int32Array(this.#slots.length * 2).fill(EMPTY);
    const mask = slots.length - 1;
    for (let group = 0; group < this.#rows; group++) {
      let slot = u32[this.#at[group]! + ROW_HASH]! & mask;
      while (slots[slot] !== EMPTY) slot = (slot + 1) & mask;
      slots[slot] = group;
    }
    this.#slots = slots;
  }
}
