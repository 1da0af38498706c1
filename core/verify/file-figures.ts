import type { LongshoreError } from '../errors/longshore-error';
import { tableId } from '../types/table';
import type { ColumnAggregate, TableAggregates, TablePlan, TableVerification } from '../types/transfer';
import { compareFigures, verdictError } from './compare-aggregates';
import { mergeFigures } from './figures';

/** Rows of a file as they were read: how many, and the figures of each slice. */
export interface ReadRows {
  rows: number;
  figures: readonly ColumnAggregate[][];
}

/**
 * Compares what was read of a file with what the target says of the rows that it took. The figures of the rows that were
 * read stand for the source, since a file has none of its own. `problem`: COUNT_MISMATCH or VALUES_MISMATCH.
 */
export function compareWithFile(
  plan: Pick<TablePlan, 'columns' | 'targetRef' | 'verify'>,
  read: ReadRows,
  target: TableAggregates,
): { verification: TableVerification; problem?: LongshoreError } {
  const rows = String(read.rows);
  const columns = read.figures.length === 0 ? [] : read.figures.reduce((all, each) => mergeFigures(all, each));
  const { verdict, findings } = compareFigures(
    { source: { rows, columns: columns.filter(({ unit }) => unit === undefined) }, parts: { rows, columns }, target },
    // Figures go by the names of the target.
    plan.verify === 'counts' ? [] : plan.columns.map((column) => ({ ...column, source: column.target })),
  );
  const problem = verdictError(tableId(plan.targetRef), verdict);
  const verification: TableVerification = {
    level: plan.verify,
    rows: { source: verdict.rows.source, target: verdict.rows.target },
    columns: findings,
    references: [],
  };
  return { verification, ...(problem && { problem }) };
}
