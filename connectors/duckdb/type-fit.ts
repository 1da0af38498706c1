/** Which values of which types a type of DuckDB holds unchanged. */
import type { Fit } from '../../core/types/fit';
import type { LogicalType } from '../../core/types/table';
import type { DatabaseKind } from '../../schemas/constants';
import { keptDigits, textTime } from './text-times';
import { canonical, carrierType, decimalOf, isAmbiguous, isEnum } from './type-names';

/** The type of a column elsewhere. */
export interface SourceType {
  nativeType: string;
  logical: LogicalType;
  kind: DatabaseKind;
}

const EXACT: Fit = { fit: 'exact' };
const checked = (why: string): Fit => ({ fit: 'checked', why });
const refused = (why: string): Fit => ({ fit: 'refused', why });

const bits = (count: number, signed: boolean): [bigint, bigint] =>
  signed ? [-(1n << BigInt(count - 1)), (1n << BigInt(count - 1)) - 1n] : [0n, (1n << BigInt(count)) - 1n];

/** Smallest and largest value of the whole-number types. */
const RANGES: Record<string, [bigint, bigint]> = {
  TINYINT: bits(8, true),
  UTINYINT: bits(8, false),
  SMALLINT: bits(16, true),
  USMALLINT: bits(16, false),
  INTEGER: bits(32, true),
  UINTEGER: bits(32, false),
  BIGINT: bits(64, true),
  UBIGINT: bits(64, false),
  HUGEINT: bits(128, true),
  UHUGEINT: bits(128, false),
};

const CARRIED = { int16: bits(16, true), int32: bits(32, true), int64: bits(64, true) };

/** The whole numbers that a column can hold; for decimals, those before the point. */
function rangeOf({ nativeType, logical, kind }: SourceType): [bigint, bigint] | undefined {
  if (kind === 'mssql' && nativeType.trim().toLowerCase() === 'tinyint') return bits(8, false);
  if (kind === 'duckdb' && RANGES[canonical(nativeType)] !== undefined) return RANGES[canonical(nativeType)];
  if (logical.kind === 'decimal') return digits(logical.precision - logical.scale);
  return logical.kind in CARRIED ? CARRIED[logical.kind as keyof typeof CARRIED] : undefined;
}

const digits = (count: number): [bigint, bigint] => [1n - 10n ** BigInt(count), 10n ** BigInt(count) - 1n];
const holds = ([low, high]: [bigint, bigint], [from, to]: [bigint, bigint]): boolean => low <= from && high >= to;

/** Whole numbers up to this size have a floating-point number each. */
const FLOAT_WHOLE: Record<string, bigint> = { FLOAT: 1n << 24n, DOUBLE: 1n << 53n };

/** How values of a source column fare in a type of DuckDB. The load checks each value of a type that is `checked`. */
export function fitOf(source: SourceType, nativeTarget: string): Fit {
  const target = canonical(nativeTarget);
  const { logical, kind } = source;
  if (kind === 'duckdb' && isAmbiguous(source.nativeType))
    return refused(`values of ${source.nativeType} cannot be written as text and read back for certain`);
  if (isAmbiguous(nativeTarget)) return refused(`which value it holds cannot be read back for certain`);
  if (kind === 'duckdb' && canonical(source.nativeType) === target) return EXACT;
  if (target === 'VARCHAR') return logical.kind === 'bytes' ? refused('bytes are no text') : EXACT;
  switch (logical.kind) {
    case 'int16':
    case 'int32':
    case 'int64':
    case 'decimal':
      return numberFit(source, logical, target);
    case 'text':
      return textFit(source, logical.of, target);
    default:
      return plainFit(source, logical.kind, target);
  }
}

function numberFit(source: SourceType, logical: LogicalType, target: string): Fit {
  const range = rangeOf(source);
  const scale = logical.kind === 'decimal' ? logical.scale : 0;
  if (range === undefined) return refused(unlike(logical, target));
  const decimal = decimalOf(target);
  if (decimal) {
    if (decimal.scale < scale) return checked(`${target} has fewer digits after the point; those beyond must be 0`);
    return holds(digits(decimal.precision - decimal.scale), range)
      ? EXACT
      : checked(`${target} has fewer digits before the point`);
  }
  const whole = RANGES[target];
  if (whole) {
    if (scale > 0) return checked(`${target} has no digits after the point; they must be 0`);
    return holds(whole, range) ? EXACT : checked(`${target} holds ${whole[0]} to ${whole[1]}`);
  }
  const limit = FLOAT_WHOLE[target];
  if (limit === undefined) return refused(unlike(logical, target));
  if (logical.kind === 'decimal') return refused(`a floating-point number is not exact`);
  return holds([-limit, limit], range) ? EXACT : checked(`${target} does not have every number beyond ${limit}`);
}

