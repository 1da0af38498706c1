/** Which of SQL Server's types hold the values of a column from elsewhere. Pure. */
import type { Fit } from '../../core/types/fit';
import type { LogicalType } from '../../core/types/table';
import type { DatabaseKind } from '../../schemas/constants';
import { parseNativeType, spell, type NativeTypeName } from './native-types';

export interface FitSource {
  nativeType: string;
  logical: LogicalType;
  kind: DatabaseKind;
}

const EXACT: Fit = { fit: 'exact' };
const checked = (why: string): Fit => ({ fit: 'checked', why });
const refused = (why: string): Fit => ({ fit: 'refused', why });

const NOT_OURS = 'values beyond the years 1 to 9999, and infinities, have no place in it';
const PADDED = 'it is padded to its length';

/** How values of a source column fare in a type of this server. */
export function fits(source: FitSource, nativeType: string): Fit {
  const target = parseNativeType(nativeType);
  if (!target.isBuiltIn) return refused('it is not one of the types that the server comes with');
  if (target.name === 'rowversion') return refused('the server alone writes it');
  if (target.name === 'sql_variant' || target.name === 'vector')
    return refused('its values cannot be compared exactly');
  const own = source.kind === 'mssql' ? parseNativeType(source.nativeType) : undefined;
  if (own && spell(own) === spell(target)) return EXACT;
  const fit = FITS[target.name];
  return fit ? fit(source.logical, target, source, own) : refused('some values would be changed or refused');
}

type FitRule = (
  logical: LogicalType,
  target: NativeTypeName,
  source: FitSource,
  own: NativeTypeName | undefined,
) => Fit;

const INTEGER_DIGITS = { int16: 5, int32: 10, int64: 19 } as const;
const RANK: Record<string, number> = { tinyint: 0, smallint: 1, int: 2, bigint: 3 };
const isInteger = (kind: string): kind is keyof typeof INTEGER_DIGITS => kind in INTEGER_DIGITS;

const integer: FitRule = (logical, target, source, own) => {
  const room = RANK[target.name] ?? -1;
  if (isInteger(logical.kind)) {
    const isByte = own?.name === 'tinyint' || /^utinyint$/i.test(source.nativeType);
    const needed = isByte ? 0 : { int16: 1, int32: 2, int64: 3 }[logical.kind];
    return needed <= room ? EXACT : refused('values would be out of range');
  }
  const digits = [2, 4, 9, 18][room] ?? 0;
  return logical.kind === 'decimal' && logical.scale === 0 && logical.precision <= digits && room > 0
    ? EXACT
    : refused('values would be rounded or out of range');
};

const decimal: FitRule = (logical, target) => {
  const [whole, scale] = digitsOf(logical);
  const room = decimalRoom(target);
  if (whole <= room.whole && scale <= room.scale) return EXACT;
  return logical.kind === 'decimal'
    ? checked(`it has ${room.whole} digits before and ${room.scale} after the point`)
    : refused('values would be rounded or out of range');
};

/** Digits before and after the point that a column of numbers may have. */
function digitsOf(logical: LogicalType): [number, number] {
  if (logical.kind === 'decimal') return [logical.precision - logical.scale, logical.scale];
  return isInteger(logical.kind) ? [INTEGER_DIGITS[logical.kind], 0] : [Infinity, Infinity];
}

/** Of money the last digit before the point goes only up to 9 and 2. */
function decimalRoom(target: NativeTypeName): { whole: number; scale: number } {
  if (target.name === 'money') return { whole: 14, scale: 4 };
  if (target.name === 'smallmoney') return { whole: 5, scale: 4 };
  return { whole: (target.precision ?? 18) - (target.scale ?? 0), scale: target.scale ?? 0 };
}

const money: FitRule = (logical, target, source, own) =>
  own?.name === 'smallmoney' && target.name === 'money' ? EXACT : decimal(logical, target, source, own);

const float: FitRule = (logical, target, { kind }) => {
  const isSingle = target.name === 'real';
  if (logical.kind === 'float32' || (logical.kind === 'float64' && !isSingle))
    return kind === 'mssql' ? EXACT : checked('it has no NaN and no infinities');
  const isSmall = logical.kind === 'int16' || (logical.kind === 'int32' && !isSingle);
  return isSmall ? EXACT : refused('values would be rounded');
};

/** Digits of a source's fractions of seconds. */
function scaleOf({ nativeType, kind }: FitSource, own: NativeTypeName | undefined): number {
  if (own?.name === 'datetime') return 3;
  if (own?.name === 'smalldatetime') return 0;
  if (own) return own.scale ?? 7;
  const given = /\((\d)\)/.exec(nativeType)?.[1];
  const named = { timestamp_s: 0, timestamp_ms: 3 }[nativeType.toLowerCase()];
  return (kind === 'postgres' && given !== undefined ? Number(given) : undefined) ?? named ?? 6;
}

