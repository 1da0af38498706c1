/**
 * Patterns of dates and times as text, and back. Tokens: YYYY, YY, MM or M, DD or D, MON (English name of a month);
 * HH, MM, SS, `f` for a fraction of a second, AM for clocks of twelve hours. `D/M/YYYY|M/D/YYYY` says that the order is
 * open: only dates that are the same in both are read.
 */
import { LAYOUT } from './temporal-scan';

export type DateOrder = 'dmy' | 'mdy' | 'ymd';

interface DateShape {
  layout: number;
  separator: number;
  shortYear: boolean;
  named: boolean;
  padded: boolean;
}

/** Pattern of the dates of a shape. */
export function dateText(shape: DateShape, order: DateOrder | 'open'): string {
  const { layout, named, padded } = shape;
  const day = padded ? 'DD' : 'D';
  const month = named ? 'MON' : padded ? 'MM' : 'M';
  const year = shape.shortYear ? 'YY' : 'YYYY';
  const separator = shape.separator === 0 ? '' : String.fromCharCode(shape.separator);
  if (layout === LAYOUT.compact) return 'YYYYMMDD';
  if (layout === LAYOUT.nameDay) return `MON ${day}, ${year}`;
  if (layout === LAYOUT.dayName) return [day, month, year].join(separator);
  if (layout === LAYOUT.ymd) return [year, month, day].join(separator);
  const orders = { dmy: [day, month, year], mdy: [month, day, year], ymd: [year, month, day] };
  if (order !== 'open') return orders[order].join(separator);
  const fitting = layout === LAYOUT.short ? (['dmy', 'mdy', 'ymd'] as const) : (['dmy', 'mdy'] as const);
  return fitting.map((each) => orders[each].join(separator)).join('|');
}

/** Pattern of the times of day of a shape. */
export function timeText(shape: { clock: number; hasSeconds: boolean; fractionDigits: number }): string {
  const seconds = shape.hasSeconds ? ':SS' : '';
  return `HH:MM${seconds}${shape.fractionDigits > 0 ? '.f' : ''}${shape.clock === 2 ? ' AM' : ''}`;
}

/** What a date must look like to be read by a pattern. */
export interface DatePattern {
  layout: number;
  /** Byte; 0 for none. */
  separator: number;
  shortYear: boolean;
  /** More than one where the order is open. */
  orders: DateOrder[];
}

/** Reads a pattern; undefined where it is none. */
export function readDatePattern(pattern: string): DatePattern | undefined {
  const readings = pattern.split('|').map(readOne);
  const [first] = readings;
  if (first === undefined || readings.includes(undefined)) return undefined;
  return { ...first, orders: readings.flatMap((reading) => reading?.orders ?? []) };
}

function readOne(pattern: string): DatePattern | undefined {
  if (pattern === 'YYYYMMDD') return { layout: LAYOUT.compact, separator: 0, shortYear: false, orders: ['ymd'] };
  const tokens: string[] = pattern.match(/YYYY|YY|MON|MM?|DD?/g) ?? [];
  const separator = pattern.replaceAll(/[A-Z]/g, '').charCodeAt(0) || 0;
  const order = tokens.map((token) => token.charAt(0).toLowerCase()).join('');
  if (order !== 'dmy' && order !== 'mdy' && order !== 'ymd') return undefined;
  const shortYear = tokens.includes('YY');
  if (tokens.includes('MON')) {
    const layout = { dmy: LAYOUT.dayName, mdy: LAYOUT.nameDay, ymd: LAYOUT.ymd }[order];
    return { layout, separator, shortYear, orders: [order] };
  }
  const layout = shortYear ? LAYOUT.short : order === 'ymd' ? LAYOUT.ymd : LAYOUT.open;
  return { layout, separator, shortYear, orders: [order] };
}
