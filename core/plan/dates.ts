import type { DatePreset } from '../../schemas/constants';
import { LongshoreError } from '../errors/longshore-error';
import { type ColumnSchema, type TableSchema, tableId } from '../types/table';
import type { RowFilter } from '../types/transfer';
import { didYouMean } from './suggest';
import { addDays, startOfDay, TimeZone, utc } from './time-zone';

/** A range of time as configurations write it: a preset, a number of days, or ends of its own. */
export interface DateRange {
  preset?: DatePreset;
  /** Today and this many whole days before it. */
  days?: number;
  /** ISO date, local date-time, or date-time with offset. `from` is included, `until` is not. */
  from?: string;
  until?: string;
}

type DateKind = 'date' | 'timestamp' | 'timestamptz';

/**
 * The half-open range `[from, until)` that a date filter means at the instant `now`, in the notation of the column's
 * type: days for `date`, wall time of the zone for `timestamp`, UTC for `timestamptz`.
 *
 * `last-N-days` and `days: N` are today, as far as it has come, and the N whole days before it: never less than
 * N × 24 hours. `this-month` and `this-year` run to the end of the month or year. Days begin at midnight of the zone.
 * Throws CONFIG_INVALID for an unknown zone, a malformed date, or an empty range.
 */
export function resolveDates(
  range: DateRange,
  kind: DateKind,
  now: Date,
  timeZone: string,
): { from?: string; until?: string } {
  const zone = new TimeZone(timeZone);
  const { from, until } = isRelative(range)
    ? relative(range, startOfDay(zone.wallTime(now.getTime())))
    : { from: parse(range.from, zone), until: parse(range.until, zone) };
  if (from === undefined && until === undefined) {
    throw new LongshoreError(
      'CONFIG_INVALID',
      'A date filter needs a preset, a number of days, or one of from and until.',
    );
  }
  if (from !== undefined && until !== undefined && zone.instant(from) >= zone.instant(until)) {
    throw new LongshoreError(
      'CONFIG_INVALID',
      `The date filter is empty: from ${range.from} is not before until ${range.until}.`,
    );
  }
  return {
    ...(from !== undefined && { from: write(from, kind, zone) }),
    ...(until !== undefined && { until: write(until, kind, zone) }),
  };
}

/** The date filter of a table's plan. COLUMN_NOT_FOUND or FILTER_INVALID when the column cannot carry it. */
export function planDates(
  table: TableSchema,
  filter: DateRange & { column: string },
  now: Date,
  timeZone: string,
): RowFilter['dates'] {
  const id = tableId(table.ref);
  const exact = table.columns.find(({ name }) => name === filter.column);
  const alike = table.columns.filter(({ name }) => name.toLowerCase() === filter.column.toLowerCase());
  const column = exact ?? (alike.length === 1 ? alike[0] : undefined);
  if (column === undefined) {
    const names = table.columns.map(({ name }) => name);
    throw new LongshoreError(
      'COLUMN_NOT_FOUND',
      `Table ${id} has no column '${filter.column}' to filter by date.${didYouMean(filter.column, names)}`,
      { table: id, column: filter.column },
    );
  }
  const kind = dateKind(column);
  if (kind === undefined) {
    throw new LongshoreError(
      'FILTER_INVALID',
      `Column ${column.name} of ${id} is ${column.nativeType}, which is not a date or timestamp.`,
      { table: id, column: column.name },
      { next: 'Filter by a date or timestamp column, or write the condition as `where`.' },
    );
  }
  return { column: column.name, ...resolveDates(filter, kind, now, timeZone) };
}

/** Types of more than microseconds travel as text, and are dates all the same. */
function dateKind({ logical, nativeType }: ColumnSchema): DateKind | undefined {
  const { kind } = logical;
  if (kind === 'date' || kind === 'timestamp' || kind === 'timestamptz') return kind;
  if (/^datetime2\b/i.test(nativeType)) return 'timestamp';
  return /^datetimeoffset\b/i.test(nativeType) ? 'timestamptz' : undefined;
}
const isRelative = (range: DateRange): boolean => range.preset !== undefined || range.days !== undefined;

interface WallRange {
  from?: number | undefined;
  until?: number | undefined;
}

function relative(range: DateRange, today: number): WallRange {
  const tomorrow = addDays(today, 1);
  const lastDays = (days: number): WallRange => ({ from: addDays(today, -days), until: tomorrow });
  if (range.preset === undefined) return lastDays(range.days!);
  const date = new Date(today);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth() + 1;
  const presets: Record<DatePreset, () => WallRange> = {
    today: () => ({ from: today, until: tomorrow }),
    yesterday: () => ({ from: addDays(today, -1), until: today }),
    'last-7-days': () => lastDays(7),
    'last-30-days': () => lastDays(30),
    'last-90-days': () => lastDays(90),
    'last-365-days': () => lastDays(365),
    'this-month': () => ({ from: utc(year, month, 1), until: utc(year, month + 1, 1) }),
    'last-month': () => ({ from: utc(year, month - 1, 1), until: utc(year, month, 1) }),
    'this-year': () => ({ from: utc(year, 1, 1), until: utc(year + 1, 1, 1) }),
  };
  return presets[range.preset]();
}

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Wall time in the zone of an ISO text. */
function parse(text: string | undefined, zone: TimeZone): number | undefined {
  if (text === undefined) return undefined;
  const match = ISO.exec(text.trim());
  const [year, month, day, hour, minute, second] = (match ?? []).slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const midnight = match === null ? NaN : utc(year, month, day);
  const runsOver =
    match === null ||
    new Date(midnight).getUTCDate() !== day ||
    month > 12 ||
    month < 1 ||
    hour > 23 ||
    minute > 59 ||
    second > 59;
  if (runsOver) {
    throw new LongshoreError(
      'CONFIG_INVALID',
      `'${text}' is not a date.`,
      {},
      { next: 'Write it as 2026-01-31, 2026-01-31T08:00:00 or 2026-01-31T08:00:00+01:00.' },
    );
  }
  const wall = midnight + hour * 3_600_000 + minute * 60_000 + second * 1000 + Number((match[7] ?? '').padEnd(3, '0'));
  return match[8] === undefined ? wall : zone.wallTime(wall - offset(match[8]));
}

function offset(text: string): number {
  if (text === 'Z') return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2));
  return (text.startsWith('-') ? -minutes : minutes) * 60_000;
}

function write(wall: number, kind: DateKind, zone: TimeZone): string {
  // A day lies in the range when its midnight does, so an end within a day counts from the next one.
  if (kind === 'date') return new Date(startOfDay(wall + 86_399_999)).toISOString().slice(0, 10);
  const text = new Date(kind === 'timestamptz' ? zone.instant(wall) : wall).toISOString().replace('.000Z', 'Z');
  return kind === 'timestamptz' ? text : text.slice(0, -1);
}
