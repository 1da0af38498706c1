import fc from 'fast-check';
import { eventFor } from '../../../../core/notify/events';
import { slowAfterSeconds, usualSeconds } from '../../../../core/notify/slow';
import { RUN_STATUSES } from '../../../../schemas/constants';

const settings = { factor: 2, atLeast: '10m', runs: 5 };

describe('a run far slower than usual', () => {
  it.each([
    ['the median counts, not a run that was slow itself', [900, 1000, 9000], 2000],
    ['of two in the middle their mean', [900, 1000, 1100, 1200], 2100],
    ['only the latest count', [1000, 1000, 1000, 1000, 1000, 90_000, 90_000, 90_000], 2000],
    ['a short run has time', [1, 1, 1], 600],
    ['two are not enough', [1000, 1000], undefined],
    ['none are not', [], undefined],
  ])('%s', (_why, durations, seconds) => {
    expect(slowAfterSeconds(durations, settings)).toBe(seconds);
  });

  it('is content with fewer runs when fewer are asked for', () => {
    expect(slowAfterSeconds([1000], { ...settings, runs: 1 })).toBe(2000);
    expect(slowAfterSeconds([1000, 3000], { ...settings, runs: 2 })).toBe(4000);
  });

  it('is what the set expects, whatever earlier runs took', () => {
    expect(slowAfterSeconds([1, 1, 1], settings, '1h30m')).toBe(5400);
    expect(slowAfterSeconds([], settings, '30s')).toBe(30);
  });

  it('has a median that half of the runs reach and half do not exceed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 }),
        (durations) => {
          const usual = usualSeconds(durations) ?? NaN;
          expect(durations.filter((each) => each >= usual).length).toBeGreaterThanOrEqual(durations.length / 2);
          expect(durations.filter((each) => each <= usual).length).toBeGreaterThanOrEqual(durations.length / 2);
        },
      ),
    );
  });
});

describe('what people are told at the end', () => {
  it('is how it ended, and nothing before it has', () => {
    expect(RUN_STATUSES.map((status) => [status, eventFor(status)])).toEqual([
      ['running', undefined],
      ['paused', undefined],
      ['done', 'done'],
      ['partial', 'partial'],
      ['failed', 'failed'],
      ['cancelled', 'cancelled'],
      ['refused', 'refused'],
    ]);
  });
});
