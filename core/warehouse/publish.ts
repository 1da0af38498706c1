/** What makes staged rows visible. */
import type { WarehouseKind } from '../../schemas/constants';
import { LongshoreError } from '../errors/longshore-error';
import type { MonthFormat } from '../types/month';
import type { Statement, WarehouseColumn, WarehouseTable, WarehouseTableRef } from '../types/warehouse';
import { dialectOf, stagesText } from './dialect';
import { cast } from './postgres-text';

export interface PublishRequest {
  table: WarehouseTable;
  /** A staging table for each file, with the names in the table of its columns, in the order of the file. */
  sources: readonly { staging: WarehouseTableRef; columns: readonly string[] }[];
  /** Of the files: how texts become values where staging tables hold texts. */
  format: MonthFormat;
  /** Rows of the table that give way. */
  replace?: Statement;
}

/** Statements of one transaction: first the DELETE, where rows give way, then one INSERT for each staging table. */
export function publishStatements(kind: WarehouseKind, request: PublishRequest): Statement[] {
  const { table, sources, format, replace } = request;
  const dialect = dialectOf(kind);
  const into = dialect.table(table.ref);
  // Numbers come from the file also where the database would make them.
  const override = kind === 'postgres' ? ' OVERRIDING SYSTEM VALUE' : '';
  const inserts = sources.map((source): Statement => {
    const columns = source.columns.map((name) => columnOf(table, name));
    const names = columns.map(({ name }) => dialect.ident(name)).join(', ');
    const values = stagesText(kind)
      ? columns.map((column) => cast(column, dialect.ident(column.name), format)).join(', ')
      : names;
    return { sql: `INSERT INTO ${into} (${names})${override} SELECT ${values} FROM ${dialect.table(source.staging)}` };
  });
  return [...(replace ? [deleteStatement(kind, table.ref, replace)] : []), ...inserts];
}

export const deleteStatement = (kind: WarehouseKind, ref: WarehouseTableRef, where: Statement): Statement => ({
  ...where,
  sql: `DELETE FROM ${dialectOf(kind).table(ref)} WHERE ${where.sql}`,
});

/** A column of the table by its exact name; columns of a file have been matched before. */
export function columnOf({ columns, ref }: WarehouseTable, name: string): WarehouseColumn {
  const found = columns.find((column) => column.name === name);
  if (found) return found;
  throw new LongshoreError('COLUMN_NOT_FOUND', `Table ${ref.schema}.${ref.name} has no column ${name}.`, {
    table: `${ref.schema}.${ref.name}`,
    column: name,
  });
}
