/** Values in the notation of column figures, which all connectors share; see connectors/postgres/aggregates.ts. */
import { civilFromDays } from '../columnar/civil';
import type { LogicalType } from '../types/table';

const INFINITE_DAYS = 0x7fffffff;
const INFINITE_MICROS = 2n ** 63n - 1n;
const DAY_MICROS = 86_400_000_000n;

/** A whole number of 10^-`scale` in plain notation without trailing zeros: `12.5`, `0`, `-3`. */
export function decimalFigure(unscaled: bigint, scale: number): string {
  const isNegative = unscaled < 0n;
  const digits = String(isNegative ? -unscaled : unscaled).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  return `${isNegative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** As JavaScript prints it, negative zero as `0`; a float32 by the shortest digits that name it. */
export function floatFigure(value: number, isSingle: boolean): string {
  if (value === 0) return '0';
  if (!isSingle || !Number.isFinite(value)) return String(value);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

/** `2024-02-29`, `0044-03-15 BC`, `infinity`. */
export function dateFigure(days: number): string {
  if (days === INFINITE_DAYS) return 'infinity';
  if (days === -INFINITE_DAYS) return '-infinity';
  const { text, era } = dayText(days);
  return text + era;
}

/** Microseconds as `23:59:59.5` or `2024-02-29 23:59:59.5`, the fraction without trailing zeros. */
export function microsFigure(micros: bigint, kind: 'time' | 'timestamp'): string {
  if (kind === 'time') return timeText(Number(micros), 0);
  if (micros === INFINITE_MICROS) return 'infinity';
  if (micros === -INFINITE_MICROS) return '-infinity';
  const rest = ((micros % DAY_MICROS) + DAY_MICROS) % DAY_MICROS;
  return timestampFigure(Number((micros - rest) / DAY_MICROS), Number(rest), 0);
}

export function timestampFigure(days: number, microsOfDay: number, nanos: number): string {
  const { text, era } = dayText(days);
  return `${text} ${timeText(microsOfDay, nanos)}${era}`;
}

export function timeText(micros: number, nanos: number): string {
  const seconds = Math.floor(micros / 1e6);
  const text = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const fraction = (micros - seconds * 1e6) * 1000 + nanos;
  return fraction === 0 ? text : `${text}.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`;
}

function dayText(days: number): { text: string; era: string } {
  const { year, month, day } = civilFromDays(days);
  const shown = year > 0 ? year : 1 - year;
  return { text: `${String(shown).padStart(4, '0')}-${two(month)}-${two(day)}`, era: year > 0 ? '' : ' BC' };
}

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

/** Types of databases that write dates and times as text on the way, because they hold more than microseconds. */
const TEMPORAL_NATIVE = /^(datetime2|datetimeoffset|smalldatetime|datetime|timestamp(tz|_ns)?|time(_ns)?)\b/i;

/** Text that is a date, time or timestamp in the notation of its own database. */
export const isTemporalText = (logical: LogicalType, nativeType: string): boolean =>
  logical.kind === 'text' && logical.of === 'other' && TEMPORAL_NATIVE.test(nativeType.trim());

const NUMERIC_NATIVE = /^(numeric|decimal|u?hugeint)\b/i;

/** Text that is a number with more digits than travel as one. */
export const isNumericText = (logical: LogicalType, nativeType: string): boolean =>
  logical.kind === 'text' &&
  logical.of === 'other' &&
  NUMERIC_NATIVE.test(nativeType.trim()) &&
  !nativeType.endsWith(']');
