/** DuckDB's types in Longshore's vocabulary, and how values are written in SELECT lists on the way out and in. */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { LogicalType } from '../../core/types/table';
import type { ColumnPlan, PartColumn } from '../../core/types/transfer';
import type { DatabaseKind } from '../../schemas/constants';
import { ident } from './sql';

const SIMPLE: Record<string, LogicalType> = {
  BOOLEAN: { kind: 'boolean' },
  TINYINT: { kind: 'int16' },
  UTINYINT: { kind: 'int16' },
  SMALLINT: { kind: 'int16' },
  USMALLINT: { kind: 'int32' },
  INTEGER: { kind: 'int32' },
  UINTEGER: { kind: 'int64' },
  BIGINT: { kind: 'int64' },
  UBIGINT: { kind: 'decimal', precision: 20, scale: 0 },
  FLOAT: { kind: 'float32' },
  DOUBLE: { kind: 'float64' },
  DATE: { kind: 'date' },
  TIME: { kind: 'time' },
  TIMESTAMP: { kind: 'timestamp' },
  TIMESTAMP_S: { kind: 'timestamp' },
  TIMESTAMP_MS: { kind: 'timestamp' },
  'TIMESTAMP WITH TIME ZONE': { kind: 'timestamptz' },
  UUID: { kind: 'uuid' },
  BLOB: { kind: 'bytes' },
  VARCHAR: { kind: 'text', of: 'text' },
  JSON: { kind: 'text', of: 'json' },
};

/** Names that DuckDB accepts for the types above; definitions show only the first form, users may write the second. */
const ALIASES: Record<string, string> = {
  TIMESTAMPTZ: 'TIMESTAMP WITH TIME ZONE',
  TIMETZ: 'TIME WITH TIME ZONE',
  TEXT: 'VARCHAR',
  STRING: 'VARCHAR',
  INT: 'INTEGER',
  BOOL: 'BOOLEAN',
  REAL: 'FLOAT',
  BYTEA: 'BLOB',
  DATETIME: 'TIMESTAMP',
};

const DECIMAL = /^(?:DECIMAL|NUMERIC)\((\d+),\s*(\d+)\)$/;

const canonical = (nativeType: string): string => {
  const upper = nativeType.trim().toUpperCase();
  return ALIASES[upper] ?? upper;
};

/** What a column's values are. Types without a room of their own travel as text in DuckDB's exact notation. */
export function logicalType(nativeType: string): LogicalType {
  const name = canonical(nativeType);
  const simple = SIMPLE[name];
  if (simple !== undefined) return simple;
  const decimal = DECIMAL.exec(name);
  if (decimal !== null) return { kind: 'decimal', precision: Number(decimal[1]), scale: Number(decimal[2]) };
  if (/^ENUM\(.*\)$/s.test(name)) return { kind: 'text', of: 'text' };
  return { kind: 'text', of: 'other' };
}

/** The type that a value has in the Parquet part, in DuckDB's words. */
export function carrierType(logical: LogicalType): string {
  switch (logical.kind) {
    case 'boolean':
      return 'BOOLEAN';
    case 'int16':
      return 'SMALLINT';
    case 'int32':
      return 'INTEGER';
    case 'int64':
      return 'BIGINT';
    case 'float32':
      return 'FLOAT';
    case 'float64':
      return 'DOUBLE';
    case 'date':
      return 'DATE';
    case 'time':
      return 'TIME';
    case 'timestamp':
      return 'TIMESTAMP';
    case 'timestamptz':
      return 'TIMESTAMP WITH TIME ZONE';
    case 'uuid':
      return 'UUID';
    case 'bytes':
      return 'BLOB';
    case 'decimal':
      return `DECIMAL(${logical.precision},${logical.scale})`;
    case 'text':
      return 'VARCHAR';
  }
}

/** Expression that brings a source column into the form of the part; `column` is quoted already. */
export const carried = (column: string, logical: LogicalType): string => `CAST(${column} AS ${carrierType(logical)})`;

/** Thrown by the statement itself, so that a value that would arrive changed stops the load. */
export const INEXACT = 'longshore: a value does not survive the conversion';

/** Expression that turns a value of the part into the target's type, or fails when the value would change. */
export function arrived(column: string, logical: LogicalType, nativeType: string): string {
  const carrier = carrierType(logical);
  if (canonical(nativeType) === carrier) return `CAST(${column} AS ${carrier})`;
  const cast = `CAST(${column} AS ${nativeType})`;
  if (isWidening(logical, nativeType)) return cast;
  return `CASE WHEN ${column} IS NULL OR CAST(${cast} AS ${carrier}) = ${column} THEN ${cast} ELSE error('${INEXACT}') END`;
}

