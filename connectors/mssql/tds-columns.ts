/** Fields of a batch of rows, as the server sent them, decoded column by column into typed arrays. */
import { allocateFixed, halves, physicalForm } from '../../core/columnar/allocate';
import type { ColumnValues, ColumnVector } from '../../core/columnar/batch';
import { BytesBuilder } from '../../core/columnar/bytes-builder';
import { powerOfTen, writeInt128 } from '../../core/columnar/int128';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { LogicalType } from '../../core/types/table';
import type { PartColumn } from '../../core/types/transfer';
import { parseNativeType } from './native-types';
import type { WireColumn } from './tds-metadata';
import { appendLatin, appendUtf16, dayText, isAscii, offsetText, timeText } from './tds-text';

/** Where the values of one column are: byte of the first and length of each, -1 for NULL. */
export interface Fields {
  bytes: Uint8Array;
  view: DataView;
  starts: Int32Array;
  lengths: Int32Array;
}

/** A value has no exact form on the way; `row` counts within the batch. */
export class UnfitValue extends Error {
  constructor(
    readonly row: number,
    readonly reason: string,
  ) {
    super(reason);
  }
}

/** Text in a code page that only the server knows byte by byte: it has to be asked for as Unicode. */
export class NeedsUnicode extends Error {
  constructor() {
    super('A column has text in a code page that is not known here.');
  }
}

const DAYS_TO_1970 = 719_162;
const DAYS_FROM_1900 = 25_567;
const MICROS_PER_DAY = 86_400_000_000;

/** Throws UnfitValue, and INTERNAL when the server sent another type than the logical one is read from. */
export function decodeColumn(
  fields: Fields,
  wire: WireColumn,
  { logical, nativeType }: Pick<PartColumn, 'logical' | 'nativeType'>,
): ColumnVector {
  const { lengths } = fields;
  const decode = decoderFor(wire, logical);
  const values = decode(fields, wire, logical, nativeType);
  const validity = validityOf(lengths);
  return { logical, values, ...(validity && { validity }) };
}

type Decode = (fields: Fields, wire: WireColumn, logical: LogicalType, nativeType: string) => ColumnValues;

function decoderFor(wire: WireColumn, logical: LogicalType): Decode {
  const decode = DECODERS[logical.kind]?.[wire.kind];
  const isSameScale = logical.kind !== 'decimal' || (wire.kind === 'money' ? 4 : wire.scale) === logical.scale;
  if (decode && isSameScale) return decode;
  throw new LongshoreError(
    'INTERNAL',
    `The server sent column ${wire.name} as ${wire.kind}(${wire.scale}), which is not how ${JSON.stringify(logical)} is read.`,
    { column: wire.name },
  );
}

function validityOf(lengths: Int32Array): Uint8Array | undefined {
  if (!lengths.includes(-1)) return undefined;
  const validity = new Uint8Array(lengths.length);
  for (let row = 0; row < lengths.length; row++) validity[row] = lengths[row]! < 0 ? 0 : 1;
  return validity;
}

/** A decoder that turns one value after the other into a number. */
function numbers(read: ReadNumber): Decode {
  return ({ view, starts, lengths }, wire, logical) => {
    const form = physicalForm(logical);
    const values = allocateFixed(form === 'bytes' ? 'float64' : form, lengths.length);
    for (let row = 0; row < lengths.length; row++) {
      const length = lengths[row]!;
      if (length >= 0) values[row] = read(view, starts[row]!, length, wire);
    }
    return values;
  };
}

const integer = (view: DataView, at: number, length: number): number =>
  length === 4 ? view.getInt32(at, true) : length === 2 ? view.getInt16(at, true) : view.getUint8(at);

const bigints: Decode = ({ view, starts, lengths }) => {
  const values = new BigInt64Array(lengths.length);
  const pairs = halves(values);
  for (let row = 0; row < lengths.length; row++) {
    const at = starts[row]!;
    const length = lengths[row]!;
    if (length === 8) {
      pairs[row * 2] = view.getInt32(at, true);
      pairs[row * 2 + 1] = view.getInt32(at + 4, true);
    } else if (length >= 0) values[row] = BigInt(integer(view, at, length));
  }
  return values;
};

type ReadNumber = (view: DataView, at: number, length: number, wire: WireColumn) => number;

/** Days from here on, before or after 1970, have more microseconds than a number counts exactly. */
const EXACT_DAYS = 104_000;