const TIMESTAMPS: Record<string, string> = {
  TIMESTAMP_S: 'it holds whole seconds',
  TIMESTAMP_MS: 'it holds whole milliseconds',
  TIMESTAMP_NS: 'it holds moments between 1677 and 2262',
};

function plainFit({ kind }: SourceType, logical: LogicalType['kind'], target: string): Fit {
  const carrier = carrierType({ kind: logical } as LogicalType);
  if (target === carrier) return EXACT;
  if (logical === 'float32' && target === 'DOUBLE') return EXACT;
  if (logical === 'float64' && target === 'FLOAT') return checked('FLOAT has fewer digits; each must read the same');
  if (logical === 'time' && target === 'TIME_NS') return EXACT;
  if (logical === 'date' && target === 'TIMESTAMP')
    return kind === 'mssql' ? EXACT : checked('TIMESTAMP ends before the last dates do');
  if (logical === 'timestamp') {
    const why = target === 'DATE' ? 'it holds no time of day' : TIMESTAMPS[target];
    if (why !== undefined) return checked(why);
    if (target === 'TIMESTAMP WITH TIME ZONE') return refused('a time zone would have to be guessed');
  }
  if (logical === 'timestamptz' && target.startsWith('TIMESTAMP')) return refused('the time zone would be lost');
  return refused(unlike({ kind: logical } as LogicalType, target));
}

/** Types of PostgreSQL that DuckDB writes as PostgreSQL does. */
const SAME_NOTATION: Record<string, (target: string) => boolean> = {
  numeric: (target) => decimalOf(target) !== undefined || target in RANGES,
  timetz: (target) => target === 'TIME WITH TIME ZONE',
  'time with time zone': (target) => target === 'TIME WITH TIME ZONE',
  bit: (target) => target === 'BIT',
  varbit: (target) => target === 'BIT',
  'bit varying': (target) => target === 'BIT',
};

function textFit(source: SourceType, of: 'text' | 'json' | 'other', target: string): Fit {
  const { kind, nativeType } = source;
  const time = textTime(source);
  if (time !== undefined) return timeFit(time, target);
  if (target === 'JSON') {
    if (of === 'json') return EXACT;
    return of === 'text' ? checked('each value must be JSON') : refused(unlike(source.logical, target));
  }
  if (of === 'text' && isEnum(target)) return checked('each value must be one of its labels');
  if (of === 'text' && target === 'UUID') return checked('each value must be a UUID in small letters');
  if (of !== 'other') return refused(`text is not ${target}`);
  const isAlike =
    SAME_NOTATION[
      nativeType
        .trim()
        .toLowerCase()
        .replace(/\(.*\)/, '')
    ]?.(target) ?? false;
  if (kind === 'duckdb' || (kind === 'postgres' && isAlike))
    return checked(`each value must read the same as ${target}`);
  return refused(`${nativeType} is written in another notation than ${target}`);
}

function timeFit(time: NonNullable<ReturnType<typeof textTime>>, target: string): Fit {
  const kept = keptDigits(time, target);
  if (kept === undefined)
    return refused(
      time.of === 'offset' && target.startsWith('TIMESTAMP')
        ? 'the offset would be lost'
        : target === 'TIMESTAMP WITH TIME ZONE'
          ? 'a time zone would have to be guessed'
          : `it is no type for such values`,
    );
  const rules = [
    ...(kept < time.digits ? [`it keeps ${kept} digits of a second, those beyond must be 0`] : []),
    ...(time.of === 'offset' ? ['the offset must be +00:00'] : []),
    ...(target === 'TIMESTAMP_NS' ? [TIMESTAMPS['TIMESTAMP_NS'] ?? ''] : []),
  ];
  return rules.length > 0 ? checked(rules.join('; ')) : EXACT;
}

const unlike = (logical: LogicalType, target: string): string => `${target} is no type for ${carrierType(logical)}`;
