/** Columns of a staging table as the reading side of this connector takes them. */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { ColumnPlan, TablePlan } from '../../core/types/transfer';
import type { AggregateColumn } from './aggregates';
import { typeText } from './bulk-columns';
import { targetId } from './ddl';
import { liveColumns, type LiveColumn } from './live';
import { logicalType, parseNativeType } from './native-types';
import type { MssqlPool } from './pool';
import { ident } from './sql';
import type { TableRef } from '../../core/types/table';

export interface StagedColumn {
  plan: ColumnPlan;
  staged: LiveColumn;
}

/** In the order of the plan. Throws INTERNAL when nothing is staged. */
export async function stagedColumns(pool: MssqlPool, staging: TableRef, plan: TablePlan): Promise<StagedColumn[]> {
  const found = await pool.use((session) => liveColumns(session, staging));
  const table = targetId(plan);
  if (!found) throw new LongshoreError('INTERNAL', `Nothing is staged for ${table}.`, { table });
  return plan.columns.map((column) => {
    const staged = found.find(({ name }) => name === column.target);
    if (!staged)
      throw new LongshoreError('COLUMN_NOT_FOUND', `The staging table of ${table} has no column ${column.target}.`, {
        table,
        column: column.target,
      });
    return { plan: column, staged };
  });
}

/** For reading a value back as what it will be in the target. */
export function readColumn({ plan: { target, targetType }, staged }: StagedColumn): ColumnPlan {
  const stagedType = typeText(staged);
  const known = parseNativeType(targetType);
  const column = {
    source: target,
    target,
    sourceType: stagedType,
    targetType,
    logical: logicalType(known.isBuiltIn ? targetType : stagedType),
  };
  if (known.name !== 'smallmoney') return column;
  return { ...column, sourceType: 'smallmoney', mask: { rule: 'sql', sql: ident(target) } };
}

/** For figures that compare with those of the source. */
export const aggregateColumn = ({ plan: { target, logical }, staged }: StagedColumn): AggregateColumn => ({
  value: ident(target),
  name: target,
  logical,
  nativeType: typeText(staged),
});
