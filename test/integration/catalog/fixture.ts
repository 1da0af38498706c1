import type { Catalog } from '../../../catalog';
import type { PartResult, RangeSpec, TablePlan } from '../../../core/types/transfer';

/** A plan that says nothing but its name. */
export const plan = (name: string, warnings: string[] = []): TablePlan => ({
  source: {
    ref: { schema: 'public', name },
    kind: 'table',
    columns: [],
    uniqueKeys: [],
    indexes: [],
    foreignKeys: [],
    estimatedRows: 10,
    estimatedBytes: 100,
  },
  sourceKind: 'postgres',
  targetKind: 'postgres',
  targetRef: { schema: 'public', name },
  columns: [],
  filter: {},
  mode: 'replace',
  strategy: 'swap',
  strategyReason: 'nothing hangs on it',
  schemaPolicy: 'stop',
  evolve: [],
  verify: 'aggregates',
  codec: 'zstd',
  codecLevel: 1,
  partBytes: 1000,
  batchRows: 100,
  parallel: 2,
  minPercentOfLast: 50,
  references: 'warn',
  warnings,
});
export const range = (index: number): RangeSpec => ({
  label: `pages ${index}`,
  spec: { from: index, big: '12345678901234567890' },
  estimatedRows: 1,
  estimatedBytes: 2,
});
export const result = (rows: number): PartResult => ({
  rows,
  bytes: rows * 10,
  sha256: 'ab'.repeat(32),
  columns: [{ name: 'id', nativeType: 'bigint', logical: { kind: 'int64' } }],
});

let counter = 0;

/** Starts a run of its own set, so that tests do not meet each other. */
export async function beginRun(
  catalog: Catalog,
  configVersion: number,
  overrides: Partial<Parameters<Catalog['runs']['begin']>[0]> = {},
): Promise<string> {
  counter += 1;
  const runId = overrides.runId ?? `transfer/set-${counter}/2026-11-20T05:00Z`;
  await catalog.runs.begin({
    runId,
    temporalRunId: 'first',
    kind: 'transfer',
    name: `set-${counter}`,
    target: 'uat',
    configVersion,
    triggeredBy: 'ann',
    dryRun: false,
    input: { set: `set-${counter}`, configVersion },
    ...overrides,
  });
  return runId;
}
