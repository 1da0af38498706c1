/** Dates and times: microseconds or, for types with seven digits, text in the notation that they travel in. */
import { asBytesValues, asInt32, asInt64, halves } from '../../core/columnar/allocate';
import type { ColumnVector } from '../../core/columnar/batch';
import type { BulkColumn } from './bulk-columns';
import { refuse } from './bulk-errors';
import { timeBytes, unsupported, type ValueWriter } from './bulk-target';
import { daysFromCivil } from '../../core/columnar/civil';
import { parseTimeText } from './time-text';

/** 1970-01-01 counted from 0001-01-01 and from 1900-01-01. */
const DAYS_TO_1970 = 719_162;
const DAYS_1900_TO_1970 = 25_567;
/** 9999-12-31 counted from 0001-01-01. */
const LAST_DAY = 3_652_058;
const DAY_MICROS = 86_400_000_000;
/** Ten million to the second: the finest that any type holds. */
const DAY_TICKS = 864_000_000_000;

/** A moment of the calendar. `ticks`: tenths of microseconds since midnight; `offset`: minutes east of UTC. */
interface Moment {
  /** Since 1970-01-01, negative before. */
  day: number;
  ticks: number;
  offset: number;
}

type Moments = (row: number) => Moment;

export function dateWriter(vector: ColumnVector, column: BulkColumn): ValueWriter {
  const moments = momentsOf(vector, column);
  return (row, view, at) => {
    const { day, ticks } = moments(row);
    if (ticks !== 0) refuse(column, row, 'it has a time of day');
    setUint24(view, at, checkedDay(day, column, row));
  };
}

export function timeWriter(vector: ColumnVector, column: BulkColumn): ValueWriter {
  const { scale } = column;
  const width = timeBytes(scale);
  if (vector.logical.kind === 'time') {
    const words = halves(asInt64(vector.values));
    return (row, view, at) => {
      const micros = words[row * 2 + 1]! * 4294967296 + (words[row * 2]! >>> 0);
      if (micros >= DAY_MICROS) refuse(column, row, 'it is 24:00');
      setTime(view, at, width, scaled(micros * 10, scale, column, row));
    };
  }
  const text = textMoments(vector, column, false);
  return (row, view, at) => setTime(view, at, width, scaled(text(row).ticks, scale, column, row));
}

/** `datetime2`, `datetimeoffset`, `datetime` and `smalldatetime`. */
export function dateTimeWriter(vector: ColumnVector, column: BulkColumn): ValueWriter {
  const moments = momentsOf(vector, column);
  const { type, scale } = column;
  if (type === 'datetime') return (row, view, at) => setDatetime(view, at, moments(row), column, row);
  if (type === 'smalldatetime') return (row, view, at) => setSmallDatetime(view, at, moments(row), column, row);
  const width = timeBytes(scale);
  const hasOffset = type === 'datetimeoffset';
  return (row, view, at) => {
    const moment = moments(row);
    if (moment.offset !== 0 && !hasOffset) refuse(column, row, 'it has an offset from UTC');
    const day = checkedDay(moment.day, column, row);
    setTime(view, at, width, scaled(moment.ticks, scale, column, row));
    setUint24(view, at + width, day);
    if (hasOffset) view.setInt16(at + width + 3, moment.offset, true);
  };
}

/** The moments of a column, one object for all of them: whoever asks for the next forgets the last. */
function momentsOf(vector: ColumnVector, column: BulkColumn): Moments {
  const { logical, values } = vector;
  const moment: Moment = { day: 0, ticks: 0, offset: 0 };
  if (logical.kind === 'date') {
    const days = asInt32(values);
    return (row) => {
      moment.day = days[row]!;
      return moment;
    };
  }
  const isZoned = logical.kind === 'timestamptz';
  if (isZoned !== (column.type === 'datetimeoffset') && logical.kind !== 'text') throw unsupported(vector, column);
  if (logical.kind === 'timestamp' || isZoned) {
    const words = halves(asInt64(values));
    return (row) => {
      // A multiple of 2^32 and of a day are both exact as doubles; their sum with the low half need not be.
      const high = words[row * 2 + 1]! * 4294967296;
      const rest = high % DAY_MICROS;
      const micros = rest + (words[row * 2]! >>> 0);
      const extra = Math.floor(micros / DAY_MICROS);
      moment.day = (high - rest) / DAY_MICROS + extra;
      moment.ticks = (micros - extra * DAY_MICROS) * 10;
      return moment;
    };
  }
  return textMoments(vector, column, true);
}

