/**
 * Where year, month and day stand in dates of a format, and what may follow them. Every token has one width, so that SQL
 * can cut them out.
 */
import { civilFromDays, daysFromCivil } from '../columnar/civil';
import { type FormatStep, parseDateFormat, parseTimestampFormat, TOKEN } from '../quality/scan/date-format';
import type { MonthFormat } from '../types/month';
import type { CheckType } from '../types/quality';

type Unit = 'year' | 'month' | 'day';

export interface DateToken {
  unit: Unit;
  /** From 0. */
  at: number;
  length: number;
  /** `JAN` … `DEC`. */
  isName: boolean;
}

export interface DateLayout {
  /** For messages. */
  format: string;
  length: number;
  tokens: DateToken[];
  marks: { at: number; text: string }[];
  /** Texts sort as their days do. */
  isOrdered: boolean;
}

/** A way to write a date or timestamp: the date, and the time that must follow it. */
export interface DateForm {
  layout: DateLayout;
  /** `iso`: a blank or T, HH:MM, and seconds where there are any. */
  time?: 'iso' | readonly FormatStep[];
}

const NAMES = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
/** Two digits from here on are of the last century: that of 1970 to 2069. */
const PIVOT = 70;

const UNITS = new Map<number, Unit>([
  [TOKEN.year, 'year'],
  [TOKEN.shortYear, 'year'],
  [TOKEN.month, 'month'],
  [TOKEN.monthName, 'month'],
  [TOKEN.day, 'day'],
]);

/** The layout of a format. Throws CONFIG_INVALID when it does not name a day, or has a time. */
export const dateLayout = (format: string): DateLayout => layoutOf(format, parseDateFormat(format));

function layoutOf(format: string, steps: readonly FormatStep[]): DateLayout {
  const tokens: DateToken[] = [];
  const marks: DateLayout['marks'] = [];
  let at = 0;
  for (const { token, width, byte } of steps) {
    const unit = UNITS.get(token);
    if (unit) tokens.push({ unit, at, length: width, isName: token === TOKEN.monthName });
    else marks.push({ at, text: String.fromCharCode(byte) });
    at += width;
  }
  const order = tokens.map(({ unit }) => unit).join();
  const isOrdered = order === 'year,month,day' && tokens[0]?.length === 4 && tokens.every(({ isName }) => !isName);
  return { format, length: at, tokens, marks, isOrdered };
}

const ISO = dateLayout('YYYY-MM-DD');
const COMPACT = dateLayout('YYYYMMDD');

/** How plain dates are written, whatever the type of their column. */
export const layoutsFor = ({ dateFormat }: MonthFormat): readonly DateLayout[] =>
  dateFormat === undefined ? [ISO, COMPACT] : [dateLayout(dateFormat)];

/** All ways to write a value of a column: a plain date is a timestamp, too. */
export function formsFor(type: CheckType, format: MonthFormat): DateForm[] {
  const dates = layoutsFor(format).map((layout): DateForm => ({ layout }));
  if (type.kind !== 'timestamp') return dates;
  const { timestampFormat } = format;
  if (timestampFormat === undefined)
    return [{ layout: ISO, time: 'iso' }, { layout: ISO }, ...dates.filter(({ layout }) => layout !== ISO)];
  const { date, time } = parseTimestampFormat(timestampFormat);
  const layout = layoutOf(timestampFormat, date);
  return [...(time.length > 0 ? [{ layout, time }] : []), { layout }, ...dates];
}

/** A day, in days since 1970-01-01, as text. */
export function writeDay(layout: DateLayout, day: number): string {
  const civil = civilFromDays(day);
  const words = layout.tokens.map(({ unit, at, length, isName }) => {
    const number = String(unit === 'day' ? civil.day : civil[unit]).padStart(length, '0');
    return { at, text: isName ? (NAMES[civil.month - 1] ?? '') : number.slice(-length) };
  });
  return [...words, ...layout.marks]
    .toSorted((a, b) => a.at - b.at)
    .map(({ text }) => text)
    .join('');
}

/** The day at the beginning of a text; undefined when there is none. `rest`: what may follow it, as a whole. */
export function readDay(layout: DateLayout, text: string, rest = /^$/): number | undefined {
  if (!rest.test(text.slice(layout.length))) return undefined;
  if (layout.marks.some((mark) => text.slice(mark.at, mark.at + mark.text.length) !== mark.text)) return undefined;
  const parts = { year: 0, month: 0, day: 0 };
  for (const { unit, at, length, isName } of layout.tokens) {
    const word = text.slice(at, at + length);
    const number = isName ? NAMES.indexOf(word.toUpperCase()) + 1 : /^\d+$/.test(word) ? Number(word) : NaN;
    if (Number.isNaN(number) || word.length < length) return undefined;
    parts[unit] = unit === 'year' && length === 2 ? number + (number < PIVOT ? 2000 : 1900) : number;
  }
  const day = daysFromCivil(parts.year, parts.month, parts.day);
  const back = civilFromDays(day);
  return back.month === parts.month && back.day === parts.day && back.year === parts.year ? day : undefined;
}
