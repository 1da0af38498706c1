/** Figures of one column, gathered batch by batch in typed loops; a BigInt is made per block of rows, never per value. */
import { asBytesValues, asInt32, asInt64, asUint8, halves } from '../columnar/allocate';
import type { ColumnVector } from '../columnar/batch';
import { viewOf } from '../columnar/copy-bytes';
import type { PartColumn } from '../types/transfer';
import { TemporalReader } from './temporal-text';
import {
  dateFigure,
  decimalFigure,
  floatFigure,
  isTemporalText,
  microsFigure,
  timestampFigure,
  timeText,
} from './value-text';

export interface GatheredFigures {
  nulls: number;
  sum: string | null;
  min: string | null;
  max: string | null;
  /** Sum of lengths of text in UTF-16 units; `sum` counts octets of UTF-8. */
  utf16?: string | null;
}

export interface ColumnFigures {
  add(vector: ColumnVector, rows: number): void;
  result(): GatheredFigures;
}

/** Sums of 32-bit halves stay exact in a double for so many rows. */
const BLOCK = 1 << 20;

export function columnFigures({ logical, nativeType }: PartColumn): ColumnFigures {
  switch (logical.kind) {
    case 'boolean':
      return new CountFigures((vector, rows) => {
        const flags = asUint8(vector.values);
        let set = 0;
        for (let row = 0; row < rows; row++) set += flags[row]!;
        return set;
      });
    case 'uuid':
      return new CountFigures((_vector, _rows, values) => values * 36);
    case 'bytes':
      return new CountFigures(({ values }, rows) => {
        const { offsets } = asBytesValues(values);
        return offsets[rows]! - offsets[0]!;
      });
    case 'text':
      return new TextFigures(isTemporalText(logical, nativeType));
    case 'int16':
    case 'int32':
      return new Int32Figures((value) => String(value), true);
    case 'date':
      return new Int32Figures(dateFigure, false);
    case 'int64':
      return new Int64Figures(String, 0);
    case 'time':
      return new Int64Figures((micros) => microsFigure(micros, 'time'));
    case 'timestamp':
    case 'timestamptz':
      return new Int64Figures((micros) => microsFigure(micros, 'timestamp'));
    case 'decimal': {
      const { precision, scale } = logical;
      return precision <= 18
        ? new Int64Figures((value) => decimalFigure(value, scale), scale)
        : new Int128Figures(scale);
    }
    case 'float32':
    case 'float64':
      return new FloatFigures(logical.kind === 'float32');
  }
}

function countNulls(validity: Uint8Array | undefined, rows: number): number {
  if (validity === undefined) return 0;
  let present = 0;
  for (let row = 0; row < rows; row++) present += validity[row]!;
  return rows - present;
}

/** A sum that a double holds: lengths, true values. */
class CountFigures implements ColumnFigures {
  #nulls = 0;
  #values = 0;
  #sum = 0;

  constructor(private readonly count: (vector: ColumnVector, rows: number, values: number) => number) {}

  add(vector: ColumnVector, rows: number): void {
    const nulls = countNulls(vector.validity, rows);
    this.#nulls += nulls;
    this.#values += rows - nulls;
    this.#sum += this.count(vector, rows, rows - nulls);
  }

  result(): GatheredFigures {
    return { nulls: this.#nulls, sum: this.#values > 0 ? String(this.#sum) : null, min: null, max: null };
  }
}

class TextFigures implements ColumnFigures {
  #nulls = 0;
  #values = 0;
  #octets = 0;
  #units = 0;
  readonly #bounds: TemporalBounds | undefined;

  constructor(isTemporal: boolean) {
    this.#bounds = isTemporal ? new TemporalBounds() : undefined;
  }

