/** Which of PostgreSQL's types hold the values of a column elsewhere: all of them, those that pass a check, or not enough. */
import type { Fit } from '../../core/types/fit';
import type { LogicalType } from '../../core/types/table';
import {
  isNumberAsText,
  maxCharacters,
  mssqlNotation,
  paddedTo,
  parseMssqlType,
  secondDigits,
  type SourceType,
} from './foreign-types';
import { parseNativeType, type NativeTypeName } from './native-types';

/**
 * Two columns of the same PostgreSQL type fit exactly. `checked` is what the load asks of every value before the server
 * could round, cut or pad it, or what the server itself refuses.
 */
export function fits(source: SourceType, native: string): Fit {
  if (source.kind === 'postgres' && source.nativeType === native) return EXACT;
  const target = parseNativeType(native);
  return (
    judge(source, target, native) ?? {
      fit: 'refused',
      why: `${describe(source.logical)} does not fit ${native}: ${reason(source.logical, target)}`,
    }
  );
}

const EXACT: Fit = { fit: 'exact' };
const checked = (why: string): Fit => ({ fit: 'checked', why });

const INTEGER_DIGITS = { int16: 5, int32: 10, int64: 19 } as const;
const INTEGER_RANK: Record<string, number> = { int2: 1, int4: 2, int8: 3 };
const PLAIN_TEXT = new Set(['text', 'varchar']);
const FULL_PRECISION = 6;

/** Undefined: refused. */
function judge(source: SourceType, target: NativeTypeName, native: string): Fit | undefined {
  const { logical } = source;
  if (logical.kind === 'text' && isRoomier(source, target, native)) return EXACT;
  if (target.isArray) return undefined;
  if (PLAIN_TEXT.has(target.name)) return plainTextFit(source, target);
  switch (logical.kind) {
    case 'boolean':
      return target.name === 'bool' ? EXACT : undefined;
    case 'int16':
    case 'int32':
    case 'int64':
      return integerFit(logical.kind, target);
    case 'decimal':
      return decimalFit(logical.precision, logical.scale, target);
    case 'float32':
      return target.name === 'float4' || target.name === 'float8' ? EXACT : undefined;
    case 'float64':
      return target.name === 'float8' ? EXACT : undefined;
    case 'date':
    case 'uuid':
      return target.name === logical.kind ? EXACT : undefined;
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return target.name === logical.kind ? timeFit(source, target) : undefined;
    case 'bytes':
      return target.name === 'bytea' ? EXACT : undefined;
    case 'text':
      return textFit(source, logical.of, target);
  }
}

/** `varchar(10)[]` into `varchar[]`: the same type with its limit lifted. Bare `bit` and `character` are limits themselves. */
function isRoomier({ nativeType, kind }: SourceType, target: NativeTypeName, native: string): boolean {
  const source = parseNativeType(nativeType);
  const isLimit = target.name === 'bit' || target.name === 'bpchar' || /^interval ./.test(native);
  return (
    kind === 'postgres' &&
    target.isBuiltIn &&
    source.name === target.name &&
    source.isArray === target.isArray &&
    target.modifiers.length === 0 &&
    !isLimit
  );
}

function plainTextFit(source: SourceType, { modifiers }: NativeTypeName): Fit | undefined {
  const { kind } = source.logical;
  if (kind === 'bytes') return undefined;
  const [most] = modifiers;
  if (most === undefined) return EXACT;
  if (kind !== 'text') return undefined;
  const longest = maxCharacters(source);
  return longest !== undefined && longest <= most ? EXACT : checked(`it holds ${most} characters`);
}

function integerFit(kind: keyof typeof INTEGER_DIGITS, target: NativeTypeName): Fit | undefined {
  const rank = { int16: 1, int32: 2, int64: 3 }[kind];
  const targetRank = INTEGER_RANK[target.name];
  const holds = (isEnough: boolean) => (isEnough ? EXACT : undefined);
  if (targetRank !== undefined) return holds(targetRank >= rank);
  if (target.name === 'numeric') return holds(numericHolds(target, INTEGER_DIGITS[kind], 0));
  if (target.name === 'float8') return holds(rank <= 2);
  if (target.name === 'float4') return holds(rank === 1);
  return target.name === 'oid' && kind === 'int64' ? checked('it holds 0 to 4294967295') : undefined;
}

function decimalFit(precision: number, scale: number, target: NativeTypeName): Fit | undefined {
  if (target.name === 'numeric') return numericFit(target, precision - scale, scale);
  const digits = { int2: 4, int4: 9, int8: 18 }[target.name];
  return digits !== undefined && scale === 0 && precision <= digits ? EXACT : undefined;
}

