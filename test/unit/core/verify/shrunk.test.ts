import type { TablePlan } from '../../../../core/types/transfer';
import { checkShrunk, shrunkNote, type LastRows } from '../../../../core/verify/shrunk';
import { table } from '../builders';

type Filter = TablePlan['filter'];

const plan = (filter: Filter = {}, more: Partial<TablePlan> = {}): TablePlan =>
  ({ source: table('orders'), filter, mode: 'replace', minPercentOfLast: 50, ...more }) as TablePlan;
const last = (rows: number, filter: Filter = {}, more: Partial<LastRows> = {}): LastRows => ({
  runId: 'transfer/daily/1',
  finishedAt: new Date('2026-11-20T05:10:00Z'),
  rows,
  plan: plan(filter),
  ...more,
});
const check = (rows: number, before: LastRows | undefined, now = plan()) =>
  checkShrunk({ table: 'public.orders', rows, last: before, plan: now });
const note = (rows: number, before: LastRows, now = plan()) =>
  shrunkNote({ table: 'public.orders', rows, last: before, plan: now });

describe('a source with fewer rows than in its last good run', () => {
  it('is refused, with both numbers and the run', () => {
    expect(check(499, last(1000))).toMatchObject({
      code: 'SOURCE_SHRUNK',
      message:
        'Table public.orders has 499 rows, and had 1000 rows in run transfer/daily/1 of 2026-11-20 05:10Z: 49.9 % of them, where at least 50 % are expected.',
      place: { table: 'public.orders' },
    });
    expect(check(0, last(1))).toMatchObject({ code: 'SOURCE_SHRUNK' });
  });

  it('passes from the percentage on', () => {
    expect(check(500, last(1000))).toBeUndefined();
    expect(check(5000, last(1000))).toBeUndefined();
    expect(check(499, last(1000), plan({}, { minPercentOfLast: 49.9 }))).toBeUndefined();
    expect(check(999, last(1000), plan({}, { minPercentOfLast: 100 }))).toMatchObject({ code: 'SOURCE_SHRUNK' });
  });

  it('passes where there is nothing to hold it against, or nobody asked', () => {
    expect(check(0, undefined)).toBeUndefined();
    expect(check(0, last(0))).toBeUndefined();
    expect(check(0, last(1000), plan({}, { minPercentOfLast: 0 }))).toBeUndefined();
    expect(check(0, last(1000), plan({}, { mode: 'append' }))).toBeUndefined();
    expect(note(0, last(1000))).toBeUndefined();
  });

  it.each<[string, Filter, Filter]>([
    ['another condition', { where: 'a > 1' }, {}],
    ['another condition', {}, { where: 'a > 1' }],
    ['another limit', { limit: 10 }, { limit: 1000 }],
    ['another date filter', { dates: { column: 'a', from: '2026-01-01' } }, {}],
    [
      'another date filter',
      { dates: { column: 'a', from: '2026-01-01' } },
      { dates: { column: 'b', from: '2026-01-01' } },
    ],
    [
      'a different range of dates',
      { dates: { column: 'a', from: '2026-02-01' } },
      { dates: { column: 'a', from: '2026-01-01' } },
    ],
    [
      'a different range of dates',
      { dates: { column: 'a', from: '2026-12-01', until: '2027-01-01' } },
      { dates: { column: 'a', from: '2026-11-01', until: '2026-12-01' } },
    ],
  ])('is not held against a run with %s', (why, now, before) => {
    expect(check(0, last(1000, before), plan(now))).toBeUndefined();
    expect(note(0, last(1000, before), plan(now))).toBe(
      `public.orders: rows were not compared with run transfer/daily/1, which had ${why}.`,
    );
  });

  it.each<[Filter, Filter]>([
    [{ where: ' a > 1' }, { where: 'a > 1\n' }],
    [{ dates: { column: 'a', from: '2026-01-01' } }, { dates: { column: 'a', from: '2026-01-01' } }],
    [
      { dates: { column: 'a', from: '2026-11-21T00:00:00Z', until: '2026-12-22T00:00:00Z' } },
      { dates: { column: 'a', from: '2026-11-20T00:00:00Z', until: '2026-12-21T00:00:00Z' } },
    ],
    [{ dates: { column: 'a', until: '2026-02-01' } }, { dates: { column: 'a', until: '2026-01-01' } }],
  ])('is held against a run with a filter like %j', (now, before) => {
    expect(check(0, last(1000, before), plan(now))).toMatchObject({ code: 'SOURCE_SHRUNK' });
    expect(note(0, last(1000, before), plan(now))).toBeUndefined();
  });

  it('is not held against another source table', () => {
    const other = last(1000, {}, { plan: { source: table('old_orders'), filter: {} } });
    expect(check(0, other)).toBeUndefined();
  });
});
