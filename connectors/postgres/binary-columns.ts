import { allocateFixed, halves, physicalForm } from '../../core/columnar/allocate';
import type { BytesValues, ColumnValues, ColumnVector } from '../../core/columnar/batch';
import { copyValue, viewOf } from '../../core/columnar/copy-bytes';
import type { LogicalType } from '../../core/types/table';
import { brokenStream, NeedsText } from './binary-errors';
import { decodeDecimals } from './binary-numeric';
import { EPOCH_DAYS, EPOCH_HIGH, EPOCH_LOW, INT32_MAX, INT32_MIN } from './binary-times';
import type { WireForm } from './binary-types';

/** The fields of one column within the wire bytes: where each starts, its length in the four bytes before; -1 for NULL. */
export interface FieldSource {
  bytes: Uint8Array;
  view: DataView;
  fields: Int32Array;
  column: string;
  index: number;
}

/** Decodes one column of a batch, in a loop that knows its type. */
export function decodeColumn(source: FieldSource, logical: LogicalType, form: WireForm): ColumnVector {
  const validity = validityOf(source.fields);
  const values = decodeValues(source, logical, form);
  return validity ? { logical, validity, values } : { logical, values };
}

function validityOf(fields: Int32Array): Uint8Array | undefined {
  let row = 0;
  while (row < fields.length && fields[row]! >= 0) row++;
  if (row === fields.length) return undefined;
  const validity = new Uint8Array(fields.length).fill(1, 0, row);
  for (; row < fields.length; row++) validity[row] = fields[row]! >= 0 ? 1 : 0;
  return validity;
}

function decodeValues(source: FieldSource, logical: LogicalType, form: WireForm): ColumnValues {
  const rows = source.fields.length;
  switch (form) {
    case 'bool':
      return decodeBooleans(source, new Uint8Array(rows));
    case 'int2':
    case 'int4':
    case 'uint4':
      return physicalForm(logical) === 'int64'
        ? decodeIntoInt64(source, new BigInt64Array(rows), form)
        : form === 'int2'
          ? decodeInt16(source, new Int32Array(rows))
          : decodeInt32(source, new Int32Array(rows));
    case 'date':
      return decodeDates(source, new Int32Array(rows));
    case 'int8':
      return decodeInt64(source, new BigInt64Array(rows));
    case 'time':
      return decodeInt64(source, new BigInt64Array(rows));
    case 'timestamp':
      return decodeTimestamps(source, new BigInt64Array(rows));
    case 'float4':
      return logical.kind === 'float64'
        ? decodeFloat32Wide(source, new Float64Array(rows))
        : decodeFloat32(source, new Float32Array(rows));
    case 'float8':
      return decodeFloat64(source, new Float64Array(rows));
    case 'numeric':
      if (logical.kind !== 'decimal') throw brokenStream(`numeric arrives for ${logical.kind}`, source.column);
      return decodeDecimals(source, logical.precision, logical.scale);
    case 'uuid':
      return decodeUuids(source, allocateFixed('fixed16', rows) as Uint8Array);
    case 'bytes':
    case 'text':
      return decodeBytes(source, 0);
    case 'jsonb':
      return decodeBytes(source, 1);
  }
}

function wrongLength({ view, column }: FieldSource, at: number, expected: number): never {
  throw brokenStream(`a field has ${view.getInt32(at - 4)} bytes where ${expected} were expected`, column);
}

function decodeBooleans(source: FieldSource, out: Uint8Array): Uint8Array {
  const { view, fields } = source;
  for (let row = 0; row < fields.length; row++) {
    const at = fields[row]!;
    if (at < 0) continue;
    if (view.getInt32(at - 4) !== 1) wrongLength(source, at, 1);
    const value = view.getUint8(at);
    if (value > 1) throw brokenStream(`a boolean is ${value}`, source.column);
    out[row] = value;
  }
  return out;
}

function decodeInt16(source: FieldSource, out: Int32Array): Int32Array {
  const { view, fields } = source;
  for (let row = 0; row < fields.length; row++) {
    const at = fields[row]!;
    if (at < 0) continue;
    if (view.getInt32(at - 4) !== 2) wrongLength(source, at, 2);
    out[row] = view.getInt16(at);
  }
  return out;
}

function decodeInt32(source: FieldSource, out: Int32Array): Int32Array {
  const { view, fields } = source;
  for (let row = 0; row < fields.length; row++) {
    const at = fields[row]!;
    if (at < 0) continue;
    if (view.getInt32(at - 4) !== 4) wrongLength(source, at, 4);
    out[row] = view.getInt32(at);
  }
  return out;
}

function decodeDates(source: FieldSource, out: Int32Array): Int32Array {
  const { view, fields } = source;
  for (let row = 0; row < fields.length; row++) {
    const at = fields[row]!;
    if (at < 0) continue;
    if (view.getInt32(at - 4) !== 4) wrongLength(source, at, 4);
    const days = view.getInt32(at);
    if (days === INT32_MAX) out[row] = INT32_MAX;
    else if (days === INT32_MIN) out[row] = -INT32_MAX;
    else if (days >= INT32_MAX - EPOCH_DAYS) throw new NeedsText(source.index, source.column);
    else out[row] = days + EPOCH_DAYS;
  }
  return out;
}

