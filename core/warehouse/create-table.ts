/** A table for files whose table is missing. */
import type { WarehouseKind } from '../../schemas/constants';
import { LongshoreError } from '../errors/longshore-error';
import type { CheckColumn } from '../types/quality';
import type { Statement, WarehouseTableRef } from '../types/warehouse';
import { dialectOf } from './dialect';

export interface CreateTableRequest {
  ref: WarehouseTableRef;
  /** In the order of the file, with the names of the table. */
  columns: readonly (CheckColumn & { column: string })[];
  /** Types in words of the warehouse, by name in the table or in the file, in any letter case. */
  types: Readonly<Record<string, string>>;
}

/** A type as warehouses write it: words, and a length or precision. Nothing else reaches the statement. */
const TYPE = /^[A-Za-z_][A-Za-z0-9_]*( [A-Za-z_][A-Za-z0-9_]*)*( ?\( ?\d+( ?, ?\d+)? ?\))?( [A-Za-z_][A-Za-z0-9_]*)*$/;

/**
 * CREATE TABLE, with nothing left to chance where there is no override: integers get room for any, texts have no limit
 * unless one is known. Throws CONFIG_INVALID for a type that is none, and for one of a column that the file does not have.
 */
export function createTableStatement(kind: WarehouseKind, { ref, columns, types }: CreateTableRequest): Statement {
  const dialect = dialectOf(kind);
  const wanted = new Map(
    Object.entries(types).map(([name, type]) => [name.toLowerCase(), { name, type: type.trim() }]),
  );
  const lines = columns.map(({ column, name, type, width, nullable }) => {
    const told = wanted.get(column.toLowerCase()) ?? wanted.get(name.toLowerCase());
    wanted.delete(column.toLowerCase());
    wanted.delete(name.toLowerCase());
    if (told && !TYPE.test(told.type)) throw invalid(`\`${told.type}\` is no type.`, told.name);
    return `${dialect.ident(column)} ${told?.type ?? dialect.typeName(type, width?.limit)}${nullable ? '' : ' NOT NULL'}`;
  });
  const [left] = wanted.values();
  if (left) throw invalid(`\`types\` names a column ${left.name}, which the file does not have.`, left.name);
  return { sql: `CREATE TABLE ${dialect.table(ref)} (${lines.join(', ')})` };
}

/** A column of a new table, named as CREATE TABLE without quotes would name it where it could be written so. */
export const columnNameFor = (kind: WarehouseKind, name: string): string =>
  kind === 'duckdb' || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : dialectOf(kind).fold(name);

const invalid = (message: string, column: string): LongshoreError =>
  new LongshoreError('CONFIG_INVALID', message, { column });
