import { dropTaskId, folderOfRun, runIdCandidates, scheduledRunId, transferRunIds } from '../../../client/run-id';

describe('ids of runs', () => {
  it('reads to the minute, and to the second or finer where that is taken', () => {
    expect(transferRunIds('sales-daily', new Date('2026-11-20T05:00:07.123Z'))).toEqual([
      'transfer/sales-daily/2026-11-20T05:00Z',
      'transfer/sales-daily/2026-11-20T05:00:07Z',
      'transfer/sales-daily/2026-11-20T05:00:07.123Z',
    ]);
  });

  it('leaves the time to Temporal for scheduled runs', () => {
    expect(scheduledRunId('sales-daily')).toBe('transfer/sales-daily/scheduled');
  });

  it('takes an id with and without its kind', () => {
    expect(runIdCandidates('transfer/a/2026')).toEqual(['transfer/a/2026']);
    expect(runIdCandidates('a/2026')).toEqual(['a/2026', 'transfer/a/2026', 'month/a/2026']);
    expect(runIdCandidates('month/a/2026')).toEqual(['month/a/2026']);
    expect(runIdCandidates('month-task/a/report/1')).toEqual(['month-task/a/report/1']);
    expect(runIdCandidates('drop/a')).toEqual(['drop/a']);
  });

  it('tells a folder from its files, its tasks and other runs', () => {
    expect(folderOfRun('drop/reference')).toBe('reference');
    for (const other of ['drop/reference/a.csv/1', 'transfer/a/1', dropTaskId('reference', 'health', '1')])
      expect(folderOfRun(other)).toBeUndefined();
  });
});
