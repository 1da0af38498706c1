/** Characters and encodings: looked at only where a row has bytes beyond ASCII, or NUL. */
import type { MonthFormat } from '../../types/month';

/** What a text is as UTF-8, which is how parts and warehouses have it. */
export interface TextSize {
  /** Unicode code points. */
  characters: number;
  bytes: number;
  /** It has bytes that are no text in the encoding. */
  broken: boolean;
}

/** Measures bytes[from, to). The result is valid until the next call. */
export type TextMeasure = (bytes: Uint8Array, from: number, to: number) => TextSize;

/** Length in UTF-8 of the characters 0x80 to 0x9f of windows-1252; 0: there is none. */
const WINDOWS_LENGTHS = [
  3, 0, 3, 2, 3, 3, 3, 3, 2, 3, 2, 3, 2, 0, 2, 0, 0, 3, 3, 3, 3, 3, 3, 3, 2, 3, 2, 3, 2, 0, 2, 2,
];

/** Bytes of a character of UTF-8 that is whole and allowed at `at`; 0: there is none. */
function sequenceAt(bytes: Uint8Array, at: number, to: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  const length = lead >= 0xc2 && lead <= 0xdf ? 2 : (lead & 0xf0) === 0xe0 ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  if (length === 0 || at + length > to) return 0;
  const second = bytes[at + 1]!;
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let more = 2; more < length; more++) if ((bytes[at + more]! & 0xc0) !== 0x80) return 0;
  return length;
}

export function createTextMeasure(encoding: MonthFormat['encoding']): TextMeasure {
  const size: TextSize = { characters: 0, bytes: 0, broken: false };
  if (encoding === 'utf-8')
    return (bytes, from, to) => {
      size.characters = 0;
      size.bytes = to - from;
      size.broken = false;
      for (let at = from; at < to;) {
        const length = sequenceAt(bytes, at, to);
        if (length === 0 || bytes[at] === 0) size.broken = true;
        size.characters++;
        at += Math.max(1, length);
      }
      return size;
    };
  const windows = encoding === 'windows-1252';
  return (bytes, from, to) => {
    size.characters = to - from;
    size.bytes = 0;
    size.broken = false;
    for (let at = from; at < to; at++) {
      const byte = bytes[at]!;
      if (byte === 0) size.broken = true;
      const length = byte < 0x80 ? 1 : !windows || byte >= 0xa0 ? 2 : WINDOWS_LENGTHS[byte - 0x80]!;
      if (length === 0) size.broken = true;
      size.bytes += length === 0 ? 2 : length;
    }
    return size;
  };
}

const SAMPLE_CHARACTERS = 200;

/** Text of bytes[from, to) for people, cut to 200 characters; broken bytes become replacement characters. */
export function createSampleText(
  encoding: MonthFormat['encoding'],
): (bytes: Uint8Array, from: number, to: number) => string {
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  return (bytes, from, to) => {
    // No character has more than four bytes.
    const part = bytes.subarray(from, Math.min(to, from + 4 * SAMPLE_CHARACTERS + 4));
    const text = encoding === 'iso-8859-1' ? String.fromCharCode(...part) : decoder.decode(part);
    return text.length <= SAMPLE_CHARACTERS ? text : Array.from(text).slice(0, SAMPLE_CHARACTERS).join('');
  };
}

/** How many bytes bytes[from, to) has more than the text it stands for: one of each doubled quotation mark. */
export function doubledQuotes(bytes: Uint8Array, from: number, to: number, quote: number): number {
  let quotes = 0;
  for (let at = from; at < to; at++) if (bytes[at] === quote) quotes++;
  return quotes >> 1;
}

/** The text of a quoted field, its doubled quotation marks made single. */
export function withoutDoubles(bytes: Uint8Array, from: number, to: number, quote: number): Uint8Array {
  const text = new Uint8Array(to - from);
  let length = 0;
  for (let at = from; at < to; at++) {
    text[length++] = bytes[at]!;
    if (bytes[at] === quote) at++;
  }
  return text.subarray(0, length);
}
