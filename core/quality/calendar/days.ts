/** Days since 1970-01-01 and how people write them. */
import { civilFromDays, daysFromCivil } from '../../columnar/civil';
import type { DayRange, Month } from '../../types/month';

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** `2024-01-31`. */
export function dayText(day: number): string {
  const { year, month, day: ofMonth } = civilFromDays(day);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(ofMonth)}`;
}

/** The way back, for text that is known to be an ISO date. */
export function dayOf(text: string): number {
  const [year, month, day] = text.split('-').map(Number);
  return daysFromCivil(year ?? 0, month ?? 1, day ?? 1);
}

/** 0 Sunday … 6 Saturday. */
export const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7;

/** Year and month, 1 to 12, of `2024-01`. */
export function yearAndMonth(month: Month): { year: number; month: number } {
  const [year, number] = month.split('-').map(Number);
  return { year: year ?? 0, month: number ?? 1 };
}

/** First and last day of a calendar month. */
export function monthRange(text: Month): DayRange {
  const { year, month } = yearAndMonth(text);
  return { from: startOf(year, month, 1), to: startOf(year, month + 1, 1) - 1 };
}

/** A day of a month; months below 1 and above 12 are those of neighbouring years. */
export function startOf(year: number, month: number, day: number): number {
  const years = Math.floor((month - 1) / 12);
  return daysFromCivil(year + years, month - years * 12, day);
}

/** Every day of a range, in order. */
export const daysOf = ({ from, to }: DayRange): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);

/** `January 2024` for a whole calendar month, `2024-01-05` for one day, else `2024-01-05 to 2024-01-20`. */
export function rangeText({ from, to }: DayRange): string {
  if (from === to) return dayText(from);
  const { year, month, day } = civilFromDays(from);
  return day === 1 && to === startOf(year, month + 1, 1) - 1
    ? `${MONTHS[month - 1]} ${year}`
    : `${dayText(from)} to ${dayText(to)}`;
}

/** The same, with both ends whatever they are. */
export const runText = ({ from, to }: DayRange): string =>
  from === to ? dayText(from) : `${dayText(from)} to ${dayText(to)}`;

/** Days, in order, as runs of neighbours. */
export function runsOf(days: readonly number[]): DayRange[] {
  const runs: DayRange[] = [];
  for (const day of days) {
    const last = runs.at(-1);
    if (last?.to === day - 1) last.to = day;
    else runs.push({ from: day, to: day });
  }
  return runs;
}

const two = (value: number): string => String(value).padStart(2, '0');
