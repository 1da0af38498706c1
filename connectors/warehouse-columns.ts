/** A table as connectors describe it, in the words of checks. */
import type { CheckType } from '../core/types/quality';
import type { ColumnSchema, LogicalType, TableSchema } from '../core/types/table';
import type { WarehouseColumn, WarehouseTable } from '../core/types/warehouse';

/** Columns that the database computes by itself are left out: no file can fill them. */
export const warehouseTable = ({ ref, columns }: TableSchema): WarehouseTable => ({
  ref: { schema: ref.schema, name: ref.name },
  columns: columns.filter(({ generated }) => generated !== true).map(warehouseColumn),
});

const warehouseColumn = (column: ColumnSchema): WarehouseColumn => ({
  name: column.name,
  nativeType: column.nativeType,
  type: checkType(column),
  ...(column.maxLength !== undefined && { width: { limit: column.maxLength, unit: 'characters' as const } }),
  nullable: column.nullable,
  hasDefault: column.defaultSql !== undefined || column.identity !== undefined,
});

const integer = (low: bigint, high: bigint): CheckType => ({
  kind: 'integer',
  digits: String(high).length,
  low: String(low),
  high: String(high),
});
const signed = (bits: bigint): CheckType => integer(-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n);
const unsigned = (bits: bigint): CheckType => integer(0n, 2n ** bits - 1n);

/** Integers of DuckDB that are narrower or wider than those that parts have. */
const NATIVE: Record<string, CheckType> = {
  TINYINT: signed(8n),
  HUGEINT: signed(128n),
  UTINYINT: unsigned(8n),
  USMALLINT: unsigned(16n),
  UINTEGER: unsigned(32n),
  UBIGINT: unsigned(64n),
  UHUGEINT: unsigned(128n),
};
const INTEGERS: Partial<Record<LogicalType['kind'], CheckType>> = {
  int16: signed(16n),
  int32: signed(32n),
  int64: signed(64n),
};

/** Digits of a second by the name of a type: of Postgres in parentheses, of DuckDB in a word. */
const FRACTIONS: Record<string, number> = { TIMESTAMP_S: 0, TIMESTAMP_MS: 3, TIMESTAMP_NS: 9 };
const fractionOf = (nativeType: string): number =>
  Number(/^timestamp(?:tz)?\((\d)\)/i.exec(nativeType)?.[1] ?? FRACTIONS[nativeType.toUpperCase()] ?? 6);

function checkType({ logical, nativeType }: ColumnSchema): CheckType {
  const whole = NATIVE[nativeType.toUpperCase()] ?? INTEGERS[logical.kind];
  if (whole) return whole;
  switch (logical.kind) {
    case 'decimal':
      return logical.scale === 0
        ? { kind: 'integer', digits: logical.precision }
        : { kind: 'decimal', precision: logical.precision, scale: logical.scale };
    case 'float32':
    case 'float64':
      return { kind: 'float' };
    case 'boolean':
    case 'date':
      return { kind: logical.kind };
    case 'timestamp':
      return { kind: 'timestamp', zoned: false, fraction: fractionOf(nativeType) };
    case 'timestamptz':
      return { kind: 'timestamp', zoned: true, fraction: fractionOf(nativeType) };
    default:
      // A numeric without bounds takes whatever a number can be, exponents and NaN included.
      return /^numeric$/i.test(nativeType) ? { kind: 'float', exact: true } : { kind: 'text' };
  }
}