/** Condition that finds the rows whose value the target's type cannot hold exactly. */
export function unfit(column: string, logical: LogicalType, nativeType: string): string {
  const cast = `TRY_CAST(${column} AS ${nativeType})`;
  const changed = isWidening(logical, nativeType) ? 'false' : `CAST(${cast} AS ${carrierType(logical)}) <> ${column}`;
  return `${column} IS NOT NULL AND (${cast} IS NULL OR ${changed})`;
}

/** Conversions that hold every value, so that nothing needs to be compared. */
const isWidening = (logical: LogicalType, nativeType: string): boolean =>
  (logical.kind !== 'text' && !canonical(nativeType).startsWith('TIMESTAMP_')) ||
  ['VARCHAR', 'JSON'].includes(canonical(nativeType));

const INTEGER_DIGITS: Record<string, number> = { SMALLINT: 4, INTEGER: 9, BIGINT: 18, HUGEINT: 38 };

const INTEGER_TARGETS: Record<'int16' | 'int32' | 'int64', string[]> = {
  int16: ['TINYINT', 'UTINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'FLOAT', 'DOUBLE', 'VARCHAR'],
  int32: ['USMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'DOUBLE', 'VARCHAR'],
  int64: ['UINTEGER', 'BIGINT', 'HUGEINT', 'VARCHAR'],
};

const NEEDED_DIGITS = { int16: 5, int32: 10, int64: 19 } as const;

const TARGETS: Partial<Record<LogicalType['kind'], string[]>> = {
  boolean: ['BOOLEAN'],
  float32: ['FLOAT', 'DOUBLE'],
  float64: ['DOUBLE'],
  date: ['DATE', 'TIMESTAMP'],
  time: ['TIME'],
  timestamp: ['TIMESTAMP', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP_NS'],
  timestamptz: ['TIMESTAMP WITH TIME ZONE'],
  uuid: ['UUID', 'VARCHAR'],
  bytes: ['BLOB'],
};

/**
 * Why values of `logical` cannot be written to `nativeType` unchanged; undefined when they can. Types that are narrower
 * than the carrier but were its origin (TINYINT, TIMESTAMP_S, ENUM, …) are let through: the load checks each value.
 */
export function refuses(logical: LogicalType, nativeType: string): string | undefined {
  const target = canonical(nativeType);
  if (accepts(logical, target)) return undefined;
  return `${nativeType} has no room for every value of ${carrierType(logical)}`;
}

function accepts(logical: LogicalType, target: string): boolean {
  const decimal = DECIMAL.exec(target);
  const [precision, scale] = decimal ? [Number(decimal[1]), Number(decimal[2])] : [0, 0];
  switch (logical.kind) {
    case 'int16':
    case 'int32':
    case 'int64':
      return decimal
        ? precision - scale >= NEEDED_DIGITS[logical.kind]
        : INTEGER_TARGETS[logical.kind].includes(target);
    case 'decimal': {
      const whole = logical.precision - logical.scale;
      if (decimal) return scale >= logical.scale && precision - scale >= whole;
      if (target === 'VARCHAR') return true;
      if (logical.scale > 0) return false;
      return (INTEGER_DIGITS[target] ?? 0) >= whole || (target === 'UBIGINT' && logical.precision <= 20);
    }
    case 'text':
      if (target === 'VARCHAR') return true;
      if (logical.of === 'json') return target === 'JSON';
      return logical.of === 'other' ? true : target === 'JSON' || target.startsWith('ENUM(');
    default:
      return TARGETS[logical.kind]?.includes(target) ?? false;
  }
}

/** Types whose text form does not say which value it was. */
const AMBIGUOUS = /\b(UNION\s*\(|VARIANT\b)/i;

/** The type a new column gets for values of a column elsewhere. Throws TYPE_NOT_SUPPORTED. */
export function nativeType(column: ColumnPlan | PartColumn, sourceKind: DatabaseKind): string {
  const [name, from] = 'sourceType' in column ? [column.target, column.sourceType] : [column.name, column.nativeType];
  if (sourceKind !== 'duckdb')
    return column.logical.kind === 'text' && column.logical.of === 'json' ? 'JSON' : carrierType(column.logical);
  if (AMBIGUOUS.test(withoutQuoted(from))) {
    throw new LongshoreError(
      'TYPE_NOT_SUPPORTED',
      `Column ${ident(name)} has the type ${from}, whose values cannot be written as text and read back for certain.`,
      { column: name },
    );
  }
  return from;
}

/** A type's text without quoted names and labels, in which any word may stand. */
const withoutQuoted = (text: string): string => text.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, '""');
