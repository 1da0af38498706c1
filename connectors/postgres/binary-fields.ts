import { asInt32, asInt64, asUint8, halves } from '../../core/columnar/allocate';
import type { ColumnVector } from '../../core/columnar/batch';
import { viewOf } from '../../core/columnar/copy-bytes';
import { numericWriter } from './binary-numeric-encode';
import { stringWriter } from './binary-strings';
import { refuse, type FieldPlace, type FieldWriter, type TargetColumn, type ValueWriter } from './binary-target';
import { dateWriter, timestampWriter, timeWriter } from './binary-times';
import { parseNativeType, wireForm } from './binary-types';

export function fieldWriter(vector: ColumnVector, column: TargetColumn, index: number): FieldWriter {
  const place = { column, index };
  const native = parseNativeType(column.nativeType);
  const form = wireForm(native, column.isEnum);
  switch (form) {
    case 'bool':
      return fixedWriter(vector.validity, 1, booleanWriter(asUint8(vector.values)));
    case 'int2':
      return fixedWriter(vector.validity, 2, integerWriter(vector, place, 2, -0x8000, 0x7fff));
    case 'int4':
      return fixedWriter(vector.validity, 4, integerWriter(vector, place, 4, -0x80000000, 0x7fffffff));
    case 'uint4':
      return fixedWriter(vector.validity, 4, integerWriter(vector, place, 4, 0, 0xffffffff));
    case 'int8':
      return fixedWriter(
        vector.validity,
        8,
        vector.values instanceof Int32Array ? widenedWriter(vector.values) : int64Writer(asInt64(vector.values)),
      );
    case 'float4':
      return fixedWriter(vector.validity, 4, float32Writer(vector, place));
    case 'float8':
      return fixedWriter(vector.validity, 8, float64Writer(vector, place));
    case 'numeric':
      return numericWriter(vector, place, native.modifiers);
    case 'date':
      return fixedWriter(vector.validity, 4, dateWriter(asInt32(vector.values), place));
    case 'time':
      return fixedWriter(vector.validity, 8, timeWriter(asInt64(vector.values), place, native.modifiers[0]));
    case 'timestamp':
      return fixedWriter(vector.validity, 8, timestampWriter(asInt64(vector.values), place, native.modifiers[0]));
    case 'uuid':
      return fixedWriter(vector.validity, 16, uuidWriter(asUint8(vector.values)));
    case 'bytes':
    case 'text':
    case 'jsonb':
      return stringWriter(vector, place, form, native);
    case undefined:
      throw new TypeError(`${column.nativeType} has no binary form.`);
  }
}

function fixedWriter(validity: Uint8Array | undefined, width: number, put: ValueWriter): FieldWriter {
  return {
    width,
    measure(from, to, lengths) {
      if (validity) for (let row = from; row < to; row++) if (validity[row] === 0) lengths[row - from]! -= width;
    },
    write(from, to, cursor, _chunk, view) {
      for (let row = from; row < to; row++) {
        const at = cursor[row - from]!;
        if (validity !== undefined && validity[row] === 0) {
          view.setInt32(at, -1);
          cursor[row - from] = at + 4;
        } else {
          view.setInt32(at, width);
          put(row, view, at + 4);
          cursor[row - from] = at + 4 + width;
        }
      }
    },
  };
}

const booleanWriter =
  (values: Uint8Array): ValueWriter =>
  (row, view, at) =>
    view.setUint8(at, values[row]!);

/** Integers of up to 32 bits on the wire, from 32 or 64 bits in the batch. */
function integerWriter(
  { values }: ColumnVector,
  place: FieldPlace,
  width: 2 | 4,
  least: number,
  most: number,
): ValueWriter {
  const put = (row: number, value: number, view: DataView, at: number): void => {
    if (value < least || value > most) refuse(place, row, `${value} is out of range`);
    if (width === 2) view.setInt16(at, value);
    else view.setInt32(at, value);
  };
  if (values instanceof Int32Array) return (row, view, at) => put(row, values[row]!, view, at);
  const wide = asInt64(values);
  const words = halves(wide);
  return (row, view, at) => {
    const high = words[row * 2 + 1]!;
    const low = words[row * 2]!;
    // Beyond ±2^33 the sum is inexact, and far out of range all the same.
    if (high > 1 || high < -2) refuse(place, row, `${wide[row]} is out of range`);
    put(row, high * 4294967296 + (low >>> 0), view, at);
  };
}

const widenedWriter =
  (values: Int32Array): ValueWriter =>
  (row, view, at) => {
    const value = values[row]!;
    view.setInt32(at, value < 0 ? -1 : 0);
    view.setInt32(at + 4, value);
  };

function int64Writer(values: BigInt64Array): ValueWriter {
  const words = halves(values);
  return (row, view, at) => {
    view.setInt32(at, words[row * 2 + 1]!);
    view.setInt32(at + 4, words[row * 2]!);
  };
}

/** The integer of a row as a double; refuses one that a double cannot hold. */
function exactNumber(values: BigInt64Array, place: FieldPlace, row: number): number {
  const value = values[row]!;
  if (BigInt(Number(value)) !== value) refuse(place, row, `${value} has more digits than it holds exactly`);
  return Number(value);
}

function float32Writer({ values }: ColumnVector, place: FieldPlace): ValueWriter {
  if (values instanceof Float32Array) {
    // By their bits, so that the payload of a NaN stays.
    const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
    return (row, view, at) => view.setInt32(at, bits[row]!);
  }
  const number = values instanceof BigInt64Array ? (row: number) => exactNumber(values, place, row) : numberOf(values);
  return (row, view, at) => {
    const value = number(row);
    if (Math.fround(value) !== value && !Number.isNaN(value))
      refuse(place, row, `${value} has more digits than it holds exactly`);
    view.setFloat32(at, value);
  };
}

function float64Writer({ values }: ColumnVector, place: FieldPlace): ValueWriter {
  if (values instanceof Float64Array) {
    const words = halves(values);
    return (row, view, at) => {
      view.setInt32(at, words[row * 2 + 1]!);
      view.setInt32(at + 4, words[row * 2]!);
    };
  }
  const number = values instanceof BigInt64Array ? (row: number) => exactNumber(values, place, row) : numberOf(values);
  return (row, view, at) => view.setFloat64(at, number(row));
}

function numberOf(values: ColumnVector['values']): (row: number) => number {
  if (values instanceof Int32Array || values instanceof Float32Array || values instanceof Float64Array)
    return (row) => values[row]!;
  throw new TypeError('Column values are not numbers.');
}

function uuidWriter(values: Uint8Array): ValueWriter {
  const source = viewOf(values);
  return (row, view, at) => {
    for (let word = 0; word < 16; word += 4) view.setInt32(at + word, source.getInt32(row * 16 + word));
  };
}
