/** Columns of whole numbers and exact decimals, whose values are whole numbers of 10^-scale. */
import { halves } from '../columnar/allocate';
import { powerOfTen, writeInt128, writeInt128FromNumber } from '../columnar/int128';
import type { FieldBatch, FileColumn, RejectReason, ValueFormat } from '../types/file';
import { FixedParser, type FixedValues } from './parse-column';
import { MARKS, NumberScan } from './values/number-scan';

const [MINUS, PLUS, ZERO, NINE] = [45, 43, 48, 57];
/** Digits that a double holds for sure, and the largest number up to which it holds every one. */
const SAFE_DIGITS = 15;
const SAFE = Number.MAX_SAFE_INTEGER;
/** More digits than this are beyond every type, whatever they are. */
const MOST_DIGITS = 1000;
const MOST_WHOLE = 60;

/** Marks of a column's numbers. */
export interface Marks {
  decimal: '.' | ',';
  thousands: string;
  affix: boolean;
}

/** Marks that a format names, or that follow from it. */
export function marksOf(format: ValueFormat): Marks {
  const isNumber = format.kind === 'integer' || format.kind === 'decimal';
  const thousands = isNumber ? (format.thousands ?? '') : '';
  const given = format.kind === 'decimal' || format.kind === 'float' ? format.decimalMark : undefined;
  return {
    decimal: given ?? (thousands === '.' ? ',' : '.'),
    thousands,
    affix: isNumber && format.affix !== undefined,
  };
}

/**
 * Takes a number of any notation apart by the marks of its column: digits of its fraction, or -1 where it is none. The
 * rest stands in `scan`.
 */
export function readFraction(scan: NumberScan, marks: Marks, data: Uint8Array, start: number, end: number): number {
  if (!scan.read(data, start, end) || (scan.affix !== 0 && !marks.affix)) return -1;
  if (scan.thousands !== 0 && MARKS[scan.thousands] !== marks.thousands) return -1;
  if (scan.decimal === 0) return 0;
  const mark = MARKS[scan.decimal];
  if (mark === marks.decimal) return scan.fracDigits;
  return scan.open && mark === marks.thousands ? 0 : -1;
}

/** The digits alone of what was scanned. */
export function digitsOf({ from, to }: NumberScan, data: Uint8Array): string {
  let digits = '';
  for (let at = from; at < to; at++) {
    const byte = data[at]!;
    if (byte >= ZERO && byte <= NINE) digits += String.fromCharCode(byte);
  }
  return digits;
}

interface Bounds {
  scale: number;
  min: bigint;
  max: bigint;
}

abstract class WholeParser<Values extends FixedValues> extends FixedParser<Values> {
  readonly #scan = new NumberScan();
  readonly #marks: Marks;
  readonly #decimal: number;
  readonly #scale: number;
  readonly #min: bigint;
  readonly #max: bigint;
  readonly #least: number;
  readonly #most: number;

