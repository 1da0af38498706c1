/** Columns of doubles and single floats. */
import type { FileColumn, RejectReason } from '../types/file';
import { FixedParser } from './parse-column';
import { digitsOf, marksOf, readFraction, type Marks } from './parse-numbers';
import { asciiOf } from './values/bytes';
import { NumberScan } from './values/number-scan';

const [MINUS, PLUS, ZERO, POINT] = [45, 43, 48, 46];
/** Powers of ten that a double holds exactly: with a whole number of 15 digits, a division by one is rounded once. */
const POWERS = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const SPECIAL: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '+inf': Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  '+infinity': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  '-infinity': Number.NEGATIVE_INFINITY,
};

/**
 * A value is the double nearest to its digits, which are no more than identify a double (17; of a single float 9): more
 * would be lost, and are rejected.
 */
export class FloatParser extends FixedParser<Float32Array | Float64Array> {
  readonly #scan = new NumberScan();
  readonly #marks: Marks;
  readonly #decimal: number;
  readonly #single: boolean;
  readonly #mostDigits: number;

  constructor(column: FileColumn, form: 'float32' | 'float64') {
    super(column, form);
    this.#marks = marksOf(column.format);
    this.#decimal = this.#marks.decimal.charCodeAt(0);
    this.#single = form === 'float32';
    this.#mostDigits = this.#single ? 9 : 17;
  }

  protected value(data: Uint8Array, start: number, end: number, row: number): RejectReason | '' {
    let at = start;
    const sign = data[at]!;
    if (sign === MINUS || sign === PLUS) at++;
    const first = at;
    let value = 0;
    let point = -1;
    for (; at < end; at++) {
      const byte = data[at]!;
      if (byte >= ZERO && byte <= 57) value = value * 10 + (byte - ZERO);
      else if (byte === this.#decimal && point < 0) point = at;
      else return this.#exact(data, start, end, row);
    }
    const digits = end - first - (point < 0 ? 0 : 1);
    if (digits === 0 || digits > 15 || this.#single) return this.#exact(data, start, end, row);
    const magnitude = point < 0 ? value : value / POWERS[end - point - 1]!;
    this.values[row] = sign === MINUS ? -magnitude : magnitude;
    return '';
  }

  #exact(data: Uint8Array, start: number, end: number, row: number): RejectReason | '' {
    const scan = this.#scan;
    const fraction = readFraction(scan, this.#marks, data, start, end);
    if (fraction < 0) return this.#special(data, start, end, row);
    const digits = significantDigits(data, scan.from, scan.to);
    if (digits > this.#mostDigits) return 'too-precise';
    const magnitude =
      scan.thousands === 0 && this.#decimal === POINT && scan.fracDigits === fraction
        ? Number(`${asciiOf(data, scan.from, scan.to)}e${scan.exponent}`)
        : Number(`${digitsOf(scan, data)}e${scan.exponent - fraction}`);
    const value = scan.negative ? -magnitude : magnitude;
    const stored = this.#single ? Math.fround(value) : value;
    if (!Number.isFinite(stored) || (stored === 0 && digits > 0)) return 'out-of-range';
    this.values[row] = stored;
    return '';
  }

  #special(data: Uint8Array, start: number, end: number, row: number): RejectReason | '' {
    const special = end - start < 10 ? SPECIAL[asciiOf(data, start, end).toLowerCase()] : undefined;
    if (special === undefined) return 'not-a-number';
    this.values[row] = special;
    return '';
  }

  protected problem(reason: RejectReason): string {
    if (reason === 'too-precise') return `has more digits than the ${this.#mostDigits} that the column can keep`;
    return reason === 'out-of-range' ? 'is too large or too small for the column' : 'is not a number';
  }
}

/** Digits from the first to the last that is not 0, marks left out. */
function significantDigits(data: Uint8Array, from: number, to: number): number {
  let [seen, count] = [0, 0];
  for (let at = from; at < to; at++) {
    const digit = data[at]! - ZERO;
    if (digit < 0 || digit > 9 || (digit === 0 && seen === 0)) continue;
    seen++;
    if (digit !== 0) count = seen;
  }
  return count;
}
