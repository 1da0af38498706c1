import { halves } from '../../core/columnar/allocate';
import { writeInt128, writeInt128FromNumber } from '../../core/columnar/int128';
import { viewOf } from '../../core/columnar/copy-bytes';
import type { FieldSource } from './binary-columns';
import { brokenStream, NeedsText, RowValueError } from './binary-errors';

/**
 * numeric on the wire: count of digits, weight of the first, sign, display scale, then digits of base 10000. The value
 * is the sum of digit[i] × 10000^(weight - i); leading and trailing zero digits are left out.
 */
const HEADER = 8;
const NEGATIVE = 0x4000;
/** NaN, infinity and minus infinity have this bit pattern in their two highest bits. */
const SPECIAL = 0xc000;
const MAX_DIGIT = 9999;
const GROUP = [1, 10, 100, 1000, 10_000];
const EXACT = 2 ** 53;
const BILLION = 1e9;

const powers = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** Unscaled integers of numerics, 64 bits for up to 18 digits, else 128. */
export function decodeDecimals(source: FieldSource, precision: number, scale: number): BigInt64Array | Uint8Array {
  const rows = source.fields.length;
  if (precision <= 18) return decodeInto64(source, precision, scale, new BigInt64Array(rows));
  return decodeInto128(source, precision, scale, new Uint8Array(rows * 16));
}

/** Checks sign and length of the numeric at `at`; its count of digits. */
function checkedDigits(source: FieldSource, at: number): number {
  const { view } = source;
  const length = view.getInt32(at - 4);
  const digits = length < HEADER ? -1 : view.getInt16(at);
  if (digits < 0 || length !== HEADER + digits * 2) throw brokenStream('a numeric is malformed', source.column);
  const sign = view.getUint16(at + 4);
  if (sign !== 0 && sign !== NEGATIVE) {
    if (sign >= SPECIAL) throw new NeedsText(source.index, source.column);
    throw brokenStream('the sign of a numeric is unknown', source.column);
  }
  return digits;
}

function tooPrecise(source: FieldSource, row: number, precision: number, scale: number): never {
  const { column, index } = source;
  throw new RowValueError(
    'VALUE_NOT_REPRESENTABLE',
    `A value of column ${column} has more digits than decimal(${precision},${scale}) holds.`,
    column,
    index,
    row,
  );
}

/**
 * The unscaled value as an exact double, or NaN when that needs the long way. With up to three base-10000 digits every
 * step is exact below 2^53.
 */
function shortValue(view: DataView, at: number, digits: number, scale: number): number {
  const exponent = (view.getInt16(at + 2) - digits + 1) * 4 + scale;
  let value = view.getUint16(at + HEADER);
  if (value > MAX_DIGIT) return Number.NaN;
  for (let i = 1; i < digits; i++) {
    const digit = view.getUint16(at + HEADER + i * 2);
    if (digit > MAX_DIGIT) return Number.NaN;
    value = value * 10_000 + digit;
  }
  if (exponent >= 0) {
    if (exponent > 22) return Number.NaN;
    value *= powers[exponent]!;
    return value < EXACT ? value : Number.NaN;
  }
  if (exponent <= -4) return Number.NaN;
  value /= powers[-exponent]!;
  return Number.isInteger(value) ? value : Number.NaN;
}

function decodeInto64(source: FieldSource, precision: number, scale: number, out: BigInt64Array): BigInt64Array {
  const { view, fields } = source;
  const words = halves(out);
  const bound = Number(`1e${precision}`);
  const long = new LongDecimal();
  for (let row = 0; row < fields.length; row++) {
    const at = fields[row]!;
    if (at < 0) continue;
    const digits = checkedDigits(source, at);
    if (digits === 0) continue;
    const negative = view.getUint16(at + 4) !== 0;
    let value = Number.NaN;
    if (digits <= 3) value = shortValue(view, at, digits, scale);
    if (value < EXACT) {
      if (value >= bound) tooPrecise(source, row, precision, scale);
      if (negative) value = -value;
      words[row * 2] = value | 0;
      words[row * 2 + 1] = Math.floor(value / 4294967296);
    } else {
      if (!long.read(view, at, digits, scale) || !long.below(precision)) tooPrecise(source, row, precision, scale);
      long.store(words, row * 2, negative);
    }
  }
  return out;
}

