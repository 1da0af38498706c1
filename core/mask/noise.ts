/** Rule `noise`: numbers changed by up to so many per cent, in the scale of their column, by the key and the value. */
import { asBytesValues, asInt32, asInt64, asUint8, halves, physicalForm } from '../columnar/allocate';
import type { ColumnVector } from '../columnar/batch';
import { BytesBuilder } from '../columnar/bytes-builder';
import { viewOf } from '../columnar/copy-bytes';
import { powerOfTen, readInt128, writeInt128 } from '../columnar/int128';
import type { LogicalType } from '../types/table';
import { integerRange, type MaskedType, unscaledRange } from './native';
import { readNumberText, showNumber } from './number-text';
import type { SipHash } from './siphash';

const TWO_32 = 4294967296;
/** High halves between ± this belong to numbers that a double holds exactly with room for noise of 100 %. */
const EXACT_HALF = 1 << 20;
/** Fractions of numbers beyond doubles are computed in so many bits. */
const FRACTION_BITS = 40;

export interface Noise {
  percent: number;
  type: MaskedType;
  /** Native type in the target, which may hold less. */
  targetType?: string;
  /** Throws an error that names the column and quotes no value. */
  fail(why: string): never;
}

/** 0, NaN and infinities stay; any other number changes, by one unit of its last place where the percentage is less. */
export function addNoise(hash: SipHash, noise: Noise, vector: ColumnVector, rows: number): ColumnVector {
  const { validity } = vector;
  const isNull = (row: number) => validity !== undefined && validity[row] === 0;
  const { logical } = vector;
  const exact = new ExactNoise(hash, noise.percent).within(
    rangeOf(noise, logical.kind === 'decimal' ? logical.scale : 0),
  );
  switch (physicalForm(vector.logical)) {
    case 'int32': {
      const from = asInt32(vector.values);
      const to = new Int32Array(rows);
      for (let row = 0; row < rows; row++) if (!isNull(row)) to[row] = exact.ofNumber(from[row]!);
      return { ...vector, values: to };
    }
    case 'int64':
      return { ...vector, values: noiseWords(asInt64(vector.values), rows, exact, isNull) };
    case 'fixed16': {
      const from = viewOf(asUint8(vector.values));
      const values = new Uint8Array(rows * 16);
      const to = viewOf(values);
      for (let row = 0; row < rows; row++)
        if (!isNull(row)) writeInt128(to, row * 16, exact.ofBigInt(readInt128(from, row * 16)));
      return { ...vector, values };
    }
    case 'float32':
    case 'float64':
      return { ...vector, values: noiseFloats(hash, noise.percent, vector, rows) };
    default:
      return { ...vector, values: noiseText(noise, exact, vector, rows) };
  }
}

/** Smallest and largest unscaled number that both types take; without bounds where neither has any. */
function rangeOf({ type, targetType }: Noise, scale: number): [bigint, bigint] | undefined {
  const { logical } = type;
  const most = logical.kind === 'decimal' ? powerOfTen(logical.precision) - 1n : undefined;
  const ranges = [
    most === undefined ? undefined : ([-most, most] as const),
    logical.kind === 'text' || logical.kind === 'decimal' ? undefined : integerRange(type),
    unscaledRange(type.nativeType, scale),
    targetType === undefined ? undefined : unscaledRange(targetType, scale),
  ].filter((range) => range !== undefined);
  const [first, ...rest] = ranges;
  if (!first) return undefined;
  return rest.reduce<[bigint, bigint]>(
    ([low, high], [least, most]) => [least > low ? least : low, most < high ? most : high],
    [first[0], first[1]],
  );
}

class ExactNoise {
  #least = -Infinity;
  #most = Infinity;
  #range: [bigint, bigint] | undefined;

  constructor(
    readonly hash: SipHash,
    readonly percent: number,
  ) {}

  /** Bounds of what comes next, in its unit. */
  within(range: [bigint, bigint] | undefined): this {
    this.#range = range;
    this.#least = range ? Number(range[0]) : -Infinity;
    this.#most = range ? Number(range[1]) : Infinity;
    return this;
  }

