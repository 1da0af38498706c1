/**
 * A row of a file as words of memory that can be hashed, compared and put on a disk: a few words of facts, then its
 * values, those of the key first, each with its length, and filled up with zeros to whole words. Two rows are the same
 * if and only if the words of their values are.
 */
import type { FieldBatch } from '../../types/file';
import { textOf } from '../values/bytes';
import { finishHash, hashWords, SEED } from './hash';

/** Memory that is looked at in words and in bytes. */
export interface Words {
  u32: Uint32Array;
  u8: Uint8Array;
}

export function allocateWords(words: number): Words {
  const u32 = new Uint32Array(words);
  return { u32, u8: new Uint8Array(u32.buffer) };
}

/** Places of the facts, in words from the start of a record. */
export const TOTAL = 0;
/** Words of the values that are compared. */
export const LENGTH = 1;
/** Words of the key among them. */
export const KEY_LENGTH = 2;
export const KEY_HASH = 3;
export const ROW_HASH = 4;
const LINE = 5;
const META = 6;
export const HEADER = 7;

/** What a record stands for. `pair`: a row of each file that are the same, of which only the key is kept. */
export const KIND = { a: 0, b: 1, pair: 2, gone: 3 } as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

const KIND_MASK = 3;
const LINE_UNIT = 2 ** 32;

export const kindOf = (u32: Uint32Array, at: number): Kind => (u32[at + META]! & KIND_MASK) as Kind;

export const setKind = (u32: Uint32Array, at: number, kind: Kind): void => {
  u32[at + META] = (u32[at + META]! & ~KIND_MASK) | kind;
};

/** Physical line on which the row begins. */
export const lineOf = (u32: Uint32Array, at: number): number => u32[at + LINE]! + (u32[at + META]! >>> 2) * LINE_UNIT;

const LONG = 255;
/** Longest value whose length fits into its first byte; 0 there is NULL, 1 the empty text. */
const SHORT = 253;
/** Longer values are copied by the engine. */
const COPY_BY_BYTE = 48;

export interface RecordOptions {
  /** Positions of the columns in the file, those of the key first. */
  columns: readonly number[];
  keys: number;
  side: typeof KIND.a | typeof KIND.b;
  /** A quoted empty text is as good as no value. */
  emptyAsNull: boolean;
}

/** Writes rows of one file as records. */
export class RecordEncoder {
  readonly #columns: Int32Array;
  readonly #keys: number;

  constructor(private readonly options: RecordOptions) {
    this.#columns = Int32Array.from(options.columns);
    this.#keys = options.keys;
  }