/** A decimal of up to 18 digits as two halves of nine, because a double is exact only up to 2^53. */
class LongDecimal {
  high = 0;
  low = 0;

  /** False when the value has digits beyond the scale, or more than 18 in all. */
  read(view: DataView, at: number, digits: number, scale: number): boolean {
    this.high = 0;
    this.low = 0;
    let exponent = (view.getInt16(at + 2) - digits + 1) * 4 + scale;
    for (let i = 0; i < digits; i++) {
      let digit = view.getUint16(at + HEADER + i * 2);
      if (digit > MAX_DIGIT) return false;
      // What the groups from this one on stand above (or below) the last decimal place that counts.
      const place = exponent + (digits - 1 - i) * 4;
      if (place <= -4) {
        if (digit !== 0) return false;
        continue;
      }
      let factor = GROUP[4]!;
      if (place < 0) {
        const cut = GROUP[-place]!;
        if (digit % cut !== 0) return false;
        digit /= cut;
        factor = GROUP[4 + place]!;
      }
      if (!this.#multiplyAdd(factor, digit)) return false;
    }
    for (; exponent > 0; exponent -= 4) if (!this.#multiplyAdd(GROUP[Math.min(exponent, 4)]!, 0)) return false;
    return true;
  }

  #multiplyAdd(factor: number, digit: number): boolean {
    const low = this.low * factor + digit;
    const carry = Math.floor(low / BILLION);
    this.low = low - carry * BILLION;
    this.high = this.high * factor + carry;
    return this.high < BILLION;
  }

  below(precision: number): boolean {
    return precision > 9 ? this.high < powers[precision - 9]! : this.high === 0 && this.low < powers[precision]!;
  }

  /** high × 10^9 + low as a 64-bit integer, in two 32-bit words. */
  store(words: Int32Array, at: number, negative: boolean): void {
    // 10^9 = 0x3b9a × 2^16 + 0xca00, so that no product passes 2^53.
    const upper = this.high * 0x3b9a;
    const upperHigh = Math.floor(upper / 65_536);
    const rest = (upper - upperHigh * 65_536) * 65_536 + this.high * 0xca00 + this.low;
    const high = (upperHigh + Math.floor(rest / 4294967296)) | 0;
    const low = rest | 0;
    words[at] = negative ? -low | 0 : low;
    words[at + 1] = negative ? ~high + (low === 0 ? 1 : 0) : high;
  }
}

function decodeInto128(source: FieldSource, precision: number, scale: number, out: Uint8Array): Uint8Array {
  const { view, fields } = source;
  const target = viewOf(out);
  const bound = 10n ** BigInt(precision);
  for (let row = 0; row < fields.length; row++) {
    const at = fields[row]!;
    if (at < 0) continue;
    const digits = checkedDigits(source, at);
    if (digits === 0) continue;
    const negative = view.getUint16(at + 4) !== 0;
    const short = digits <= 3 ? shortValue(view, at, digits, scale) : Number.NaN;
    if (short < EXACT) {
      writeInt128FromNumber(target, row * 16, negative ? -short : short);
      continue;
    }
    const value = bigValue(source, row, at, digits, precision, scale);
    if (value >= bound) tooPrecise(source, row, precision, scale);
    writeInt128(target, row * 16, negative ? -value : value);
  }
  return out;
}

function bigValue(
  source: FieldSource,
  row: number,
  at: number,
  digits: number,
  precision: number,
  scale: number,
): bigint {
  const { view } = source;
  const weight = view.getInt16(at + 2);
  // 38 digits span at most 11 groups; what spans many more is not worth computing.
  if (weight > 10 || digits > 32) tooPrecise(source, row, precision, scale);
  const exponent = (weight - digits + 1) * 4 + scale;
  let value = 0n;
  for (let i = 0; i < digits; i++) {
    const digit = view.getUint16(at + HEADER + i * 2);
    if (digit > MAX_DIGIT) throw brokenStream('a numeric is malformed', source.column);
    value = value * 10_000n + BigInt(digit);
  }
  if (exponent >= 0) return value * 10n ** BigInt(exponent);
  if (-exponent >= digits * 4) tooPrecise(source, row, precision, scale);
  const divisor = 10n ** BigInt(-exponent);
  if (value % divisor !== 0n) tooPrecise(source, row, precision, scale);
  return value / divisor;
}