  add({ validity, values }: ColumnVector, rows: number): void {
    const nulls = countNulls(validity, rows);
    this.#nulls += nulls;
    this.#values += rows - nulls;
    const { data, offsets } = asBytesValues(values);
    const [start, end] = [offsets[0]!, offsets[rows]!];
    this.#octets += end - start;
    this.#units += utf16Units(data, start, end);
    if (this.#bounds === undefined) return;
    for (let row = 0; row < rows; row++)
      if (validity === undefined || validity[row] === 1) this.#bounds.add(data, offsets[row]!, offsets[row + 1]!);
  }

  result(): GatheredFigures {
    const shown = (sum: number): string | null => (this.#values > 0 ? String(sum) : null);
    const { min, max } = this.#bounds?.result() ?? { min: null, max: null };
    return { nulls: this.#nulls, sum: shown(this.#octets), utf16: shown(this.#units), min, max };
  }
}

const NOT_ASCII = 0x80808080 | 0;

/** UTF-16 units of UTF-8 text: one for each byte that begins a character, two where it begins four bytes. */
export function utf16Units(data: Uint8Array, start: number, end: number): number {
  const view = viewOf(data);
  let units = 0;
  let at = start;
  const last = end - 4;
  while (at < end) {
    if (at <= last && (view.getInt32(at, true) & NOT_ASCII) === 0) {
      at += 4;
      units += 4;
      continue;
    }
    const byte = data[at++]!;
    if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

/** Earliest and latest of dates and times that travel as text, by instant; none when a value is not one. */
class TemporalBounds {
  readonly #reader = new TemporalReader();
  #least: [days: number, micros: number, nanos: number] | undefined;
  #most: [days: number, micros: number, nanos: number] | undefined;
  #isTime = false;
  #isUnknown = false;

  add(data: Uint8Array, start: number, end: number): void {
    if (this.#isUnknown) return;
    const { value } = this.#reader;
    if (!this.#reader.read(data, start, end) || value.infinite !== 0) {
      this.#isUnknown = true;
      return;
    }
    this.#isTime = data[start + 2] === 58;
    const { days, micros, nanos } = value;
    if (this.#least === undefined || this.#most === undefined) {
      this.#least = [days, micros, nanos];
      this.#most = [days, micros, nanos];
    } else if (this.#order(this.#least) < 0) this.#least = [days, micros, nanos];
    else if (this.#order(this.#most) > 0) this.#most = [days, micros, nanos];
  }

  #order([days, micros, nanos]: [number, number, number]): number {
    const { value } = this.#reader;
    return value.days - days || value.micros - micros || value.nanos - nanos;
  }

  result(): { min: string | null; max: string | null } {
    if (this.#isUnknown || this.#least === undefined || this.#most === undefined) return { min: null, max: null };
    const text = ([days, micros, nanos]: [number, number, number]): string =>
      this.#isTime ? timeText(micros, nanos) : timestampFigure(days, micros, nanos);
    return { min: text(this.#least), max: text(this.#most) };
  }
}

class Int32Figures implements ColumnFigures {
  #nulls = 0;
  #values = 0;
  #sum = 0n;
  #min = Infinity;
  #max = -Infinity;

  constructor(
    private readonly text: (value: number) => string,
    private readonly hasSum: boolean,
  ) {}

  add({ validity, values }: ColumnVector, rows: number): void {
    const nulls = countNulls(validity, rows);
    this.#nulls += nulls;
    this.#values += rows - nulls;
    const numbers = asInt32(values);
    let [min, max] = [this.#min, this.#max];
    for (let from = 0; from < rows; from += BLOCK) {
      const until = Math.min(rows, from + BLOCK);
      let sum = 0;
      for (let row = from; row < until; row++) {
        const value = numbers[row]!;
        sum += value;
        if (validity !== undefined && validity[row] === 0) continue;
        if (value < min) min = value;
        if (value > max) max = value;
      }
      if (this.hasSum) this.#sum += BigInt(sum);
    }
    this.#min = min;
    this.#max = max;
  }

  result(): GatheredFigures {
    if (this.#values === 0) return { nulls: this.#nulls, sum: null, min: null, max: null };
    return {
      nulls: this.#nulls,
      sum: this.hasSum ? String(this.#sum) : null,
      min: this.text(this.#min),
      max: this.text(this.#max),
    };
  }
}

class Int64Figures implements ColumnFigures {
  #nulls = 0;
  #sum = 0n;
  #min: bigint | undefined;
  #max: bigint | undefined;

  /** `scale`: of the sum; undefined for none. */
  constructor(
    private readonly text: (value: bigint) => string,
    private readonly scale?: number,
  ) {}

  add({ validity, values }: ColumnVector, rows: number): void {
    const nulls = countNulls(validity, rows);
    this.#nulls += nulls;
    if (rows === nulls) return;
    const numbers = asInt64(values);
    const words = halves(numbers);
    let [least, most] = [-1, -1];
    for (let from = 0; from < rows; from += BLOCK) {
      const until = Math.min(rows, from + BLOCK);
      let [low, high] = [0, 0];
      for (let row = from; row < until; row++) {
        const at = row * 2;
        const [lower, upper] = [words[at]! >>> 0, words[at + 1]!];
        low += lower;
        high += upper;
        if (validity !== undefined && validity[row] === 0) continue;
        if (least < 0) least = most = at;
        const leastHigh = words[least + 1]!;
        if (upper < leastHigh || (upper === leastHigh && lower < words[least]! >>> 0)) least = at;
        const mostHigh = words[most + 1]!;
        if (upper > mostHigh || (upper === mostHigh && lower > words[most]! >>> 0)) most = at;
      }
      if (this.scale !== undefined) this.#sum += (BigInt(high) << 32n) + BigInt(low);
    }
    const [min, max] = [numbers[least >> 1]!, numbers[most >> 1]!];
    if (this.#min === undefined || min < this.#min) this.#min = min;
    if (this.#max === undefined || max > this.#max) this.#max = max;
  }

  result(): GatheredFigures {
    if (this.#min === undefined || this.#max === undefined)
      return { nulls: this.#nulls, sum: null, min: null, max: null };
    return {
      nulls: this.#nulls,
      sum: this.scale === undefined ? null : decimalFigure(this.#sum, this.scale),
      min: this.text(this.#min),
      max: this.text(this.#max),
    };
  }
}

class Int128Figures implements ColumnFigures {
  #nulls = 0;
  #sum = 0n;
  #min: bigint | undefined;
  #max: bigint | undefined;

  constructor(private readonly scale: number) {}

  add({ validity, values }: ColumnVector, rows: number): void {
    const nulls = countNulls(validity, rows);
    this.#nulls += nulls;
    if (rows === nulls) return;
    const view = viewOf(asUint8(values));
    let [least, most] = [-1, -1];
    for (let from = 0; from < rows; from += BLOCK) {
      const until = Math.min(rows, from + BLOCK);
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let row = from; row < until; row++) {
        const at = row * 16;
        a += view.getInt32(at);
        b += view.getUint32(at + 4);
        c += view.getUint32(at + 8);
        d += view.getUint32(at + 12);
        if (validity !== undefined && validity[row] === 0) continue;
        if (least < 0) least = most = at;
        else if (order128(view, at, least) < 0) least = at;
        else if (order128(view, at, most) > 0) most = at;
      }
      this.#sum += (BigInt(a) << 96n) + (BigInt(b) << 64n) + (BigInt(c) << 32n) + BigInt(d);
    }
    const [min, max] = [int128At(view, least), int128At(view, most)];
    if (this.#min === undefined || min < this.#min) this.#min = min;
    if (this.#max === undefined || max > this.#max) this.#max = max;
  }

  result(): GatheredFigures {
    const { scale } = this;
    if (this.#min === undefined || this.#max === undefined)
      return { nulls: this.#nulls, sum: null, min: null, max: null };
    return {
      nulls: this.#nulls,
      sum: decimalFigure(this.#sum, scale),
      min: decimalFigure(this.#min, scale),
      max: decimalFigure(this.#max, scale),
    };
  }
}

function order128(view: DataView, a: number, b: number): number {
  const first = view.getInt32(a) - view.getInt32(b);
  if (first !== 0) return first;
  for (let word = 4; word < 16; word += 4) {
    const next = view.getUint32(a + word) - view.getUint32(b + word);
    if (next !== 0) return next;
  }
  return 0;
}

const int128At = (view: DataView, at: number): bigint => (view.getBigInt64(at) << 64n) | view.getBigUint64(at + 8);

/** No sum, since its last digits depend on the order of rows; NaN counts as the largest value. */
class FloatFigures implements ColumnFigures {
  #nulls = 0;
  #values = 0;
  #numbers = 0;
  #min = Infinity;
  #max = -Infinity;

  constructor(private readonly isSingle: boolean) {}

  add({ validity, values }: ColumnVector, rows: number): void {
    if (!(values instanceof Float32Array || values instanceof Float64Array))
      throw new TypeError('Column values are not floating-point numbers.');
    const nulls = countNulls(validity, rows);
    this.#nulls += nulls;
    this.#values += rows - nulls;
    for (let row = 0; row < rows; row++) {
      if (validity !== undefined && validity[row] === 0) continue;
      const value = values[row]!;
      if (value !== value) continue;
      this.#numbers++;
      if (value < this.#min) this.#min = value;
      if (value > this.#max) this.#max = value;
    }
  }

  result(): GatheredFigures {
    const { isSingle } = this;
    const none = { nulls: this.#nulls, sum: null, min: null, max: null };
    if (this.#values === 0) return none;
    return {
      ...none,
      min: this.#numbers === 0 ? 'NaN' : floatFigure(this.#min, isSingle),
      max: this.#numbers < this.#values ? 'NaN' : floatFigure(this.#max, isSingle),
    };
  }
}
