import fc from 'fast-check';
import { dayAnomalies } from '../../../../core/quality/anomalies';
import { gapsOf } from '../../../../core/quality/check-days';
import { judge } from '../../../../core/quality/judge';
import { defaultQuality } from '../../../../core/quality/settings';
import type { CheckResult, QualityFacts } from '../../../../core/types/quality';
import { checkOf, cleanFacts, JANUARY, january } from './sample-facts';

const settings = defaultQuality();
const completeness = (facts: Partial<QualityFacts>, expected = january()): CheckResult =>
  checkOf(judge(cleanFacts(facts), settings, expected), 'completeness');
const without = (...gone: number[]): Partial<QualityFacts> => ({
  days: cleanFacts().days?.filter(([day]) => !gone.includes(day - JANUARY + 1)),
});

describe('missing days', () => {
  it('are told as ranges, of any days in any calendar', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 400 })),
        fc.uniqueArray(fc.integer({ min: 0, max: 400 })),
        (some, there) => {
          const expected = some.toSorted((a, b) => a - b);
          const present = new Set(there);
          const gaps = gapsOf(expected, present);
          const covered = expected.filter((day) => gaps.some(({ from, to }) => day >= from && day <= to));
          expect(covered).toEqual(expected.filter((day) => !present.has(day)));
          expect(gaps.reduce((sum, { days }) => sum + days, 0)).toBe(covered.length);
          // Between two gaps lies an expected day that has rows: otherwise they would be one.
          for (const [index, gap] of gaps.entries()) {
            const next = gaps[index + 1];
            if (next) expect(expected.some((day) => day > gap.to && day < next.from && present.has(day))).toBe(true);
          }
        },
      ),
    );
  });

  it('are one gap across a weekend that needs no rows', () => {
    const business = january({ days: 'business' });
    const weekendDays = [6, 7, 13, 14, 20, 21, 27, 28];
    const check = completeness(without(5, 8, 10, ...weekendDays), business);
    expect(check.details.gaps).toEqual([
      { from: JANUARY + 4, to: JANUARY + 7, days: 2 },
      { from: JANUARY + 9, to: JANUARY + 9, days: 1 },
    ]);
    expect(check.sentence).toBe(
      '3 business days of January 2024 have no rows (2024-01-05 to 2024-01-08: 2, 2024-01-10).',
    );
    expect(completeness(without(...weekendDays), business)).toMatchObject({
      status: 'passed',
      sentence: 'All 23 business days of January 2024 have rows.',
    });
  });

  it('are all in the details where a sentence would be too long', () => {
    const gone = [2, 4, 6, 8, 10, 12, 14, 16];
    const check = completeness(without(...gone));
    expect(check.sentence).toBe('8 days of January 2024 have no rows (in 8 gaps between 2024-01-02 and 2024-01-16).');
    expect(check.details.missingDays).toEqual(gone.map((day) => JANUARY + day - 1));
    expect(check.details.gaps).toHaveLength(8);
  });

  it('are days with a count of zero too', () => {
    const days: [number, number][] = (cleanFacts().days ?? []).map(([day], index) => [day, index === 2 ? 0 : 100]);
    expect(completeness({ days }).details.missingDays).toEqual([JANUARY + 2]);
  });

  it('are all of them in a file without rows, which fails though nothing is expected of it', () => {
    expect(completeness({ rows: 0, days: [] })).toMatchObject({
      status: 'failed',
      count: 31,
      sentence: 'There are no rows at all, where 31 days of January 2024 must have some.',
    });
    const result = judge(cleanFacts({ rows: 0, days: undefined }), settings);
    expect(result).toMatchObject({ verdict: 'failed', sentence: 'There are no rows at all.' });
  });

  it('are not asked for without a date column or a range, with a reason', () => {
    expect(completeness({ days: undefined })).toMatchObject({
      status: 'skipped',
      sentence: 'The table has no date column.',
    });
    expect(checkOf(judge(cleanFacts(), settings), 'completeness')).toMatchObject({
      status: 'skipped',
      sentence: 'No range of days is expected.',
    });
  });
});

describe('days outside of the range', () => {
  it('are named with their rows, beside rows without a date', () => {
    const days: [number, number][] = [
      [JANUARY - 1, 7],
      ...(cleanFacts().days ?? []),
      [JANUARY + 31, 5],
      [JANUARY + 32, 6],
    ];
    const check = checkOf(
      judge(cleanFacts({ days, rows: 3125, dateNulls: 3, dateInvalid: 4 }), settings, january()),
      'range',
    );
    expect(check).toMatchObject({
      status: 'failed',
      count: 25,
      points: 1 - 25 / 3125,
      sentence:
        '18 rows are of 3 days outside of January 2024 (2023-12-31, 2024-02-01 to 2024-02-02), 3 rows have no date and 4 rows have a date that cannot be read.',
      details: {
        outside: [
          [JANUARY - 1, 7],
          [JANUARY + 31, 5],
          [JANUARY + 32, 6],
        ],
      },
    });
  });

  it('are no anomalies as well', () => {
    const days: [number, number][] = [...(cleanFacts().days ?? []), [JANUARY + 40, 1]];
    const result = judge(cleanFacts({ days, rows: 3101 }), settings, january());
    expect(checkOf(result, 'anomalies').status).toBe('passed');
    expect(checkOf(judge(cleanFacts({ days, rows: 3101 }), settings), 'anomalies').status).toBe('warning');
  });

  it('are not days of the range that need no rows', () => {
    const result = judge(cleanFacts(), settings, january({ days: 'business' }));
    expect(result.verdict).toBe('passed');
  });
});

