/** Files that must not be copied or published, whatever checks say or were left out: by what was counted of them. */
import type { WarehouseKind } from '../../schemas/constants';
import { LongshoreError } from '../errors/longshore-error';
import { dayText } from '../quality/calendar/days';
import type { DayRange } from '../types/month';
import type { ScanFigures, ScanPlan } from '../types/scan';

/** For messages. */
export interface FilePlace {
  /** Path. */
  file: string;
  table: string;
}

/** Kinds of values that lose digits without a word. */
const ROUNDED = new Set(['decimal', 'integer', 'timestamp']);

/** No warehouse takes rows with too few or too many fields, but not each says so of an empty field too many. */
export function refuseRagged(
  { file, table }: FilePlace,
  { columns }: ScanPlan,
  { raggedRows, samples }: ScanFigures,
): void {
  if (raggedRows === 0) return;
  const { line, message = `each row is to have ${columns.length} fields` } = samples.columns?.[0] ?? {};
  throw new LongshoreError(
    'COPY_FAILED',
    `${file}${line === undefined ? '' : `, line ${line}`}: ${message}. ${raggedRows === 1 ? 'It is the only such row' : `There are ${raggedRows} such rows`}; nothing was copied into ${table}.`,
    { file, table, ...(line !== undefined && { line }) },
  );
}

/**
 * Snowflake rounds numbers that have more digits than their column while it copies, and says nothing. Other warehouses
 * refuse them by themselves, and checks of the file find them anyway.
 */
export function refuseRounding(
  { file, table }: FilePlace,
  kind: WarehouseKind,
  { columns }: ScanPlan,
  figures: ScanFigures,
): void {
  if (kind !== 'snowflake') return;
  const index = columns.findIndex(({ type }, at) => ROUNDED.has(type.kind) && (figures.columns[at]?.badType ?? 0) > 0);
  const column = columns[index]?.name;
  if (column === undefined) return;
  const sample = figures.samples.types?.find((each) => each.column === column);
  throw new LongshoreError(
    'VALUE_NOT_REPRESENTABLE',
    `${file}${sample?.line === undefined ? '' : `, line ${sample.line}`}, column ${column}: ${figures.columns[index]?.badType ?? 0} values would be rounded or refused by ${table}. ${sample?.message ?? ''}`,
    { file, table, column, ...(sample?.line !== undefined && { line: sample.line }) },
  );
}

/**
 * What replaces a month must be of the month: other rows would not give way when it is loaded again, and be there twice.
 * Throws QUALITY_FAILED.
 */
export function refuseStrays(
  files: readonly { path: string; figures?: ScanFigures }[],
  { from, to }: DayRange,
  month: string,
): void {
  for (const { path, figures } of files) {
    const { days = [], dateNulls = 0, dateInvalid = 0 } = figures ?? {};
    const outside = days.filter(([day]) => day < from || day > to);
    const rows = outside.reduce((sum, [, count]) => sum + count, dateNulls + dateInvalid);
    const [first] = outside;
    if (rows > 0)
      throw new LongshoreError(
        'QUALITY_FAILED',
        `${path} is to replace ${month}, but ${rows === 1 ? 'one of its rows is' : `${rows} of its rows are`} not of that month${first ? ` (the first day is ${dayText(first[0])})` : ''}: they would be there twice when the month is loaded again.`,
        { file: path },
        { next: 'Take these rows out of the file, or load it with `load: append`. Nothing was changed.' },
      );
  }
}
