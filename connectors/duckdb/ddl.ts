/** DDL text for tables that Longshore creates or extends. */
import type { TableRef } from '../../core/types/table';
import type { TablePlan } from '../../core/types/transfer';
import { ident, idents, qualified } from './sql';

export const addColumnSql = (table: TableRef, column: { name: string; nativeType: string }): string =>
  `ALTER TABLE ${qualified(table)} ADD COLUMN IF NOT EXISTS ${ident(column.name)} ${column.nativeType}`;

/**
 * A table the target lacks: columns with NOT NULL, primary and unique keys as in the source, under the target's names.
 * Foreign keys stay out: in DuckDB they would forbid to replace the table they point at.
 */
export function createTableSql(plan: TablePlan): string {
  const { source } = plan;
  const targetNames = (columns: string[]): string[] =>
    columns.flatMap((name) => plan.columns.find((column) => column.source === name)?.target ?? []);
  const isWhole = (columns: string[]): boolean => columns.length > 0 && targetNames(columns).length === columns.length;
  const lines = plan.columns.map(({ source: name, target, targetType }) => {
    const required = source.columns.find((column) => column.name === name)?.nullable === false;
    return `${ident(target)} ${targetType}${required ? ' NOT NULL' : ''}`;
  });
  if (source.primaryKey && isWhole(source.primaryKey.columns))
    lines.push(`PRIMARY KEY (${idents(targetNames(source.primaryKey.columns))})`);
  for (const { columns } of source.uniqueKeys)
    if (isWhole(columns)) lines.push(`UNIQUE (${idents(targetNames(columns))})`);
  return `CREATE TABLE ${qualified(plan.targetRef)} (\n  ${lines.join(',\n  ')}\n)`;
}
