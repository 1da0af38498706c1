/** Rules `null`, `redact` and `constant`: one value for every row. */
import { allocateFixed, physicalForm } from '../columnar/allocate';
import type { ColumnVector } from '../columnar/batch';
import { powerOfTen, writeInt128 } from '../columnar/int128';
import type { LogicalType } from '../types/table';
import { daysFromCivil } from '../columnar/civil';
import {
  binaryLimit,
  integerRange,
  isTextDate,
  isTextNumber,
  type MaskedType,
  paddedTo,
  redactedOther,
} from './native';
import { parseNumber } from './number-text';

/** One value in the form in which its column keeps values; wide decimals and uuids as their 16 bytes. */
export type OneValue = number | bigint | Uint8Array;

const REDACTED_DAY = daysFromCivil(1900, 1, 1);
const MICROS_PER_DAY = 86_400_000_000n;
const encoder = new TextEncoder();

/** A column of nothing but NULL. */
export function allNull(logical: LogicalType, rows: number): ColumnVector {
  const form = physicalForm(logical);
  const values =
    form === 'bytes' ? { data: new Uint8Array(0), offsets: new Uint32Array(rows + 1) } : allocateFixed(form, rows);
  return { logical, validity: new Uint8Array(rows), values };
}

/** `one` in every row that is not NULL. */
export function fillWith(one: OneValue, { logical, validity }: ColumnVector, rows: number): ColumnVector {
  const form = physicalForm(logical);
  const isNull = (row: number) => validity !== undefined && validity[row] === 0;
  const more = validity && { validity };
  if (form === 'bytes') {
    const bytes = one instanceof Uint8Array ? one : new Uint8Array(0);
    const offsets = new Uint32Array(rows + 1);
    for (let row = 0; row < rows; row++) offsets[row + 1] = offsets[row]! + (isNull(row) ? 0 : bytes.length);
    const data = new Uint8Array(offsets[rows]!);
    for (let at = 0; at < data.length; at += bytes.length) data.set(bytes, at);
    return { logical, ...more, values: { data, offsets } };
  }
  const values = allocateFixed(form, rows);
  for (let row = 0; row < rows; row++) {
    if (isNull(row)) continue;
    if (one instanceof Uint8Array) (values as Uint8Array).set(one, row * 16);
    else if (values instanceof BigInt64Array) values[row] = BigInt(one);
    else values[row] = Number(one);
  }
  return { logical, ...more, values };
}

/** What `redact` makes of a type; undefined where only a person can say, which planning refuses. */
export function redactedValue(type: MaskedType, word: string): OneValue | undefined {
  const { logical } = type;
  switch (logical.kind) {
    case 'date':
      return REDACTED_DAY;
    case 'timestamp':
    case 'timestamptz':
      return BigInt(REDACTED_DAY) * MICROS_PER_DAY;
    case 'uuid':
      return new Uint8Array(16);
    case 'bytes': {
      const limit = binaryLimit(type);
      return new Uint8Array(limit?.exactly === true ? limit.octets : 0);
    }
    case 'decimal':
      return logical.precision > 18 ? new Uint8Array(16) : 0n;
    case 'text': {
      if (logical.of === 'json') return encoder.encode(JSON.stringify(word));
      if (logical.of === 'text') return encoder.encode(padded(cut(word, type.maxLength), type));
      const other = redactedOther(type.nativeType, word);
      return other === undefined ? undefined : encoder.encode(other);
    }
    default:
      return 0;
  }
}

/** A text's first `most` UTF-16 units, no character cut in two. */
function cut(text: string, most = Infinity): string {
  if (text.length <= most) return text;
  let kept = '';
  for (const character of text) {
    if (kept.length + character.length > most) break;
    kept += character;
  }
  return kept;
}

const padded = (text: string, type: MaskedType): string => {
  const padTo = paddedTo(type) ?? 0;
  return text + ' '.repeat(Math.max(0, padTo - Array.from(text).length));
};

/** A configured constant as a value of the type, or why it is none: `is no whole number`. */
export function constantValue(value: string | number | boolean, type: MaskedType): OneValue | string {
  const { logical } = type;
  const text = String(value).trim();
  switch (logical.kind) {
    case 'boolean':
      return text === 'true' ? 1 : text === 'false' ? 0 : 'is neither true nor false';
    case 'int16':
    case 'int32':
    case 'int64':
      return wholeNumber(text, type);
    case 'decimal':
      return decimalNumber(text, logical.precision, logical.scale);
    case 'float32':
    case 'float64': {
      const number = text === '' || typeof value === 'boolean' ? NaN : Number(text);
      const stored = logical.kind === 'float32' ? Math.fround(number) : number;
      return Number.isFinite(stored) ? stored : 'is no number of this type';
    }
    case 'date':
      return dayOf(text) ?? 'is no date, YYYY-MM-DD';
    case 'time':
      return timeOf(text) ?? 'is no time of day, HH:MM:SS';
    case 'timestamp':
    case 'timestamptz':
      return instantOf(text, logical.kind === 'timestamptz') ?? 'is no timestamp, YYYY-MM-DD HH:MM:SS';
    case 'uuid':
      return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
        ? fromHex(text.replaceAll('-', ''))
        : 'is no UUID';
    case 'bytes':
      return binaryConstant(text, type);
    case 'text':
      return textConstant(String(value), type);
  }
}

