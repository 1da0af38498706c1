/**
 * When two databases' texts of a value mean the same value. Nothing here comes from the code under test: a value is written
 * by its own database's SQL, and brought into one form by what its type in the source says it is.
 */
import type { DatabaseKind } from '../../../schemas/constants';

export type Sort =
  'number' | 'float32' | 'float64' | 'boolean' | 'date' | 'time' | 'timestamp' | 'offset' | 'uuid' | 'bytes' | 'text';

/** By the first words of a type's name, the longest that fits. */
const SORTS: Record<DatabaseKind, Record<string, Sort>> = {
  postgres: {
    boolean: 'boolean',
    smallint: 'number',
    integer: 'number',
    bigint: 'number',
    oid: 'number',
    numeric: 'number',
    real: 'float32',
    'double precision': 'float64',
    date: 'date',
    'time without time zone': 'time',
    'timestamp without time zone': 'timestamp',
    'timestamp with time zone': 'offset',
    uuid: 'uuid',
    bytea: 'bytes',
  },
  duckdb: {
    boolean: 'boolean',
    tinyint: 'number',
    smallint: 'number',
    integer: 'number',
    bigint: 'number',
    hugeint: 'number',
    utinyint: 'number',
    usmallint: 'number',
    uinteger: 'number',
    ubigint: 'number',
    uhugeint: 'number',
    bignum: 'number',
    decimal: 'number',
    float: 'float32',
    double: 'float64',
    date: 'date',
    time: 'time',
    time_ns: 'time',
    timestamp: 'timestamp',
    timestamp_s: 'timestamp',
    timestamp_ms: 'timestamp',
    timestamp_ns: 'timestamp',
    'timestamp with time zone': 'offset',
    uuid: 'uuid',
    blob: 'bytes',
  },
  mssql: {
    bit: 'boolean',
    tinyint: 'number',
    smallint: 'number',
    int: 'number',
    bigint: 'number',
    decimal: 'number',
    numeric: 'number',
    money: 'number',
    smallmoney: 'number',
    real: 'float32',
    float: 'float64',
    date: 'date',
    time: 'time',
    datetime: 'timestamp',
    smalldatetime: 'timestamp',
    datetime2: 'timestamp',
    datetimeoffset: 'offset',
    uniqueidentifier: 'uuid',
    binary: 'bytes',
    varbinary: 'bytes',
    image: 'bytes',
    rowversion: 'bytes',
    timestamp: 'bytes',
    geometry: 'bytes',
    geography: 'bytes',
  },
};

/** What the values of a native type are; text for whatever has a notation of its own. */
export function sortOf(kind: DatabaseKind, nativeType: string): Sort {
  const bare = nativeType
    .toLowerCase()
    .replaceAll(/\(\s*[\w, -]+\)/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return SORTS[kind][bare] ?? 'text';
}

/** One text for each value of a sort, whichever database wrote it. */
export function canonical(sort: Sort, text: string): string {
  switch (sort) {
    case 'number':
      return number(text);
    case 'float32':
    case 'float64':
      return bits(sort, text);
    case 'boolean':
      return /^(t|true|1)$/i.test(text) ? 'true' : /^(f|false|0)$/i.test(text) ? 'false' : `? ${text}`;
    case 'date':
      return moment(text, 10);
    case 'timestamp':
    case 'offset':
      return moment(text, 19);
    case 'time':
      return /^\d\d:\d\d:\d\d(\.\d+)?$/.test(text) ? fraction(text) : `? ${text}`;
    case 'uuid':
      return text.toLowerCase().replaceAll('-', '');
    case 'bytes':
      return text.toLowerCase().replace(/^(\\x|0x)/, '');
    case 'text':
      return text;
  }
}

/** Plain digits without needless zeros: `-01.50` and `-1.5e0` are `-1.5`. */
function number(text: string): string {
  const match = /^(-?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(text.trim());
  if (!match) return `? ${text.toLowerCase()}`;
  const [, sign = '', whole = '', part = '', exponent = '0'] = match;
  const digits = whole + part;
  const point = whole.length + Number(exponent);
  const before = digits.padEnd(point, '0').slice(0, Math.max(0, point));
  const after = point < 0 ? digits.padStart(digits.length - point, '0') : digits.slice(point);
  const value = `${before.replace(/^0+/, '') || '0'}.${after.replace(/0+$/, '')}`.replace(/\.$/, '');
  return value === '0' ? '0' : sign + value;
}

/** The bits of a floating-point number; all NaN are one. */
function bits(sort: 'float32' | 'float64', text: string): string {
  const named = { nan: Number.NaN, inf: Infinity, infinity: Infinity, '-inf': -Infinity, '-infinity': -Infinity };
  const value = named[text.toLowerCase() as keyof typeof named] ?? Number(text);
  if (Number.isNaN(value)) return 'nan';
  const buffer = Buffer.alloc(8);
  if (sort === 'float64') buffer.writeDoubleBE(value);
  else buffer.writeFloatBE(value);
  return buffer.toString('hex');
}

const NINE_DIGITS = 9;

const fraction = (time: string): string => {
  const [whole = '', digits = ''] = time.split('.');
  return `${whole}.${digits.padEnd(NINE_DIGITS, '0')}`;
};

/** `0044-03-15 (BC) 12:00:00`, `0044-03-15 12:00:00 BC` and the like. `width`: characters that say something. */
function moment(text: string, width: 10 | 19): string {
  const match =
    /^(\d{4,7})-(\d\d)-(\d\d)(?: \(BC\))?(?: (\d\d:\d\d:\d\d(?:\.\d+)?))?(?: ?([+-]\d\d(?::\d\d)?))?(?: BC)?$/.exec(
      text,
    );
  if (!match) return `? ${text.toLowerCase()}`;
  const [, year = '', month = '', day = '', time = '00:00:00', offset = '+00'] = match;
  const era = text.includes('BC') ? '-' : '';
  const zone = offset.length === 3 ? `${offset}:00` : offset;
  const date = `${era}${year.padStart(7, '0')}-${month}-${day}`;
  const isMidnight = /^00:00:00(\.0+)?$/.test(time);
  return width === 10 && isMidnight ? date : `${date} ${fraction(time)} ${zone}`;
}
