import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DATE_PRESETS } from '../../../../schemas/constants';
import { type DateRange, planDates, resolveDates } from '../../../../core/plan/dates';
import { TimeZone } from '../../../../core/plan/time-zone';
import { table } from '../builders';

const noonOf = (day: string) => new Date(`${day}T12:00:00Z`);
const days = (range: DateRange, day: string, zone = 'UTC') =>
  Object.values(resolveDates(range, 'date', noonOf(day), zone));

describe('date presets', () => {
  test.each<[DateRange, string, string, string]>([
    [{ preset: 'today' }, '2026-11-21', '2026-11-21', '2026-11-22'],
    [{ preset: 'yesterday' }, '2026-03-01', '2026-02-28', '2026-03-01'],
    [{ preset: 'yesterday' }, '2024-03-01', '2024-02-29', '2024-03-01'],
    [{ preset: 'last-7-days' }, '2026-11-21', '2026-11-14', '2026-11-22'],
    [{ preset: 'last-30-days' }, '2026-03-15', '2026-02-13', '2026-03-16'],
    [{ preset: 'last-90-days' }, '2026-01-15', '2025-10-17', '2026-01-16'],
    [{ preset: 'last-365-days' }, '2024-12-31', '2024-01-01', '2025-01-01'],
    [{ preset: 'this-month' }, '2026-12-31', '2026-12-01', '2027-01-01'],
    [{ preset: 'last-month' }, '2026-01-31', '2025-12-01', '2026-01-01'],
    [{ preset: 'last-month' }, '2024-03-31', '2024-02-01', '2024-03-01'],
    [{ preset: 'this-year' }, '2026-11-21', '2026-01-01', '2027-01-01'],
    [{ days: 3 }, '2026-11-21', '2026-11-18', '2026-11-22'],
    [{ days: 0 }, '2026-11-21', '2026-11-21', '2026-11-22'],
  ])('%j on %s is [%s, %s)', (range, day, from, until) => {
    expect(days(range, day)).toEqual([from, until]);
  });

  test('the day is the one of the zone, not of UTC', () => {
    const now = new Date('2026-11-20T23:30:00Z');
    expect(resolveDates({ preset: 'today' }, 'date', now, 'Europe/Berlin')).toEqual({
      from: '2026-11-21',
      until: '2026-11-22',
    });
    expect(resolveDates({ preset: 'today' }, 'date', now, 'America/New_York')).toEqual({
      from: '2026-11-20',
      until: '2026-11-21',
    });
    expect(resolveDates({ preset: 'this-month' }, 'date', new Date('2026-10-31T23:30:00Z'), 'Europe/Berlin')).toEqual({
      from: '2026-11-01',
      until: '2026-12-01',
    });
  });

  test('each kind of column gets its own notation', () => {
    const now = noonOf('2026-07-01');
    expect(resolveDates({ preset: 'today' }, 'timestamp', now, 'Europe/Berlin')).toEqual({
      from: '2026-07-01T00:00:00',
      until: '2026-07-02T00:00:00',
    });
    expect(resolveDates({ preset: 'today' }, 'timestamptz', now, 'Europe/Berlin')).toEqual({
      from: '2026-06-30T22:00:00Z',
      until: '2026-07-01T22:00:00Z',
    });
  });

  test.each([
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z', 23],
    ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', 25],
    ['America/New_York', '2026-03-08', '2026-03-08T05:00:00Z', '2026-03-09T04:00:00Z', 23],
    ['Australia/Lord_Howe', '2026-04-05', '2026-04-04T13:00:00Z', '2026-04-05T13:30:00Z', 24.5],
    // Midnight does not exist on these days: clocks go from 23:59:59 to 01:00.
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00Z', '2018-11-05T02:00:00Z', 23],
    ['Asia/Beirut', '2024-03-31', '2024-03-30T22:00:00Z', '2024-03-31T21:00:00Z', 23],
    // Midnight comes twice: the day begins with the first.
    ['America/Havana', '2026-11-01', '2026-11-01T04:00:00Z', '2026-11-02T05:00:00Z', 25],
  ])('in %s the day %s is [%s, %s), %d hours', (zone, day, from, until, hours) => {
    const range = resolveDates(
      { preset: 'today' },
      'timestamptz',
      new Date((Date.parse(from) + Date.parse(until)) / 2),
      zone,
    );
    expect(range).toEqual({ from, until });
    expect((Date.parse(until) - Date.parse(from)) / 3_600_000).toBe(hours);
    expect(resolveDates({ preset: 'today' }, 'date', new Date(from), zone).from).toBe(day);
  });
});

