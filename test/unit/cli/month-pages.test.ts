import { createColors } from 'picocolors';
import { batchesText } from '../../../cli/output/month-batches';
import { deletePreviewText, deletionsText } from '../../../cli/output/month-delete';
import { monthPreviewText } from '../../../cli/output/month-preview';
import { comparisonText, qualityListText } from '../../../cli/output/month-quality';
import { diagnosisText, stageText } from '../../../cli/output/month-stage';
import { widenText } from '../../../cli/output/month-widen';
import { eventLine } from '../../../cli/output/run-log';
import { compareResults } from '../../../core/quality/compare-results';
import type { DeletionRecord } from '../../../core/types/month';
import { failedQuality, parts } from '../report/records';

const view = { colours: createColors(false), width: undefined };
const HOSTILE = 'a\u001b[2J\nb';
const OBEYED = /\u001b|a\n *b/;

describe('batches', () => {
  it('are listed with their months by state, and how to go on with the latest that is open', () => {
    const { batch } = parts();
    const text = batchesText(
      [
        { ...batch, currentMonths: ['2024-03'] },
        { ...batch, batchId: 'c', action: 'check' },
      ],
      view,
    );
    expect(text).toMatch(/trading-1 +partial +dwh +2024-01 +2024-02 +2024-03 +2\/2 +2026-11-20/);
    expect(text).toContain('partial (check)');
    expect(text).toContain('Go on with what is left: longshore month resume trading-1');
    expect(batchesText([{ ...batch, status: 'completed' }], view)).not.toContain('resume');
    expect(batchesText([], view)).toBe('No batch has run.');
  });
});

describe('deleting', () => {
  const preview = {
    table: 'main.trades',
    month: '2024-01',
    range: { from: 19_723, to: 19_753 },
    days: [['2024-01-01', 1200] as [string, number]],
    rows: 1200,
    tableRows: 5000,
    statement: 'DELETE FROM trades WHERE day < ?',
    recovery: 'a Parquet file',
  };

  it('is shown day by day with statement and way back', () => {
    const text = deletePreviewText([preview], view);
    for (const fact of [
      'main.trades, 2024-01: 1,200 of 5,000 rows',
      '2024-01-01',
      preview.statement,
      'The way back: a Parquet file',
    ])
      expect(text).toContain(fact);
    expect(deletePreviewText([{ ...preview, rows: 0, days: [] }], view)).toBe('main.trades, 2024-01: 0 of 5,000 rows');
    expect(deletePreviewText([], view)).toBe('The batch has no such table.');
  });

  it('was recorded, with a way back where there is one', () => {
    const deletion: DeletionRecord = {
      id: 'd1',
      batch: 'trading',
      table: 'trades',
      month: '2024-01',
      environment: 'dwh',
      rows: 1200,
      by: 'ann',
      reason: 'twice',
      at: new Date('2026-11-20T05:00:00Z'),
      state: 'deleted',
      backup: '/backups/a.parquet',
      restoreSql: 'INSERT INTO t SELECT 1',
    };
    const text = deletionsText([deletion, { ...deletion, id: 'd2', state: 'restored' }], view);
    expect(text).toMatch(/d1 +trades +2024-01 +1,200 +deleted +2026-11-20.* ann +twice/);
    expect(text).toContain('d1: longshore month restore trading d1');
    expect(text).toContain('backup: /backups/a.parquet');
    expect(text).toContain('by hand: INSERT INTO t SELECT 1');
    expect(text).not.toContain('month restore trading d2');
    expect(deletionsText([], view)).toBe('Nothing was deleted.');
    expect(deletionsText([{ ...deletion, state: 'restored' }], view)).not.toContain('The way back');
  });
});

describe('a preview', () => {
  it('shows files by month and table, those of no table, and what stands in the way', () => {
    const text = monthPreviewText(
      {
        kind: 'preview',
        files: [{ path: `/in/${HOSTILE}.tsv`, size: 2_000_000, mtimeMs: 1, table: 'trades', month: '2024-01' }],
        unmatched: ['readme.txt'],
        compute: { name: 'WH', size: 'X-Small' },
        warnings: ['MONTH_FILES_OVERLAP: two files'],
      },
      view,
    );
    for (const fact of [
      '1 file of 1 month, 2.0 MB',
      'warehouse WH, X-Small',
      'MONTH_FILES_OVERLAP',
      '1 file of no table:',
      'readme.txt',
    ])
      expect(text).toContain(fact);
    expect(text).not.toMatch(OBEYED);
    const none = { kind: 'preview' as const, files: [], unmatched: [], compute: {}, warnings: [] };
    expect(monthPreviewText(none, view)).toBe('No file belongs to a table of the batch.');
  });
});

