/** What the name of a type says beyond its logical type, for sources of every kind: how long a value may be, how fine a time. */
import type { LogicalType } from '../../core/types/table';
import type { DatabaseKind } from '../../schemas/constants';
import { parseNativeType } from './native-types';

/** Where the values of a column come from. */
export interface SourceType {
  nativeType: string;
  logical: LogicalType;
  kind: DatabaseKind;
}

/** SQL Server's `nvarchar(50)` → nvarchar, 50; `varbinary(max)` and types without a number have none. */
export function parseMssqlType(text: string): { name: string; number?: number } {
  const match = /^\s*(?:sys\.)?\[?([a-z0-9_ ]+?)\]?\s*(?:\(\s*(\d+)\b[^)]*\)|\(\s*max\s*\))?\s*$/i.exec(text);
  const name = (match?.[1] ?? text).toLowerCase();
  return match?.[2] === undefined ? { name } : { name, number: Number(match[2]) };
}

/** Types of SQL Server whose length counts bytes or UTF-16 units, neither fewer than the characters of a value. */
const MSSQL_TEXT = new Set(['char', 'varchar', 'nchar', 'nvarchar']);

/** Most characters of a value of a text type; undefined where nothing limits them. */
export function maxCharacters({ nativeType, logical, kind }: SourceType): number | undefined {
  if (kind === 'mssql') {
    const { name, number } = parseMssqlType(nativeType);
    if (MSSQL_TEXT.has(name)) return number;
    const notation = mssqlNotation(nativeType);
    return logical.kind === 'text' && logical.of === 'other' ? notation?.width : undefined;
  }
  if (kind !== 'postgres') return undefined;
  const { name, modifiers, isArray } = parseNativeType(nativeType);
  return !isArray && (name === 'varchar' || name === 'bpchar') ? modifiers[0] : undefined;
}

/** Characters that every value of a text type of SQL Server is padded to; undefined for other types. */
export function paddedTo({ nativeType, kind }: SourceType): number | undefined {
  const { name, number } = parseMssqlType(nativeType);
  return kind === 'mssql' && (name === 'char' || name === 'nchar') ? number : undefined;
}

/** Digits of a second that a value of a time type may have: 7 for SQL Server's finest, 6 unless the type says less. */
export function secondDigits({ nativeType, kind }: SourceType): number {
  if (kind === 'mssql') {
    const { name, number } = parseMssqlType(nativeType);
    return { datetime: 3, smalldatetime: 0 }[name] ?? number ?? 7;
  }
  if (kind === 'postgres') return Math.min(6, parseNativeType(nativeType).modifiers[0] ?? 6);
  return { TIMESTAMP_S: 0, TIMESTAMP_MS: 3 }[nativeType.trim().toUpperCase()] ?? 6;
}

/** How SQL Server's times travel that are too fine for a logical type, or have an offset: always of one width. */
export interface MssqlNotation {
  of: 'timestamp' | 'timestamptz' | 'time';
  digits: number;
  /** Characters of every value. */
  width: number;
}

/** Undefined for types that are no times, or that travel as numbers. */
export function mssqlNotation(nativeType: string): MssqlNotation | undefined {
  const { name, number: digits = 7 } = parseMssqlType(nativeType);
  const fraction = digits === 0 ? 0 : digits + 1;
  switch (name) {
    case 'datetime2':
      return digits > 6 ? { of: 'timestamp', digits, width: 19 + fraction } : undefined;
    case 'time':
      return digits > 6 ? { of: 'time', digits, width: 8 + fraction } : undefined;
    case 'datetimeoffset':
      return { of: 'timestamptz', digits, width: 19 + fraction + 7 };
    default:
      return undefined;
  }
}

const WHOLE_NUMBERS = new Set(['HUGEINT', 'UHUGEINT']);

/** Values that travel as text and are numbers all the same: decimals with more digits than a logical type has. */
export function isNumberAsText({ nativeType, logical, kind }: SourceType): boolean {
  if (logical.kind !== 'text' || logical.of !== 'other') return false;
  if (kind === 'duckdb') return WHOLE_NUMBERS.has(nativeType.trim().toUpperCase());
  const { name, isArray } = parseNativeType(nativeType);
  return kind === 'postgres' && name === 'numeric' && !isArray;
}
