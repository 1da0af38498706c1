/** Rows that are looked at: staged ones, whose columns may be texts, or those of a live table. */
import type { WarehouseKind } from '../../schemas/constants';
import type { MonthFormat } from '../types/month';
import type { CheckColumn } from '../types/quality';
import type { WarehouseColumn, WarehouseTable, WarehouseTableRef } from '../types/warehouse';
import { dialectOf, stagesText } from './dialect';
import { castOrNull, isOfType } from './postgres-text';
import { columnOf } from './publish';

export interface StagedColumn {
  /** What it is called in the file, and what its values must be. */
  check: CheckColumn;
  column: WarehouseColumn;
}

export interface StagedRows {
  kind: WarehouseKind;
  from: WarehouseTableRef;
  /** Values stand as texts, as in the file. */
  isText: boolean;
  columns: StagedColumn[];
  format: MonthFormat;
}

/** Rows of a staging table. `columns`: names in the table, one for each of `checks`. */
export function stagedRows(
  kind: WarehouseKind,
  staging: WarehouseTableRef,
  table: WarehouseTable,
  { checks, columns, format }: { checks: readonly CheckColumn[]; columns: readonly string[]; format: MonthFormat },
): StagedRows {
  const pairs = checks.map((check, index) => ({ check, column: columnOf(table, columns[index] ?? check.name) }));
  return { kind, from: staging, isText: stagesText(kind), columns: pairs, format };
}

/** All rows of a live table. */
export const tableRows = (kind: WarehouseKind, table: WarehouseTable, format: MonthFormat): StagedRows => ({
  kind,
  from: table.ref,
  isText: false,
  columns: table.columns.map((column) => ({ check: column, column })),
  format,
});

/** The condition that a text is of its type; undefined where nothing can be wrong. */
export const validity = ({ isText, format, kind }: StagedRows, { column }: StagedColumn): string | undefined =>
  isText ? isOfType(column, dialectOf(kind).ident(column.name), format) : undefined;

/**
 * The rows with every column in its type, under its name in the table, as a name without quotes would find it, and its name
 * in the file where that is another one.
 */
export function typedRelation({ kind, from, isText, columns, format }: StagedRows): string {
  const dialect = dialectOf(kind);
  const valued = columns.map(({ check, column }) => {
    const name = dialect.ident(column.name);
    return { check, column, value: isText ? castOrNull(column, name, format) : name };
  });
  const names = new Map<string, string>();
  // DuckDB knows no two names that differ in letter case alone.
  const give = (name: string, value: string): void => {
    const isKnown = kind === 'duckdb' ? [...names.keys()].some((other) => same(other, name)) : names.has(name);
    if (!isKnown) names.set(name, `${value} AS ${dialect.ident(name)}`);
  };
  for (const { column, value } of valued) give(column.name, value);
  for (const { column, value } of valued) give(dialect.fold(column.name), value);
  const others = valued.filter(({ check }) => !valued.some(({ column }) => same(column.name, check.name)));
  for (const { check, value } of others) {
    give(check.name, value);
    give(dialect.fold(check.name), value);
  }
  return `(SELECT ${[...names.values()].join(', ')} FROM ${dialect.table(from)}) AS r`;
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
