import type { RunTableRecord } from '../../../catalog';
import { DEFAULT_ROWS_PER_SECOND, estimates, filterText, speedsOf, totalSeconds } from '../../../cli/output/preview';

const record = (patch: Partial<RunTableRecord> & { rows?: number }): RunTableRecord =>
  ({
    tableId: 'public.a',
    phase: 'published',
    rowsLoaded: 1000,
    startedAt: new Date(0),
    finishedAt: new Date(2000),
    plan: { source: { estimatedRows: patch.rows ?? 5000, estimatedBytes: 100 } },
    ...patch,
  }) as RunTableRecord;

describe('estimate of the time a run takes', () => {
  it('goes by the latest past run that brought the table', () => {
    const speeds = speedsOf([
      record({ phase: 'failed', rowsLoaded: 9 }),
      record({}),
      record({ finishedAt: new Date(9000) }),
    ]);
    expect(speeds.get('public.a')).toBe(500);
    expect(estimates([record({})], speeds)).toMatchObject([{ rows: 5000, seconds: 10, basis: 'past runs' }]);
  });

  it('goes by the stated default where the table never ran', () => {
    expect(estimates([record({ rows: DEFAULT_ROWS_PER_SECOND * 3 })], new Map())).toMatchObject([
      { seconds: 3, basis: 'default' },
    ]);
  });

  it('is unknown where the database has no estimate', () => {
    const figures = estimates([record({ rows: -1 })], new Map());
    expect(figures[0]?.seconds).toBeUndefined();
    expect(totalSeconds(figures, 4)).toBeUndefined();
  });

  it('prefers what the filter leaves over the size of the table', () => {
    const planned = record({});
    planned.plan.preview = { rows: 10, bytes: 20, select: 'SELECT 1' };
    expect(estimates([planned], new Map())).toMatchObject([{ rows: 10, bytes: 20 }]);
  });

  it('is no shorter than the longest table, however many lanes there are', () => {
    const figures = [{ seconds: 10 }, { seconds: 2 }, { seconds: 2 }].map((each) => ({
      table: '',
      rows: 1,
      bytes: 1,
      basis: 'default' as const,
      ...each,
    }));
    expect(totalSeconds(figures, 8)).toBe(10);
    expect(totalSeconds(figures, 1)).toBe(14);
  });
});

describe('filterText', () => {
  it.each([
    [{}, 'all'],
    [{ where: "status <> 'draft'\n  AND id > 7", limit: 1000 }, "status <> 'draft' AND id > 7, first 1,000"],
    [
      { dates: { column: 'created_at', from: '2026-01-01', until: '2026-02-01' } },
      'created_at from 2026-01-01 until 2026-02-01',
    ],
    [{ dates: { column: 'created_at', until: '2026-02-01' } }, 'created_at until 2026-02-01'],
  ])('writes %j as %s', (filter, text) => expect(filterText(filter)).toBe(text));
});