  constructor(column: FileColumn, form: 'int32' | 'int64' | 'fixed16', { scale, min, max }: Bounds) {
    super(column, form);
    this.#marks = marksOf(column.format);
    this.#decimal = this.#marks.decimal.charCodeAt(0);
    this.#scale = scale;
    [this.#min, this.#max] = [min, max];
    [this.#least, this.#most] = [Number(min), Number(max)];
  }

  protected abstract store(row: number, value: number): void;
  protected abstract storeBig(row: number, value: bigint): void;

  protected value(data: Uint8Array, start: number, end: number, row: number): RejectReason | '' {
    const decimal = this.#decimal;
    let at = start;
    const sign = data[at]!;
    if (sign === MINUS || sign === PLUS) at++;
    const first = at;
    let value = 0;
    let point = -1;
    for (; at < end; at++) {
      const byte = data[at]!;
      if (byte >= ZERO && byte <= NINE) value = value * 10 + (byte - ZERO);
      else if (byte === decimal && point < 0) point = at;
      else return this.#exact(data, start, end, row);
    }
    const digits = end - first - (point < 0 ? 0 : 1);
    if (digits === 0 || digits > SAFE_DIGITS) return this.#exact(data, start, end, row);
    return (
      this.#fast(value, point < 0 ? 0 : end - point - 1, sign === MINUS, row) ?? this.#exact(data, start, end, row)
    );
  }

  /** A number of digits that a double holds. Undefined where it does not hold them at the column's scale. */
  #fast(digits: number, fractionDigits: number, isNegative: boolean, row: number): RejectReason | '' | undefined {
    const scale = this.#scale;
    let value = digits;
    let fraction = fractionDigits;
    for (; fraction > scale; fraction--) {
      if (value % 10 !== 0) return 'too-precise';
      value /= 10;
    }
    for (; fraction < scale; fraction++) {
      value *= 10;
      if (value > SAFE) return undefined;
    }
    if (isNegative) value = 0 - value;
    if (value < this.#least || value > this.#most) return 'out-of-range';
    this.store(row, value);
    return '';
  }

  /** Numbers of any length and notation. */
  #exact(data: Uint8Array, start: number, end: number, row: number): RejectReason | '' {
    const scan = this.#scan;
    const fraction = readFraction(scan, this.#marks, data, start, end);
    if (fraction < 0) return 'not-a-number';
    // Digits from the first that is not 0: fifteen, and the fifteen behind them.
    let [count, high, low] = [0, 0, 0];
    for (let at = scan.from; at < scan.to; at++) {
      const digit = data[at]! - ZERO;
      if (digit < 0 || digit > 9 || (count === 0 && digit === 0)) continue;
      count++;
      if (count <= SAFE_DIGITS) high = high * 10 + digit;
      else if (count <= SAFE_DIGITS * 2) low = low * 10 + digit;
    }
    if (count <= SAFE_DIGITS && scan.exponent === 0) {
      const done = this.#fast(high, fraction, scan.negative, row);
      if (done !== undefined) return done;
    }
    if (count === 0) return this.#fast(0, 0, false, row) ?? '';
    const shift = scan.exponent - fraction + this.#scale;
    if (count > MOST_DIGITS || count + shift > MOST_WHOLE) return 'out-of-range';
    if (count + shift <= 0) return 'too-precise';
    let value =
      count <= SAFE_DIGITS
        ? BigInt(high)
        : count <= SAFE_DIGITS * 2
          ? BigInt(high) * powerOfTen(count - SAFE_DIGITS) + BigInt(low)
          : BigInt(digitsOf(scan, data));
    const unit = powerOfTen(Math.abs(shift));
    if (shift < 0 && value % unit !== 0n) return 'too-precise';
    value = shift < 0 ? value / unit : value * unit;
    if (scan.negative) value = -value;
    if (value < this.#min || value > this.#max) return 'out-of-range';
    this.storeBig(row, value);
    return '';
  }

  protected problem(reason: RejectReason): string {
    const { logical } = this.column;
    const kind = logical.kind === 'decimal' && logical.scale > 0 ? 'a number' : 'an integer';
    if (reason === 'too-precise' && logical.kind === 'decimal' && logical.scale > 0)
      return `has more than ${logical.scale} digits after the point, and nothing is rounded`;
    if (reason !== 'out-of-range') return `is not ${kind}`;
    const range =
      logical.kind === 'decimal' ? `${logical.precision - logical.scale} digits before the point` : undefined;
    return range === undefined ? `is not between ${this.#min} and ${this.#max}` : `has more than ${range}`;
  }
}

class Int32Parser extends WholeParser<Int32Array> {
  constructor(column: FileColumn, bounds: Bounds) {
    super(column, 'int32', bounds);
  }

  protected store(row: number, value: number): void {
    this.values[row] = value;
  }

  protected storeBig(row: number, value: bigint): void {
    this.values[row] = Number(value);
  }
}

class Int64Parser extends WholeParser<BigInt64Array> {
  #halves: Int32Array = new Int32Array(0);

  constructor(column: FileColumn, bounds: Bounds) {
    super(column, 'int64', bounds);
  }

  override begin(batch: FieldBatch): void {
    super.begin(batch);
    this.#halves = halves(this.values);
  }

  protected store(row: number, value: number): void {
    this.#halves[row * 2] = value | 0;
    this.#halves[row * 2 + 1] = Math.floor(value / 4294967296);
  }

  protected storeBig(row: number, value: bigint): void {
    this.values[row] = value;
  }
}

class Int128Parser extends WholeParser<Uint8Array> {
  #view: DataView = new DataView(new ArrayBuffer(0));

  constructor(column: FileColumn, bounds: Bounds) {
    super(column, 'fixed16', bounds);
  }

  override begin(batch: FieldBatch): void {
    super.begin(batch);
    this.#view = new DataView(this.values.buffer);
  }

  protected store(row: number, value: number): void {
    writeInt128FromNumber(this.#view, row * 16, value);
  }

  protected storeBig(row: number, value: bigint): void {
    writeInt128(this.#view, row * 16, value);
  }
}

const BITS = { int16: 15n, int32: 31n, int64: 63n } as const;

export function integerParser(column: FileColumn, kind: keyof typeof BITS): Int32Parser | Int64Parser {
  const limit = 1n << BITS[kind];
  const bounds: Bounds = { scale: 0, min: -limit, max: limit - 1n };
  if (column.range !== undefined) {
    const [min, max] = [BigInt(column.range.min), BigInt(column.range.max)];
    if (min > bounds.min) bounds.min = min;
    if (max < bounds.max) bounds.max = max;
  }
  return kind === 'int64' ? new Int64Parser(column, bounds) : new Int32Parser(column, bounds);
}

export function decimalParser(
  column: FileColumn,
  { precision, scale }: { precision: number; scale: number },
): Int64Parser | Int128Parser {
  const max = powerOfTen(precision) - 1n;
  const bounds: Bounds = { scale, min: -max, max };
  return precision <= 18 ? new Int64Parser(column, bounds) : new Int128Parser(column, bounds);
}
