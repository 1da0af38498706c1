/** Dates and times of one column: tallied by shape, then brought under one pattern if there is one for all. */
import { dateText, timeText, type DateOrder } from './values/patterns';
import { isDay, LAYOUT, TemporalScan } from './values/temporal-scan';
import type { LogicalType } from '../types/table';
import type { FormatOptions, ValueFormat } from '../types/file';

const [OPEN, SHORT, NONE, COMPACT] = [LAYOUT.open, LAYOUT.short, LAYOUT.none, LAYOUT.compact];
const POINT = 46;

/** All values of a column that have one shape. */
export interface Shape {
  layout: number;
  separator: number;
  shortYear: boolean;
  named: boolean;
  clock: number;
  zoned: boolean;
  count: number;
  /** Values that are days of the calendar in this order. */
  dmy: number;
  mdy: number;
  ymd: number;
  /** Values that are different days in different orders. */
  differing: number;
  padded: boolean;
  hasSeconds: boolean;
  fractionDigits: number;
  /** Values with something below a microsecond. */
  tooPrecise: number;
  /** One of them, for messages. */
  example: string;
}

export interface TemporalReading {
  format: Extract<ValueFormat, { kind: 'date' | 'time' | 'timestamp' }>;
  /** Undefined where the values leave something open, or their type cannot hold them all. */
  logical: LogicalType | undefined;
  count: number;
  ambiguity?: string;
}

export class TemporalTally {
  count = 0;
  readonly #shapes = new Map<number, Shape>();
  readonly #scan = new TemporalScan();
  #last: Shape | undefined;
  #lastKey = -1;

  /** Counts the slice if it is a date, a time of day or both. */
  add(data: Uint8Array, start: number, end: number): boolean {
    const scan = this.#scan;
    if (!scan.read(data, start, end)) return false;
    const { layout } = scan;
    // A number of eight digits is a number, unless a time follows.
    if (layout === COMPACT && scan.clock === 0) return false;
    let [dmy, mdy, ymd] = [0, 0, 0];
    if (layout === OPEN || layout === SHORT) {
      dmy = scan.days('dmy') === undefined ? 0 : 1;
      mdy = scan.days('mdy') === undefined ? 0 : 1;
      ymd = layout === SHORT && scan.days('ymd') !== undefined ? 1 : 0;
      if (dmy + mdy + ymd === 0) return false;
    } else if (layout !== NONE && !isDay(scan.shortYear ? 2000 : scan.year, scan.first, scan.second)) return false;
    this.count++;
    const key =
      layout |
      (scan.separator << 3) |
      (scan.clock << 11) |
      (scan.shortYear ? 1 << 13 : 0) |
      (scan.zoned ? 1 << 14 : 0) |
      (scan.named ? 1 << 15 : 0);
    if (key !== this.#lastKey) this.#turnTo(key, data, start, end);
    const shape = this.#last!;
    shape.count++;
    shape.dmy += dmy;
    shape.mdy += mdy;
    shape.ymd += ymd;
    if (dmy + mdy + ymd > 1 && (scan.first !== scan.second || layout === SHORT)) shape.differing++;
    if (!scan.padded) shape.padded = false;
    if (scan.hasSeconds) shape.hasSeconds = true;
    if (scan.fractionDigits > shape.fractionDigits) shape.fractionDigits = scan.fractionDigits;
    if (scan.tooPrecise) shape.tooPrecise++;
    return true;
  }

  #turnTo(key: number, data: Uint8Array, start: number, end: number): void {
    const { layout, separator, shortYear, named, clock, zoned } = this.#scan;
    let shape = this.#shapes.get(key);
    if (shape === undefined) {
      const none = { count: 0, dmy: 0, mdy: 0, ymd: 0, differing: 0, fractionDigits: 0, tooPrecise: 0 };
      const example = String.fromCharCode(...data.subarray(start, end));
      shape = { layout, separator, shortYear, named, clock, zoned, ...none, padded: true, hasSeconds: false, example };
      this.#shapes.set(key, shape);
    }
    this.#last = shape;
    this.#lastKey = key;
  }

  /** One pattern for each shape, the commonest first. Only the first can stand for the whole column. */
  readings(dateOrder: FormatOptions['dateOrder']): TemporalReading[] {
    const shapes = [...this.#shapes.values()].toSorted((a, b) => b.count - a.count);
    return shapes.map((shape) => reading(shape, dateOrder));
  }
}

function reading(shape: Shape, dateOrder: FormatOptions['dateOrder']): TemporalReading {
  const { order, count, open } = orderOf(shape, dateOrder);
  const ambiguity = ambiguityOf(shape, open);
  const hasDate = shape.layout !== NONE;
  const isSure = ambiguity === undefined && shape.tooPrecise === 0 && count === shape.count;
  const date = hasDate ? dateText(shape, open ? 'open' : order) : '';
  const time = shape.clock === 0 ? '' : timeText(shape);
  const rest = { count, ...(ambiguity !== undefined && { ambiguity }) };
  if (!hasDate)
    return { format: { kind: 'time', pattern: time }, logical: isSure ? { kind: 'time' } : undefined, ...rest };
  if (shape.clock === 0)
    return { format: { kind: 'date', pattern: date }, logical: isSure ? { kind: 'date' } : undefined, ...rest };
  const logical: LogicalType = { kind: shape.zoned ? 'timestamptz' : 'timestamp' };
  return {
    format: { kind: 'timestamp', date, time, zoned: shape.zoned },
    logical: isSure ? logical : undefined,
    ...rest,
  };
}

/** Order of day, month and year, how many values have it, and whether another one fits them as well. */
function orderOf(shape: Shape, given: FormatOptions['dateOrder']): { order: DateOrder; count: number; open: boolean } {
  const { layout, count, separator } = shape;
  if (layout !== OPEN && layout !== SHORT) return { order: 'ymd', count, open: false };
  const most = Math.max(shape.dmy, shape.mdy, shape.ymd);
  const fitting = (['dmy', 'mdy', 'ymd'] as const).filter((order) => shape[order] === most);
  const [first] = fitting;
  if (fitting.length === 1 || (shape.differing === 0 && layout === OPEN))
    return { order: first!, count: most, open: false };
  if (given !== undefined && fitting.includes(given)) return { order: given, count: most, open: false };
  // Dates with points have the day first wherever they are in use.
  if (layout === OPEN && separator === POINT) return { order: 'dmy', count: most, open: false };
  return { order: first!, count: most, open: true };
}

function ambiguityOf({ layout, shortYear, example }: Shape, open: boolean): string | undefined {
  if (open && layout === OPEN) return `${example}: day or month first; set \`dateOrder\`, or they stay text`;
  if (open) return `${example}: year, month or day first, and of which century; they stay text`;
  return shortYear ? `${example}: a year of two digits can be of any century; they stay text` : undefined;
}
