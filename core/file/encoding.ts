import type { FileEncoding, FileSample, FormatFinding, FormatOptions } from '../types/file';
import { isAscii } from './reader/input';

/** An encoding, and how long its byte order mark is. */
export interface EncodingChoice {
  encoding: FileEncoding;
  bom: number;
  finding: FormatFinding;
}

/** Bytes that are looked at to tell UTF-16 without a mark. */
const UTF16_BYTES = 64 * 1024;

/** Recognises the encoding of a file. Options overrule what it is, not how long its byte order mark is. */
export function detectEncoding(sample: FileSample, options: FormatOptions = {}): EncodingChoice {
  const marked = markOf(sample.head);
  const found = marked ?? guessed(sample);
  if (options.encoding === undefined) return found;
  const bom = marked && marked.encoding === options.encoding ? marked.bom : 0;
  return {
    encoding: options.encoding,
    bom,
    finding: {
      ...found.finding,
      value: options.encoding,
      confidence: 1,
      why: 'said by the configuration',
      given: true,
    },
  };
}

function chosen(encoding: FileEncoding, bom: number, confidence: number, why: string): EncodingChoice {
  return { encoding, bom, finding: { trait: 'encoding', value: encoding, confidence, why } };
}

function markOf(head: Uint8Array): EncodingChoice | undefined {
  const [first, second, third] = head;
  if (first === 0xef && second === 0xbb && third === 0xbf)
    return chosen('utf-8', 3, 1, 'it begins with the byte order mark of UTF-8');
  if (first === 0xff && second === 0xfe)
    return chosen('utf-16le', 2, 1, 'it begins with the byte order mark of UTF-16, little end first');
  if (first === 0xfe && second === 0xff)
    return chosen('utf-16be', 2, 1, 'it begins with the byte order mark of UTF-16, big end first');
  return undefined;
}

function guessed(sample: FileSample): EncodingChoice {
  const wide = guessedUtf16(sample.head);
  if (wide) return wide;
  const isWhole = sample.head.length >= sample.size;
  const head = countUtf8(sample.head, false, !isWhole);
  const tail = sample.tail ? countUtf8(sample.tail, true, false) : { valid: 0, invalid: 0 };
  const valid = head.valid + tail.valid;
  const invalid = head.invalid + tail.invalid;
  if (valid === 0 && invalid === 0) return chosen('utf-8', 0, isWhole ? 0.99 : 0.95, 'all bytes are ASCII');
  if (invalid === 0) return chosen('utf-8', 0, 0.99, `all ${valid} characters beyond ASCII are UTF-8`);
  // Letters of one byte hardly ever look like characters of two: more of those are text put together of both.
  if (valid > invalid)
    return chosen('utf-8', 0, 0.8, `${valid} characters beyond ASCII are UTF-8, ${invalid} bytes are not`);
  return guessedSingleByte(sample, invalid);
}

/** UTF-16 of mostly Latin text has a zero in every other byte. */
function guessedUtf16(head: Uint8Array): EncodingChoice | undefined {
  const end = Math.min(head.length, UTF16_BYTES) & ~1;
  if (end < 4) return undefined;
  let even = 0;
  let odd = 0;
  let ends = 0;
  for (let at = 0; at < end; at += 2) {
    if (head[at] === 0) even++;
    if (head[at + 1] === 0) odd++;
    if ((head[at] === 0 && isSpace(head[at + 1]!)) || (head[at + 1] === 0 && isSpace(head[at]!))) ends++;
  }
  const units = end / 2;
  const most = Math.max(even, odd);
  const least = Math.min(even, odd);
  if (least > most * 0.05 || most < units * 0.2) return undefined;
  if (most < units * 0.6 && ends === 0) return undefined;
  return chosen(odd > even ? 'utf-16le' : 'utf-16be', 0, 0.95, 'every other byte is zero, as in UTF-16');
}

const isSpace = (byte: number): boolean =>
  byte === 0x0a || byte === 0x0d || byte === 0x20 || byte === 0x09 || byte === 0x2c || byte === 0x3b;

/** Characters of two bytes and more, and bytes that are part of none. */
function countUtf8(bytes: Uint8Array, cutStart: boolean, cutEnd: boolean): { valid: number; invalid: number } {
  if (isAscii(bytes)) return { valid: 0, invalid: 0 };
  let valid = 0;
  let invalid = 0;
  let at = 0;
  if (cutStart) while (at < 3 && at < bytes.length && (bytes[at]! & 0xc0) === 0x80) at++;
  while (at < bytes.length) {
    const byte = bytes[at]!;
    if (byte < 0x80) {
      at++;
      continue;
    }
    const length =
      byte >= 0xc2 && byte <= 0xdf ? 2 : byte >= 0xe0 && byte <= 0xef ? 3 : byte >= 0xf0 && byte <= 0xf4 ? 4 : 0;
    let have = 1;
    while (have < length && at + have < bytes.length && (bytes[at + have]! & 0xc0) === 0x80) have++;
    if (length > 0 && have === length && !isForbidden(byte, bytes[at + 1]!)) {
      valid++;
      at += length;
    } else if (cutEnd && length > 0 && at + have === bytes.length) break;
    else {
      invalid++;
      at++;
    }
  }
  return { valid, invalid };
}

/** Overlong forms, surrogates, and what lies beyond Unicode. */
function isForbidden(first: number, second: number): boolean {
  return (
    (first === 0xe0 && second < 0xa0) ||
    (first === 0xed && second > 0x9f) ||
    (first === 0xf0 && second < 0x90) ||
    (first === 0xf4 && second > 0x8f)
  );
}

function guessedSingleByte({ head, tail }: FileSample, invalid: number): EncodingChoice {
  let controls = 0;
  let euro = 0;
  let accents = 0;
  for (const bytes of tail ? [head, tail] : [head])
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte >= 0x80 && byte < 0xa0) controls++;
      else if (byte === 0xa4) euro++;
      else if (byte >= 0xc0) accents++;
    }
  const why = `${invalid} bytes are not UTF-8`;
  if (controls > 0) return chosen('windows-1252', 0, 0.85, `${why}, and some are marks that only Windows-1252 has`);
  // A sign for "any currency" is found in no file; the euro is.
  if (euro > 0) return chosen('iso-8859-15', 0, 0.6, `${why}, and 0xA4 stands where a euro sign would`);
  return chosen(
    'windows-1252',
    0,
    accents > 0 ? 0.85 : 0.75,
    `${why}; all fit Windows-1252, of which Latin-1 is a part`,
  );
}
