/** Ranges of days in names of files, where months are fiscal ones. */
import { rangeOfMonth } from '../quality/calendar/expected';
import type { MonthTable } from '../types/month';
import { addMonths, monthOf, monthsBetween } from './months';
import { type FilePattern, formatDay, type PatternMatch } from './pattern';

/**
 * The match with the fiscal month in which its range begins, where the table has fiscal months and the name of the file
 * gives days only. A fiscal month is called after the year in which its fiscal year began, so it may lie up to a year
 * after the calendar month of that name.
 */
export function inFiscalMonth(match: PatternMatch, pattern: FilePattern, { quality }: MonthTable): PatternMatch {
  const { range, problem } = match;
  const { calendar } = quality;
  if (!calendar.fiscal || !range || problem !== undefined || pattern.text.includes('{month}')) return match;
  const near = monthOf(range.from);
  for (const month of monthsBetween(addMonths(near, -13), addMonths(near, 1))) {
    const { from, to } = rangeOfMonth(month, calendar);
    if (range.from < from || range.from > to) continue;
    if (range.to <= to) return { month, range };
    const days = `holds days from ${formatDay(range.from)} to ${formatDay(range.to)}`;
    return {
      month,
      range,
      warning: `${days}, which are of several fiscal months; it is taken for one of ${month}`,
    };
  }
  return match;
}
