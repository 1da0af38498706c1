/** A run with its tables as the catalog has them, for tests of what is shown of it. */
import type { RunTableRecord } from '../../../catalog';
import type { RunDetails } from '../../../client';
import type { ColumnAggregate, ColumnPlan, TableVerification } from '../../../core/types/transfer';

export const figures = (column: string, more: Partial<ColumnAggregate> = {}): ColumnAggregate => ({
  column,
  nulls: '0',
  sum: '10',
  min: '1',
  max: '9',
  ...more,
});

const planned = (name: string, kind: string, mask?: string): ColumnPlan =>
  ({
    source: name,
    target: name,
    sourceType: kind,
    targetType: kind,
    logical: kind === 'text' ? { kind, of: 'text' } : { kind },
    ...(mask && { mask: { rule: mask } }),
  }) as ColumnPlan;

export const verification: TableVerification = {
  level: 'fingerprint',
  rows: { source: '1000', target: '1000' },
  columns: [
    { source: 'id', target: 'id', verdict: 'equal', by: 'databases', nulls: '0' },
    { source: 'name', target: 'name', verdict: 'equal', by: 'parts', nulls: '0' },
    { source: 'email', target: 'email', verdict: 'equal', by: 'parts', nulls: '0', mask: 'email' },
  ],
  references: [
    { key: 'orders_fk', columns: ['customer_id'], to: 'public.customers', orphans: 2, samples: [['17'], ['18']] },
  ],
  fingerprint: { source: 'ab'.repeat(16), target: 'ab'.repeat(16) },
};

/** Published, verified, with a column of each sort. The source's figures of the masked column are not to be shown. */
export const tableRecord = (more: Partial<RunTableRecord> = {}): RunTableRecord =>
  ({
    runId: 'transfer/daily/1',
    tableId: 'public.orders',
    position: 0,
    phase: 'published',
    plan: {
      source: { ref: { schema: 'dbo', name: 'orders' } },
      columns: [planned('id', 'int32'), planned('name', 'text'), planned('email', 'text', 'email')],
      filter: { where: "status <> 'draft'" },
      mode: 'replace',
      strategy: 'swap',
      strategyReason: 'nothing hangs on it',
      verify: 'fingerprint',
    },
    rowsExtracted: 1000,
    rowsLoaded: 1000,
    bytes: 2_500_000,
    parts: 3,
    partsLoaded: 3,
    sourceAggregates: {
      rows: '1000',
      columns: [figures('id'), figures('name', { sum: '4000', unit: 'utf16', min: null, max: null })],
    },
    targetAggregates: {
      rows: '1000',
      columns: [
        figures('id'),
        figures('name', { sum: '4400', min: null, max: null }),
        figures('email', { sum: '777', min: null, max: null }),
      ],
    },
    verification,
    lockedMs: 42,
    warnings: ['public.orders: 2 rows point at no row of public.customers by customer_id (orders_fk), e.g. 17, 18.'],
    startedAt: new Date('2026-11-20T05:00:10Z'),
    finishedAt: new Date('2026-11-20T05:00:20Z'),
    ...more,
  }) as RunTableRecord;

export const details = (
  tables: RunTableRecord[] = [tableRecord()],
  more: Partial<RunDetails['run']> = {},
): RunDetails => ({
  notifications: [],
  run: {
    runId: 'transfer/daily/1',
    temporalRunId: 't',
    kind: 'transfer',
    name: 'daily',
    target: 'uat',
    configVersion: 7,
    status: 'done',
    triggeredBy: 'ada',
    reason: 'a fresh copy',
    dryRun: false,
    input: null,
    plan: { set: 'daily', from: 'prod', to: 'uat', publish: 'set', cycleKeys: [], parallelTables: 4, warnings: [] },
    startedAt: new Date('2026-11-20T05:00:00Z'),
    finishedAt: new Date('2026-11-20T05:00:30Z'),
    ...more,
  },
  tables,
});
