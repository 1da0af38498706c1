/** DuckDB's type names, the logical type of each, and the types in which logical values lie in a Parquet part. */
import { fileTypeOf } from '../../core/plan/file-source';
import type { LogicalType } from '../../core/types/table';

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

/** A type's one name, in capitals. */
export function canonical(nativeType: string): string {
  const upper = nativeType.trim().toUpperCase();
  return ALIASES[upper] ?? upper;
}

/** Precision and scale of a decimal type by its canonical name. */
export function decimalOf(name: string): { precision: number; scale: number } | undefined {
  const found = DECIMAL.exec(name);
  return found === null ? undefined : { precision: Number(found[1]), scale: Number(found[2]) };
}

export const isEnum = (name: string): boolean => /^ENUM\(.*\)$/is.test(name);

/** What a column's values are. Types without a room of their own travel as text in DuckDB's exact notation. */
export function logicalType(nativeType: string): LogicalType {
  const name = canonical(nativeType);
  const simple = SIMPLE[name];
  if (simple !== undefined) return simple;
  const decimal = decimalOf(name);
  if (decimal !== undefined) return { kind: 'decimal', ...decimal };
  return { kind: 'text', of: isEnum(name) ? 'text' : 'other' };
}

/** Types whose text form does not say which value it was. */
const AMBIGUOUS = /\b(UNION\s*\(|VARIANT\b)/i;

/** Whether values of this type cannot be read exactly as text. */
export const isAmbiguous = (nativeType: string): boolean =>
  AMBIGUOUS.test(nativeType.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, '""'));

/** The type that a value has in the Parquet part, in DuckDB's words. */
export const carrierType = (logical: LogicalType): string =>
  logical.kind === 'text' ? 'VARCHAR' : fileTypeOf(logical);
