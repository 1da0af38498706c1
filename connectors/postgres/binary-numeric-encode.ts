import { asInt64, asUint8, halves } from '../../core/columnar/allocate';
import type { ColumnVector } from '../../core/columnar/batch';
import { copyValue, viewOf } from '../../core/columnar/copy-bytes';
import { refuse, type FieldPlace, type FieldWriter } from './binary-target';

const HEADER = 8;
const NEGATIVE = 0x4000;
/** 39 digits before the point and 38 behind, at most 4 of them in the groups at either end. */
const MAX_GROUPS = 12;
const STRIDE = HEADER + MAX_GROUPS * 2;
const EXACT = 2 ** 53;
const FACTORS = [1, 10, 100, 1000];
const POWERS = [1, 10, 100, 1000, 10_000];

/**
 * Decimals and integers as numeric. A first pass writes each value of a block into a slot of its own, because its length
 * is known only then; the second copies them into place.
 */
export function numericWriter(vector: ColumnVector, place: FieldPlace, modifiers: number[]): FieldWriter {
  const { validity } = vector;
  const encoder = new NumericEncoder(vector, place, modifiers);
  let slots = new Uint8Array(0);
  let view = viewOf(slots);
  let lengths = new Uint8Array(0);
  let first = 0;
  return {
    width: 0,
    measure(from, to, sizes) {
      const rows = to - from;
      if (lengths.length < rows) {
        slots = new Uint8Array(rows * STRIDE);
        view = viewOf(slots);
        lengths = new Uint8Array(rows);
      }
      first = from;
      for (let row = from; row < to; row++) {
        if (validity !== undefined && validity[row] === 0) continue;
        const length = encoder.encode(row, view, (row - from) * STRIDE);
        lengths[row - from] = length;
        sizes[row - from]! += length;
      }
    },
    write(from, to, cursor, chunk, target) {
      for (let row = from; row < to; row++) {
        const at = cursor[row - from]!;
        if (validity !== undefined && validity[row] === 0) {
          target.setInt32(at, -1);
          cursor[row - from] = at + 4;
          continue;
        }
        const length = lengths[row - first]!;
        target.setInt32(at, length);
        copyValue(slots, view, (row - first) * STRIDE, chunk, target, at + 4, length);
        cursor[row - from] = at + 4 + length;
      }
    },
  };
}

class NumericEncoder {
  /** Base-10000 digits, lowest first; `#count` of them. */
  readonly #groups = new Int32Array(MAX_GROUPS + 1);
  /** 16-bit limbs of a magnitude that no double holds, highest first. */
  readonly #limbs = new Int32Array(8);
  #count = 0;
  #negative = false;
  readonly #scale: number;
  /** Power of ten that brings the last decimal place to the end of a base-10000 digit. */
  readonly #factor: number;
  /** Weight of the lowest digit. */
  readonly #lowest: number;
  readonly #display: number;
  /** Decimal places of the target, when it has fewer than the source; digits before its point, when fewer. */
  readonly #places: number | undefined;
  readonly #whole: number | undefined;
  readonly #load: (row: number) => void;

  constructor(
    vector: ColumnVector,
    private readonly place: FieldPlace,
    [precision, targetScale = 0]: number[],
  ) {
    const { logical } = vector;
    this.#scale = logical.kind === 'decimal' ? logical.scale : 0;
    const sourceWhole = logical.kind === 'decimal' ? logical.precision - logical.scale : 20;
    this.#factor = FACTORS[(4 - (this.#scale % 4)) % 4]!;
    this.#lowest = -Math.ceil(this.#scale / 4);
    this.#display = precision === undefined ? this.#scale : Math.max(0, targetScale);
    this.#places = precision !== undefined && targetScale < this.#scale ? targetScale : undefined;
    this.#whole =
      precision !== undefined && precision - targetScale < sourceWhole ? precision - targetScale : undefined;
    this.#load = this.#loader(vector);
  }

