/** Values as Postgres writes them in text with DateStyle ISO, UTC and hexadecimal bytea. */
import { asBytesValues, asInt32, asInt64, asUint8, halves } from '../../core/columnar/allocate';
import type { ColumnVector } from '../../core/columnar/batch';
import { civilFromDays } from '../../core/columnar/civil';
import { viewOf } from '../../core/columnar/copy-bytes';
import { readInt128 } from '../../core/columnar/int128';

const DAY_MICROS = 86_400_000_000;
const INFINITE_DAYS = 0x7fffffff;
const INFINITE = 2n ** 63n - 1n;

/** The text of a row's value; the row must not be NULL. Undefined for text and bytes, which no string is made of. */
export function textOf({ logical, values }: ColumnVector): ((row: number) => string) | undefined {
  switch (logical.kind) {
    case 'boolean': {
      const flags = asUint8(values);
      return (row) => (flags[row] === 1 ? 'true' : 'false');
    }
    case 'int16':
    case 'int32': {
      const numbers = asInt32(values);
      return (row) => String(numbers[row]);
    }
    case 'int64':
      return integerText(asInt64(values));
    case 'float32':
    case 'float64':
      if (values instanceof Float32Array) return (row) => float32Text(values[row]!);
      if (values instanceof Float64Array) return (row) => floatText(values[row]!);
      throw new TypeError('Column values are not floating-point numbers.');
    case 'decimal':
      return decimalText(values, logical.precision, logical.scale);
    case 'date': {
      const days = asInt32(values);
      return (row) => dateText(days[row]!);
    }
    case 'time': {
      const times = asInt64(values);
      return (row) => timeText(Number(times[row]));
    }
    case 'timestamp':
      return timestampText(asInt64(values), '');
    case 'timestamptz':
      return timestampText(asInt64(values), '+00');
    case 'uuid': {
      const bytes = asUint8(values);
      return (row) => uuidText(bytes, row * 16);
    }
    case 'bytes':
    case 'text':
      asBytesValues(values);
      return undefined;
  }
}

/** The integer of a row, as a double where one holds it exactly. */
function integerText(values: BigInt64Array): (row: number) => string {
  const words = halves(values);
  return (row) => {
    const high = words[row * 2 + 1]!;
    return high < 0x200000 && high >= -0x200000
      ? String(high * 4294967296 + (words[row * 2]! >>> 0))
      : String(values[row]);
  };
}

function decimalText(values: ColumnVector['values'], precision: number, scale: number): (row: number) => string {
  if (precision <= 18) {
    const integer = integerText(asInt64(values));
    return (row) => withPoint(integer(row), scale);
  }
  const view = viewOf(asUint8(values));
  return (row) => withPoint(String(readInt128(view, row * 16)), scale);
}

function withPoint(integer: string, scale: number): string {
  if (scale === 0) return integer;
  const isNegative = integer.startsWith('-');
  const digits = (isNegative ? integer.slice(1) : integer).padStart(scale + 1, '0');
  return `${isNegative ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

const floatText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

/** The shortest digits that name this single-precision number. */
function float32Text(value: number): string {
  if (!Number.isFinite(value) || value === 0) return floatText(value);
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return floatText(Number(text));
  }
  return floatText(Number(value.toPrecision(9)));
}

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

/** The day without its era, and whether that is BC. */
function dayText(days: number): [text: string, era: string] {
  const { year, month, day } = civilFromDays(days);
  const shown = year > 0 ? year : 1 - year;
  return [`${String(shown).padStart(4, '0')}-${two(month)}-${two(day)}`, year > 0 ? '' : ' BC'];
}

function dateText(days: number): string {
  if (days === INFINITE_DAYS) return 'infinity';
  if (days === -INFINITE_DAYS) return '-infinity';
  return dayText(days).join('');
}

function timeText(micros: number): string {
  const seconds = Math.floor(micros / 1e6);
  const fraction = micros - seconds * 1e6;
  const text = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return fraction === 0 ? text : `${text}.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`;
}

function timestampText(values: BigInt64Array, zone: string): (row: number) => string {
  const words = halves(values);
  return (row) => {
    const high = words[row * 2 + 1]!;
    if (high < 0x200000 && high >= -0x200000) {
      const micros = high * 4294967296 + (words[row * 2]! >>> 0);
      const days = Math.floor(micros / DAY_MICROS);
      return joined(days, micros - days * DAY_MICROS, zone);
    }
    const micros = values[row]!;
    if (micros === INFINITE) return 'infinity';
    if (micros === -INFINITE) return '-infinity';
    const rest = ((micros % BigInt(DAY_MICROS)) + BigInt(DAY_MICROS)) % BigInt(DAY_MICROS);
    return joined(Number((micros - rest) / BigInt(DAY_MICROS)), Number(rest), zone);
  };
}

function joined(days: number, micros: number, zone: string): string {
  const [day, era] = dayText(days);
  return `${day} ${timeText(micros)}${zone}${era}`;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function uuidText(bytes: Uint8Array, at: number): string {
  let text = '';
  for (let i = 0; i < 16; i++) text += (i === 4 || i === 6 || i === 8 || i === 10 ? '-' : '') + HEX[bytes[at + i]!]!;
  return text;
}
