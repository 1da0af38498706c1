/** Rule `phone`: another number in the shape of the original. */
import type { BytesBuilder } from '../columnar/bytes-builder';
import type { SipHash } from './siphash';
import { shows, type TextInput, type TextWriter } from './text-loop';

const ZERO = 0x30;
const PLUS = 0x2b;
const LETTER = 0x78;
/** By byte: what the original's become. 0 for bytes that continue a character, which add none of their own. */
const BECOMES = Uint8Array.from({ length: 256 }, (_, byte) => ((byte & 0xc0) === 0x80 ? 0 : LETTER));
/** What people write between digits stays. */
for (const character of ' +-()./,;#*') BECOMES[character.charCodeAt(0)] = character.charCodeAt(0);
/** Country codes of one and two digits; all others have three. */
const ONE_DIGIT = new Set([1, 7]);
const TWO_DIGITS = new Set([
  20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58, 60, 61, 62,
  63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
]);
/** A number with fewer digits after its country code could be guessed by its code: all its digits change. */
const LEAST_NATIONAL = 4;
const DIGITS_PER_WORD = 9;
const ATTEMPTS = 8;
/** Digits of chance for one number; longer ones repeat them. */
const MOST_DIGITS = 72;

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= ZERO + 9;

/**
 * Every digit becomes another by the key; a leading `+` or `00` with its country code and a leading 0 stay, and so does
 * punctuation; letters become `x`. North American numbers become ones that are set aside for fiction (…-555-01xx).
 */
export function phoneWriter(hash: SipHash, maxLength: number | undefined): TextWriter {
  const digits = new Uint8Array(MOST_DIGITS);
  return (input, start, end, out) => {
    out.reserve(end - start);
    const shape = readShape(input, start, end);
    hash.hash64(input.view, start, end);
    let length = 0;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) hash.hashWords(hash.w0, hash.w1, attempt);
      const { w0, w1 } = hash;
      fillDigits(hash, digits, shape.digits);
      if (shape.isNorthAmerican) toFiction(digits, shape.kept);
      hash.w0 = w0;
      hash.w1 = w1;
      length = write(input, start, end, out, shape, digits);
      if (!shows(input.data, start, end, out.data, out.size, out.size + length)) break;
    }
    return maxLength === undefined ? length : Math.min(length, maxLength);
  };
}

interface Shape {
  digits: number;
  /** So many digits at the beginning stay. */
  kept: number;
  isNorthAmerican: boolean;
}

/** The first digits of a number, for its prefix. */
const first = new Uint8Array(4);

function readShape({ data }: TextInput, start: number, end: number): Shape {
  let digits = 0;
  let hasPlus = false;
  for (let at = start; at < end; at++) {
    const byte = data[at]!;
    if (isDigit(byte)) {
      if (digits < 4) first[digits] = byte - ZERO;
      digits++;
    } else if (byte === PLUS && digits === 0) hasPlus = true;
  }
  const plain = { digits, kept: digits > LEAST_NATIONAL && first[0] === 0 ? 1 : 0, isNorthAmerican: false };
  const prefix = hasPlus ? 0 : digits > 3 && first[0] === 0 && first[1] === 0 ? 2 : -1;
  if (prefix < 0 || digits < 4) return plain;
  const code = first[prefix]!;
  const kept = prefix + (ONE_DIGIT.has(code) ? 1 : TWO_DIGITS.has(code * 10 + first[prefix + 1]!) ? 2 : 3);
  if (digits - kept < LEAST_NATIONAL) return { ...plain, kept: 0 };
  return { digits, kept, isNorthAmerican: code === 1 && digits - kept === 10 };
}

/** As many digits of chance as the number has, nine for each 32 bits. */
function fillDigits(hash: SipHash, digits: Uint8Array, count: number): void {
  const wanted = Math.min(count, MOST_DIGITS);
  for (let done = 0; done < wanted; done += 2 * DIGITS_PER_WORD) {
    if (done > 0) hash.hashWords(hash.w0, hash.w1, done);
    let low = hash.w0 >>> 0;
    let high = hash.w1 >>> 0;
    for (let at = done; at < done + DIGITS_PER_WORD; at++) {
      const lowRest = Math.floor(low / 10);
      const highRest = Math.floor(high / 10);
      digits[at] = low - lowRest * 10;
      digits[at + DIGITS_PER_WORD] = high - highRest * 10;
      low = lowRest;
      high = highRest;
    }
  }
}

/** An area code that may exist, exchange 555, line 0100 to 0199: never given to anybody. */
function toFiction(digits: Uint8Array, kept: number): void {
  digits[kept] = 2 + (digits[kept]! & 7);
  [5, 5, 5, 0, 1].forEach((digit, index) => (digits[kept + 3 + index] = digit));
}

function write(
  { data }: TextInput,
  start: number,
  end: number,
  out: BytesBuilder,
  { kept }: Shape,
  digits: Uint8Array,
): number {
  const masked = out.data;
  let to = out.size;
  let index = 0;
  for (let at = start; at < end; at++) {
    const byte = data[at]!;
    const becomes = BECOMES[byte]!;
    if (isDigit(byte)) {
      masked[to++] = index < kept ? byte : ZERO + digits[index % MOST_DIGITS]!;
      index++;
    } else if (becomes !== 0) masked[to++] = becomes;
  }
  return to - out.size;
}
