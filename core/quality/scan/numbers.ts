/** Numbers and truth values, judged from their bytes. Each check writes down which values are none, and how many. */
import type { CheckType } from '../../types/quality';
import type { Values } from './batch';

const [PLUS, MINUS, POINT, ZERO] = [43, 45, 46, 48];
const HIGH_BITS = 0x80808080 | 0;

/** Offset of the first byte from `at` on that is no digit. */
function skipDigits(bytes: Uint8Array, view: DataView, from: number, to: number): number {
  let at = from;
  while (at + 4 <= to) {
    const word = view.getInt32(at, true);
    const others = ((word + 0x46464646) | (word - 0x30303030) | word) & HIGH_BITS;
    if (others !== 0) return at + ((31 - Math.clz32(others & -others)) >> 3);
    at += 4;
  }
  while (at < to && (bytes[at]! - ZERO) >>> 0 <= 9) at++;
  return at;
}

function skipZeros(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] === ZERO) at++;
  return at;
}

const skipSign = (bytes: Uint8Array, from: number, to: number): number =>
  from < to && (bytes[from] === MINUS || bytes[from] === PLUS) ? from + 1 : from;

/** Sign and digits; zeros in front do not count against `digits`. */
export function checkIntegers(
  values: Values,
  bytes: Uint8Array,
  view: DataView,
  { digits, low, high }: IntegerType,
): void {
  const { count, from, to, bad } = values;
  // Shorter values fit whatever the bounds are: they are asked about the others alone.
  const sure = low === undefined && high === undefined ? digits : Math.min(digits, shortest(low, high) - 1);
  let bads = 0;
  for (let k = 0; k < count; k++) {
    const end = to[k]!;
    const at = skipSign(bytes, from[k]!, end);
    let fits = end - at <= sure;
    if (!fits) {
      const first = skipZeros(bytes, at, end);
      fits = end - first <= sure || (end - first <= digits && isWithin(bytes, from[k]!, first, end, low, high));
    }
    if (at === end || !fits || skipDigits(bytes, view, at, end) !== end) bad[bads++] = k;
  }
  values.bads = bads;
}

type IntegerType = Extract<CheckType, { kind: 'integer' }>;

/** Digits of the bound that has fewer. A lowest value of 0 leaves no negative number sure. */
const shortest = (...bounds: (string | undefined)[]): number =>
  Math.min(
    ...bounds.map((bound) => (bound === undefined ? Infinity : bound === '0' ? 1 : bound.replace('-', '').length)),
  );

/** Whether the digits from `first` on, with the sign at `from`, lie between the bounds. */
function isWithin(
  bytes: Uint8Array,
  from: number,
  first: number,
  end: number,
  low: string | undefined,
  high: string | undefined,
): boolean {
  const isNegative = bytes[from] === MINUS && first < end;
  const bound = isNegative ? low : high;
  if (bound === undefined) return true;
  if (isNegative !== bound.startsWith('-')) return false;
  const limit = isNegative ? bound.slice(1) : bound;
  if (end - first !== limit.length) return end - first < limit.length;
  for (let at = first, k = 0; at < end; at++, k++) {
    const difference = bytes[at]! - limit.charCodeAt(k);
    if (difference !== 0) return difference < 0;
  }
  return true;
}

/** Digits with a point; zeros in front and at the very end do not count, for they change no value. */
export function checkDecimals(
  values: Values,
  bytes: Uint8Array,
  view: DataView,
  precision: number,
  scale: number,
): void {
  const { count, from, to, bad } = values;
  const room = precision - scale;
  let bads = 0;
  for (let k = 0; k < count; k++) {
    const end = to[k]!;
    const at = skipSign(bytes, from[k]!, end);
    const point = skipDigits(bytes, view, at, end);
    let good = point > at;
    if (point - at > room && point - skipZeros(bytes, at, point) > room) good = false;
    if (point < end) {
      if (bytes[point] !== POINT) good = false;
      else {
        const fraction = end - point - 1;
        good = (good || (point === at && fraction > 0)) && skipDigits(bytes, view, point + 1, end) === end;
        if (fraction > scale && good) good = trimZeros(bytes, point + 1, end) - point - 1 <= scale;
      }
    }
    if (!good) bad[bads++] = k;
  }
  values.bads = bads;
}

