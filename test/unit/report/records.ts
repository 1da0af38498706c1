import type { MonthBatchRecord, MonthFileRecord, QualityRecord } from '../../../catalog';
import type { MonthReport, TableReport } from '../../../core/types/month-report';
import type { CheckResult, QualityFacts } from '../../../core/types/quality';
import { batchSummary, type SummaryParts } from '../../../report/batch-summary';

/** A name that means something to HTML, spreadsheets and terminals. */
export const NASTY = '=HYPERLINK("http://x")<script>alert(1)</script>\u001b[31m';

export const tableReport = (patch: Partial<TableReport> = {}): TableReport => ({
  name: 'trades',
  table: 'PUBLIC.TRADES',
  status: 'warning',
  sentence: '2 days of 31 have no rows.',
  rows: 12_345_678,
  bytes: 9_876_543_210,
  columns: [
    { name: 'id', nativeType: 'NUMBER(38,0)', nulls: 0 },
    { name: 'note', nativeType: 'VARCHAR(20)', nulls: 1_234_567, maxLength: 17 },
  ],
  dateColumn: 'day',
  firstDay: '2024-01-01',
  lastDay: '2024-01-31',
  days: Array.from({ length: 31 }, (_, index): [string, number] => [
    `2024-01-${String(index + 1).padStart(2, '0')}`,
    index === 20 ? 4000 : 1000 + index,
  ]).filter(([day]) => day !== '2024-01-10' && day !== '2024-01-11'),
  gaps: [{ from: '2024-01-10', to: '2024-01-11', days: 2 }],
  anomalies: [
    { day: '2024-01-21', rows: 4000, difference: 293.7, class: 'extremely high' },
    { day: '2024-01-01', rows: 1000, difference: -1.6, class: 'ordinary' },
  ],
  tolerance: 10,
  statistics: { days: 29, median: 1016, mean: 1118.5, deviation: 548.2, min: 1000, max: 4000 },
  duplicates: {
    keyColumns: ['id', 'day'],
    keys: 1,
    extraRows: 2,
    samples: [{ key: [NASTY, null], count: 3 }],
  },
  notes: ['The size is that of the whole table.'],
  seconds: 3.25,
  ...patch,
});

export const monthReport = (tables: TableReport[] = [tableReport()]): MonthReport => ({
  batch: 'trading',
  environment: 'dwh',
  at: '2026-11-20T05:00:00.000Z',
  months: ['2024-01'],
  tables,
});

const check = (patch: Partial<CheckResult>): CheckResult => ({
  check: 'completeness',
  name: 'completeness',
  status: 'passed',
  severity: 'critical',
  sentence: 'Every day is there.',
  count: 0,
  points: 1,
  weight: 30,
  details: {},
  ...patch,
});

const facts: QualityFacts = {
  mode: 'file',
  file: '/data/trades_202402.tsv',
  rows: 5,
  bytes: 50,
  columns: [],
  missingColumns: [],
  unexpectedColumns: [],
  days: [
    [19_754, 3],
    [19_757, 2],
  ],
  dateNulls: 0,
  dateInvalid: 0,
  raggedRows: 0,
  encodingFaults: 0,
  rules: [],
  samples: {},
  seconds: 1,
};

export const failedQuality: QualityRecord = {
  id: 2,
  batch: 'trading',
  batchId: 'trading-1',
  table: 'trades',
  month: '2024-02',
  file: '/data/trades_202402.tsv',
  mode: 'file',
  verdict: 'failed',
  score: 61.5,
  rows: 5,
  at: new Date('2026-11-20T05:10:00Z'),
  result: {
    mode: 'file',
    verdict: 'failed',
    sentence: 'It failed since 25 runs of days have no rows.',
    score: 61.5,
    facts,
    checks: [
      check({
        status: 'failed',
        sentence: '25 runs of days have no rows.',
        count: 25,
        points: 0.2,
        details: {
          gaps: Array.from({ length: 25 }, (_, index) => ({
            from: 19_800 + index * 3,
            to: 19_801 + index * 3,
            days: 2,
          })),
        },
      }),
      check({
        check: 'duplicates',
        name: 'duplicates',
        status: 'warning',
        severity: 'warning',
        sentence: '1 key occurs more than once.',
        count: 1,
        details: {
          duplicates: {
            keyColumns: ['id'],
            keys: 1,
            extraRows: 1,
            samples: [{ key: [NASTY], count: 2, lines: [7, 9] }],
          },
        },
      }),
    ],
  },
};

const file = (patch: Partial<MonthFileRecord>): MonthFileRecord => ({
  id: 1,
  batchId: 'trading-1',
  batch: 'trading',
  path: '/data/trades_202401.tsv',
  size: 2_000_000_000,
  mtimeMs: 1,
  table: 'trades',
  month: '2024-01',
  state: 'published',
  loadId: 'l1',
  rows: 1_000_000,
  packed: true,
  warnings: [],
  startedAt: new Date('2026-11-20T05:00:00Z'),
  finishedAt: new Date('2026-11-20T05:01:40Z'),
  copied: { rowsLoaded: 1_000_000, rowsParsed: 1_000_000, rowsStaged: 1_000_000, files: 3, seconds: 9 },
  ...patch,
});

export const qualityError = {
  code: 'QUALITY_FAILED' as const,
  message: `trades_202402.tsv was not loaded: 25 runs of days have no rows <b>${NASTY}</b>.`,
  place: { file: '/data/trades_202402.tsv', line: 12 },
  next: 'Correct the file.',
};

/** A batch of two months: one arrived, one failed its checks. */
export const parts = (): SummaryParts => ({
  run: {
    runId: 'month/trading/2026-11-20T05:00Z',
    status: 'partial',
    triggeredBy: 'ann',
    reason: 'month end',
    startedAt: new Date('2026-11-20T05:00:00Z'),
    finishedAt: new Date('2026-11-20T05:03:20Z'),
  },
  batch: {
    batchId: 'trading-1',
    batch: 'trading',
    action: 'load',
    target: 'dwh',
    configVersion: 1,
    qualityMode: 'file',
    status: 'partial',
    months: ['2024-01', '2024-02', '2024-03'],
    completedMonths: ['2024-01'],
    failedMonths: ['2024-02'],
    currentMonths: [],
    currentFile: 2,
    totalFiles: 2,
    runs: ['month/trading/2026-11-20T05:00Z'],
    options: {},
    createdAt: new Date('2026-11-20T05:00:00Z'),
    lastUpdate: new Date('2026-11-20T05:03:20Z'),
  } satisfies MonthBatchRecord,
  files: [
    file({ warnings: ['2.0 GB on an X-Small warehouse.'] }),
    file({
      id: 2,
      path: '/data/trades_202402.tsv',
      month: '2024-02',
      state: 'failed',
      rows: 5,
      copied: undefined,
      qualityId: 2,
      error: qualityError,
    }),
  ],
  parts: [{ fileId: 1, parts: 3, bytes: 450_000_000 }],
  quality: [failedQuality],
});

export const summary = () => batchSummary(parts());
