/**
 * The rows that were read last, of both files: a row that meets its like of the other file here is done with, so that
 * files in about the same order need nothing else. Rows that have met none leave it for the partitions.
 */
import { allocateWords, asPair, KIND, kindOf, ROW_HASH, sameRow, setKind, TOTAL, type Words } from './records';

/** Takes the first `count` words of the record at `at`. */
export type TakeRecord = (words: Words, at: number, count: number) => void;

const EMPTY = -1;

export class Window {
  /** Two halves: when one is full, what is left in the other goes, and it is written anew. */
  #words: Words;
  #half: number;
  #at = 0;
  #ends: [number, number] = [0, 0];
  /** Newest record by hash of the row. */
  readonly #slots: Int32Array;
  readonly #mask: number;
  /** Rows of each file that have met their like. */
  pairs = 0;

  /** `words` are those of memory; `keyed`: keys are still wanted of rows that are done with. */
  constructor(
    words: number,
    private readonly keyed: boolean,
    private readonly take: TakeRecord,
  ) {
    this.#half = words >>> 1;
    this.#words = allocateWords(this.#half * 2);
    const slots = 2 ** Math.max(8, Math.floor(Math.log2(words / 8)));
    this.#slots = new Int32Array(slots).fill(EMPTY);
    this.#mask = slots - 1;
  }

  /** What records are written to; another after `place` where a row is very large. */
  get words(): Words {
    return this.#words;
  }

  /** Where a record of at most `room` words can be written: `add` is called afterwards. */
  place(room: number): number {
    if (room > this.#half) this.#grow(room);
    const isSecond = this.#at >= this.#half;
    if (this.#at + room > (isSecond ? this.#half * 2 : this.#half)) {
      this.#ends[isSecond ? 1 : 0] = this.#at;
      this.#leave(isSecond ? 0 : 1);
      this.#at = isSecond ? 0 : this.#half;
    }
    return this.#at;
  }

  /** Takes in the record that was written at the place given. */
  add(): void {
    const { u32 } = this.#words;
    const at = this.#at;
    const slot = u32[at + ROW_HASH]! & this.#mask;
    const other = this.#slots[slot]!;
    if (other !== EMPTY && kindOf(u32, other) === 1 - kindOf(u32, at) && sameRow(u32, other, at)) {
      this.pairs++;
      this.#slots[slot] = EMPTY;
      if (this.keyed) this.take(this.#words, other, asPair(u32, other));
      setKind(u32, other, KIND.gone);
      return;
    }
    this.#slots[slot] = at;
    this.#at += u32[at + TOTAL]!;
  }

  /** Hands out all that is left. */
  end(): void {
    const isSecond = this.#at >= this.#half;
    this.#ends[isSecond ? 1 : 0] = this.#at;
    this.#leave(isSecond ? 0 : 1);
    this.#leave(isSecond ? 1 : 0);
    this.#at = 0;
  }

  #leave(half: 0 | 1): void {
    const { u32 } = this.#words;
    const end = this.#ends[half];
    for (let at = half * this.#half; at < end; at += u32[at + TOTAL]!) {
      if (kindOf(u32, at) === KIND.gone) continue;
      const slot = u32[at + ROW_HASH]! & this.#mask;
      if (this.#slots[slot] === at) this.#slots[slot] = EMPTY;
      this.take(this.#words, at, u32[at + TOTAL]!);
    }
    this.#ends[half] = half * this.#half;
  }

  /** A row that is larger than a half. */
  #grow(room: number): void {
    this.end();
    this.#half = room;
    this.#words = allocateWords(room * 2);
    this.#ends = [0, room];
    this.#at = 0;
  }
}