describe('explicit ranges', () => {
  const explicit = (range: DateRange, kind: 'date' | 'timestamp' | 'timestamptz', zone = 'Europe/Berlin') =>
    resolveDates(range, kind, new Date(0), zone);

  test('one end is enough', () => {
    expect(explicit({ from: '2026-01-01' }, 'date')).toEqual({ from: '2026-01-01' });
    expect(explicit({ until: '2026-01-01' }, 'timestamptz')).toEqual({ until: '2025-12-31T23:00:00Z' });
  });

  test('times without an offset are those of the zone, times with one are instants', () => {
    expect(explicit({ from: '2026-07-01 08:30' }, 'timestamptz')).toEqual({ from: '2026-07-01T06:30:00Z' });
    expect(explicit({ from: '2026-07-01T08:30:15.25Z' }, 'timestamptz')).toEqual({ from: '2026-07-01T08:30:15.250Z' });
    expect(explicit({ from: '2026-07-01T08:30:00-05:00' }, 'timestamp')).toEqual({ from: '2026-07-01T15:30:00' });
  });

  test('an end within a day counts for a date column from the next day', () => {
    expect(explicit({ from: '2026-07-01T00:00:00', until: '2026-07-03T00:00:01' }, 'date')).toEqual({
      from: '2026-07-01',
      until: '2026-07-04',
    });
  });

  test.each(['2026-02-30', '2026-13-01', 'yesterday', '2026-1-1', '2026-01-01T25:00', "2026-01-01'; DROP TABLE x", ''])(
    '%j is not a date',
    (text) => {
      expect(() => explicit({ from: text }, 'date')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    },
  );

  test('empty ranges, empty filters and unknown zones are refused', () => {
    expect(() => explicit({ from: '2026-01-02', until: '2026-01-02' }, 'date')).toThrow(/not before/);
    expect(() => explicit({}, 'date')).toThrow(/needs a preset/);
    expect(() => explicit({ from: '2026-01-01' }, 'date', 'Europe/Berlln')).toThrow(/not a time zone/);
  });
});

describe('the date filter of a table', () => {
  const orders = table('orders', ['id integer!', 'created_at timestamptz', 'Day date', 'note text']);
  const plan = (column: string) => planDates(orders, { column, preset: 'today' }, noonOf('2026-11-21'), 'UTC');

  test('finds the column, also in another letter case', () => {
    expect(plan('created_at')).toEqual({
      column: 'created_at',
      from: '2026-11-21T00:00:00Z',
      until: '2026-11-22T00:00:00Z',
    });
    expect(plan('day')).toEqual({ column: 'Day', from: '2026-11-21', until: '2026-11-22' });
  });

  test('refuses columns that are not there or hold no dates', () => {
    expect(() => plan('create_at')).toThrow(
      expect.objectContaining({
        code: 'COLUMN_NOT_FOUND',
        message: expect.stringContaining('Did you mean created_at?') as unknown,
      }),
    );
    expect(() => plan('note')).toThrow(
      expect.objectContaining({ code: 'FILTER_INVALID', place: { table: 'public.orders', column: 'note' } }),
    );
  });
});

test('every preset at any time in any zone is a range that is not empty and touches its neighbours', () => {
  const zones = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/Sao_Paulo',
    'America/Havana',
    'Asia/Kathmandu',
    'Pacific/Apia',
    'Australia/Lord_Howe',
  );
  const instants = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2060, 0, 1) });
  fc.assert(
    fc.property(zones, instants, fc.constantFrom(...DATE_PRESETS), (zone, instant, preset) => {
      const now = new Date(instant);
      const { from, until } = resolveDates({ preset }, 'timestamptz', now, zone);
      expect(Date.parse(from!)).toBeLessThan(Date.parse(until!));
      const today = resolveDates({ preset: 'today' }, 'timestamptz', now, zone);
      expect(Date.parse(today.from!)).toBeLessThanOrEqual(instant);
      expect(Date.parse(today.until!)).toBeGreaterThan(instant);
      expect(resolveDates({ preset: 'yesterday' }, 'timestamptz', now, zone).until).toBe(today.from);
    }),
    { numRuns: 300 },
  );
});

test('wall time and instant are inverse wherever clocks do not jump', () => {
  const zone = new TimeZone('America/New_York');
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(2026, 3, 1), max: Date.UTC(2026, 9, 1) }), (instant) => {
      expect(zone.instant(zone.wallTime(instant))).toBe(instant);
    }),
  );
});

test('types that travel as text because of their seventh digit are dates all the same', () => {
  const events = table('dbo.events', [
    { name: 'at', nativeType: 'datetime2(7)', logical: { kind: 'text', of: 'other' }, nullable: false },
    { name: 'sent', nativeType: 'datetimeoffset(7)', logical: { kind: 'text', of: 'other' }, nullable: false },
    { name: 'span', nativeType: 'interval', logical: { kind: 'text', of: 'other' }, nullable: false },
  ]);
  const noon = new Date('2026-11-21T12:00:00Z');
  expect(planDates(events, { column: 'at', preset: 'yesterday' }, noon, 'UTC')).toEqual({
    column: 'at',
    from: '2026-11-20T00:00:00',
    until: '2026-11-21T00:00:00',
  });
  expect(planDates(events, { column: 'sent', preset: 'today' }, noon, 'UTC')?.from).toMatch(/2026-11-21.00:00:00/);
  expect(() => planDates(events, { column: 'span', preset: 'today' }, noon, 'UTC')).toThrow(/not a date/);
});
