import pc from 'picocolors';
import { monthReportText } from '../../../cli/output/month-report-text';
import { monthSummaryText } from '../../../cli/output/month-summary';
import { widthOf } from '../../../cli/output/text';
import { monthReport, qualityError, summary, tableReport } from '../report/records';

const colours = pc.createColors(false);
const now = new Date('2026-11-20T06:00:00Z');
const tooWide = (text: string, width: number): string[] =>
  text.split('\n').filter((line) => widthOf(line) > width && line.trim().includes(' '));

describe('the report on tables, as text', () => {
  const report = monthReport([
    tableReport(),
    tableReport({
      name: 'quotes',
      gaps: Array.from({ length: 60 }, (_, index) => ({ from: `from-${index}`, to: `to-${index}`, days: 1 })),
    }),
  ]);

  it('tells everything, every gap of it', () => {
    const text = monthReportText(report, { colours, summary: false });
    for (const fact of [
      'trading in dwh',
      '2 tables, 24,691,356 rows; months 2024-01; 2026-11-20 05:00:00Z',
      '2 days of 31 have no rows.',
      '2024-01-01 to 2024-01-31 by day: 29 days with rows, 2 missing in 1 gap',
      'median 1,016, mean 1,119, deviation 548, 1,000 to 4,000; 1 anomaly',
      '1 key of id, day more than once: 2 rows too many',
      '+293.7 %',
      'extremely high',
      '1,234,567',
      'note: The size is that of the whole table.',
    ])
      expect(text).toContain(fact);
    for (let gap = 0; gap < 60; gap += 1) expect(text).toContain(`from-${gap} `);
    expect(text).not.toMatch(/…|and \d+ more|\u001b/);
  });

  it('is a line for each table when no more is asked for', () => {
    const text = monthReportText(report, { colours, summary: true });
    expect(text.split('\n')).toHaveLength(6);
    expect(text).toContain('quotes');
    expect(text).not.toContain('from-1');
  });

  it.each([70, 80, 100, 130, 200])('fits a terminal of %p columns', (width) => {
    expect(tooWide(monthReportText(report, { colours, width, summary: false }), width)).toEqual([]);
  });

  it('shows a table of which nothing is known but its rows', () => {
    const bare = {
      name: 'a',
      table: 'A',
      status: 'failed' as const,
      sentence: 'It is not there.',
      rows: 0,
      seconds: 0,
    };
    const more = { columns: [], days: [], gaps: [], anomalies: [], notes: [] };
    expect(monthReportText(monthReport([{ ...bare, ...more }]), { colours, summary: false })).not.toMatch(
      /undefined|NaN/,
    );
  });
});

describe('the summary of a batch', () => {
  const text = monthSummaryText(summary(), { colours, now });

  it('tells of months, rates, verdicts with reasons, warnings, and errors with what to do', () => {
    for (const fact of [
      'trading → dwh  partial  batch trading-1',
      '1 of 2 loaded; 1 failed',
      '1,000,000, 2.0 GB in 3 parts',
      '3m 20s, 10.0 MB/s, 5,000 rows/s',
      'failed 2024-02 trades trades_202402.tsv, score 61.5',
      'It failed since 25 runs of days have no rows.',
      'warning trades_202401.tsv: 2.0 GB on an X-Small warehouse.',
      'QUALITY_FAILED',
      'Correct the file.',
      'longshore month resume trading-1',
    ])
      expect(text).toContain(fact);
    expect(text).toMatch(/2024-01 +done +1 +0 +1,000,000 +2\.0 GB +1m 40s +20\.0 MB\/s/);
    expect(text).toMatch(/2024-02 +failed +0 of 1 +1 /);
    expect(text).not.toContain('\u001b');
  });

  it('tells an error of a file once, though its month and the run have it too', () => {
    const told = monthSummaryText({ ...summary(), error: qualityError }, { colours, now });
    expect(told.match(/QUALITY_FAILED/g)).toHaveLength(1);
  });

  it('tells the same error of two files twice, and the error of a month without files', () => {
    const base = summary();
    const [, failed] = base.files;
    const { file: _, ...place } = qualityError.place;
    const error = { ...qualityError, place };
    const files = [
      { ...failed!, error },
      { ...failed!, fileId: 9, file: '/data/other.tsv', error },
    ];
    const none = { code: 'MONTH_NO_FILES' as const, message: 'No file belongs to 2024-03.', place: {}, next: 'Look.' };
    const months = base.months.map((month) => (month.month === '2024-03' ? { ...month, error: none } : month));
    const told = monthSummaryText({ ...base, files, months }, { colours, now });
    expect(told.match(/QUALITY_FAILED/g)).toHaveLength(2);
    expect(told.match(/MONTH_NO_FILES/g)).toHaveLength(1);
  });

  it.each([80, 100, 140])('fits a terminal of %p columns', (width) => {
    // What happened stands on one line, however long.
    const lines = tooWide(monthSummaryText(summary(), { colours, width, now }), width);
    expect(lines.filter((line) => !line.startsWith('QUALITY_FAILED'))).toEqual([]);
  });

  it('says of a batch that is done not what is left', () => {
    expect(monthSummaryText({ ...summary(), status: 'done' }, { colours, now })).not.toContain('month resume');
  });
});
