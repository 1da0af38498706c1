/**
 * Days that must have rows, with public holidays by date-holidays (code: ISC; its dates: CC BY-SA 3.0, installed beside
 * it and not copied into Longshore).
 */
import Holidays from 'date-holidays';
import { civilFromDays } from '../core/columnar/civil';
import { LongshoreError } from '../core/errors/longshore-error';
import { listWords, suggest } from '../core/plan/suggest';
import { dayOf } from '../core/quality/calendar/days';
import { planExpectedDays, rangeOfMonth } from '../core/quality/calendar/expected';
import type { DayRange, Month } from '../core/types/month';
import type { CalendarSettings, ExpectedDays } from '../core/types/quality';

/** Half days have hours; what is shorter than this, for a change of the clock, is one. */
const WHOLE_DAY_HOURS = 22;

interface Country {
  country: string;
  state?: string;
  region?: string;
}

/** Names by day, by region and year. */
const known = new Map<string, Map<number, string>>();

/**
 * Days of a range or a month that must have rows, and why others need none. Holidays are public ones, with the days that
 * substitute for them; half days are days of business. Holidays of a region and year are worked out once per process.
 * A region that is not known is CONFIG_INVALID.
 */
export function expectedDays(of: DayRange | Month, calendar: CalendarSettings): ExpectedDays {
  const region = calendar.region === undefined ? undefined : requireRegion(calendar.region);
  const holidays = new Map<number, string>();
  if (region && calendar.days === 'business') {
    const range = typeof of === 'string' ? rangeOfMonth(of, calendar) : of;
    // A holiday of several days may begin in the year before, and one may be observed in the year before its own.
    for (let year = civilFromDays(range.from).year - 1; year <= civilFromDays(range.to).year + 1; year++)
      for (const [day, name] of holidaysOf(region, year)) holidays.set(day, name);
  }
  return planExpectedDays(of, calendar, holidays);
}

/** Country, state and region of `DE-BY`; CONFIG_INVALID with those that may have been meant. */
export function requireRegion(text: string): Country {
  const all = new Holidays();
  const [country = '', state, region] = text.split('-');
  const countries = all.getCountries('en');
  if (!Object.hasOwn(countries, country)) throw unknown(text, 'country', country, countries, '');
  if (state === undefined) return { country };
  const states = all.getStates(country, 'en') ?? {};
  if (!Object.hasOwn(states, state))
    throw unknown(text, `state of ${country} (${countries[country]})`, state, states, `${country}-`);
  if (region === undefined) return { country, state };
  const regions = all.getRegions(country, state, 'en') ?? {};
  if (!Object.hasOwn(regions, region))
    throw unknown(text, `region of ${country}-${state} (${states[state]})`, region, regions, `${country}-${state}-`);
  return { country, state, region };
}

function unknown(
  text: string,
  what: string,
  code: string,
  candidates: Readonly<Record<string, string>>,
  prefix: string,
): LongshoreError {
  const wanted = code.toLowerCase();
  const byName = Object.keys(candidates).filter((each) => candidates[each]?.toLowerCase().startsWith(wanted));
  const near = byName.length > 0 ? byName.slice(0, 3) : suggest(code, Object.keys(candidates));
  const names = near.map((each) => `${prefix}${each} (${candidates[each]})`);
  const meant = names.length > 0 ? ` Did you mean ${listWords(names, 'or')}?` : '';
  const codes = Object.keys(candidates).map((each) => `${prefix}${each}`);
  return new LongshoreError(
    'CONFIG_INVALID',
    `The calendar names the region ${text}, but ${code} is no ${what} whose holidays are known.${meant}`,
    { path: 'quality.calendar.region' },
    {
      next:
        codes.length > 0
          ? `Name one of ${listWords(codes, 'or')}, or list the days under \`closed\`.`
          : `Name ${prefix.slice(0, -1)}, which has no parts of its own, or list the days under \`closed\`.`,
    },
  );
}

function holidaysOf({ country, state, region }: Country, year: number): ReadonlyMap<number, string> {
  const key = [country, state, region, year].join(' ');
  const found = known.get(key);
  if (found) return found;
  const calendar = new Holidays(
    { country, ...(state !== undefined && { state }), ...(region !== undefined && { region }) },
    {
      types: ['public'],
    },
  );
  const days = new Map<number, string>();
  for (const { date, start, end, name } of calendar.getHolidays(year, 'en')) {
    const hours = (end.getTime() - start.getTime()) / 3_600_000;
    if (hours < WHOLE_DAY_HOURS) continue;
    const first = dayOf(date.slice(0, 10));
    for (let day = first; day < first + Math.round(hours / 24); day++) days.set(day, name);
  }
  known.set(key, days);
  return days;
}