function textMoments(vector: ColumnVector, column: BulkColumn, isDated: boolean): Moments {
  if (vector.logical.kind !== 'text') throw unsupported(vector, column);
  const { data, offsets } = asBytesValues(vector.values);
  const moment: Moment = { day: 0, ticks: 0, offset: 0 };
  return (row) => {
    const parsed = parseTimeText(data, offsets[row]!, offsets[row + 1]!, isDated);
    if (!parsed) return refuse(column, row, `it is not written as a ${column.type}`);
    moment.day = isDated ? daysFromCivil(parsed.year, parsed.month, parsed.day) : 0;
    moment.ticks = parsed.ticks;
    moment.offset = parsed.offset;
    if (moment.offset !== 0) toUtc(moment);
    return moment;
  };
}

/** Local time and offset as text; on the wire, UTC and offset. */
function toUtc(moment: Moment): void {
  const ticks = moment.ticks - moment.offset * 600_000_000;
  const days = Math.floor(ticks / DAY_TICKS);
  moment.day += days;
  moment.ticks = ticks - days * DAY_TICKS;
}

function checkedDay(day: number, column: BulkColumn, row: number): number {
  const since = day + DAYS_TO_1970;
  if (since < 0 || since > LAST_DAY) refuse(column, row, 'it is not a day of the years 1 to 9999');
  return since;
}

const TICKS = [10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

function scaled(ticks: number, scale: number, column: BulkColumn, row: number): number {
  const unit = TICKS[scale] ?? 1;
  if (ticks % unit !== 0) refuse(column, row, `its seconds have more than ${scale} decimal places`);
  return ticks / unit;
}

/** `datetime` counts three-hundredths of a second and shows them as .000, .003 and .007; nothing else is its own. */
function setDatetime(view: DataView, at: number, { day, ticks }: Moment, column: BulkColumn, row: number): void {
  const count = Math.round((ticks * 3) / 100_000);
  const shown = Math.round((count * 10) / 3) * 10_000;
  const exact = Math.round((count * 100_000) / 3);
  const isOwn = ticks === shown || Math.abs(ticks - exact) < 10;
  const since = day + DAYS_1900_TO_1970;
  if (!isOwn) refuse(column, row, 'it would be rounded to a three-hundredth of a second');
  if (since < -53_690 || day + DAYS_TO_1970 > LAST_DAY)
    refuse(column, row, 'it is not a day of the years 1753 to 9999');
  view.setInt32(at, since, true);
  view.setInt32(at + 4, count, true);
}

const MINUTE_TICKS = 600_000_000;

function setSmallDatetime(view: DataView, at: number, { day, ticks }: Moment, column: BulkColumn, row: number): void {
  const since = day + DAYS_1900_TO_1970;
  if (ticks % MINUTE_TICKS !== 0) refuse(column, row, 'it would be rounded to a whole minute');
  if (since < 0 || since > 0xffff) refuse(column, row, 'it is not between 1900-01-01 and 2079-06-06');
  view.setUint16(at, since, true);
  view.setUint16(at + 2, ticks / MINUTE_TICKS, true);
}

function setUint24(view: DataView, at: number, value: number): void {
  view.setUint16(at, value & 0xffff, true);
  view.setUint8(at + 2, value >> 16);
}

function setTime(view: DataView, at: number, width: number, value: number): void {
  const low = value % 65_536;
  const high = (value - low) / 65_536;
  view.setUint16(at, low, true);
  if (width === 3) view.setUint8(at + 2, high);
  else {
    view.setUint16(at + 2, high % 65_536, true);
    if (width === 5) view.setUint8(at + 4, Math.floor(high / 65_536));
  }
}
