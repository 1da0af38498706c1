import { createColors } from 'picocolors';
import { performanceReport } from '../../../cli/output/drop-performance';
import { widthOf } from '../../../cli/output/text';
import { type FolderFigures, judgePerformance } from '../../../core/drop/performance';

const colours = createColors(false);
const settings = {
  files: 8,
  parts: 2,
  partBytes: 64e6,
  verify: 'aggregates',
  intervalMs: 15_000,
  checks: 6,
} as const;

const figures: FolderFigures = {
  loaded: 1200,
  failed: 300,
  skipped: 10,
  cancelled: 1,
  rows: 1_200_000,
  bytes: 48_000_000,
  worked: 1511,
  busyMs: 60_440,
  workMs: 302_200,
  took: { medianMs: 210, p95Ms: 450, longestMs: 9_400 },
  slowest: { path: 'append/\u001b[31mslow.csv', table: 'ref.routes', rows: 9000, bytes: 4e6, ms: 9_400 },
  waited: { medianMs: 900, p95Ms: 240_000, longestMs: 250_000 },
  direct: 900,
  staged: 300,
  tables: [
    { table: 'ref.routes', files: 800, rows: 800_000, bytes: 40e6, ms: 200_000, p95Ms: 450, direct: 500, staged: 300 },
    { table: 'ref.airports', files: 400, rows: 400_000, bytes: 8e6, ms: 100_000, p95Ms: 300, direct: 400, staged: 0 },
  ],
  tableCount: 3,
};

const reportOf = (change: Partial<FolderFigures> = {}, width?: number): string[] =>
  performanceReport(judgePerformance('reference', { ...figures, ...change }, settings), { colours, width }).split('\n');

describe('how fast a folder is', () => {
  it('is shown in figures, by table, and with what to do where a threshold is crossed', () => {
    expect(reportOf()).toEqual([
      'reference',
      '  loaded  1,200 files, 1,200,000 rows, 48.0 MB; 300 failed (19.9%), 10 skipped, 1 cancelled',
      '  speed   25 files/s: 1,511 files in 1m 00s of work, 5.0 at once',
      '  a file  median 210 ms, p95 450 ms, longest 9.4 s',
      '  slowest append/\\x1b[31mslow.csv: 9.4 s, 9,000 rows, 4.0 MB, into ref.routes',
      '  waits   median 900 ms, p95 4m 00s, longest 4m 10s',
      '  small   900 loaded in one step (75%), 300 by way of staging',
      '',
      'TABLE         FILES     ROWS     SIZE    TOOK     P95  ROWS/S  MB/S      STAGED',
      'ref.routes      800  800,000  40.0 MB  3m 20s  450 ms   4,000   0.2  300 of 800',
      'ref.airports    400  400,000   8.0 MB  1m 40s  300 ms   4,000   0.1',
      'and 1 more table that took less',
      '',
      'warning Five of a hundred files wait 4m or more for their turn after they are ready, longer than',
      '        twice the time in which they have to stand still (1m30s); 5 of 8 possible files were in work',
      '        at once.',
      '  next    Have rows for ref.routes come in fewer files: those of one table are loaded one after the',
      '          other, whatever `parallel.files` says.',
      '',
      'warning 300 of 1510 files failed (19.9%).',
      '  next    See with `longshore drop errors reference` what they have in common; what the sender',
      '          cannot mend, `format`, `columns` and `tolerance` may.',
    ]);
  });

  it('says that all is well, or that there was nothing', () => {
    expect(reportOf({ failed: 0, waited: undefined }).at(-1)).toBe('✓ No threshold is crossed.');
    const none = { loaded: 0, failed: 0, skipped: 0, cancelled: 0 };
    expect(reportOf(none)).toEqual(['No file has ended in this time.']);
  });

  it('leaves out what nobody knows', () => {
    const unknown = { took: undefined, slowest: undefined, waited: undefined, worked: 0, busyMs: 0, direct: 0, staged: 0, failed: 0, tables: [], tableCount: 0 }; // prettier-ignore
    expect(reportOf(unknown)).toEqual([
      'reference',
      '  loaded  1,200 files, 1,200,000 rows, 48.0 MB; 10 skipped, 1 cancelled',
      '',
      '✓ No threshold is crossed.',
    ]);
  });

  it('keeps tables and warnings within the terminal', () => {
    const lines = reportOf({}, 80);
    for (const line of lines.slice(lines.indexOf('') + 1)) expect(widthOf(line)).toBeLessThanOrEqual(80);
  });
});