function wholeNumber(text: string, type: MaskedType): OneValue | string {
  if (!/^[+-]?\d+$/.test(text)) return 'is no whole number';
  const number = BigInt(text.replace('+', ''));
  const [least, most] = integerRange(type)!;
  if (number < least || number > most) return `is not between ${least} and ${most}`;
  return type.logical.kind === 'int64' ? number : Number(number);
}

function decimalNumber(text: string, precision: number, scale: number): OneValue | string {
  const number = parseNumber(text);
  if (number === undefined || number === 'special') return 'is no decimal number';
  const extra = number.scale - scale;
  const divisor = powerOfTen(Math.max(0, extra));
  if (number.unscaled % divisor !== 0n) return `has more than ${scale} digits after the point`;
  const unscaled = (number.unscaled / divisor) * powerOfTen(Math.max(0, -extra));
  const most = powerOfTen(precision);
  if (unscaled >= most || unscaled <= -most) return `has more than ${precision} digits`;
  if (precision <= 18) return unscaled;
  const bytes = new Uint8Array(16);
  writeInt128(new DataView(bytes.buffer), 0, unscaled);
  return bytes;
}

function dayOf(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!match) return undefined;
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
  const isDay = year >= 1 && month >= 1 && month <= 12 && day >= 1;
  const next = month === 12 ? daysFromCivil(year + 1, 1, 1) : daysFromCivil(year, month + 1, 1);
  const days = daysFromCivil(year, month, day);
  return isDay && days < next ? days : undefined;
}

function timeOf(text: string): bigint | undefined {
  const match = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?$/.exec(text);
  if (!match) return undefined;
  const [hours, minutes, seconds] = [match[1], match[2], match[3] ?? '0'].map(Number) as [number, number, number];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  return BigInt((hours * 60 + minutes) * 60 + seconds) * 1_000_000n + BigInt((match[4] ?? '').padEnd(6, '0'));
}

/** An offset counts for timestamptz alone, where none means UTC. */
function instantOf(text: string, hasZone: boolean): bigint | undefined {
  const match = /^(\S{10})(?:[ T]([\d:.]+)\s*(Z|[+-]\d\d(?::?\d\d)?)?)?$/.exec(text);
  const day = match && dayOf(match[1]!);
  const time = timeOf(match?.[2] ?? '00:00');
  if (day == null || time === undefined || (match?.[3] !== undefined && !hasZone)) return undefined;
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(match?.[3] ?? '') ?? [];
  const offset = BigInt(Number(hours) * 60 + Number(minutes)) * 60_000_000n;
  return BigInt(day) * MICROS_PER_DAY + time - (sign === '-' ? -offset : offset);
}

function binaryConstant(text: string, type: MaskedType): OneValue | string {
  const hex = /^(?:0x|\\x)((?:[0-9a-f]{2})*)$/i.exec(text)?.[1];
  if (hex === undefined) return 'is no hexadecimal text, 0x…';
  const bytes = fromHex(hex);
  const limit = binaryLimit(type);
  if (limit && bytes.length > limit.octets) return `has more than ${limit.octets} bytes`;
  if (limit?.exactly !== true) return bytes;
  const filled = new Uint8Array(limit.octets);
  filled.set(bytes);
  return filled;
}

function textConstant(text: string, type: MaskedType): OneValue | string {
  const { logical, nativeType, maxLength } = type;
  if (!text.isWellFormed() || text.includes('\0')) return 'has a character that no database takes';
  if (maxLength !== undefined && text.length > maxLength) return `has more than ${maxLength} characters`;
  if (logical.kind === 'text' && logical.of === 'json') {
    try {
      JSON.parse(text);
    } catch {
      return `is no JSON; a text stands in quotes, ${JSON.stringify(JSON.stringify(text))}`;
    }
  }
  if (isTextNumber(type) && parseNumber(text) === undefined) return 'is no number';
  const example = redactedOther(nativeType, '');
  const isSqlServers = /^(datetime2|datetimeoffset|time\()/i.test(nativeType);
  if (isSqlServers && example !== undefined && shapeOf(text) !== shapeOf(example))
    return `is not of the form ${example}`;
  if (isTextDate(type) && dayOf(text.slice(0, 10)) === undefined) return 'does not begin with a date, YYYY-MM-DD';
  return encoder.encode(padded(text, type));
}

const shapeOf = (text: string): string => text.replace(/\d/g, '0').replace(/ [+-]/, ' +');

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  );
}
