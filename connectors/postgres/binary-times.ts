import { halves } from '../../core/columnar/allocate';
import { refuse, type FieldPlace, type ValueWriter } from './binary-target';

/** Days from 1970-01-01 to 2000-01-01, where Postgres counts from; in microseconds as two 32-bit halves. */
export const EPOCH_DAYS = 10_957;
export const EPOCH_LOW = 0x3b37e000;
export const EPOCH_HIGH = 0x35d01;
export const INT32_MAX = 0x7fffffff;
export const INT32_MIN = -0x80000000;

/** First and last day of Postgres, 4714-11-24 BC and 5874897-12-31, counted from 2000-01-01. */
const FIRST_DAY = -2_451_545;
const LAST_DAY = 2_145_031_948;
/** High half of the first microsecond of that first day; the server itself refuses what lies within it. */
const FIRST_HIGH = Math.floor((FIRST_DAY * 86_400_000_000) / 4294967296);

export function dateWriter(values: Int32Array, place: FieldPlace): ValueWriter {
  return (row, view, at) => {
    const days = values[row]!;
    if (days === INT32_MAX) view.setInt32(at, INT32_MAX);
    else if (days === -INT32_MAX) view.setInt32(at, INT32_MIN);
    else {
      const shifted = days - EPOCH_DAYS;
      if (shifted < FIRST_DAY || shifted > LAST_DAY) refuse(place, row, `day ${days} of the epoch is out of its range`);
      view.setInt32(at, shifted);
    }
  };
}

/**
 * What is to divide a number of microseconds for a column of `digits` fractional seconds; 1 where any does. Postgres would
 * round.
 */
export const unitOf = (digits: number | undefined): number =>
  digits === undefined || digits >= 6 ? 1 : 10 ** (6 - digits);

/** Remainder of a 64-bit value by a unit of at most 10^6, without a BigInt. */
const remainder = (high: number, low: number, unit: number): number =>
  ((high % unit) * (4294967296 % unit) + ((low >>> 0) % unit)) % unit;

export function timeWriter(values: BigInt64Array, place: FieldPlace, digits: number | undefined): ValueWriter {
  const words = halves(values);
  const unit = unitOf(digits);
  return (row, view, at) => {
    const low = words[row * 2]!;
    const high = words[row * 2 + 1]!;
    const micros = high * 4294967296 + (low >>> 0);
    if (micros < 0 || micros > 86_400_000_000) refuse(place, row, `${values[row]} microseconds are no time of day`);
    if (unit !== 1 && micros % unit !== 0) refuse(place, row, `it has more than ${digits} digits of a second`);
    view.setInt32(at, high);
    view.setInt32(at + 4, low);
  };
}

export function timestampWriter(values: BigInt64Array, place: FieldPlace, digits: number | undefined): ValueWriter {
  const words = halves(values);
  const unit = unitOf(digits);
  return (row, view, at) => {
    const low = words[row * 2]!;
    const high = words[row * 2 + 1]!;
    if (high === INT32_MAX && low === -1) {
      view.setInt32(at, INT32_MAX);
      view.setInt32(at + 4, -1);
      return;
    }
    if (high === INT32_MIN && low === 1) {
      view.setInt32(at, INT32_MIN);
      view.setInt32(at + 4, 0);
      return;
    }
    const shiftedLow = (low - EPOCH_LOW) | 0;
    const shiftedHigh = high - EPOCH_HIGH - (low >>> 0 < EPOCH_LOW ? 1 : 0);
    if (shiftedHigh < FIRST_HIGH) refuse(place, row, `microsecond ${values[row]} of the epoch is out of its range`);
    if (unit !== 1 && remainder(high, low, unit) !== 0)
      refuse(place, row, `it has more than ${digits} digits of a second`);
    view.setInt32(at, shiftedHigh);
    view.setInt32(at + 4, shiftedLow);
  };
}