describe('days that are unusual', () => {
  const rowsOf = fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 1, maxLength: 60 });

  it('are those beyond the tolerance of the median, and every day with rows has a class', () => {
    fc.assert(
      fc.property(
        rowsOf,
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 120 }),
        (rows, tolerance, extreme) => {
          const found = dayAnomalies(
            rows.map((each, day) => [day, each] as const),
            { tolerance, extreme, minDays: 1 },
          );
          const sorted = rows.filter((each) => each > 0).toSorted((a, b) => b - a);
          if (sorted.length === 0) {
            expect(found).toBeUndefined();
            return;
          }
          // Twice the median, exact: the sum of the two in the middle, which may be the same one.
          const double =
            BigInt(sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) +
            BigInt(sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0);
          expect(found?.statistics.median).toBe(Number(double) / 2);
          expect(found?.days.map((each) => each.rows)).toEqual(rows.filter((each) => each > 0));
          for (const { rows: own, class: of, difference } of found?.days ?? []) {
            const off = BigInt(own) * 2n - double;
            const beyond = (limit: number): bigint => (off < 0n ? -off : off) * 100n - BigInt(limit) * double;
            expect(of === 'ordinary').toBe(beyond(tolerance) <= 0n);
            if (of !== 'ordinary') {
              expect(of.startsWith('extremely')).toBe(beyond(extreme) >= 0n);
              expect(of.endsWith('low')).toBe(off < 0n);
            }
            expect(Math.sign(difference)).toBe(Number(off > 0n) - Number(off < 0n));
          }
        },
      ),
    );
  });

  it('are told with the statistic they were judged by', () => {
    const counts = [100, 100, 110, 90, 30, 111, 200];
    const days = counts.map((rows, index): [number, number] => [JANUARY + index, rows]);
    const check = checkOf(judge(cleanFacts({ days, rows: 741 }), settings), 'anomalies');
    const mean = 741 / 7;
    const deviation = Math.sqrt(counts.map((each) => (each - mean) ** 2).reduce((a, b) => a + b) / 7);
    expect(check.details.statistics).toEqual({
      days: 7,
      median: 100,
      mean,
      deviation: expect.closeTo(deviation, 9) as number,
      min: 30,
      max: 200,
    });
    expect(check.details.anomalies).toEqual([
      { day: JANUARY + 4, rows: 30, difference: -70, class: 'extremely low' },
      { day: JANUARY + 5, rows: 111, difference: 11, class: 'high' },
      { day: JANUARY + 6, rows: 200, difference: 100, class: 'extremely high' },
    ]);
    expect(check.sentence).toBe(
      '3 of 7 days differ by more than 10 % from the median of 100 rows a day (mean 105.9, deviation 46.3, 30 to 200 rows): ' +
        '2024-01-07 is extremely high with 200 rows, 100 % above; 2024-01-05 is extremely low with 30 rows, 70 % below; 2024-01-06 is high with 111 rows, 11 % above.',
    );
  });

  it('stop the load from the configured difference on, whatever their level', () => {
    const days = cleanFacts().days?.map(([day, rows], index): [number, number] => [day, index === 1 ? 20 : rows]);
    const statusAt = (extreme?: number): string =>
      checkOf(
        judge(
          cleanFacts({ days, rows: 3020 }),
          { ...settings, anomalies: { ...settings.anomalies, extreme } },
          january(),
        ),
        'anomalies',
      ).status;
    expect([undefined, 81, 80, 50].map(statusAt)).toEqual(['warning', 'warning', 'failed', 'failed']);
  });

  it('are not looked for among too few days', () => {
    const days: [number, number][] = [1, 100, 10_000, 5].map((rows, index) => [JANUARY + index, rows]);
    expect(checkOf(judge(cleanFacts({ days, rows: 10_106 }), settings), 'anomalies')).toMatchObject({
      status: 'skipped',
      sentence: '4 days have rows, and fewer than 5 have no median to speak of.',
    });
  });

  it('are not weekends of a calendar of business days', () => {
    const business = january({ days: 'business' });
    const days = cleanFacts().days?.map(([day]): [number, number] => [day, business.excused[day] ? 1 : 100]);
    expect(checkOf(judge(cleanFacts({ days }), settings, business), 'anomalies').status).toBe('passed');
    expect(checkOf(judge(cleanFacts({ days }), settings, january()), 'anomalies').count).toBe(8);
  });
});
