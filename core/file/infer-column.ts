/** One column while its values go by: what they could be, and how many of them. */
import { ByteTexts, FIRST, FIRST_IS, utf16Length } from './values/bytes';
import { BOOLEAN_PAIRS, LONGEST_WORD, WordTally } from './values/words';
import { isUuid } from './values/uuid';
import { TemporalTally } from './infer-dates';
import { NumberTally } from './infer-numbers';
import type { FieldBatch } from '../types/file';

const { digit: DIGIT, letter: LETTER, other: OTHER } = FIRST_IS;
const SPACE = 32;
/** From so many values on, a column that is mostly words is looked at for its lengths alone. */
const ENOUGH = 1000;
/** `May 1, 24` */
const SHORTEST_NAMED_DAY = 9;

export class ColumnTally {
  rows = 0;
  /** Fields of no length, unquoted and quoted, and unquoted ones of spaces alone. */
  empty = 0;
  quotedEmpty = 0;
  blank = 0;
  /** Values that are one of the texts configured to stand for NULL. */
  configuredNulls = 0;
  /** Values that are texts and nothing else. */
  other = 0;
  /** Quoted values with spaces around them, which only a text keeps. */
  spaced = 0;
  uuids = 0;
  maxBytes = 0;
  maxChars = 0;
  readonly numbers = new NumberTally();
  readonly temporals = new TemporalTally();
  readonly words: WordTally;
  readonly #nullTexts: ByteTexts | undefined;
  #temporalFirst = false;
  #closed = false;

  constructor(
    readonly name: string,
    nullTexts: readonly string[] | undefined,
  ) {
    this.#nullTexts = nullTexts && new ByteTexts(nullTexts);
    this.words = new WordTally(nullTexts === undefined);
  }

  /** Takes the values of rows `from` to `to` in. */
  add(batch: FieldBatch, column: number, from: number, to: number): void {
    const { data, starts, ends, quoted, columns } = batch;
    const nullTexts = this.#nullTexts;
    this.rows += to - from;
    const last = to * columns + column;
    for (let field = from * columns + column; field < last; field += columns) {
      const start = starts[field]!;
      const end = ends[field]!;
      if (end === start) {
        if (quoted[field] === 1) this.quotedEmpty++;
        else this.empty++;
        continue;
      }
      if (nullTexts !== undefined && nullTexts.has(data, start, end)) {
        this.configuredNulls++;
        continue;
      }
      if (end - start > this.maxBytes) this.maxBytes = end - start;
      if (end - start > this.maxChars) this.maxChars = Math.max(this.maxChars, utf16Length(data, start, end));
      if (!this.#closed) this.#look(data, start, end, quoted[field] === 1);
    }
    if (this.other > ENOUGH && this.other * 2 > this.rows) this.#closed = true;
  }

  #look(data: Uint8Array, start: number, end: number, isQuoted: boolean): void {
    if (data[start]! > SPACE && data[end - 1]! > SPACE) {
      this.#classify(data, start, end);
      return;
    }
    let [from, to] = [start, end];
    while (from < to && data[from] === SPACE) from++;
    while (from < to && data[to - 1] === SPACE) to--;
    if (from === to && !isQuoted) this.blank++;
    else if (from === to) this.other++;
    else {
      if (isQuoted) this.spaced++;
      this.#classify(data, from, to);
    }
  }

  #classify(data: Uint8Array, start: number, end: number): void {
    const first = FIRST[data[start]!]!;
    if (first === DIGIT) {
      if (this.#temporalFirst && this.temporals.add(data, start, end)) return;
      if (this.numbers.add(data, start, end)) {
        this.#temporalFirst = false;
        return;
      }
      if (!this.#temporalFirst && this.temporals.add(data, start, end)) {
        this.#temporalFirst = true;
        return;
      }
    } else {
      if (first !== LETTER && first !== OTHER && this.numbers.add(data, start, end)) return;
      if (end - start <= LONGEST_WORD && this.words.add(data, start, end) !== undefined) return;
      // The name of a month, or a currency, stands before digits.
      if (first === LETTER) {
        if (end - start >= SHORTEST_NAMED_DAY && this.temporals.add(data, start, end)) return;
        if (FIRST[data[end - 1]!] === DIGIT && this.numbers.add(data, start, end)) return;
      }
    }
    if (end - start === 36 && isUuid(data, start)) this.uuids++;
    else this.other++;
  }

  /** Values that are neither missing nor spelled like a missing one. */
  get values(): number {
    return this.rows - this.empty - this.quotedEmpty - this.blank - this.configuredNulls - this.words.nulls;
  }

  /** The pair of words that all booleans of the column are of. */
  get booleanPair(): readonly [string, string] | undefined {
    const seen = this.words.seen.filter(({ word }) => word !== 'null');
    const pair = BOOLEAN_PAIRS[seen[0]?.pair ?? -1];
    if (pair === undefined || seen.some((word) => BOOLEAN_PAIRS[word.pair] !== pair)) return undefined;
    // true and false mean themselves; Y, F or no alone may be a code of which the others have not come yet.
    return pair[0] === 'true' || new Set(seen.map(({ word }) => word)).size === 2 ? pair : undefined;
  }

  get booleans(): number {
    return this.words.seen.reduce((sum, { word, count }) => sum + (word === 'null' ? 0 : count), 0);
  }
}
