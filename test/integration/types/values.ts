/** Values of every sort as texts that all databases read, ordinary ones and extreme ones. */
import * as fc from 'fast-check';
import type { DatabaseKind } from '../../../schemas/constants';

/** A type that a column of a source can have, and what may stand in it, as SQL of that database. */
export interface SourceType {
  /** As a table is made with it. */
  type: string;
  /** Values that every other database takes in a column that Longshore creates. */
  value: fc.Arbitrary<string>;
  /** Values that some targets have no room for; they arrive as they are, or the run says which they are. */
  awkward?: fc.Arbitrary<Awkward>;
}

export interface Awkward {
  sql: string;
  refusedBy: DatabaseKind[];
}

export const sql = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Values that are refused by some, each as SQL. */
export const awkward = (refusedBy: DatabaseKind[], ...values: string[]): fc.Arbitrary<Awkward> =>
  fc.constantFrom(...values.map((value) => ({ sql: value, refusedBy })));

export const integer = (least: bigint, most: bigint): fc.Arbitrary<string> =>
  fc
    .oneof(fc.bigInt({ min: least, max: most }), fc.constantFrom(least, most, 0n, 1n, most - 1n, least + 1n))
    .map(String);

export const bits = (count: number): fc.Arbitrary<string> => {
  const half = 1n << BigInt(count - 1);
  return integer(-half, half - 1n);
};

/** Decimals of all sizes, the largest and smallest among them. */
export const decimal = (precision: number, scale: number): fc.Arbitrary<string> => {
  const most = 10n ** BigInt(precision) - 1n;
  return integer(-most, most).map((digits) => withPoint(BigInt(digits), scale));
};

export function withPoint(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

const shown = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

export const double = fc
  .oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(-0, 5e-324, 2.2250738585072014e-308, Number.MAX_VALUE, -Number.MAX_VALUE, 0.1, 1 / 3, 2 ** 53 + 2),
  )
  .map(shown);

export const single = fc
  .oneof(
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(...[-0, 1e-45, 3.4028234663852886e38, -3.4028234663852886e38, 0.1, 16777216].map(Math.fround)),
  )
  .map(shown);

export const two = (value: number): string => String(value).padStart(2, '0');

/** Days of the years 1 to 9999, which every database has. */
export const day = fc
  .oneof(
    fc.integer({ min: -719_162, max: 2_932_896 }),
    fc.integer({ min: -100_000, max: 40_000 }),
    fc.constantFrom(2_932_896, -719_162, -719_161, 0, -1, 11_016, 19_782, -141_428),
  )
  .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));

/** Times of day with up to `digits` digits of a second. */
export const time = (digits: number): fc.Arbitrary<string> =>
  fc.oneof(fc.integer({ min: 0, max: 86_399 }), fc.constantFrom(0, 86_399, 43_200)).chain((seconds) =>
    fc
      .oneof(fc.integer({ min: 0, max: 10 ** digits - 1 }), fc.constantFrom(0, 10 ** digits - 1, 1 % 10 ** digits))
      .map((part) => {
        const whole = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
        return digits === 0 ? whole : `${whole}.${String(part).padStart(digits, '0')}`;
      }),
  );

export const timestamp = (digits: number): fc.Arbitrary<string> =>
  fc.tuple(day, time(digits)).map(([date, clock]) => `${date} ${clock}`);

export const uuid = fc.oneof(
  fc.uuid(),
  fc.constantFrom('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
);

/** Bytes as hexadecimal digits. */
export const bytes = (most: number, least = 0): fc.Arbitrary<string> =>
  fc
    .oneof(
      fc.uint8Array({ minLength: least, maxLength: most }),
      fc.constantFrom(new Uint8Array(least), new Uint8Array(Math.min(most, Math.max(3, least))).fill(0x5c)),
    )
    .map((value) => Buffer.from(value).toString('hex'));

const CURIOUS = [
  '',
  ' ',
  ' padded ',
  'tab\there',
  'line\nbreak',
  'return\r\n',
  '\r',
  'quote\' and "double"',
  'back\\slash \\N \\. \\t',
  '\\N',
  'NULL',
  'null',
  '{}',
  'emoji 😀👩‍👩‍👧‍👦',
  'e\u0301 combining',
  '\u00e9 composed',
  'ﬀ İ ß ſ',
  '\u202eright to left',
  'a,b;c|d',
  '$1 %s ${x} @p',
  'Ω≈ç√ 漢字',
  '\u0001\u001f\u007f',
  '\u0085\u2028\u2029',
  '\ufeffbom',
  '\uffff\ufffe\ufffd',
  '-- comment /* */',
];

/** Text without NUL, of at most `most` characters (code points). */
export const text = (most: number): fc.Arbitrary<string> =>
  fc
    .oneof(
      fc.string({ unit: 'grapheme', maxLength: Math.min(most, 30) }),
      fc.string({ unit: 'binary', maxLength: Math.min(most, 30) }),
      fc.constantFrom(...CURIOUS, ...(most > 5000 ? ['x'.repeat(5000), '😀'.repeat(2100)] : [])),
    )
    .filter((value) => value.isWellFormed() && !value.includes('\0') && Array.from(value).length <= most);

export const json = fc.json().filter((value) => !value.includes('\\u0000') && value.isWellFormed());