/** A type of times: which of the server's own types and which kind of value it takes, and what may be wrong with others'. */
const timed =
  (ownNames: readonly string[], kind: LogicalType['kind'], foreign: string): FitRule =>
  (logical, target, source, own) => {
    const belongs = own ? ownNames.includes(own.name) : logical.kind === kind;
    if (!belongs)
      return refused(
        logical.kind === 'timestamp' ? 'an offset would have to be guessed' : 'its values are of another kind',
      );
    const room = target.scale ?? 0;
    if (scaleOf(source, own) > room)
      return own?.scale === 7 || logical.kind === 'text'
        ? checked(`it has ${room} digits of a second, so the others have to be 0`)
        : refused('fractions of seconds would be rounded');
    return own ? EXACT : checked(foreign);
  };

const date: FitRule = (logical, _target, { kind }) => {
  if (logical.kind !== 'date') return refused('its values are of another kind');
  return kind === 'mssql' ? EXACT : checked(NOT_OURS);
};

/** Most UTF-16 units that a value of the source can have. */
function unitsOf({ nativeType, logical, kind }: FitSource, own: NativeTypeName | undefined): number {
  if (own)
    return typeof own.length === 'number'
      ? own.length
      : ({ datetimeoffset: 34, datetime2: 27, time: 16 }[own.name] ?? Infinity);
  const limit = /^(?:character varying|varchar|character|char|bpchar)\s*\((\d+)\)$/i.exec(nativeType)?.[1];
  return kind === 'postgres' && logical.kind === 'text' && limit !== undefined ? 2 * Number(limit) : Infinity;
}

const text: FitRule = (logical, target, source, own) => {
  if (logical.kind !== 'text') return refused('its values are not text');
  const isUnicode = target.name.startsWith('n');
  if (target.name === 'char' || target.name === 'nchar') {
    const isPadded = (own?.name === 'char' || own?.name === 'nchar') && own.length === target.length;
    if (!isPadded) return refused(PADDED);
    return isUnicode ? EXACT : checked('its code page lacks most characters');
  }
  if (!isUnicode)
    return own?.name === 'varchar' && roomFor(unitsOf(source, own), target)
      ? EXACT
      : checked('its code page may lack characters, or it may be too short');
  return roomFor(unitsOf(source, own), target) ? EXACT : checked(`it holds ${target.length} characters`);
};

function roomFor(units: number, { length }: NativeTypeName): boolean {
  return length === undefined || length === 'max' || units <= length;
}

const bytes: FitRule = (logical, target, source, own) => {
  if (logical.kind !== 'bytes') return refused('its values are not bytes');
  if (target.name === 'binary') return own?.name === 'rowversion' && target.length === 8 ? EXACT : refused(PADDED);
  const longest = own?.name === 'rowversion' ? 8 : typeof own?.length === 'number' ? own.length : Infinity;
  return roomFor(longest, target) ? EXACT : checked(`it holds ${target.length} bytes`);
};

const only =
  (kind: LogicalType['kind']): FitRule =>
  (logical) =>
    logical.kind === kind ? EXACT : refused('its values are of another kind');

const xml: FitRule = (_logical, _target, { nativeType, kind }) =>
  kind !== 'duckdb' && /^xml$/i.test(nativeType)
    ? checked('what it does not take for XML is refused')
    : refused('only XML keeps its spelling there');

const FITS: Record<string, FitRule> = {
  bit: only('boolean'),
  tinyint: integer,
  smallint: integer,
  int: integer,
  bigint: integer,
  decimal,
  money,
  smallmoney: money,
  real: float,
  float,
  date,
  time: timed(['time'], 'time', '24:00:00 has no place in it'),
  datetime2: timed(['datetime2', 'datetime', 'smalldatetime'], 'timestamp', NOT_OURS),
  datetime: (_logical, _target, _source, own) =>
    own?.name === 'smalldatetime' ? EXACT : refused('it counts three-hundredths of a second'),
  smalldatetime: () => refused('it counts whole minutes'),
  datetimeoffset: timed(['datetimeoffset'], 'timestamptz', NOT_OURS),
  char: text,
  varchar: text,
  text,
  nchar: text,
  nvarchar: text,
  ntext: text,
  xml,
  binary: bytes,
  varbinary: bytes,
  image: bytes,
  uniqueidentifier: only('uuid'),
};
