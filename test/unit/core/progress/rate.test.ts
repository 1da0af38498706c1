import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  addSample,
  formatBytes,
  formatRows,
  formatTimeLeft,
  type RateState,
  rateOf,
  type Sample,
} from '../../../../core/progress/rate';

const feed = (samples: Sample[]): RateState | undefined => samples.reduce<RateState | undefined>(addSample, undefined);
const steady = (seconds: number, perSecond: number, from = 0): Sample[] =>
  Array.from({ length: seconds + 1 }, (_, i) => ({
    at: 1e12 + (from + i) * 1000,
    rows: (from + i) * perSecond,
    bytes: (from + i) * perSecond * 100,
  }));

describe('rates', () => {
  test('are unknown before enough was watched', () => {
    expect(rateOf(undefined)).toBeUndefined();
    expect(rateOf(feed([{ at: 0, rows: 0, bytes: 0 }]))).toBeUndefined();
    expect(
      rateOf(
        feed([
          { at: 0, rows: 0, bytes: 0 },
          { at: 999, rows: 50, bytes: 50 },
        ]),
      ),
    ).toBeUndefined();
  });

  test('of a steady run are exact from the start', () => {
    for (const seconds of [1, 5, 60]) {
      const rate = rateOf(feed(steady(seconds, 1000)), 100_000)!;
      expect(rate.rowsPerSecond).toBeCloseTo(1000, 6);
      expect(rate.bytesPerSecond).toBeCloseTo(100_000, 6);
      expect(rate.secondsLeft).toBeCloseTo(100 - seconds, 6);
    }
  });

  test('do not depend on how often they are sampled', () => {
    const often = Array.from({ length: 601 }, (_, i) => ({ at: i * 100, rows: i * 10, bytes: 0 }));
    expect(rateOf(feed(often))!.rowsPerSecond).toBeCloseTo(100, 6);
  });

  test('follow a change within seconds, without a jump', () => {
    const state = feed(steady(30, 1000))!;
    const after = (seconds: number) =>
      rateOf(
        Array.from({ length: seconds }, (_, i) => ({ ...state.last, at: state.last.at + (i + 1) * 1000 })).reduce(
          addSample,
          state,
        ),
      )!.rowsPerSecond;
    expect(after(1)).toBeGreaterThan(700);
    expect(after(10)).toBeLessThan(350);
    expect(after(60)).toBeLessThan(1);
  });

  test('start at the counters as they are first seen, so a resumed run shows no burst', () => {
    expect(rateOf(feed(steady(2, 10, 1_000_000)))!.rowsPerSecond).toBeCloseTo(10, 6);
  });

  test('counters that fall stand still, and time that does not pass is ignored', () => {
    const state = feed([
      { at: 0, rows: 100, bytes: 100 },
      { at: 2000, rows: 50, bytes: 50 },
    ]);
    expect(rateOf(state, 200)).toEqual({ rowsPerSecond: 0, bytesPerSecond: 0 });
    expect(addSample(state, { at: 2000, rows: 500, bytes: 500 })).toBe(state);
    expect(addSample(state, { at: NaN, rows: 500, bytes: 500 })).toBe(state);
  });

  test('an estimate that was too low leaves no time, an unknown one none either', () => {
    expect(rateOf(feed(steady(10, 10)), 50)?.secondsLeft).toBe(0);
    expect(rateOf(feed(steady(10, 10)), -1)?.secondsLeft).toBeUndefined();
    expect(rateOf(feed(steady(10, 10)))?.secondsLeft).toBeUndefined();
  });

  test('are finite and not negative whatever the samples', () => {
    const sample = fc.record({ at: fc.integer({ min: 0, max: 1e6 }), rows: fc.nat(), bytes: fc.nat() });
    fc.assert(
      fc.property(
        fc.array(sample, { maxLength: 20 }),
        fc.option(fc.integer(), { nil: undefined }),
        (samples, total) => {
          const rate = rateOf(feed(samples), total);
          for (const figure of Object.values(rate ?? {})) {
            expect(Number.isFinite(figure)).toBe(true);
            expect(figure).toBeGreaterThanOrEqual(0);
          }
          for (const text of [formatRows(rate), formatBytes(rate), formatTimeLeft(rate)])
            expect(text).not.toMatch(/NaN|Infinity|undefined|-\d/);
        },
      ),
    );
  });
});

describe('in words', () => {
  const rate = (rowsPerSecond: number, secondsLeft?: number) => ({
    rowsPerSecond,
    bytesPerSecond: rowsPerSecond,
    ...(secondsLeft !== undefined && { secondsLeft }),
  });

  test('a dash stands for what is unknown', () => {
    expect([formatRows(undefined), formatBytes(undefined), formatTimeLeft(undefined), formatTimeLeft(rate(1))]).toEqual(
      ['—', '—', '—', '—'],
    );
  });

  test.each([
    [0, '0 rows/s', '0 B/s'],
    [999.4, '999 rows/s', '999 B/s'],
    [999.96, '1.0k rows/s', '1.0 kB/s'],
    [12_345, '12.3k rows/s', '12.3 kB/s'],
    [999_960, '1.0M rows/s', '1.0 MB/s'],
    [45_600_000, '45.6M rows/s', '45.6 MB/s'],
    [7e12, '7000.0G rows/s', '7000.0 GB/s'],
  ])('%d is %s and %s', (value, rows, bytes) =>
    expect([formatRows(rate(value)), formatBytes(rate(value))]).toEqual([rows, bytes]),
  );

  test.each([
    [0, '0s'],
    [0.2, '1s'],
    [59.5, '1m 00s'],
    [250, '4m 10s'],
    [3599.5, '1h 00m'],
    [3900, '1h 05m'],
    [1e6, '278h'],
  ])('%d seconds are %s', (seconds, text) => expect(formatTimeLeft(rate(1, seconds))).toBe(text));
});
