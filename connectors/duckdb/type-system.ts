/** What DuckDB's types are in Longshore's vocabulary, and which values of which types they hold. Needs no driver. */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { Fit } from '../../core/types/fit';
import type { LogicalType } from '../../core/types/table';
import type { ColumnPlan, PartColumn } from '../../core/types/transfer';
import type { DatabaseKind } from '../../schemas/constants';
import type { TypeSystem } from '../connector';
import { ident } from './sql';
import { fitOf, type SourceType } from './type-fit';
import { carrierType, isAmbiguous, logicalType } from './type-names';

/** DuckDB as other connectors and the planner see it. */
export const duckdbTypes = {
  kind: 'duckdb',
  examples: [
    'BOOLEAN',
    'TINYINT',
    'SMALLINT',
    'INTEGER',
    'BIGINT',
    'HUGEINT',
    'UTINYINT',
    'USMALLINT',
    'UINTEGER',
    'UBIGINT',
    'UHUGEINT',
    'BIGNUM',
    'DECIMAL(4,1)',
    'DECIMAL(18,3)',
    'DECIMAL(38,10)',
    'FLOAT',
    'DOUBLE',
    'DATE',
    'TIME',
    'TIME_NS',
    'TIME WITH TIME ZONE',
    'TIMESTAMP',
    'TIMESTAMP_S',
    'TIMESTAMP_MS',
    'TIMESTAMP_NS',
    'TIMESTAMP WITH TIME ZONE',
    'INTERVAL',
    'UUID',
    'BLOB',
    'BIT',
    'VARCHAR',
    'JSON',
    'GEOMETRY',
    `ENUM('a', 'b')`,
    'INTEGER[]',
    'INTEGER[3]',
    'STRUCT(a INTEGER, b VARCHAR)',
    'MAP(VARCHAR, INTEGER)',
    'UNION(a INTEGER, b VARCHAR)',
    'VARIANT',
  ],
  logical: (nativeType: string): LogicalType => {
    if (isAmbiguous(nativeType)) throw unsupported(nativeType);
    return logicalType(nativeType);
  },
  nativeType,
  fits: (source: SourceType, nativeTarget: string): Fit => fitOf(source, nativeTarget),
} satisfies TypeSystem;

/** The type a new column gets for values of a column elsewhere. Throws TYPE_NOT_SUPPORTED. */
function nativeType(column: ColumnPlan | PartColumn, sourceKind: DatabaseKind): string {
  const [name, from] = 'sourceType' in column ? [column.target, column.sourceType] : [column.name, column.nativeType];
  if (sourceKind === 'duckdb') {
    if (isAmbiguous(from)) throw unsupported(from, name);
    return from;
  }
  if (sourceKind === 'mssql' && from.trim().toLowerCase() === 'tinyint') return 'UTINYINT';
  return column.logical.kind === 'text' && column.logical.of === 'json' ? 'JSON' : carrierType(column.logical);
}

const unsupported = (type: string, column?: string): LongshoreError =>
  new LongshoreError(
    'TYPE_NOT_SUPPORTED',
    `${column === undefined ? 'DuckDB:' : `Column ${ident(column)} has`} the type ${type}, whose values cannot be written as text and read back for certain.`,
    column === undefined ? {} : { column },
  );