function trimZeros(bytes: Uint8Array, from: number, to: number): number {
  let end = to;
  while (end > from && bytes[end - 1] === ZERO) end--;
  return end;
}

const FLOAT = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|infinity)$|^nan$/i;
const WORD_BYTES = 400;

/** A floating point number, or NaN or infinity by name. What overflows to infinity is none. */
function isFloat(text: string): boolean {
  if (!FLOAT.test(text)) return false;
  return Number.isFinite(Number(text)) || /[nf]/i.test(text);
}

/** Also with an exponent, and the words for infinity and not-a-number. */
export function checkFloats(values: Values, bytes: Uint8Array, view: DataView): void {
  const { count, from, to, bad } = values;
  let bads = 0;
  for (let k = 0; k < count; k++) {
    const end = to[k]!;
    const at = skipSign(bytes, from[k]!, end);
    // Nearly all are digits with a point, too few of them to overflow.
    let next = skipDigits(bytes, view, at, end);
    let digits = next - at;
    if (next < end && bytes[next] === POINT) {
      const point = next;
      next = skipDigits(bytes, view, point + 1, end);
      digits += next - point - 1;
    }
    if (next === end && digits > 0 && digits < 300) continue;
    if (end - from[k]! > WORD_BYTES || !isFloat(asciiText(bytes, from[k]!, end))) bad[bads++] = k;
  }
  values.bads = bads;
}

/** Characters of bytes that are ASCII; others become characters that no number has. */
export function asciiText(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}

const TRUE_WORDS = ['true', 't', 'yes', 'y', 'on', '1'];
const FALSE_WORDS = ['false', 'f', 'no', 'n', 'off', '0'];
const LONGEST_WORD = 5;

/** 1, 0, or -1 for what is neither. */
export function truthOf(bytes: Uint8Array, from: number, to: number): number {
  if (to - from === 1) {
    const letter = bytes[from]! | 0x20;
    if (bytes[from] === 48 || letter === 102 || letter === 110) return 0;
    if (bytes[from] === 49 || letter === 116 || letter === 121) return 1;
    return -1;
  }
  if (to - from > LONGEST_WORD) return -1;
  const word = asciiText(bytes, from, to).toLowerCase();
  return TRUE_WORDS.includes(word) ? 1 : FALSE_WORDS.includes(word) ? 0 : -1;
}

/** Words for true and false, and 1 and 0. */
export function checkBooleans(values: Values, bytes: Uint8Array): void {
  const { count, from, to, bad } = values;
  let bads = 0;
  for (let k = 0; k < count; k++) if (truthOf(bytes, from[k]!, to[k]!) < 0) bad[bads++] = k;
  values.bads = bads;
}

/** Longest number that is written without an exponent. */
const PLAIN = 40;

/**
 * The value of a number that `checkFloats` takes, in one spelling: sign, digits without zeros that say nothing, and a
 * point where it is needed. Every digit counts. Words come as `NaN`, `Infinity`, `-Infinity`.
 */
export function exactNumber(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  if (whole + fraction === '') return /nan/i.test(text) ? 'NaN' : text.startsWith('-') ? '-Infinity' : 'Infinity';
  const all = `${whole}${fraction}`.replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  if (digits === '') return '0';
  const minus = sign === '-' ? '-' : '';
  const power = Number(exponent) - fraction.length + (all.length - digits.length);
  if (power >= 0 && digits.length + power <= PLAIN) return `${minus}${digits}${'0'.repeat(power)}`;
  if (power >= 0 || power < -PLAIN) return `${minus}${digits}e${power}`;
  const padded = digits.padStart(1 - power, '0');
  return `${minus}${padded.slice(0, power)}.${padded.slice(power)}`;
}
