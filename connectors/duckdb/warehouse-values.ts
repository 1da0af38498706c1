/** Text of a file as values of DuckDB's types: exactly, or not at all. */
import { DuckDBTimestampTZValue, type DuckDBValue } from '@duckdb/node-api';
import type { MonthFormat } from '../../core/types/month';
import type { WarehouseColumn } from '../../core/types/warehouse';
import { formOf, templateParts } from '../value-forms';
import { literal } from './sql';

/** What a failing statement says of a value that has no place in its column; the locating statement says which. */
export const UNFIT = 'a value is not one of its column';

/** SQL of one column: `value` fails for what does not fit, `isUnfit` is true for it and never fails. */
export interface ColumnText {
  value: string;
  isUnfit: string;
}

/** `text` is the name of a VARCHAR column, quoted. */
export function columnText(column: WarehouseColumn, text: string, format: MonthFormat): ColumnText {
  const value = converted(column, text, format, '');
  if (/^VARCHAR$/i.test(column.nativeType)) return { value: text, isUnfit: 'false' };
  const form = formOf(column, format);
  const isMisspelt = form === undefined ? 'false' : `NOT regexp_full_match(${text}, ${literal(form)})`;
  const tried = converted(column, text, format, 'TRY_');
  // A number too large for its type becomes infinite instead of failing.
  const isOverflow =
    column.type.kind === 'float' && /^(FLOAT|DOUBLE|REAL)$/i.test(column.nativeType)
      ? ` OR (isinf(${tried}) AND NOT contains(lower(${text}), 'inf'))`
      : '';
  const isLost = `${text} IS NOT NULL AND (${isMisspelt}${isOverflow})`;
  return {
    value: form === undefined ? value : `CASE WHEN ${isLost} THEN error(${literal(UNFIT)}) ELSE ${value} END`,
    isUnfit: `${text} IS NOT NULL AND (${isMisspelt}${isOverflow} OR (${tried}) IS NULL)`,
  };
}

function converted(
  { type, nativeType }: WarehouseColumn,
  text: string,
  format: MonthFormat,
  attempt: '' | 'TRY_',
): string {
  const cast = (expression: string): string => `${attempt}CAST(${expression} AS ${nativeType})`;
  const compact = `CASE WHEN length(${text}) = 8 THEN ${cast(`concat(${text}[1:4], '-', ${text}[5:6], '-', ${text}[7:8])`)} ELSE ${cast(text)} END`;
  const byFormats = (formats: string[]): string =>
    cast(`${attempt.toLowerCase()}strptime(${text}, [${formats.map(literal).join(', ')}])`);
  switch (type.kind) {
    case 'boolean':
      return `CASE lower(${text}) WHEN 'on' THEN true WHEN 'off' THEN false ELSE ${cast(text)} END`;
    case 'date':
      // Reading by a list of formats is twice as fast as cutting texts apart.
      return byFormats(format.dateFormat === undefined ? ['%Y%m%d', '%Y-%m-%d'] : strptimeFormats(format.dateFormat));
    case 'timestamp':
      return format.timestampFormat === undefined ? compact : byFormats(strptimeFormats(format.timestampFormat));
    default:
      return cast(text);
  }
}

const SPECIFIERS: Record<string, string> = {
  YYYY: '%Y',
  YY: '%y',
  MON: '%b',
  MM: '%m',
  DD: '%d',
  HH24: '%H',
  MI: '%M',
  '%': '%%',
};

/** With a fraction of seconds and without, where the template has seconds. */
function strptimeFormats(template: string): string[] {
  const spell = (seconds: string): string =>
    templateParts(template)
      .map((part) => (part.startsWith('SS') ? seconds : (SPECIFIERS[part] ?? part)))
      .join('');
  return [...new Set([spell('%S'), spell('%S.%f')])];
}

/** A value in DuckDB's own notation; timestamps with a zone in UTC. */
export function valueText(value: DuckDBValue): string | null {
  if (value === null) return null;
  if (value instanceof DuckDBTimestampTZValue) return utcText(value.micros);
  if (typeof value === 'number' && Number.isInteger(value) && Object.is(value, -0)) return '-0';
  return String(value);
}

function utcText(micros: bigint): string {
  const at = micros / 1_000_000n - (micros % 1_000_000n < 0n ? 1n : 0n);
  const fraction = micros - at * 1_000_000n;
  const seconds = new Date(Number(at) * 1000);
  if (Number.isNaN(seconds.getTime())) return String(micros);
  const [date = '', time = ''] = seconds.toISOString().split('T');
  const digits = fraction === 0n ? '' : `.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`;
  return `${date} ${time.slice(0, 8)}${digits}+00`;
}
