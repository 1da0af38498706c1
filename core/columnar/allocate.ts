import type { LogicalType } from '../types/table';
import type { BytesValues, ColumnValues } from './batch';

/** How a column's values lie in memory; see ColumnValues for which kind is which. */
export type PhysicalForm = 'bool' | 'int32' | 'int64' | 'float32' | 'float64' | 'fixed16' | 'bytes';

export function physicalForm(logical: LogicalType): PhysicalForm {
  switch (logical.kind) {
    case 'boolean':
      return 'bool';
    case 'int16':
    case 'int32':
    case 'date':
      return 'int32';
    case 'int64':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return 'int64';
    case 'float32':
      return 'float32';
    case 'float64':
      return 'float64';
    case 'decimal':
      return logical.precision <= 18 ? 'int64' : 'fixed16';
    case 'uuid':
      return 'fixed16';
    case 'bytes':
    case 'text':
      return 'bytes';
  }
}

/** Zeroed room for `rows` values of a kind of fixed width. */
export function allocateFixed(form: Exclude<PhysicalForm, 'bytes'>, rows: number): Exclude<ColumnValues, BytesValues> {
  switch (form) {
    case 'bool':
      return new Uint8Array(rows);
    case 'int32':
      return new Int32Array(rows);
    case 'int64':
      return new BigInt64Array(rows);
    case 'float32':
      return new Float32Array(rows);
    case 'float64':
      return new Float64Array(rows);
    case 'fixed16':
      return new Uint8Array(rows * 16);
  }
}

/** The 64-bit values as pairs of 32-bit halves, low half first (every platform that Node runs on is little-endian). */
export const halves = (values: BigInt64Array | Float64Array): Int32Array =>
  new Int32Array(values.buffer, values.byteOffset, values.length * 2);

/** A vector's values, of a form that the caller has established. Throws a TypeError when the batch lies. */
export function asBytesValues(values: ColumnValues): BytesValues {
  if ('offsets' in values) return values;
  throw new TypeError('Column values are not of variable length.');
}

export function asUint8(values: ColumnValues): Uint8Array {
  if (values instanceof Uint8Array) return values;
  throw new TypeError('Column values are not bytes.');
}

export function asInt32(values: ColumnValues): Int32Array {
  if (values instanceof Int32Array) return values;
  throw new TypeError('Column values are not 32-bit integers.');
}

export function asInt64(values: ColumnValues): BigInt64Array {
  if (values instanceof BigInt64Array) return values;
  throw new TypeError('Column values are not 64-bit integers.');
}