describe('results of checks', () => {
  it('are listed with verdict, score and reason', () => {
    expect(qualityListText([failedQuality], view)).toMatch(
      /2 +2026-11-20.* trades +2024-02 +trades_202402\.tsv +file +failed +61\.5 +5 +It failed since 25 runs/,
    );
  });

  it('are compared check by check, with days that gained or lost their rows', () => {
    const newer = { ...failedQuality, id: 3 };
    const text = comparisonText(
      failedQuality,
      newer,
      {
        ...compareResults(failedQuality.result, {
          ...newer.result,
          checks: newer.result.checks.map((check) => ({ ...check, status: 'passed', count: 0 })),
        }),
        filledDays: [19_755],
        emptiedDays: [19_754, 19_757],
      },
      view,
    );
    expect(text).toMatch(/trades: result 3 \(.*\) against 2 \(/);
    expect(text).toMatch(/completeness +failed +passed +25 +0 +better/);
    expect(text).toMatch(/days that have rows now: 2024-02-02/);
    expect(text).toMatch(/days that have none now: 2024-02-01, 2024-02-04/);
  });
});

describe('the stage', () => {
  it('is listed with what is needed, and what can go', () => {
    const files = [
      { name: 'trades/l1/part-1', bytes: 1000, load: 'l1', needed: true },
      { name: HOSTILE, bytes: 500, needed: false },
    ];
    const text = stageText({ kind: 'stage-list', stage: 'S', files }, view);
    expect(text).toMatch(/trades\/l1\/part-1 +1\.0 kB +l1 +yes/);
    expect(text).toContain('S: 2 files, 1.5 kB');
    expect(text).toContain('1 file can go: longshore month stage-clean');
    expect(text).not.toMatch(OBEYED);
    expect(stageText({ kind: 'stage-list', stage: 'S', files: [] }, view)).toBe('S is empty.');
  });

  it('has statements with figures, errors and findings', () => {
    const text = diagnosisText(
      {
        kind: 'diagnose',
        compute: { name: 'WH', size: 'Small' },
        statements: [
          {
            id: 'q1',
            state: 'failed',
            seconds: 90,
            startedAt: '2026-11-20T05:00:00Z',
            sql: 'COPY INTO t',
            figures: { rows: 5 },
            error: 'no',
          },
        ],
        findings: ['q1 failed: no'],
      },
      view,
    );
    expect(text).toMatch(/q1 +failed +2026-11-20 05:00:00 +1m 30s +COPY INTO t/);
    for (const fact of ['warehouse WH, Small', 'q1: rows 5', '- q1 failed: no']) expect(text).toContain(fact);
    expect(diagnosisText({ kind: 'diagnose', compute: {}, statements: [], findings: [] }, view)).toBe(
      'No statement of this batch is known.',
    );
  });
});

describe('widening', () => {
  it('shows each column with its longest value and the statement that makes room', () => {
    const proposal = {
      column: 'name',
      nativeType: 'VARCHAR(10)',
      limit: 10,
      longest: 1234,
      line: 7,
      proposed: 'VARCHAR(2000)',
      statement: 'ALTER TABLE t',
      applied: true,
    };
    expect(widenText({ kind: 'widen', table: 'main.t', proposals: [proposal] }, view)).toMatch(
      /name +VARCHAR\(10\) +1,234 +7 +VARCHAR\(2000\) +yes[^]*ALTER TABLE t;/,
    );
    expect(widenText({ kind: 'widen', table: 'main.t', proposals: [] }, view)).toBe(
      'Every text of the file fits into main.t.',
    );
  });
});

describe('the log of a run', () => {
  it('has a line for each event, whatever stands in it', () => {
    const event = {
      id: 1,
      runId: 'r',
      at: new Date('2024-02-01T05:00:12Z'),
      level: 'warning' as const,
      message: HOSTILE,
    };
    expect(eventLine(event, view.colours)).toMatch(/^2024-02-01 05:00:12 {2}warning {2}a/);
    expect(eventLine(event, view.colours)).not.toContain('\u001b');
  });
});