function numericFit(target: NativeTypeName, integerDigits: number, scale: number): Fit {
  if (numericHolds(target, integerDigits, scale)) return EXACT;
  const [precision = 0, places = 0] = target.modifiers;
  return checked(
    `it holds ${Math.max(0, precision - places)} digits before the point and ${Math.max(0, places)} behind`,
  );
}

function numericHolds(type: NativeTypeName, integerDigits: number, scale: number): boolean {
  const [precision, targetScale = 0] = type.modifiers;
  return precision === undefined || (targetScale >= scale && precision - targetScale >= integerDigits);
}

function timeFit(source: SourceType, { modifiers }: NativeTypeName): Fit {
  const most = Math.min(FULL_PRECISION, modifiers[0] ?? FULL_PRECISION);
  return secondDigits(source) <= most ? EXACT : checked(`it holds ${most} digits of a second`);
}

function textFit(source: SourceType, of: 'text' | 'json' | 'other', target: NativeTypeName): Fit | undefined {
  // Enums, domains and types of extensions take or refuse each value; the load keeps those it knows from altering one.
  if (!target.isBuiltIn) return checked('the type is one of the database itself, and takes or refuses each value');
  if (isNumberAsText(source) && target.name === 'numeric') return numberAsTextFit(source, target);
  if (source.kind === 'mssql') {
    const fit = mssqlTextFit(source, of, target);
    if (fit) return fit;
  }
  if (of === 'other') return undefined;
  if (target.name === 'json') return of === 'json' ? EXACT : checked('each value must be JSON');
  return of === 'text' && target.name === 'xml' ? checked(XML) : undefined;
}

/** A number that travels as text arrives as it was written only where it has as many decimal places. */
function numberAsTextFit({ kind, nativeType }: SourceType, target: NativeTypeName): Fit | undefined {
  if (target.modifiers.length === 0) return EXACT;
  const [precision, scale = 0] = kind === 'postgres' ? parseNativeType(nativeType).modifiers : [MOST_WHOLE_DIGITS];
  const [, targetScale = 0] = target.modifiers;
  return precision !== undefined && scale === targetScale ? numericFit(target, precision - scale, scale) : undefined;
}

/** Of DuckDB's widest whole numbers. */
const MOST_WHOLE_DIGITS = 39;

const XML = 'each value must be XML without a declaration';

/** Times that are too fine or have an offset, padded text, and XML, into PostgreSQL's types for them. */
function mssqlTextFit(source: SourceType, of: 'text' | 'json' | 'other', target: NativeTypeName): Fit | undefined {
  const notation = of === 'other' ? mssqlNotation(source.nativeType) : undefined;
  if (notation && notation.of === target.name) {
    const most = Math.min(FULL_PRECISION, target.modifiers[0] ?? FULL_PRECISION);
    const offset = notation.of === 'timestamptz' ? ', and no offset but +00:00' : '';
    return checked(`it holds ${most} digits of a second${offset}`);
  }
  const padded = paddedTo(source);
  if (target.name === 'bpchar' && padded !== undefined && padded === target.modifiers[0])
    return checked(`each value must have ${padded} characters, since a shorter one is padded`);
  return target.name === 'xml' && parseMssqlType(source.nativeType).name === 'xml' ? checked(XML) : undefined;
}

function describe(logical: LogicalType): string {
  if (logical.kind === 'decimal') return `decimal(${logical.precision},${logical.scale})`;
  if (logical.kind === 'text')
    return { text: 'text', json: 'JSON', other: 'a value in the textual notation of its own database' }[logical.of];
  return logical.kind;
}

function reason(logical: LogicalType, type: NativeTypeName): string {
  if (type.name === 'bpchar') return 'it is padded with blanks';
  if (type.name === 'jsonb') return 'its spelling, order and repeated keys would change';
  if (type.name === 'name') return 'it is cut at 63 bytes';
  if (logical.kind === 'timestamptz' && type.name === 'timestamp') return 'the time zone would be lost';
  if (logical.kind === 'timestamp' && type.name === 'timestamptz') return 'a time zone would have to be guessed';
  if (INTEGER_RANK[type.name] !== undefined && /^(int|decimal)/.test(logical.kind))
    return 'values would be rounded or out of range';
  if (type.name === 'numeric') return 'values would be rounded or out of range';
  return 'some values would be changed or refused';
}
