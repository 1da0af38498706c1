/** SQL Server's type names taken apart, whichever of their spellings is used. Pure. */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { LogicalType } from '../../core/types/table';

export interface NativeTypeName {
  /** The server's own name in lower case (`decimal`, `nvarchar`, `rowversion`), else the text without modifiers. */
  name: string;
  /** Of text and binary types: characters (bytes for char, varchar and binaries), or `max`. */
  length?: number | 'max';
  /** Of decimals. */
  precision?: number;
  /** Digits after the point, of decimals and times. */
  scale?: number;
  /** False for types that users have made, and for those of a newer server. */
  isBuiltIn: boolean;
}

const ALIASES: Record<string, string> = {
  integer: 'int',
  dec: 'decimal',
  numeric: 'decimal',
  character: 'char',
  'char varying': 'varchar',
  'character varying': 'varchar',
  'national char': 'nchar',
  'national character': 'nchar',
  'national char varying': 'nvarchar',
  'national character varying': 'nvarchar',
  'national text': 'ntext',
  'binary varying': 'varbinary',
  'double precision': 'float',
  timestamp: 'rowversion',
  sysname: 'nvarchar',
};

const SIZED = new Set(['char', 'varchar', 'nchar', 'nvarchar', 'binary', 'varbinary']);
const TIMED = new Set(['time', 'datetime2', 'datetimeoffset']);
const PLAIN = new Set(
  'bit tinyint smallint int bigint money smallmoney real float date datetime smalldatetime text ntext image uniqueidentifier xml rowversion sql_variant hierarchyid geometry geography json vector'.split(
    ' ',
  ),
);
const SINGLE_DIGITS = 24;
const SYSNAME_LENGTH = 128;
const FULL_SCALE = 7;

/** Reads a type as `describeTables` spells it, or as people do. */
export function parseNativeType(text: string): NativeTypeName {
  const match = /^\s*(?:\[?sys\]?\.)?\[?([^[\]()]+?)\]?\s*(?:\(\s*(max|\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*$/i.exec(text);
  if (!match) return { name: text.trim(), isBuiltIn: false };
  const [, spelt = '', first, second] = match;
  const bare = spelt.toLowerCase().replace(/\s+/g, ' ');
  const name = ALIASES[bare] ?? bare;
  const number = first === undefined ? undefined : Number(first);
  if (SIZED.has(name)) {
    const length = /^max$/i.test(first ?? '') ? 'max' : (number ?? (bare === 'sysname' ? SYSNAME_LENGTH : 1));
    return { name, length, isBuiltIn: true };
  }
  if (name === 'decimal') return { name, precision: number ?? 18, scale: Number(second ?? 0), isBuiltIn: true };
  if (name === 'float' && number !== undefined && number <= SINGLE_DIGITS) return { name: 'real', isBuiltIn: true };
  if (TIMED.has(name)) return { name, scale: number ?? FULL_SCALE, isBuiltIn: true };
  return PLAIN.has(name) ? { name, isBuiltIn: true } : { name: text.trim(), isBuiltIn: false };
}

/** One spelling for each type: `numeric(12,2)` and `decimal(12, 2)` are the same. */
export function spell({ name, length, precision, scale }: NativeTypeName): string {
  if (length !== undefined) return `${name}(${length})`;
  if (precision !== undefined) return `${name}(${precision},${scale ?? 0})`;
  return scale === undefined ? name : `${name}(${scale})`;
}

const TEXT: LogicalType = { kind: 'text', of: 'text' };
const OTHER: LogicalType = { kind: 'text', of: 'other' };

const LOGICAL: Record<string, LogicalType> = {
  bit: { kind: 'boolean' },
  tinyint: { kind: 'int16' },
  smallint: { kind: 'int16' },
  int: { kind: 'int32' },
  bigint: { kind: 'int64' },
  money: { kind: 'decimal', precision: 19, scale: 4 },
  smallmoney: { kind: 'decimal', precision: 10, scale: 4 },
  real: { kind: 'float32' },
  float: { kind: 'float64' },
  date: { kind: 'date' },
  datetime: { kind: 'timestamp' },
  smalldatetime: { kind: 'timestamp' },
  datetimeoffset: OTHER,
  char: TEXT,
  varchar: TEXT,
  text: TEXT,
  nchar: TEXT,
  nvarchar: TEXT,
  ntext: TEXT,
  xml: TEXT,
  json: { kind: 'text', of: 'json' },
  binary: { kind: 'bytes' },
  varbinary: { kind: 'bytes' },
  image: { kind: 'bytes' },
  rowversion: { kind: 'bytes' },
  uniqueidentifier: { kind: 'uuid' },
  hierarchyid: OTHER,
  geometry: { kind: 'bytes' },
  geography: { kind: 'bytes' },
};

const REFUSED: Record<string, string> = {
  sql_variant: 'each value has a type of its own, which no column elsewhere can keep',
  vector: 'the server writes its numbers with fewer digits than they have',
};

/**
 * What values of a type are on the way. Times with seven digits and with an offset travel as text in the server's own
 * notation (`2024-02-29 23:59:59.1234567 +02:00`), hierarchyid as its path, spatial types in their binary form. Throws
 * TYPE_NOT_SUPPORTED.
 */
export function logicalType(nativeType: string): LogicalType {
  const type = parseNativeType(nativeType);
  if (type.name === 'decimal') return { kind: 'decimal', precision: type.precision ?? 18, scale: type.scale ?? 0 };
  if (type.name === 'time') return type.scale === FULL_SCALE ? OTHER : { kind: 'time' };
  if (type.name === 'datetime2') return type.scale === FULL_SCALE ? OTHER : { kind: 'timestamp' };
  const logical = type.isBuiltIn ? LOGICAL[type.name] : undefined;
  if (logical) return logical;
  const why = REFUSED[type.name] ?? 'it is not one of the types that the server comes with';
  throw new LongshoreError('TYPE_NOT_SUPPORTED', `Values of type ${nativeType} cannot be carried exactly: ${why}.`);
}

/** Longest value in UTF-16 units, for text types that limit it. */
export function maxLength(nativeType: string): number | undefined {
  const { name, length } = parseNativeType(nativeType);
  return name.endsWith('char') && typeof length === 'number' ? length : undefined;
}
