/** A plan as planning would make it, from what the database says of one of its own tables. */
import { describeTables } from '../../../connectors/postgres/introspect';
import type { PostgresPool } from '../../../connectors/postgres/pool';
import { tableId, type TableRef } from '../../../core/types/table';
import type { TablePlan } from '../../../core/types/transfer';

export async function introspectForTest(
  pool: PostgresPool,
  ref: TableRef,
  options: Partial<TablePlan> = {},
): Promise<TablePlan> {
  const [schema] = await describeTables(pool, [ref]);
  if (!schema) throw new Error(`no table ${tableId(ref)}`);
  const columns = schema.columns
    .filter((column) => column.generated !== true)
    .map(({ name, nativeType, logical }) => ({
      source: name,
      target: name,
      sourceType: nativeType,
      targetType: nativeType,
      logical,
    }));
  return {
    source: schema,
    sourceKind: 'postgres',
    targetKind: 'postgres',
    target: schema,
    targetRef: ref,
    columns,
    filter: {},
    mode: 'replace',
    strategy: 'swap',
    strategyReason: '',
    schemaPolicy: 'stop',
    evolve: [],
    verify: 'counts',
    codec: 'zstd',
    codecLevel: 1,
    partBytes: 1 << 26,
    batchRows: 10_000,
    parallel: 1,
    minPercentOfLast: 0,
    references: 'off',
    warnings: [],
    ...options,
  };
}