  /** Of an integer below 2^52. */
  ofNumber(value: number): number {
    if (value === 0) return 0;
    this.hash.hashWords((value % TWO_32) | 0, Math.floor(value / TWO_32) | 0, 0);
    const delta =
      Math.trunc((value * this.percent * fraction(this.hash.w0)) / 100) || ((this.hash.w1 & 1) === 0 ? 1 : -1);
    const changed = value + delta;
    return changed < this.#least || changed > this.#most ? value - delta : changed;
  }

  ofBigInt(value: bigint): bigint {
    const isExact = value < 1n << 52n && value > -(1n << 52n);
    if (isExact) return BigInt(this.ofNumber(Number(value)));
    const wide = new DataView(new ArrayBuffer(16));
    writeInt128(wide, 0, BigInt.asIntN(127, value));
    this.hash.hash64(wide, 0, 16);
    const share = BigInt(Math.trunc((fraction(this.hash.w0) * this.percent * 2 ** FRACTION_BITS) / 100));
    const delta = (value * share) / (1n << BigInt(FRACTION_BITS)) || ((this.hash.w1 & 1) === 0 ? 1n : -1n);
    const changed = value + delta;
    const range = this.#range;
    return range && (changed < range[0] || changed > range[1]) ? value - delta : changed;
  }
}

/** Between -1 and 1. */
const fraction = (word: number): number => word / 2147483648;

function noiseWords(
  wide: BigInt64Array,
  rows: number,
  exact: ExactNoise,
  isNull: (row: number) => boolean,
): BigInt64Array {
  const from = halves(wide);
  const values = new BigInt64Array(rows);
  const to = halves(values);
  for (let row = 0; row < rows; row++) {
    if (isNull(row)) continue;
    const high = from[row * 2 + 1]!;
    if (high >= EXACT_HALF || high < -EXACT_HALF) {
      values[row] = exact.ofBigInt(wide[row]!);
      continue;
    }
    const changed = exact.ofNumber(high * TWO_32 + (from[row * 2]! >>> 0));
    to[row * 2] = (changed % TWO_32) | 0;
    to[row * 2 + 1] = Math.floor(changed / TWO_32);
  }
  return values;
}

function noiseFloats(
  hash: SipHash,
  percent: number,
  { values, validity }: ColumnVector,
  rows: number,
): Float32Array | Float64Array {
  if (!(values instanceof Float32Array || values instanceof Float64Array))
    throw new TypeError('Column values are not floating-point numbers.');
  const to = values instanceof Float32Array ? new Float32Array(rows) : new Float64Array(rows);
  const value = new Float64Array(1);
  const words = halves(value);
  for (let row = 0; row < rows; row++) {
    if (validity && validity[row] === 0) continue;
    value[0] = values[row]!;
    to[row] = value[0];
    if (value[0] === 0 || !Number.isFinite(value[0])) continue;
    hash.hashWords(words[0]!, words[1]!, 0);
    const share = (fraction(hash.w0) * percent) / 100;
    to[row] = value[0] + value[0] * share;
    if (!Number.isFinite(to[row]!)) to[row] = value[0] - value[0] * Math.abs(share);
    // The share was too small to be seen in this precision.
    if (to[row] === value[0]) to[row] = value[0] * (1 - percent / 200);
    if (to[row] === value[0]) to[row] = 0;
  }
  return to;
}

function noiseText(noise: Noise, exact: ExactNoise, vector: ColumnVector, rows: number) {
  const { data, offsets } = asBytesValues(vector.values);
  const { validity } = vector;
  const out = new BytesBuilder(rows, data.length + rows * 2);
  let scale = -1;
  for (let row = 0; row < rows; row++) {
    const start = offsets[row]!;
    const end = offsets[row + 1]!;
    if (validity && validity[row] === 0) {
      out.close(0);
      continue;
    }
    const number = readNumberText(data, start, end) ?? noise.fail('is not a plain number');
    if (number === 'special') out.append(data.subarray(start, end));
    else {
      if (number.scale !== scale) exact.within(rangeOf(noise, (scale = number.scale)));
      out.close(showNumber(exact.ofBigInt(number.unscaled), number.scale, out));
    }
  }
  return out.finish();
}

/** Types of numbers, in which noise and `hash` can be told from text. */
export const isNumber = ({ kind }: LogicalType): boolean =>
  kind === 'int16' ||
  kind === 'int32' ||
  kind === 'int64' ||
  kind === 'decimal' ||
  kind === 'float32' ||
  kind === 'float64';
