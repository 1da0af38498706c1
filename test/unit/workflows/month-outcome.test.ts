import type { ErrorCode } from '../../../core/errors/catalogue';
import type { ErrorReport } from '../../../core/errors/longshore-error';
import type { MonthOutcome } from '../../../core/types/month';
import type { BatchProgress } from '../../../workflows/month-batch/messages';
import { batchDetails, batchOutcome } from '../../../workflows/month-batch/outcome';
import { fileDetails } from '../../../workflows/month-load/details';

const because = (code: ErrorCode): ErrorReport => ({ code, message: `it was ${code}`, place: {}, next: 'Look.' });
const month = (name: string, status: MonthOutcome['status'], error?: ErrorReport): MonthOutcome => ({
  month: name,
  status,
  files: 2,
  loaded: 1,
  failed: 0,
  skipped: 1,
  rows: 10,
  bytes: 100,
  seconds: 1,
  ...(error && { error }),
});

describe('how a batch ended', () => {
  const failed = month('2024-03', 'failed', because('COPY_FAILED'));
  it.each<[string, MonthOutcome[], ErrorReport | undefined, string]>([
    ['done when all months are', [month('2024-01', 'done'), month('2024-02', 'skipped')], undefined, 'done'],
    ['done when there was nothing to do', [], undefined, 'done'],
    ['partial when some months are', [month('2024-01', 'done'), failed], undefined, 'partial'],
    ['partial when a month is partial', [month('2024-01', 'partial')], undefined, 'partial'],
    ['failed when none is', [failed], undefined, 'failed'],
    ['failed when it ended before its months', [], because('FOLDER_UNAVAILABLE'), 'failed'],
    ['partial when it was cut short after some', [month('2024-01', 'done')], because('INTERNAL'), 'partial'],
    ['refused when a rule forbids it', [], because('READ_ONLY_ENVIRONMENT'), 'refused'],
    ['cancelled when nothing had arrived', [month('2024-01', 'cancelled')], because('CANCELLED'), 'cancelled'],
    ['partial when it was cancelled after a month', [month('2024-01', 'done')], because('CANCELLED'), 'partial'],
    ['partial when it was cancelled within one', [month('2024-01', 'partial')], because('CANCELLED'), 'partial'],
  ])('%s', (_, months, error, status) => {
    expect(batchOutcome('b-1', months, error).status).toBe(status);
  });

  it('sums months up in order, and tells the error of the run before that of a month', () => {
    const result = batchOutcome('b-1', [failed, month('2024-01', 'done')]);
    expect(result).toMatchObject({ batchId: 'b-1', rows: 20, bytes: 200, error: { code: 'COPY_FAILED' } });
    expect(result.months.map((each) => each.month)).toEqual(['2024-01', '2024-03']);
    expect(batchOutcome('b-1', [failed], because('INTERNAL')).error).toMatchObject({ code: 'INTERNAL' });
    expect(batchOutcome('b-1', [month('2024-01', 'done')])).not.toHaveProperty('error');
  });
});

describe('what the Temporal Web UI shows', () => {
  it('of a batch: how it stands, months by state, and those that run or failed with their reason', () => {
    const progress: BatchProgress = {
      status: 'paused',
      phase: 'loading',
      batchId: 'b-1',
      action: 'load',
      pausedBy: 'anna',
      startedAt: '2026-11-20T05:00:00.000Z',
      months: [
        { month: '2024-01', state: 'done', files: 2, filesDone: 2 },
        { month: '2024-02', state: 'failed', files: 2, filesDone: 1, error: because('COPY_FAILED') },
        { month: '2024-03', state: 'running', files: 3, filesDone: 0 },
        { month: '2024-04', state: 'waiting', files: 1, filesDone: 0 },
      ],
    };
    expect(batchDetails(progress).split('\n')).toEqual([
      '**paused** (loading) · batch b-1 · paused by anna · 4 months: 1 done, 1 running, 0 partial, 1 failed, 1 waiting',
      '- 2024-02: failed · 1 of 2 files · COPY_FAILED — it was COPY_FAILED',
      '- 2024-03: running · 0 of 3 files',
    ]);
  });

  it('of a month: the files that are under way or ended, the latest thirty of them', () => {
    const file = { table: 'trades', bytes: 2_000_000 };
    const shown = fileDetails({
      month: '2024-01',
      paused: true,
      files: [
        { ...file, fileId: 1, file: 'a.tsv', state: 'published', rows: 1234, verdict: 'passed' },
        { ...file, fileId: 2, file: 'b.tsv', state: 'failed', error: because('COPY_FAILED') },
        { ...file, fileId: 3, file: 'c.tsv', state: 'waiting' },
      ],
    });
    expect(shown.split('\n')).toEqual([
      '**2024-01** · paused · 2 of 3 files',
      '- a.tsv → trades: published · 1,234 rows · checks passed',
      '- b.tsv → trades: failed · 2.0 MB · COPY_FAILED: it was COPY_FAILED',
    ]);
    const many = Array.from({ length: 50 }, (_, fileId) => ({
      ...file,
      fileId,
      file: `${fileId}.tsv`,
      state: 'published' as const,
    }));
    const lines = fileDetails({ month: '2024-01', paused: false, files: many }).split('\n');
    expect(lines).toHaveLength(31);
    expect(lines.at(-1)).toContain('49.tsv');
  });
});
