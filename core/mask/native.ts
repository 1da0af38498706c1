/** What masking has to know of a column's native type beyond its logical one. Names of all databases are looked at alike. */
import type { LogicalType } from '../types/table';

/** A column whose values are to be masked. */
export interface MaskedType {
  nativeType: string;
  logical: LogicalType;
  /** Longest text in characters. */
  maxLength?: number;
}

interface BareType {
  /** Lower case, without modifiers and schema `pg_catalog`. */
  name: string;
  modifiers: number[];
  isArray: boolean;
}

export function bareType(nativeType: string): BareType {
  const isArray = nativeType.trim().endsWith(']');
  const match = /\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)/.exec(nativeType);
  const name = nativeType
    .replace(/\(.*?\)/, '')
    .replace(/(\[\d*\])+\s*$/, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase()
    .replace(/^pg_catalog\./, '');
  const modifiers = match ? [match[1], match[2]].filter((text) => text !== undefined).map(Number) : [];
  return { name, modifiers, isArray };
}

const PADDED = new Set(['char', 'character', 'nchar', 'bpchar', 'national character', 'national char']);

/** Characters to which a type pads its values with blanks; undefined for types that do not. */
export function paddedTo({ nativeType, logical, maxLength }: MaskedType): number | undefined {
  if (logical.kind !== 'text' || logical.of !== 'text') return undefined;
  const { name, modifiers, isArray } = bareType(nativeType);
  if (isArray || !PADDED.has(name)) return undefined;
  return modifiers[0] ?? (name === 'bpchar' ? undefined : (maxLength ?? 1));
}

/** Octets that a binary type has room for; `exactly` when it fills them. */
export function binaryLimit({ nativeType, maxLength }: MaskedType): { octets: number; exactly: boolean } | undefined {
  const { name, modifiers } = bareType(nativeType);
  if (name === 'binary') return { octets: modifiers[0] ?? 1, exactly: true };
  const octets = name === 'varbinary' ? (modifiers[0] ?? maxLength) : maxLength;
  return octets === undefined ? undefined : { octets, exactly: false };
}

const NUMBERS = new Set(['numeric', 'decimal', 'dec', 'hugeint', 'uhugeint', 'ubigint', 'bignum', 'varint']);

/** A number that travels as text: too large for a decimal, or beside NaN and infinities in its part. */
export const isTextNumber = ({ logical, nativeType }: MaskedType): boolean => {
  const { name, isArray } = bareType(nativeType);
  return logical.kind === 'text' && logical.of === 'other' && !isArray && NUMBERS.has(name);
};

const DATES = new Set([
  'date',
  'datetime',
  'datetime2',
  'smalldatetime',
  'datetimeoffset',
  'timestamp',
  'timestamptz',
  'timestamp without time zone',
  'timestamp with time zone',
  'timestamp_ns',
  'timestamp_s',
  'timestamp_ms',
]);

/** A date with or without a time of day that travels as text, `YYYY-MM-DD…`. */
export const isTextDate = ({ logical, nativeType }: MaskedType): boolean => {
  const { name, isArray } = bareType(nativeType);
  return logical.kind === 'text' && logical.of === 'other' && !isArray && DATES.has(name);
};

const signed = (bits: bigint): Range => [-(1n << bits), (1n << bits) - 1n];
const unsigned = (bits: bigint): Range => [0n, (1n << bits) - 1n];

type Range = [least: bigint, most: bigint];

const RANGES: Record<string, Range> = {
  smallint: signed(15n),
  int2: signed(15n),
  int: signed(31n),
  integer: signed(31n),
  int4: signed(31n),
  bigint: signed(63n),
  int8: signed(63n),
  hugeint: signed(127n),
  utinyint: unsigned(8n),
  usmallint: unsigned(16n),
  uinteger: unsigned(32n),
  oid: unsigned(32n),
  ubigint: unsigned(64n),
  uhugeint: unsigned(128n),
};