/** Narrower integers of a column that is 64 bits wide, oid among them. */
function decodeIntoInt64(source: FieldSource, out: BigInt64Array, form: 'int2' | 'int4' | 'uint4'): BigInt64Array {
  const { view, fields } = source;
  const words = halves(out);
  const width = form === 'int2' ? 2 : 4;
  for (let row = 0; row < fields.length; row++) {
    const at = fields[row]!;
    if (at < 0) continue;
    if (view.getInt32(at - 4) !== width) wrongLength(source, at, width);
    const value = form === 'int2' ? view.getInt16(at) : view.getInt32(at);
    words[row * 2] = value;
    words[row * 2 + 1] = form !== 'uint4' && value < 0 ? -1 : 0;
  }
  return out;
}

function decodeInt64(source: FieldSource, out: BigInt64Array): BigInt64Array {
  const { view, fields } = source;
  const words = halves(out);
  for (let row = 0; row < fields.length; row++) {
    const at = fields[row]!;
    if (at < 0) continue;
    if (view.getInt32(at - 4) !== 8) wrongLength(source, at, 8);
    words[row * 2] = view.getInt32(at + 4);
    words[row * 2 + 1] = view.getInt32(at);
  }
  return out;
}

function decodeTimestamps(source: FieldSource, out: BigInt64Array): BigInt64Array {
  const { view, fields } = source;
  const words = halves(out);
  for (let row = 0; row < fields.length; row++) {
    const at = fields[row]!;
    if (at < 0) continue;
    if (view.getInt32(at - 4) !== 8) wrongLength(source, at, 8);
    const high = view.getInt32(at);
    const low = view.getInt32(at + 4);
    let sumLow = (low + EPOCH_LOW) | 0;
    let sumHigh = high + EPOCH_HIGH + (sumLow >>> 0 < low >>> 0 ? 1 : 0);
    if (sumHigh >= INT32_MAX) {
      // Infinity, or a year that only Postgres' later epoch leaves room for.
      if (high !== INT32_MAX || low !== -1) throw new NeedsText(source.index, source.column);
      sumLow = -1;
      sumHigh = INT32_MAX;
    } else if (high === INT32_MIN && low === 0) {
      sumLow = 1;
      sumHigh = INT32_MIN;
    }
    words[row * 2] = sumLow;
    words[row * 2 + 1] = sumHigh;
  }
  return out;
}

/** By their bits, so that the payload of a NaN and the sign of a zero stay. */
function decodeFloat32(source: FieldSource, out: Float32Array): Float32Array {
  decodeInt32(source, new Int32Array(out.buffer));
  return out;
}

function decodeFloat32Wide(source: FieldSource, out: Float64Array): Float64Array {
  const { view, fields } = source;
  for (let row = 0; row < fields.length; row++) {
    const at = fields[row]!;
    if (at < 0) continue;
    if (view.getInt32(at - 4) !== 4) wrongLength(source, at, 4);
    out[row] = view.getFloat32(at);
  }
  return out;
}

function decodeFloat64(source: FieldSource, out: Float64Array): Float64Array {
  decodeInt64(source, new BigInt64Array(out.buffer));
  return out;
}

function decodeUuids(source: FieldSource, out: Uint8Array): Uint8Array {
  const { view, fields } = source;
  const target = viewOf(out);
  for (let row = 0; row < fields.length; row++) {
    const at = fields[row]!;
    if (at < 0) continue;
    if (view.getInt32(at - 4) !== 16) wrongLength(source, at, 16);
    for (let word = 0; word < 16; word += 4) target.setInt32(row * 16 + word, view.getInt32(at + word));
  }
  return out;
}

/** Text, bytes and json as they stand; `skip` bytes (jsonb's version) are left out of each. */
function decodeBytes(source: FieldSource, skip: 0 | 1): BytesValues {
  const { bytes, view, fields } = source;
  const rows = fields.length;
  const offsets = new Uint32Array(rows + 1);
  let size = 0;
  for (let row = 0; row < rows; row++) {
    const at = fields[row]!;
    if (at >= 0) {
      const length = view.getInt32(at - 4) - skip;
      if (skip === 1 && (length < 0 || view.getUint8(at) !== 1))
        throw brokenStream('jsonb is not of version 1', source.column);
      size += length;
    }
    offsets[row + 1] = size;
  }
  const data = new Uint8Array(size);
  const target = viewOf(data);
  for (let row = 0; row < rows; row++) {
    const at = fields[row]!;
    if (at < 0) continue;
    const into = offsets[row]!;
    copyValue(bytes, view, at + skip, data, target, into, offsets[row + 1]! - into);
  }
  return { data, offsets };
}
