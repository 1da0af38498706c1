/** Widths of columns that files feed: what a new column gets, and what an existing one would have to become. */
import type { DatabaseKind } from '../../schemas/constants';
import type { InferredColumn } from '../types/file';
import type { ColumnSchema, LogicalType } from '../types/table';

/**
 * Type of a new text column where the database's own choice serves people badly: SQL Server's `nvarchar(max)` can be
 * neither indexed nor sorted cheaply, so there is room for about three times the longest value seen. Undefined: the
 * database's own choice.
 */
export function limitsOf(kind: DatabaseKind, logical: LogicalType, maxChars: number): string | undefined {
  if (kind !== 'mssql' || logical.kind !== 'text' || logical.of !== 'text') return undefined;
  if (maxChars <= 85) return 'nvarchar(255)';
  if (maxChars <= 1333) return 'nvarchar(4000)';
  return undefined;
}

export interface WiderType {
  nativeType: string;
  /** Longest text it takes; undefined for any. */
  maxChars?: number;
}

const CHAR = /^(n?)(var)?char(?:acter)?(?: varying)?\s*\((\d+)\)$/i;
const DECIMAL = /^(?:numeric|decimal)\s*\((\d+)\s*,\s*(\d+)\)$/i;
const MAX_PRECISION = 38;

/** The type that a column must be given for all values of the file to fit; undefined where they fit, or no wider type helps. */
export function widerType(kind: DatabaseKind, column: ColumnSchema, inferred: InferredColumn): WiderType | undefined {
  return widerText(kind, column, inferred) ?? widerInteger(kind, column, inferred) ?? widerDecimal(column, inferred);
}

function widerText(
  kind: DatabaseKind,
  { nativeType, maxLength }: ColumnSchema,
  { maxChars }: InferredColumn,
): WiderType | undefined {
  const match = CHAR.exec(nativeType);
  if (match === null || maxLength === undefined || maxChars <= maxLength) return undefined;
  const national = match[1]!.toLowerCase();
  const room = Math.ceil(maxChars / 50) * 50;
  const limit = kind === 'mssql' ? (national === 'n' ? 4000 : 8000) : 10_485_760;
  if (room > limit) return { nativeType: kind === 'mssql' ? `${national}varchar(max)` : 'text' };
  return { nativeType: `${national}varchar(${room})`, maxChars: room };
}

/** Small integers are left alone unless a value does not fit. */
function widerInteger(
  kind: DatabaseKind,
  { logical, nativeType }: ColumnSchema,
  { smallest, largest }: InferredColumn,
): WiderType | undefined {
  const bounds = boundsOf(logical, nativeType);
  if (bounds === undefined || smallest === undefined || largest === undefined) return undefined;
  const [low, high] = [BigInt(smallest), BigInt(largest)];
  if (low >= bounds.low && high <= bounds.high) return undefined;
  if (low < -(2n ** 31n) || high >= 2n ** 31n) return { nativeType: 'bigint' };
  return { nativeType: kind === 'mssql' ? 'int' : 'integer' };
}

function boundsOf(logical: LogicalType, nativeType: string): { low: bigint; high: bigint } | undefined {
  if (/^tinyint$/i.test(nativeType)) return { low: 0n, high: 255n };
  if (logical.kind === 'int16') return { low: -(2n ** 15n), high: 2n ** 15n - 1n };
  if (logical.kind === 'int32') return { low: -(2n ** 31n), high: 2n ** 31n - 1n };
  return undefined;
}

function widerDecimal(
  { nativeType }: ColumnSchema,
  { wholeDigits, fractionDigits }: InferredColumn,
): WiderType | undefined {
  const match = DECIMAL.exec(nativeType);
  if (match === null || wholeDigits === undefined || fractionDigits === undefined) return undefined;
  const [precision, scale] = [Number(match[1]), Number(match[2])];
  const [whole, fraction] = [Math.max(wholeDigits, precision - scale), Math.max(fractionDigits, scale)];
  if (whole === precision - scale && fraction === scale) return undefined;
  if (whole + fraction > MAX_PRECISION) return undefined;
  return { nativeType: `numeric(${whole + fraction},${fraction})` };
}