  /** Words that the record of a row takes at most: the fields of a row lie one after the other. */
  room({ rows, columns, data, starts }: FieldBatch, row: number): number {
    const from = starts[row * columns]!;
    const to = row + 1 < rows ? starts[(row + 1) * columns]! : data.length;
    return HEADER + 2 + ((to - from + this.#columns.length * 5 + 3) >>> 2);
  }

  /** Writes a row at word `at`, where there must be room; answers the hash of the row. */
  write(words: Words, at: number, batch: FieldBatch, row: number): number {
    const { u32 } = words;
    const start = at + HEADER;
    const keyEnd = this.#values(words, start, batch, row, 0, this.#keys);
    const end = this.#values(words, keyEnd, batch, row, this.#keys, this.#columns.length);
    const keyed = this.#keys > 0;
    const key = hashWords(u32, start, keyEnd, SEED);
    const rowHash = finishHash(hashWords(u32, keyEnd, end, key));
    const line = batch.lines[row]!;
    u32[at + TOTAL] = end - at;
    u32[at + LENGTH] = end - start;
    u32[at + KEY_LENGTH] = (keyed ? keyEnd : end) - start;
    u32[at + KEY_HASH] = keyed ? finishHash(key) : rowHash;
    u32[at + ROW_HASH] = rowHash;
    u32[at + LINE] = line;
    u32[at + META] = this.options.side | (Math.floor(line / LINE_UNIT) << 2);
    return rowHash;
  }

  /** Values of some of the columns from word `at` on; answers the word after them. */
  #values({ u8 }: Words, at: number, batch: FieldBatch, row: number, from: number, to: number): number {
    const { data, starts, ends, quoted, columns } = batch;
    const first = row * columns;
    let byte = at * 4;
    for (let index = from; index < to; index++) {
      const field = first + this.#columns[index]!;
      let source = starts[field]!;
      const end = ends[field]!;
      const length = end - source;
      if (length === 0) {
        u8[byte++] = quoted[field] === 1 && !this.options.emptyAsNull ? 1 : 0;
        continue;
      }
      if (length <= SHORT) u8[byte++] = length + 1;
      else {
        u8[byte] = LONG;
        u8[byte + 1] = length;
        u8[byte + 2] = length >>> 8;
        u8[byte + 3] = length >>> 16;
        u8[byte + 4] = length >>> 24;
        byte += 5;
      }
      if (length > COPY_BY_BYTE) {
        u8.set(data.subarray(source, end), byte);
        byte += length;
      } else while (source < end) u8[byte++] = data[source++]!;
    }
    while ((byte & 3) !== 0) u8[byte++] = 0;
    return byte >>> 2;
  }
}

/** Makes what is left of a pair out of one of its rows: the key. Answers how many words of the record that is. */
export function asPair(u32: Uint32Array, at: number): number {
  u32[at + LENGTH] = u32[at + KEY_LENGTH]!;
  u32[at + ROW_HASH] = u32[at + KEY_HASH]!;
  setKind(u32, at, KIND.pair);
  return HEADER + u32[at + KEY_LENGTH]!;
}

/** Whether the values that are compared are the same. */
export function sameRow(u32: Uint32Array, one: number, other: number): boolean {
  if (u32[one + ROW_HASH] !== u32[other + ROW_HASH]) return false;
  return sameWords(u32, one, other, u32[one + LENGTH]!, u32[other + LENGTH]!);
}

export function sameKey(u32: Uint32Array, one: number, other: number): boolean {
  if (u32[one + KEY_HASH] !== u32[other + KEY_HASH]) return false;
  return sameWords(u32, one, other, u32[one + KEY_LENGTH]!, u32[other + KEY_LENGTH]!);
}

function sameWords(u32: Uint32Array, one: number, other: number, length: number, otherLength: number): boolean {
  if (length !== otherLength) return false;
  for (let word = HEADER; word < HEADER + length; word++) if (u32[one + word] !== u32[other + word]) return false;
  return true;
}

/** The first `count` values of a record as texts, NULL as null; the first `keys` are the key. */
export function textsOf({ u8 }: Words, at: number, count: number, keys: number): (string | null)[] {
  const texts: (string | null)[] = [];
  let byte = (at + HEADER) * 4;
  for (let index = 0; index < count; index++) {
    if (index === keys) byte = (byte + 3) & ~3;
    const { from, to } = slice(u8, byte);
    texts.push(to < 0 ? null : textOf(u8, from, to));
    byte = Math.max(to, from);
  }
  return texts;
}

/** For each column after the key: whether the values of two records are the same. */
export function sameValues({ u32, u8 }: Words, one: number, other: number, columns: number): boolean[] {
  let left = (one + HEADER + u32[one + KEY_LENGTH]!) * 4;
  let right = (other + HEADER + u32[other + KEY_LENGTH]!) * 4;
  return Array.from({ length: columns }, () => {
    const a = slice(u8, left);
    const b = slice(u8, right);
    let same = a.to < 0 || b.to < 0 ? a.to < 0 && b.to < 0 : a.to - a.from === b.to - b.from;
    for (let at = 0; same && at < a.to - a.from; at++) same = u8[a.from + at] === u8[b.from + at];
    left = Math.max(a.to, a.from);
    right = Math.max(b.to, b.from);
    return same;
  });
}

/** Where the value lies whose length stands at `byte`; NULL ends at -1. */
function slice(u8: Uint8Array, byte: number): { from: number; to: number } {
  const head = u8[byte]!;
  if (head === 0) return { from: byte + 1, to: -1 };
  if (head !== LONG) return { from: byte + 1, to: byte + head };
  const length = u8[byte + 1]! | (u8[byte + 2]! << 8) | (u8[byte + 3]! << 16) | (u8[byte + 4]! << 24);
  return { from: byte + 5, to: byte + 5 + length };
}
