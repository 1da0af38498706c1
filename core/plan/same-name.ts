import type { DatabaseKind } from '../../schemas/constants';
import type { TableRef } from '../types/table';

/** The schema in which each kind of database puts a table that is given none. */
const USUAL_SCHEMA: Record<DatabaseKind, string> = { postgres: 'public', duckdb: 'main', mssql: 'dbo' };

/** Where a table goes when its entry names no target: the same name; the usual schema of one database becomes that of the other. */
export function sameName({ schema, name }: TableRef, from: DatabaseKind, to: DatabaseKind): TableRef {
  return { schema: schema === USUAL_SCHEMA[from] ? USUAL_SCHEMA[to] : schema, name };
}
