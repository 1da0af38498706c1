/**
 * Fiscal months. Fiscal year 2024 is the one that begins in the calendar year 2024, and `2024-01` is its first month.
 * Months of weeks are counted from the first day of the year; what 52 weeks leave over belongs to the last month, so that
 * every day is in exactly one.
 */
import type { DayRange, Month } from '../../types/month';
import type { CalendarSettings } from '../../types/quality';
import { startOf, yearAndMonth } from './days';

export type FiscalSettings = NonNullable<CalendarSettings['fiscal']>;

const WEEKS = { '4-4-5': [4, 4, 5], '4-5-4': [4, 5, 4], '5-4-4': [5, 4, 4] } as const;

/** First and last day of a fiscal month. */
export function fiscalMonth(text: Month, { startMonth, startDay, pattern }: FiscalSettings): DayRange {
  const { year, month } = yearAndMonth(text);
  if (pattern === 'calendar')
    return {
      from: startOf(year, startMonth + month - 1, startDay),
      to: startOf(year, startMonth + month, startDay) - 1,
    };
  const weeks = WEEKS[pattern];
  const start = startOf(year, startMonth, startDay);
  const begin = (index: number): number => {
    let days = start;
    for (let each = 0; each < index; each++) days += 7 * (weeks[each % 3] ?? 4);
    return days;
  };
  return {
    from: begin(month - 1),
    to: (month === 12 ? startOf(year + 1, startMonth, startDay) : begin(month)) - 1,
  };
}