/** Smallest and largest number of a native type, in units of `scale` decimal places; undefined for types without such bounds. */
export function unscaledRange(nativeType: string, scale: number): Range | undefined {
  const { name, modifiers } = bareType(nativeType);
  const times = (power: number, [least, most]: Range): Range =>
    power >= 0
      ? [least * 10n ** BigInt(power), most * 10n ** BigInt(power)]
      : [least / 10n ** BigInt(-power), most / 10n ** BigInt(-power)];
  if (name === 'money') return times(scale - 4, signed(63n));
  if (name === 'smallmoney') return times(scale - 4, signed(31n));
  if ((name === 'numeric' || name === 'decimal' || name === 'dec') && modifiers[0] !== undefined) {
    const most = 10n ** BigInt(modifiers[0]) - 1n;
    return times(scale - (modifiers[1] ?? 0), [-most, most]);
  }
  // SQL Server's tinyint has no sign; DuckDB's, which spells its types in capitals, has one.
  const range = name === 'tinyint' ? (nativeType.startsWith('t') ? unsigned(8n) : signed(7n)) : RANGES[name];
  return range && times(scale, range);
}

/** Smallest and largest whole number of an integer type. */
export function integerRange({ logical, nativeType }: MaskedType): Range | undefined {
  const bits = { int16: 15n, int32: 31n, int64: 63n }[logical.kind as string];
  return unscaledRange(nativeType, 0) ?? (bits === undefined ? undefined : signed(bits));
}

const DAY_RANGES: Record<string, [number, number]> = {
  datetime: [-79_257, 2_932_896],
  smalldatetime: [-25_567, 39_967],
  // A day less on both sides: the offset may carry the instant over the end.
  datetimeoffset: [-719_161, 2_932_895],
  timestamp_ns: [-106_750, 106_750],
};

/** First and last day, since 1970-01-01, to which a date may be moved. */
export const dayRange = (nativeTypes: readonly string[]): [number, number] => {
  let [first, last] = [-719_162, 2_932_896];
  for (const nativeType of nativeTypes) {
    const range = DAY_RANGES[bareType(nativeType).name];
    if (!range) continue;
    first = Math.max(first, range[0]);
    last = Math.min(last, range[1]);
  }
  return [first, last];
};

const ZERO_DATE = '1900-01-01';

/**
 * What `redact` makes of a type that travels in its own notation; undefined where only a person can say. Types in SQL
 * Server's notation have as many digits as they are declared with.
 */
export function redactedOther(nativeType: string, word: string): string | undefined {
  const { name, modifiers, isArray } = bareType(nativeType);
  if (isArray) return undefined;
  if (NUMBERS.has(name)) return '0';
  const digits = (most: number) => {
    const count = modifiers[0] ?? most;
    return count > 0 ? `.${'0'.repeat(count)}` : '';
  };
  switch (name) {
    case 'date':
      return ZERO_DATE;
    case 'datetime2':
      return `${ZERO_DATE} 00:00:00${digits(7)}`;
    case 'datetimeoffset':
      return `${ZERO_DATE} 00:00:00${digits(7)} +00:00`;
    case 'time':
      return `00:00:00${/^time\(\d\)$/.test(nativeType) ? digits(7) : ''}`;
    case 'datetime':
    case 'smalldatetime':
    case 'timestamp':
    case 'timestamp without time zone':
    case 'timestamp_ns':
      return `${ZERO_DATE} 00:00:00`;
    case 'timetz':
    case 'time with time zone':
      return '00:00:00+00';
    case 'timestamptz':
    case 'timestamp with time zone':
      return `${ZERO_DATE} 00:00:00+00`;
    case 'interval':
      return '00:00:00';
    case 'inet':
      return '0.0.0.0';
    case 'cidr':
      return '0.0.0.0/32';
    case 'macaddr':
      return '00:00:00:00:00:00';
    case 'xml':
      return /[<>&]/.test(word) ? undefined : word;
    default:
      return undefined;
  }
}

const TEXTS = new Set([
  ...PADDED,
  'text',
  'varchar',
  'character varying',
  'nvarchar',
  'ntext',
  'sysname',
  'name',
  'string',
  'citext',
  'national character varying',
]);

/** False for enumerations and the like, which take only words of their own. */
export const takesAnyText = (nativeType: string): boolean =>
  TEXTS.has(bareType(nativeType).name.replace(/^.*\.(?=citext$)/, ''));
