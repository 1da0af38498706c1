import { batchAttachments } from '../../../report/batch-files';
import { batchHtml } from '../../../report/batch-html';
import { checksSheet, filesSheet } from '../../../report/batch-sheets';
import { batchSummary } from '../../../report/batch-summary';
import { NASTY, parts, qualityError, summary } from './records';
import { unzip } from './unzip';

const NOW = new Date('2026-11-20T06:00:00Z');

describe('what became of a batch', () => {
  it('is told month by month from what the catalog has', () => {
    expect(summary().months).toEqual([
      {
        month: '2024-01',
        status: 'done',
        files: 1,
        loaded: 1,
        failed: 0,
        skipped: 0,
        rows: 1_000_000,
        bytes: 2e9,
        seconds: 100,
      },
      {
        month: '2024-02',
        status: 'failed',
        files: 1,
        loaded: 0,
        failed: 1,
        skipped: 0,
        rows: 0,
        bytes: 0,
        seconds: 100,
        error: qualityError,
      },
      {
        month: '2024-03',
        status: 'cancelled',
        files: 0,
        loaded: 0,
        failed: 0,
        skipped: 0,
        rows: 0,
        bytes: 0,
        seconds: 0,
      },
    ]);
  });

  it('is told file by file, with the rows of file, copy and staging', () => {
    expect(summary().files).toMatchObject([
      { fileId: 1, state: 'published', rows: 1_000_000, rowsCopied: 1_000_000, rowsStaged: 1_000_000, parts: 3 },
      {
        fileId: 2,
        state: 'failed',
        rows: 5,
        parts: 0,
        quality: { verdict: 'failed', score: 61.5 },
        error: qualityError,
      },
    ]);
  });

  it.each([
    [['published', 'failed'], 'partial'],
    [['failed', 'failed'], 'failed'],
    [['skipped', 'skipped'], 'skipped'],
    [['published', 'skipped'], 'done'],
    [['published', 'cancelled'], 'cancelled'],
    [['checked', 'checked'], 'done'],
  ] as const)('calls a month with files that are %j %s', (states, expected) => {
    const { files, batch, ...rest } = parts();
    const of = states.map((state, id) => ({ ...files[0]!, id, state }));
    const { months } = batchSummary({ ...rest, files: of, batch: { ...batch, completedMonths: [] } });
    expect(months[0]?.status).toBe(expected);
  });
});

describe('the files that come with a mail', () => {
  it('are those that are asked for, in their forms', async () => {
    const files = await batchAttachments(summary(), ['html', 'csv', 'xlsx'], NOW);
    expect(files.map(({ name }) => name)).toEqual(['summary.html', 'quality.csv', 'summary.xlsx']);
    expect(files[0]!.content).toBe(batchHtml(summary(), NOW));
    const sheets = unzip(files[2]!.content as Buffer);
    expect([...sheets.keys()].filter((name) => name.startsWith('xl/worksheets/sheet'))).toHaveLength(3);
    expect(await batchAttachments(summary(), [], NOW)).toEqual([]);
  });

  it('have a row for every check of every file, with all that it found', () => {
    const { rows, columns } = checksSheet(summary());
    const at = (title: string) => columns.findIndex((column) => column.title === title);
    expect(rows.map((row) => [row[0], row[at('Verdict')], row[at('Check')], row[at('Faults')]])).toEqual([
      ['2024-01', 'not checked', undefined, undefined],
      ['2024-02', 'failed', 'completeness', 25],
      ['2024-02', 'failed', 'duplicates', 1],
    ]);
    expect(String(rows[1]![at('Details')]).match(/\(2\)/g)).toHaveLength(25);
    expect(rows[2]![at('Details')]).toContain('2 times on lines 7 9');
    expect(filesSheet(summary()).rows).toHaveLength(2);
  });

  it('hold a page with every month, file, check and gap, of which nothing is markup, and none is shortened', () => {
    const html = batchHtml(summary(), NOW);
    expect(html).not.toMatch(/<script|<link|<img|src=|href=|url\(|\u001b|<b>/i);
    for (const fact of [
      'trading-1',
      '1 of 2 loaded, 1 failed, 0 skipped',
      '1,000,000, 2.0 GB in 3 parts',
      '3m 20s, 10.0 MB/s, 5,000 rows/s',
      '1 failed, 1 not checked',
      'failed, score 61.5: It failed since 25 runs of days have no rows.',
      'Correct the file.',
      '2.0 GB on an X-Small warehouse.',
      '<svg class="chart"',
    ])
      expect(html).toContain(fact);
    expect(html.match(/<li>[\d-]+ to [\d-]+: 2 days<\/li>/g)).toHaveLength(25);
    expect(html.match(/<details open>/g)).toHaveLength(1);
    expect(html).toContain(NASTY.slice(0, 10));
  });
});