/** Microseconds since 1970 into 64-bit integers, without making a BigInt of each. */
function instants(dayOf: ReadNumber, ofDay: ReadNumber): Decode {
  return ({ view, starts, lengths }, wire) => {
    const values = new BigInt64Array(lengths.length);
    const pairs = halves(values);
    for (let row = 0; row < lengths.length; row++) {
      const length = lengths[row]!;
      if (length < 0) continue;
      const at = starts[row]!;
      const days = dayOf(view, at, length, wire);
      const rest = ofDay(view, at, length, wire);
      if (!Number.isInteger(rest)) throw new UnfitValue(row, 'it has a seventh digit after the second');
      if (days > EXACT_DAYS || days < -EXACT_DAYS) {
        values[row] = BigInt(days) * BigInt(MICROS_PER_DAY) + BigInt(rest);
        continue;
      }
      const value = days * MICROS_PER_DAY + rest;
      pairs[row * 2] = value | 0;
      pairs[row * 2 + 1] = Math.floor(value / 4294967296);
    }
    return values;
  };
}

/** A count of `length` bytes, little end first. */
function ticksOf(view: DataView, at: number, length: number): number {
  const low = view.getUint16(at, true) + view.getUint8(at + 2) * 65_536;
  if (length === 3) return low;
  const next = low + view.getUint8(at + 3) * 16_777_216;
  return length === 4 ? next : next + view.getUint8(at + 4) * 4_294_967_296;
}

const dayNumber = (view: DataView, at: number): number =>
  view.getUint16(at, true) + view.getUint8(at + 2) * 65_536 - DAYS_TO_1970;

const ticksToMicros = (ticks: number, scale: number): number => (scale <= 6 ? ticks * 10 ** (6 - scale) : ticks / 10);

/** The value that the server shows: thousandths, of which only 0, 3 and 7 occur at the end. */
const datetimeMicros: ReadNumber = (view, at) => Math.round((view.getUint32(at + 4, true) * 10) / 3) * 1000;

/** Sign, then the size, little end first. */
const decimals: Decode = ({ view, starts, lengths }, _wire, logical) => {
  const isWide = logical.kind === 'decimal' && logical.precision > 18;
  const narrow = new BigInt64Array(isWide ? 0 : lengths.length);
  const wide = new Uint8Array(isWide ? lengths.length * 16 : 0);
  const wideView = new DataView(wide.buffer);
  for (let row = 0; row < lengths.length; row++) {
    const length = lengths[row]!;
    if (length < 0) continue;
    const at = starts[row]! + 1;
    let size = length === 5 ? BigInt(view.getUint32(at, true)) : view.getBigUint64(at, true);
    if (length === 13) size |= BigInt(view.getUint32(at + 8, true)) << 64n;
    else if (length === 17) size |= view.getBigUint64(at + 8, true) << 64n;
    const value = view.getUint8(at - 1) === 0 ? -size : size;
    if (isWide) {
      if (value >= powerOfTen(38) || value <= -powerOfTen(38)) throw new UnfitValue(row, 'it has more than 38 digits');
      writeInt128(wideView, row * 16, value);
    } else narrow[row] = value;
  }
  return isWide ? wide : narrow;
};

/** Ten-thousandths; of money the upper half comes first. */
const money: Decode = ({ view, starts, lengths }, _wire, logical) => {
  const isWide = logical.kind === 'decimal' && logical.precision > 18;
  const narrow = new BigInt64Array(isWide ? 0 : lengths.length);
  const wide = new Uint8Array(isWide ? lengths.length * 16 : 0);
  const wideView = new DataView(wide.buffer);
  for (let row = 0; row < lengths.length; row++) {
    const length = lengths[row]!;
    if (length < 0) continue;
    const at = starts[row]!;
    const value =
      length === 4
        ? BigInt(view.getInt32(at, true))
        : (BigInt(view.getInt32(at, true)) << 32n) | BigInt(view.getUint32(at + 4, true));
    if (isWide) writeInt128(wideView, row * 16, value);
    else narrow[row] = value;
  }
  return isWide ? wide : narrow;
};

/** The first three groups of a uniqueidentifier come little end first. */
const GUID_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

const guids: Decode = ({ bytes, starts, lengths }) => {
  const values = new Uint8Array(lengths.length * 16);
  for (let row = 0; row < lengths.length; row++) {
    if (lengths[row]! < 0) continue;
    const at = starts[row]!;
    for (let i = 0; i < 16; i++) values[row * 16 + i] = bytes[at + GUID_ORDER[i]!]!;
  }
  return values;
};

const total = (lengths: Int32Array): number => lengths.reduce((sum, length) => sum + Math.max(0, length), 0);

const binary: Decode = ({ bytes, starts, lengths }) => {
  const builder = new BytesBuilder(lengths.length, total(lengths));
  for (let row = 0; row < lengths.length; row++) {
    const length = lengths[row]!;
    if (length < 0) builder.close(0);
    else builder.append(bytes.subarray(starts[row], starts[row]! + length));
  }
  return builder.finish();
};

