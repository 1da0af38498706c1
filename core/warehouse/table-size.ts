import type { WarehouseKind } from '../../schemas/constants';
import type { Statement, WarehouseTableRef } from '../types/warehouse';
import { dialectOf } from './dialect';

/** One value: bytes of the table as the warehouse accounts for it; for DuckDB the blocks of its file that hold columns. */
export function sizeQuery(kind: WarehouseKind, ref: WarehouseTableRef): Statement {
  const dialect = dialectOf(kind);
  switch (kind) {
    case 'snowflake': {
      const database = ref.database === undefined ? '' : `${dialect.ident(ref.database)}.`;
      return {
        sql: `SELECT BYTES FROM ${database}INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = ${dialect.literal(ref.schema)} AND TABLE_NAME = ${dialect.literal(ref.name)}`,
      };
    }
    case 'postgres':
      return { sql: `SELECT pg_total_relation_size(CAST(${dialect.literal(dialect.table(ref))} AS regclass))` };
    case 'duckdb':
      return {
        sql: `SELECT COUNT(DISTINCT block_id) * 262144 FROM pragma_storage_info(${dialect.literal(dialect.table(ref))}) WHERE persistent AND block_id >= 0`,
      };
  }
}
