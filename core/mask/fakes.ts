/** Rules `email`, `name`, `first-name`, `last-name` and `address`: people and places that do not exist. */
import type { BytesBuilder } from '../columnar/bytes-builder';
import { FIRST_NAMES, LAST_NAMES } from './names';
import { CITIES, STREETS } from './places';
import type { SipHash } from './siphash';
import { writeBase32 } from './text-hash';
import { shows, type TextWriter } from './text-loop';

/** Attempts to make something in which the original does not appear; each fails once in hundreds of values at most. */
const ATTEMPTS = 8;
/** Longest value that any of these rules makes, in bytes. */
const LONGEST = 64;
/** Characters of an e-mail address that keep two of them apart: 50 bits, to which the names add 16. */
const TAG = 10;
/** Shortest e-mail address that is made; `abc@x.test` still tells values apart after a fashion. */
export const SHORTEST_EMAIL = 10;

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const listOf = (words: readonly string[]): Uint8Array[] => words.map(bytesOf);

const FIRST = listOf(FIRST_NAMES);
const LAST = listOf(LAST_NAMES);
const FIRST_LOWER = listOf(FIRST_NAMES.map((name) => name.toLowerCase()));
const LAST_LOWER = listOf(LAST_NAMES.map((name) => name.toLowerCase()));
const STREET = listOf(STREETS);
const CITY = listOf(CITIES);
const EXAMPLE = bytesOf('@example.com');
const SHORT_EXAMPLE = bytesOf('@x.test');
const NUMBERS = listOf(Array.from({ length: 199 }, (_, index) => `${index + 1} `));
const COMMA = bytesOf(', ');
const NOTHING = new Uint8Array(0);
const DOT = bytesOf('.');
const BLANK = bytesOf(' ');
const INITIALS = FIRST_NAMES.map((name) => bytesOf(`${name[0]!}. `));

/** Writes at `at`, where there is room, and returns the end. `low` and `high` are 64 bits of chance. */
type Composer = (data: Uint8Array, at: number, low: number, high: number) => number;

/** Writer of a rule: hashes the value, composes, and composes anew when the original shows in the result. */
function faker(hash: SipHash, compose: Composer): TextWriter {
  return (input, start, end, out: BytesBuilder) => {
    out.reserve(LONGEST);
    hash.hash64(input.view, start, end);
    let stop = compose(out.data, out.size, hash.w0, hash.w1);
    for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
      if (!shows(input.data, start, end, out.data, out.size, stop)) break;
      hash.hashWords(hash.w0, hash.w1, attempt);
      stop = compose(out.data, out.size, hash.w0, hash.w1);
    }
    return stop - out.size;
  };
}

function put(data: Uint8Array, at: number, word: Uint8Array): number {
  for (let index = 0; index < word.length; index++) data[at + index] = word[index]!;
  return at + word.length;
}

const pick = (list: readonly Uint8Array[], chance: number): Uint8Array => list[(chance >>> 0) % list.length]!;

/** `anna.schmidt.k3m2…@example.com`; what has no room goes in the order first name, last name, domain, tag. */
export function emailWriter(hash: SipHash, maxLength = LONGEST): TextWriter {
  const domain = maxLength >= TAG + EXAMPLE.length ? EXAMPLE : SHORT_EXAMPLE;
  const tag = Math.max(1, Math.min(TAG, maxLength - domain.length));
  const room = maxLength - domain.length - tag;
  return faker(hash, (data, start, low, high) => {
    const chance = (low >>> 0) % (FIRST.length * LAST.length);
    const first = FIRST_LOWER[chance % FIRST.length]!;
    const last = LAST_LOWER[Math.floor(chance / FIRST.length)]!;
    let at = start;
    if (first.length + last.length + 2 <= room) at = put(data, put(data, at, first), DOT);
    if (last.length + 1 <= room) at = put(data, put(data, at, last), DOT);
    // The bits that chose the names least go into the tag first.
    writeBase32(data, at, high, low >>> 14, tag);
    return put(data, at + tag, domain);
  });
}

/** `Anna Schmidt`; `A. Schmidt` or `Schmidt` where there is no room. */
export function nameWriter(hash: SipHash, maxLength = LONGEST): TextWriter {
  return faker(hash, (data, start, low, high) => {
    const index = (high >>> 0) % FIRST.length;
    const first = FIRST[index]!;
    const last = pick(LAST, low);
    let at = start;
    if (first.length + 1 + last.length <= maxLength) at = put(data, put(data, at, first), BLANK);
    else if (3 + last.length <= maxLength) at = put(data, at, INITIALS[index]!);
    return Math.min(put(data, at, last), start + maxLength);
  });
}

/** A first or a last name alone. */
export function wordWriter(hash: SipHash, rule: 'first-name' | 'last-name', maxLength = LONGEST): TextWriter {
  const list = rule === 'first-name' ? FIRST : LAST;
  return faker(hash, (data, start, low) => Math.min(put(data, start, pick(list, low)), start + maxLength));
}

/** `17 Mill Road, Ashbrook`; without the town where there is no room. */
export function addressWriter(hash: SipHash, maxLength = LONGEST): TextWriter {
  return faker(hash, (data, start, low, high) => {
    const number = pick(NUMBERS, high & 0xffff);
    const street = pick(STREET, low);
    const city = pick(CITY, high >>> 16);
    const all = number.length + street.length + COMMA.length + city.length;
    let at = put(data, put(data, start, number), street);
    const hasRoom = all <= maxLength;
    at = put(data, at, hasRoom ? COMMA : NOTHING);
    at = put(data, at, hasRoom ? city : NOTHING);
    return Math.min(at, start + maxLength);
  });
}