  /** Writes the numeric of a row at `at`; returns its length. */
  encode(row: number, view: DataView, at: number): number {
    this.#load(row);
    const groups = this.#groups;
    let top = this.#count - 1;
    while (top >= 0 && groups[top] === 0) top--;
    if (top < 0) return this.#header(view, at, 0, 0, false);
    let bottom = 0;
    while (groups[bottom] === 0) bottom++;
    if (this.#places !== undefined) this.#checkPlaces(row, bottom, this.#places);
    if (this.#whole !== undefined) this.#checkWhole(row, top, this.#whole);
    let next = at + HEADER;
    for (let group = top; group >= bottom; group--, next += 2) view.setInt16(next, groups[group]!);
    return this.#header(view, at, top - bottom + 1, top + this.#lowest, this.#negative);
  }

  #header(view: DataView, at: number, count: number, weight: number, negative: boolean): number {
    view.setInt16(at, count);
    view.setInt16(at + 2, weight);
    view.setUint16(at + 4, negative ? NEGATIVE : 0);
    view.setInt16(at + 6, this.#display);
    return HEADER + count * 2;
  }

  /** `bottom` is the lowest digit that is not 0. */
  #checkPlaces(row: number, bottom: number, places: number): void {
    const last = -4 * (bottom + this.#lowest);
    const excess = last - places;
    if (excess <= 0) return;
    if (excess >= 4 || this.#groups[bottom]! % POWERS[excess]! !== 0)
      refuse(this.place, row, 'it has more decimal places');
  }

  /** `top` is the highest digit that is not 0. */
  #checkWhole(row: number, top: number, whole: number): void {
    const group = this.#groups[top]!;
    const digits = group >= 1000 ? 4 : group >= 100 ? 3 : group >= 10 ? 2 : 1;
    if ((top + this.#lowest) * 4 + digits > whole) refuse(this.place, row, 'it has more digits before the point');
  }

  #loader({ logical, values }: ColumnVector): (row: number) => void {
    if (values instanceof Int32Array) return (row) => this.#fromNumber(values[row]!);
    if (logical.kind === 'decimal' && logical.precision > 18) {
      const view = viewOf(asUint8(values));
      return (row) => this.#from128(view, row * 16);
    }
    const words = halves(asInt64(values));
    return (row) => this.#from64(words[row * 2 + 1]!, words[row * 2]!);
  }

  #from64(high: number, low: number): void {
    if (high < 0x200000 && high >= -0x200000) {
      const value = high * 4294967296 + (low >>> 0);
      if (Math.abs(value) * this.#factor < EXACT) return this.#fromNumber(value);
    }
    this.#negative = high < 0;
    // The magnitude, by two's complement.
    const lower = this.#negative ? -low | 0 : low;
    const upper = this.#negative ? ~high + (low === 0 ? 1 : 0) : high;
    const limbs = this.#limbs;
    limbs[4] = upper >>> 16;
    limbs[5] = upper & 0xffff;
    limbs[6] = lower >>> 16;
    limbs[7] = lower & 0xffff;
    this.#fromLimbs(4);
  }

  #from128(view: DataView, at: number): void {
    const high = view.getInt32(at + 8);
    const sign = high >> 31;
    // Most decimals are short: those within 64 bits take the shorter way.
    if (view.getInt32(at) === sign && view.getInt32(at + 4) === sign) return this.#from64(high, view.getInt32(at + 12));
    const limbs = this.#limbs;
    this.#negative = view.getInt32(at) < 0;
    let carry = this.#negative ? 1 : 0;
    for (let limb = 7; limb >= 0; limb--) {
      const value = view.getUint16(at + limb * 2);
      if (!this.#negative) {
        limbs[limb] = value;
      } else {
        const sum = (value ^ 0xffff) + carry;
        limbs[limb] = sum & 0xffff;
        carry = sum >>> 16;
      }
    }
    this.#fromLimbs(0);
  }

  /** An exact integer whose product with the factor is below 2^53: four digits hold it. */
  #fromNumber(value: number): void {
    this.#negative = value < 0;
    const magnitude = (this.#negative ? -value : value) * this.#factor;
    const high = Math.floor(magnitude / 1e8);
    const low = magnitude - high * 1e8;
    const groups = this.#groups;
    groups[0] = low % 10_000;
    groups[1] = (low / 10_000) | 0;
    groups[2] = high % 10_000;
    groups[3] = (high / 10_000) | 0;
    this.#count = 4;
  }

  /** Long division of the limbs from `first` on by 10000, then the factor. */
  #fromLimbs(first: number): void {
    const limbs = this.#limbs;
    const groups = this.#groups;
    let start = first;
    let count = 0;
    let carry = 0;
    while (start < 8) {
      let rest = 0;
      for (let limb = start; limb < 8; limb++) {
        const value = rest * 65_536 + limbs[limb]!;
        limbs[limb] = (value / 10_000) | 0;
        rest = value % 10_000;
      }
      while (start < 8 && limbs[start] === 0) start++;
      const digit = rest * this.#factor + carry;
      groups[count++] = digit % 10_000;
      carry = (digit / 10_000) | 0;
    }
    if (carry > 0) groups[count++] = carry;
    this.#count = count;
  }
}
