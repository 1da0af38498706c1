/**
 * Moments that travel as text because they are finer than a microsecond or carry an offset: SQL Server's datetime2(7),
 * time(7) and datetimeoffset(n), as `YYYY-MM-DD HH:MM:SS.fffffff[ +HH:MM]` with the type's own number of digits.
 */
import type { SourceType } from './type-fit';

export interface TextTime {
  of: 'datetime' | 'time' | 'offset';
  /** Digits of the fraction of a second, as written. */
  digits: number;
}

const NAME = /^(datetime2|datetimeoffset|time)(?:\((\d)\))?$/i;
const KINDS: Record<string, TextTime['of']> = { datetime2: 'datetime', datetimeoffset: 'offset', time: 'time' };

/** What a column of text holds, when it is one of these. */
export function textTime({ kind, nativeType, logical }: SourceType): TextTime | undefined {
  if (kind !== 'mssql' || logical.kind !== 'text') return undefined;
  const found = NAME.exec(nativeType.trim());
  const of = KINDS[found?.[1]?.toLowerCase() ?? ''];
  return of === undefined ? undefined : { of, digits: Number(found?.[2] ?? 7) };
}

/** Digits of a second's fraction that a type of DuckDB keeps, for the types that can take such text. */
const KEPT: Record<TextTime['of'], Record<string, number>> = {
  datetime: { TIMESTAMP_S: 0, TIMESTAMP_MS: 3, TIMESTAMP: 6, TIMESTAMP_NS: 9 },
  offset: { 'TIMESTAMP WITH TIME ZONE': 6 },
  time: { TIME: 6, TIME_NS: 9 },
};

/** How many digits of the fraction `target` keeps; undefined for a type that is no home for the text. */
export const keptDigits = ({ of }: TextTime, target: string): number | undefined => KEPT[of][target];

/** Condition that holds for values which `target` keeps whole; `column` is an expression of type VARCHAR. */
export function survives(column: string, { of, digits }: TextTime, target: string): string {
  const kept = Math.min(keptDigits({ of, digits }, target) ?? 0, digits);
  const fraction = digits === 0 ? '' : `\\.\\d{${kept}}0{${digits - kept}}`;
  const pattern = { datetime: DAY_AND_TIME, offset: DAY_AND_TIME, time: TIME_OF_DAY }[of];
  const shape = `regexp_full_match(${column}, '${pattern}${fraction}${of === 'offset' ? ' \\+00:00' : ''}')`;
  return `(${shape} AND TRY_CAST(${plain(column, of)} AS ${target}) IS NOT NULL)`;
}

const TIME_OF_DAY = '\\d{2}:\\d{2}:\\d{2}';
const DAY_AND_TIME = `\\d{4}-\\d{2}-\\d{2} ${TIME_OF_DAY}`;

/** The text as DuckDB reads it; of a value that `survives`. */
export const plain = (column: string, of: TextTime['of']): string =>
  of === 'offset' ? `replace(${column}, ' +00:00', '+00')` : column;

/** The text again, from a value of `target`. */
export function written(value: string, { of, digits }: TextTime, target: string): string {
  const moment = {
    datetime: value,
    offset: `${value} AT TIME ZONE 'UTC'`,
    time: `DATE '2000-01-01' + ${value}::TIME`,
  }[of];
  if (of === 'time' && target === 'TIME_NS') {
    const text = `CAST(${value} AS VARCHAR)`;
    return digits === 0
      ? `left(${text}, 8)`
      : `left(rpad(${text} || CASE WHEN length(${text}) = 8 THEN '.' ELSE '' END, 18, '0'), ${9 + digits})`;
  }
  const fraction = target === 'TIMESTAMP_NS' ? '%n' : '%f';
  const format = of === 'time' ? `%H:%M:%S.${fraction}` : `%Y-%m-%d %H:%M:%S.${fraction}`;
  const whole = of === 'time' ? 8 : 19;
  const text = `left(strftime(${moment}, '${format}') || '000', ${digits === 0 ? whole : whole + 1 + digits})`;
  return of === 'offset' ? `(${text} || ' +00:00')` : text;
}
