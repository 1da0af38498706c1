/** Which of PostgreSQL's types hold every value of a logical type, exactly. */
import type { LogicalType } from '../../core/types/table';
import { parseNativeType, type NativeTypeName } from './native-types';

/**
 * Why values of `logical` cannot be written to `native` without loss; undefined when they can. A value that turns out
 * too long or not to be a label or document of the target's type is an error of its own when it is loaded, never a
 * truncation. With `sourceType`, two columns of the same type always fit.
 */
export function refuses(logical: LogicalType, native: string, sourceType?: string): string | undefined {
  if (sourceType !== undefined && sourceType === native) return undefined;
  const type = parseNativeType(native);
  if (fits(logical, type)) return undefined;
  return `${describe(logical)} does not fit ${native}: ${reason(logical, type)}`;
}

const INTEGER_DIGITS = { int16: 5, int32: 10, int64: 19 } as const;
const INTEGER_RANK: Record<string, number> = { int2: 1, int4: 2, int8: 3 };
const PLAIN_TEXT = new Set(['text', 'varchar']);
const FULL_PRECISION = 6;

function fits(logical: LogicalType, type: NativeTypeName): boolean {
  if (type.isArray) return false;
  if (PLAIN_TEXT.has(type.name) && logical.kind !== 'bytes')
    return logical.kind === 'text' || type.modifiers.length === 0;
  const isExactTime = (type.modifiers[0] ?? FULL_PRECISION) >= FULL_PRECISION;
  switch (logical.kind) {
    case 'boolean':
      return type.name === 'bool';
    case 'int16':
    case 'int32':
    case 'int64':
      return integerFits(logical.kind, type);
    case 'decimal':
      return decimalFits(logical.precision, logical.scale, type);
    case 'float32':
      return type.name === 'float4' || type.name === 'float8';
    case 'float64':
      return type.name === 'float8';
    case 'date':
      return type.name === 'date';
    case 'time':
      return type.name === 'time' && isExactTime;
    case 'timestamp':
      return type.name === 'timestamp' && isExactTime;
    case 'timestamptz':
      return type.name === 'timestamptz' && isExactTime;
    case 'uuid':
      return type.name === 'uuid';
    case 'bytes':
      return type.name === 'bytea';
    case 'text':
      return textFits(logical.of, type);
  }
}

function integerFits(kind: keyof typeof INTEGER_DIGITS, type: NativeTypeName): boolean {
  const rank = { int16: 1, int32: 2, int64: 3 }[kind];
  const targetRank = INTEGER_RANK[type.name];
  if (targetRank !== undefined) return targetRank >= rank;
  if (type.name === 'numeric') return numericHolds(type, INTEGER_DIGITS[kind], 0);
  if (type.name === 'float8') return rank <= 2;
  if (type.name === 'float4') return rank === 1;
  return type.name === 'oid' && kind === 'int64';
}

function decimalFits(precision: number, scale: number, type: NativeTypeName): boolean {
  if (type.name === 'numeric') return numericHolds(type, precision - scale, scale);
  const digits = { int2: 4, int4: 9, int8: 18 }[type.name];
  return digits !== undefined && scale === 0 && precision <= digits;
}

function numericHolds(type: NativeTypeName, integerDigits: number, scale: number): boolean {
  const [precision, targetScale = 0] = type.modifiers;
  return precision === undefined || (targetScale >= scale && precision - targetScale >= integerDigits);
}

function textFits(of: 'text' | 'json' | 'other', type: NativeTypeName): boolean {
  // Enums, domains and types of extensions take or refuse each value; none of them alters one silently that we know of.
  if (!type.isBuiltIn) return true;
  if (of === 'other') return type.name === 'numeric' && type.modifiers.length === 0;
  return type.name === 'json' || (of === 'text' && type.name === 'xml');
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
  if (logical.kind === type.name || (logical.kind === 'decimal' && type.name === 'numeric'))
    return 'values would be rounded or out of range';
  return 'some values would be changed or refused';
}
