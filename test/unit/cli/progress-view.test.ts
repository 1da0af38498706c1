import { createColors } from 'picocolors';
import type { LiveProgress, LiveTable } from '../../../client';
import { progressDisplay } from '../../../cli/output/progress-display';
import { plainLine, ProgressRates, progressLines } from '../../../cli/output/progress-view';
import { widthOf } from '../../../cli/output/text';
import { fakeIo } from './fake-io';

const colours = createColors(false);
const table = (patch: Partial<LiveTable>): LiveTable => ({
  table: 'public.orders',
  phase: 'copying',
  estimatedRows: 1000,
  rows: 0,
  rowsRead: 0,
  bytes: 0,
  parts: 4,
  partsLoaded: 0,
  ...patch,
});
const progress = (tables: LiveTable[], patch: Partial<LiveProgress> = {}): LiveProgress => ({
  runId: 'transfer/s/1',
  status: 'running',
  phase: 'copying',
  startedAt: new Date(0).toISOString(),
  workerMissing: false,
  tables,
  ...patch,
});

/** A table that moves at `perSecond` rows for `seconds`, sampled each second. */
function ratesAfter(
  seconds: number,
  perSecond: number,
  estimatedRows: number,
): { rates: ProgressRates; last: LiveProgress } {
  const rates = new ProgressRates();
  let last = progress([]);
  for (let second = 0; second <= seconds; second += 1) {
    const rows = second * perSecond;
    last = progress([table({ rows, rowsRead: rows, estimatedRows })]);
    rates.add(last, second * 1000);
  }
  return { rates, last };
}

describe('progress of a run', () => {
  it('estimates the time left from the speed so far', () => {
    const { rates, last } = ratesAfter(10, 100, 3000);
    const rate = rates.total(last);
    expect(rate?.rowsPerSecond).toBeCloseTo(100, 0);
    expect(rate?.secondsLeft).toBeCloseTo(20, 0);
    expect(plainLine(last, rates, 10_000)).toMatch(/33%.*100 rows\/s {2}2[01]s left/);
  });

  it('claims no time left where the number of rows is unknown, or nothing moves', () => {
    expect(plainLine(progress([table({ estimatedRows: -1, parts: 0 })]), new ProgressRates(), 0)).not.toContain('left');
    const { rates, last } = ratesAfter(5, 0, 1000);
    expect(plainLine(last, rates, 5000)).not.toContain('left');
  });

  it('does not promise more than all when there are more rows than estimated', () => {
    const { last, rates } = ratesAfter(10, 1000, 500);
    expect(progressLines(last, rates, { width: 100, height: 10, colours, now: 10_000 }).join('\n')).toContain('100%');
  });

  it('collapses tables that have arrived, and names each that failed', () => {
    const error = { code: 'DISK_FULL', message: 'no room\u001b[2J left', place: {}, next: '' } as const;
    const lines = progressLines(
      progress([
        table({ table: 'public.a', phase: 'published', rows: 5 }),
        table({ table: 'public.b', phase: 'published', rows: 6 }),
        table({ table: 'public.c', phase: 'failed', error }),
        table({ table: 'public.d' }),
      ]),
      new ProgressRates(),
      { width: 100, height: 10, colours, now: 0 },
    );
    expect(lines[0]).toBe('✓ 2 tables published, 11 rows');
    expect(lines[1]).toBe('✗ public.c DISK_FULL: no room\\x1b[2J left');
    expect(lines[2]).toContain('public.d');
    expect(lines).toHaveLength(4);
  });

  it.each([20, 40, 79, 200])('stays within %i columns and a bounded number of lines', (width) => {
    const many = Array.from({ length: 50 }, (_, index) =>
      table({ table: `public.a_table_with_a_long_name_注文_${index}` }),
    );
    const lines = progressLines(progress(many), new ProgressRates(), { width, height: 10, colours, now: 0 });
    expect(lines.length).toBeLessThanOrEqual(14);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
    expect(lines.join('\n')).toContain('and 40 more');
  });

  it('says who paused the run', () => {
    const lines = progressLines(progress([table({})], { status: 'paused', pausedBy: 'ann' }), new ProgressRates(), {
      width: 100,
      height: 10,
      colours,
      now: 0,
    });
    expect(lines.at(-1)).toContain('paused by ann');
  });
});

describe('progress on the screen', () => {
  it('is drawn over itself in a terminal', () => {
    const io = fakeIo({ terminal: true, width: 80 });
    const display = progressDisplay(io, colours, false);
    display.show(progress([table({})]));
    display.show(progress([table({})]));
    expect(io.stderr).toContain('\u001b[2A\r\u001b[0J');
  });

  it('takes away the rows that a narrower window has made of its lines', () => {
    const io = fakeIo({ terminal: true, width: 100 });
    const display = progressDisplay(io, colours, false);
    display.show(progress([table({ rows: 10, rowsRead: 10 })]));
    const [longest = 0, ...others] = io.stderr
      .trimEnd()
      .split('\n')
      .map((line) => widthOf(line))
      .sort((a, b) => b - a);
    io.width = 20;
    display.clear();
    const rows = [longest, ...others].reduce((total, width) => total + Math.ceil(width / 20), 0);
    expect(io.stderr).toContain(`\u001b[${rows}A`);
  });

  it('is a plain line every few seconds elsewhere', () => {
    const io = fakeIo({ terminal: false });
    const display = progressDisplay(io, colours, false);
    for (let second = 0; second < 12; second += 1) {
      io.time = second * 1000;
      display.show(progress([table({ rows: second, rowsRead: second })]));
    }
    expect(io.stderr.trimEnd().split('\n')).toHaveLength(3);
    expect(io.stderr).not.toContain('\u001b');
  });

  it('is nothing when quiet', () => {
    const io = fakeIo({ terminal: true });
    progressDisplay(io, colours, true).show(progress([table({})]));
    expect(io.stderr).toBe('');
  });
});
