/** Words that stand for NULL, and pairs that stand for true and false, as people and programs write them. */
import { isText } from './bytes';

export type Word = 'null' | 'true' | 'false';

/** Lower case. They count only in columns whose other values are no texts. */
const NULL_WORDS = [
  ...'null na n/a #n/a #na nan -nan none nil \\n - -- --- . ? <na> <null> (null) [null]'.split(' '),
  '#n/a n/a',
];

/** Lower case; true first. Not 0 and 1, which are integers. */
export const BOOLEAN_PAIRS: readonly (readonly [string, string])[] = [
  ['true', 'false'],
  ['yes', 'no'],
  ['t', 'f'],
  ['y', 'n'],
  ['ja', 'nein'],
  ['oui', 'non'],
  ['vrai', 'faux'],
  ['wahr', 'falsch'],
];

export const LONGEST_WORD = 8;

interface Meaning {
  word: Word;
  /** Index into BOOLEAN_PAIRS. */
  pair: number;
}

const MEANINGS = new Map<string, Meaning>([
  ...NULL_WORDS.map((text): [string, Meaning] => [text, { word: 'null', pair: -1 }]),
  ...BOOLEAN_PAIRS.flatMap(([yes, no], pair): [string, Meaning][] => [
    [yes, { word: 'true', pair }],
    [no, { word: 'false', pair }],
  ]),
]);

export interface SeenWord extends Meaning {
  text: string;
  bytes: Uint8Array;
  count: number;
}

/** The words that a column holds, each spelling with its count. */
export class WordTally {
  readonly seen: SeenWord[] = [];
  /** Spellings are few; a column that had more would be no column of words. */
  static readonly #most = 64;

  /** `withNulls`: false where configuration says which texts stand for NULL. */
  constructor(private readonly withNulls: boolean) {}

  /** Counts the slice if it is one of the words. */
  add(data: Uint8Array, start: number, end: number): Word | undefined {
    for (const word of this.seen) {
      if (isText(word.bytes, data, start, end)) {
        word.count++;
        return word.word;
      }
    }
    if (this.seen.length >= WordTally.#most) return undefined;
    let text = '';
    for (let at = start; at < end; at++) text += String.fromCharCode(data[at]!);
    const meaning = MEANINGS.get(text.toLowerCase());
    if (meaning === undefined || (meaning.word === 'null' && !this.withNulls)) return undefined;
    this.seen.push({ ...meaning, text, bytes: data.slice(start, end), count: 1 });
    return meaning.word;
  }

  get nulls(): number {
    return this.seen.reduce((sum, word) => sum + (word.word === 'null' ? word.count : 0), 0);
  }

  get nullTexts(): string[] {
    return this.seen.filter((word) => word.word === 'null').map((word) => word.text);
  }
}
