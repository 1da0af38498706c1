/** Which days of a range must have rows. */
import type { DayRange, Month } from '../../types/month';
import type { CalendarSettings, ExpectedDays } from '../../types/quality';
import { dayOf, daysOf, monthRange, rangeText, weekdayOf, yearAndMonth } from './days';
import { fiscalMonth } from './fiscal';

/** Days of a month as the calendar counts months. */
export const rangeOfMonth = (month: Month, calendar: CalendarSettings): DayRange =>
  calendar.fiscal ? fiscalMonth(month, calendar.fiscal) : monthRange(month);

/**
 * Every day of `of` is either expected or excused. Days that are `closed` are excused by every calendar, weekends and
 * holidays by that of business days; days that are `open` are expected whatever else is said of them. `holidays` are
 * names by day, of the region, for at least the range.
 */
export function planExpectedDays(
  of: DayRange | Month,
  calendar: CalendarSettings,
  holidays: ReadonlyMap<number, string>,
): ExpectedDays {
  const range = typeof of === 'string' ? rangeOfMonth(of, calendar) : { from: of.from, to: of.to };
  const isBusiness = calendar.days === 'business';
  const open = new Set(calendar.open.map(dayOf));
  const closed = new Set(calendar.closed.map(dayOf));
  const reason = (day: number): string | undefined => {
    if (open.has(day)) return undefined;
    if (closed.has(day)) return 'closed';
    if (!isBusiness) return undefined;
    return holidays.get(day) ?? (calendar.weekend.includes(weekdayOf(day)) ? 'weekend' : undefined);
  };
  const expected: number[] = [];
  const excused: Record<number, string> = {};
  for (const day of daysOf(range)) {
    const why = reason(day);
    if (why === undefined) expected.push(day);
    else excused[day] = why;
  }
  const where = isBusiness && calendar.region !== undefined ? ` in ${calendar.region}` : '';
  return {
    range,
    expected,
    excused,
    description: `${isBusiness ? 'business days of ' : ''}${periodText(of, calendar)}${where}`,
  };
}

/** `January 2024`, `fiscal month 3 of 2024`, `2024-01-05 to 2024-01-20`. */
function periodText(of: DayRange | Month, calendar: CalendarSettings): string {
  if (typeof of !== 'string') return rangeText(of);
  if (!calendar.fiscal) return rangeText(monthRange(of));
  const { year, month } = yearAndMonth(of);
  return `fiscal month ${month} of ${year}`;
}
