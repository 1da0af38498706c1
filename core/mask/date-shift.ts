/** Rule `date-shift`: whole days, decided by the day itself or by the value of another column. */
import { asBytesValues, asInt32, asInt64, halves } from '../columnar/allocate';
import type { ColumnBatch, ColumnVector } from '../columnar/batch';
import { BytesBuilder } from '../columnar/bytes-builder';
import { civilFromDays, daysFromCivil } from '../columnar/civil';
import type { SipHash } from './siphash';
import { rowHasher } from './value-hash';

const INFINITE_DAY = 2_147_483_647;
const MICROS_PER_DAY = 86_400_000_000;
const HIGHEST_HALF = 0x7fffffff;
/** Beyond this high half a double does not hold all microseconds: from the year 2255 on. */
const EXACT_HALF = 1 << 20;
const ZERO = 0x30;
const DASH = 0x2d;

export interface DateShift {
  days: number;
  /** First and last day to which a date may be moved. */
  range: [number, number];
  /** Index, in the batch, of the column that decides. */
  by?: { index: number; isPadded: boolean };
  /** Throws an error that names the column and quotes no value. */
  fail(why: string): never;
}

/** Day that `day` becomes in `row`; never `day` itself. */
type Mover = (day: number, row: number) => number;

/** Shifts a column of dates, timestamps, or dates in text. Infinities stay. */
export function shiftDates(hash: SipHash, shift: DateShift, vector: ColumnVector, batch: ColumnBatch): ColumnVector {
  const move = moverOf(hash, shift, batch);
  switch (vector.logical.kind) {
    case 'date':
      return { ...vector, values: shiftDays(vector, batch.rows, move) };
    case 'timestamp':
    case 'timestamptz':
      return { ...vector, values: shiftMicros(vector, batch.rows, move) };
    default:
      return { ...vector, values: shiftText(vector, batch.rows, move, shift) };
  }
}

function moverOf(hash: SipHash, { days, range: [first, last], by }: DateShift, batch: ColumnBatch): Mover {
  const hashRow = by && rowHasher(hash, batch.columns[by.index]!, by.isPadded);
  return (day, row) => {
    if (!hashRow?.(row)) hash.hashWords(day, day >> 31, 1);
    const size = 1 + ((hash.w0 >>> 0) % days);
    const delta = (hash.w1 & 1) === 0 ? size : -size;
    // Outside of what all databases know, towards what they do.
    if (day < first || day > last) return day + (day < 0 ? size : -size);
    for (let step = delta; step !== 0; step = Math.trunc(step / 2)) {
      if (day + step >= first && day + step <= last) return day + step;
      if (day - step >= first && day - step <= last) return day - step;
    }
    return first === day ? last : first;
  };
}

function shiftDays({ values, validity }: ColumnVector, rows: number, move: Mover): Int32Array {
  const from = asInt32(values);
  const to = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    if (validity && validity[row] === 0) continue;
    const day = from[row]!;
    to[row] = day >= INFINITE_DAY || day <= -INFINITE_DAY ? day : move(day, row);
  }
  return to;
}

function shiftMicros({ values, validity }: ColumnVector, rows: number, move: Mover): BigInt64Array {
  const wide = asInt64(values);
  const from = halves(wide);
  const shifted = new BigInt64Array(rows);
  const to = halves(shifted);
  for (let row = 0; row < rows; row++) {
    if (validity && validity[row] === 0) continue;
    const low = from[row * 2]!;
    const high = from[row * 2 + 1]!;
    if (isInfinite(high, low)) shifted[row] = wide[row]!;
    else if (high < EXACT_HALF && high >= -EXACT_HALF) {
      const micros = high * 4294967296 + (low >>> 0);
      const day = Math.floor(micros / MICROS_PER_DAY);
      const moved = micros + (move(day, row) - day) * MICROS_PER_DAY;
      to[row * 2] = (moved % 4294967296) | 0;
      to[row * 2 + 1] = Math.floor(moved / 4294967296);
    } else {
      const micros = wide[row]!;
      const perDay = BigInt(MICROS_PER_DAY);
      const day = Number(micros / perDay) - (micros < 0n && micros % perDay !== 0n ? 1 : 0);
      shifted[row] = micros + BigInt(move(day, row) - day) * perDay;
    }
  }
  return shifted;
}

/** ±(2^63 - 1). */
const isInfinite = (high: number, low: number): boolean =>
  (high === HIGHEST_HALF && low === -1) || (high === ~HIGHEST_HALF && low === 1);

/** Text that begins with `YYYY-MM-DD`: what follows stays as it is. */
function shiftText(vector: ColumnVector, rows: number, move: Mover, { fail }: DateShift) {
  const { data, offsets } = asBytesValues(vector.values);
  const { validity } = vector;
  const out = new BytesBuilder(rows, data.length);
  for (let row = 0; row < rows; row++) {
    const start = offsets[row]!;
    const length = offsets[row + 1]! - start;
    out.reserve(length);
    for (let index = 0; index < length; index++) out.data[out.size + index] = data[start + index]!;
    if ((!validity || validity[row] !== 0) && !isInfinity(data, start, length)) {
      const day = readDay(data, start, length) ?? fail('does not begin with a date, year first');
      writeDay(out.data, out.size, move(day, row));
    }
    out.close(length);
  }
  return out.finish();
}

const INFINITY = new TextEncoder().encode('-infinity');

function isInfinity(data: Uint8Array, start: number, length: number): boolean {
  const skipped = INFINITY.length - length;
  if (skipped !== 0 && skipped !== 1) return false;
  for (let at = 0; at < length; at++) if (data[start + at] !== INFINITY[skipped + at]) return false;
  return true;
}

const AFTER_DAY = new Set([0x20, 0x54]);
const LETTER_B = 0x42;

/** Undefined for what is no day of the years 1 to 9999. */
function readDay(data: Uint8Array, start: number, length: number): number | undefined {
  if (length < 10 || data[start + 4] !== DASH || data[start + 7] !== DASH) return undefined;
  if (length > 10 && !AFTER_DAY.has(data[start + 10]!)) return undefined;
  // `… BC`
  if (data[start + length - 2] === LETTER_B) return undefined;
  const year = readDigits(data, start, 4);
  const month = readDigits(data, start + 5, 2);
  const day = readDigits(data, start + 8, 2);
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= 31)) return undefined;
  const days = daysFromCivil(year, month, day);
  return civilFromDays(days).day === day ? days : undefined;
}

/** NaN where one of them is no digit. */
function readDigits(data: Uint8Array, start: number, count: number): number {
  let number = 0;
  for (let at = start; at < start + count; at++) {
    const digit = data[at]! - ZERO;
    number = digit >= 0 && digit <= 9 ? number * 10 + digit : NaN;
  }
  return number;
}

function writeDay(data: Uint8Array, at: number, days: number): void {
  const { year, month, day } = civilFromDays(days);
  writeDigits(data, at, year, 4);
  writeDigits(data, at + 5, month, 2);
  writeDigits(data, at + 8, day, 2);
}

function writeDigits(data: Uint8Array, start: number, number: number, count: number): void {
  let left = number;
  for (let at = start + count - 1; at >= start; at--) {
    data[at] = ZERO + (left % 10);
    left = Math.floor(left / 10);
  }
}
