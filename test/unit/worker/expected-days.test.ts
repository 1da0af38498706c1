import { LongshoreError } from '../../../core/errors/longshore-error';
import { dayOf, dayText } from '../../../core/quality/calendar/days';
import { defaultQuality } from '../../../core/quality/settings';
import type { CalendarSettings } from '../../../core/types/quality';
import { expectedDays, requireRegion } from '../../../worker/expected-days';

const business = (region?: string, patch: Partial<CalendarSettings> = {}): CalendarSettings => ({
  ...defaultQuality().calendar,
  days: 'business',
  ...(region !== undefined && { region }),
  ...patch,
});

/** Days off of a range that are no weekend, by date. */
const holidays = (from: string, to: string, region: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(expectedDays({ from: dayOf(from), to: dayOf(to) }, business(region, { weekend: [] })).excused).map(
      ([day, name]) => [dayText(Number(day)), name],
    ),
  );

const errorOf = (work: () => unknown): LongshoreError => {
  try {
    work();
  } catch (error) {
    if (error instanceof LongshoreError) return error;
  }
  throw new Error('no LongshoreError was thrown');
};

describe('expected days by region', () => {
  it('leave out public holidays of the country and its state', () => {
    // The list of the state of Bavaria for 2024, Sundays apart.
    expect(Object.keys(holidays('2024-01-01', '2024-12-31', 'DE-BY'))).toEqual([
      '2024-01-01',
      '2024-01-06',
      '2024-03-29',
      '2024-04-01',
      '2024-05-01',
      '2024-05-09',
      '2024-05-20',
      '2024-05-30',
      '2024-10-03',
      '2024-11-01',
      '2024-12-25',
      '2024-12-26',
    ]);
    expect(Object.keys(holidays('2024-01-01', '2024-01-31', 'DE'))).toEqual(['2024-01-01']);
    expect(expectedDays('2024-05', business('DE-BY'))).toMatchObject({
      expected: { length: 31 - 8 - 4 },
      description: 'business days of May 2024 in DE-BY',
    });
  });

  it('leave out days that substitute for a holiday at a weekend, in the year before too', () => {
    expect(holidays('2022-12-20', '2022-12-31', 'US')).toEqual({
      '2022-12-25': 'Christmas Day',
      '2022-12-26': 'Christmas Day (substitute day)',
    });
    expect(Object.keys(holidays('2021-12-31', '2022-01-01', 'US'))).toEqual(['2021-12-31', '2022-01-01']);
  });

  it('leave out every day of a holiday of several days', () => {
    expect(Object.keys(holidays('2024-04-05', '2024-04-15', 'SA'))).toEqual([
      '2024-04-09',
      '2024-04-10',
      '2024-04-11',
      '2024-04-12',
    ]);
  });

  it('keep half days, and days that are only observed', () => {
    expect(holidays('2024-03-08', '2024-03-08', 'CN')).toEqual({});
    expect(holidays('2024-02-14', '2024-02-14', 'US')).toEqual({});
    expect(holidays('2024-12-24', '2024-12-24', 'DE')).toEqual({});
  });

  it('need no region', () => {
    expect(expectedDays('2024-01', business()).expected).toHaveLength(23);
    expect(expectedDays('2024-01', defaultQuality().calendar).expected).toHaveLength(31);
  });
});

describe('a region', () => {
  it('is country, state and region as they are known', () => {
    expect(requireRegion('DE-BY-A')).toEqual({ country: 'DE', state: 'BY', region: 'A' });
    expect(requireRegion('US')).toEqual({ country: 'US' });
  });

  it.each([
    ['DE-Bayern', 'Did you mean DE-BY (Bayern)?', 'DE-BE, '],
    ['DE-BV', 'BV is no state of DE (Germany)', 'DE-BY'],
    ['XX', 'XX is no country whose holidays are known', 'US'],
    ['US-NYC', 'US-NY (New York)', 'US-CA'],
    ['DE-BY-B', 'DE-BY-A', 'DE-BY-A'],
    ['SG-X', 'X is no state of SG (Singapore)', 'Name SG,'],
  ])('that is misspelt, %s, is refused with what may have been meant', (region, message, next) => {
    const error = errorOf(() => expectedDays('2024-01', business(region)));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toContain(message);
    expect(error.next).toContain(next);
  });

  it('is looked at even where every day is expected', () => {
    expect(errorOf(() => expectedDays('2024-01', business('ZZ', { days: 'all' }))).code).toBe('CONFIG_INVALID');
  });
});