const utf16: Decode = ({ bytes, starts, lengths }) => {
  const builder = new BytesBuilder(lengths.length, Math.ceil(total(lengths) * 0.6) + 64);
  for (let row = 0; row < lengths.length; row++) {
    const length = lengths[row]!;
    if (length < 0) builder.close(0);
    else if (!appendUtf16(builder, bytes, starts[row]!, length))
      throw new UnfitValue(row, 'it holds half of a surrogate pair, which is no character');
  }
  return builder.finish();
};

/** Text of a code page: most of it is ASCII, which they all have in common. */
const chars: Decode = ({ bytes, starts, lengths }, { page }) => {
  const builder = new BytesBuilder(lengths.length, total(lengths));
  for (let row = 0; row < lengths.length; row++) {
    const length = lengths[row]!;
    const at = starts[row]!;
    if (length < 0) builder.close(0);
    else if (page === 'utf8' || isAscii(bytes, at, length)) builder.append(bytes.subarray(at, at + length));
    else if (page === '1252') appendLatin(builder, bytes, at, length);
    else throw new NeedsUnicode();
  }
  return builder.finish();
};

/** Writes a time of `digits` digits of a second; what else there is ends at byte `end`. */
type WriteTime = (ticks: number, digits: number, view: DataView, end: number) => string;

/**
 * Times in the server's textual notation, with the digits of the column's type, however many the server sends. `tail`:
 * bytes after the time of day.
 */
function notation(tail: number, write: WriteTime): Decode {
  return ({ view, starts, lengths }, { scale }, _logical, nativeType) => {
    const digits = parseNativeType(nativeType).scale ?? scale;
    const builder = new BytesBuilder(lengths.length, lengths.length * 34);
    for (let row = 0; row < lengths.length; row++) {
      const length = lengths[row]!;
      if (length < 0) {
        builder.close(0);
        continue;
      }
      const at = starts[row]!;
      const sent = ticksOf(view, at, length - tail);
      const ticks = digits < scale ? sent / 10 ** (scale - digits) : sent * 10 ** (digits - scale);
      if (!Number.isInteger(ticks)) throw new UnfitValue(row, `it has more than ${digits} digits of a second`);
      const text = write(ticks, digits, view, at + length);
      builder.reserve(text.length);
      for (let i = 0; i < text.length; i++) builder.data[builder.size + i] = text.charCodeAt(i);
      builder.close(text.length);
    }
    return builder.finish();
  };
}

const DECODERS: Record<LogicalType['kind'], Partial<Record<WireColumn['kind'], Decode>>> = {
  boolean: { bit: numbers((view, at) => view.getUint8(at)) },
  int16: { int: numbers(integer) },
  int32: { int: numbers(integer) },
  int64: { int: bigints },
  float32: { float: numbers((view, at) => view.getFloat32(at, true)) },
  float64: {
    float: numbers((view, at, length) => (length === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true))),
  },
  decimal: { decimal: decimals, money },
  date: { date: numbers((view, at) => dayNumber(view, at)) },
  time: {
    time: instants(
      () => 0,
      (view, at, length, { scale }) => ticksToMicros(ticksOf(view, at, length), scale),
    ),
  },
  timestamp: {
    datetime2: instants(
      (view, at, length) => dayNumber(view, at + length - 3),
      (view, at, length, { scale }) => ticksToMicros(ticksOf(view, at, length - 3), scale),
    ),
    datetime: instants((view, at) => view.getInt32(at, true) - DAYS_FROM_1900, datetimeMicros),
    smalldatetime: instants(
      (view, at) => view.getUint16(at, true) - DAYS_FROM_1900,
      (view, at) => view.getUint16(at + 2, true) * 60_000_000,
    ),
  },
  timestamptz: {
    datetimeoffset: instants(
      (view, at, length) => dayNumber(view, at + length - 5),
      (view, at, length, { scale }) => ticksToMicros(ticksOf(view, at, length - 5), scale),
    ),
  },
  uuid: { guid: guids },
  bytes: { bytes: binary },
  text: {
    utf16,
    chars,
    time: notation(0, timeText),
    datetime2: notation(
      3,
      (ticks, digits, view, end) => `${dayText(dayNumber(view, end - 3))} ${timeText(ticks, digits)}`,
    ),
    datetimeoffset: notation(5, (ticks, digits, view, end) =>
      offsetText(ticks, dayNumber(view, end - 5), digits, view.getInt16(end - 2, true)),
    ),
  },
};
