import fc from 'fast-check';
import { dayOf, dayText, monthRange, rangeText, runsOf, weekdayOf } from '../../../../core/quality/calendar/days';
import { planExpectedDays } from '../../../../core/quality/calendar/expected';
import { fiscalMonth, type FiscalSettings } from '../../../../core/quality/calendar/fiscal';
import { defaultQuality } from '../../../../core/quality/settings';
import type { CalendarSettings } from '../../../../core/types/quality';

const utc = (day: number): Date => new Date(day * 86_400_000);
const anyDay = fc.integer({ min: 0, max: 60_000 });
const calendar = (patch: Partial<CalendarSettings> = {}): CalendarSettings => ({
  ...defaultQuality().calendar,
  ...patch,
});
const months = (year: number): string[] =>
  Array.from({ length: 12 }, (_, index) => `${year}-${String(index + 1).padStart(2, '0')}`);

describe('days', () => {
  it('are written and read as ISO dates, and know their day of the week', () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        expect(dayText(day)).toBe(utc(day).toISOString().slice(0, 10));
        expect(dayOf(dayText(day))).toBe(day);
        expect(weekdayOf(day)).toBe(utc(day).getUTCDay());
      }),
    );
  });

  it('make months, leap years included', () => {
    expect(rangeText(monthRange('2024-02'))).toBe('February 2024');
    expect(dayText(monthRange('2024-02').to)).toBe('2024-02-29');
    expect(dayText(monthRange('2023-12').to)).toBe('2023-12-31');
    const { from, to } = monthRange('2024-01');
    expect(rangeText({ from, to: to - 1 })).toBe('2024-01-01 to 2024-01-30');
    expect(rangeText({ from, to: from })).toBe('2024-01-01');
  });

  it('are joined to runs that hold them all and nothing else', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 60 })), (some) => {
        const days = some.toSorted((a, b) => a - b);
        const runs = runsOf(days);
        expect(
          runs.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index)),
        ).toEqual(days);
        expect(runs.every((run, index) => index === 0 || run.from > (runs[index - 1]?.to ?? 0) + 1)).toBe(true);
      }),
    );
  });
});

describe('fiscal months', () => {
  const anyFiscal = fc.record({
    startMonth: fc.integer({ min: 1, max: 12 }),
    startDay: fc.integer({ min: 1, max: 28 }),
    pattern: fc.constantFrom<FiscalSettings['pattern']>('calendar', '4-4-5', '4-5-4', '5-4-4'),
  });

  it('follow one another without gap or overlap, over the end of every year', () => {
    fc.assert(
      fc.property(anyFiscal, fc.integer({ min: 1990, max: 2090 }), (fiscal, year) => {
        const ranges = [...months(year), ...months(year + 1)].map((month) => fiscalMonth(month, fiscal));
        expect(
          utc(ranges[0]?.from ?? 0)
            .toISOString()
            .slice(0, 10),
        ).toBe(new Date(Date.UTC(year, fiscal.startMonth - 1, fiscal.startDay)).toISOString().slice(0, 10));
        for (const [index, range] of ranges.entries()) {
          expect(range.to - range.from + 1).toBeGreaterThanOrEqual(28);
          if (index > 0) expect(range.from).toBe((ranges[index - 1]?.to ?? 0) + 1);
        }
      }),
    );
  });

  it('have the weeks of their pattern, and the last of a year what is left over', () => {
    const lengths = (pattern: FiscalSettings['pattern'], year: number): number[] =>
      months(year).map((month) => {
        const { from, to } = fiscalMonth(month, { startMonth: 2, startDay: 1, pattern });
        return to - from + 1;
      });
    expect(lengths('4-4-5', 2023)).toEqual([28, 28, 35, 28, 28, 35, 28, 28, 35, 28, 28, 36]);
    expect(lengths('4-5-4', 2024)).toEqual([28, 35, 28, 28, 35, 28, 28, 35, 28, 28, 35, 30]);
    expect(lengths('5-4-4', 2023)).toEqual([35, 28, 28, 35, 28, 28, 35, 28, 28, 35, 28, 29]);
  });

  it('may begin within a calendar month', () => {
    const { from, to } = fiscalMonth('2024-10', { startMonth: 4, startDay: 6, pattern: 'calendar' });
    expect([dayText(from), dayText(to)]).toEqual(['2025-01-06', '2025-02-05']);
  });
});

describe('expected days', () => {
  it('are, with the excused ones, exactly the days of the range', () => {
    fc.assert(
      fc.property(
        anyDay,
        fc.integer({ min: 0, max: 100 }),
        fc.record({
          days: fc.constantFrom<CalendarSettings['days']>('all', 'business'),
          weekend: fc.uniqueArray(fc.integer({ min: 0, max: 6 })),
          closed: fc.array(anyDay.map(dayText)),
          open: fc.array(anyDay.map(dayText)),
        }),
        fc.array(fc.integer({ min: 0, max: 100 })),
        (from, length, settings, holidays) => {
          const range = { from, to: from + length };
          const planned = planExpectedDays(
            range,
            calendar(settings),
            new Map(holidays.map((day) => [from + day, 'feast'])),
          );
          const all = [...planned.expected, ...Object.keys(planned.excused).map(Number)].toSorted((a, b) => a - b);
          expect(all).toEqual(Array.from({ length: length + 1 }, (_, index) => from + index));
          expect(planned.expected).toEqual(planned.expected.toSorted((a, b) => a - b));
        },
      ),
    );
  });

  it('leave out weekends, holidays and closed days, but for those that are open', () => {
    const settings = calendar({
      days: 'business',
      region: 'DE-BY',
      closed: ['2024-01-02'],
      open: ['2024-01-06', '2024-01-13'],
    });
    const holidays = new Map([
      [dayOf('2024-01-01'), 'New Year'],
      [dayOf('2024-01-06'), 'Epiphany'],
    ]);
    const planned = planExpectedDays({ from: dayOf('2024-01-01'), to: dayOf('2024-01-14') }, settings, holidays);
    expect(planned.expected.map(dayText)).toEqual(
      ['03', '04', '05', '06', '08', '09', '10', '11', '12', '13'].map((day) => `2024-01-${day}`),
    );
    expect(planned.excused).toEqual({
      [dayOf('2024-01-01')]: 'New Year',
      [dayOf('2024-01-02')]: 'closed',
      [dayOf('2024-01-07')]: 'weekend',
      [dayOf('2024-01-14')]: 'weekend',
    });
    expect(planned.description).toBe('business days of 2024-01-01 to 2024-01-14 in DE-BY');
  });

  it('are every day of a calendar of all days, weekends and holidays too, but closed ones', () => {
    const settings = calendar({ closed: ['2024-01-09'], region: 'DE' });
    const planned = planExpectedDays('2024-01', settings, new Map([[dayOf('2024-01-01'), 'New Year']]));
    expect(planned.expected).toHaveLength(30);
    expect(Object.values(planned.excused)).toEqual(['closed']);
    expect(planned.description).toBe('January 2024');
  });

  it('are of the fiscal month where months are fiscal', () => {
    const fiscal = { startMonth: 2, startDay: 1, pattern: '4-4-5' } as const;
    const planned = planExpectedDays('2024-03', calendar({ fiscal }), new Map());
    expect([dayText(planned.range.from), dayText(planned.range.to)]).toEqual(['2024-03-28', '2024-05-01']);
    expect(planned.description).toBe('fiscal month 3 of 2024');
  });
});
