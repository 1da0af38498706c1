/**
 * Column batches: how rows travel through Longshore between a database's wire format and Parquet. A batch holds up to a
 * row group's worth of rows, column by column in typed arrays, so that moving a value costs nanoseconds and no object.
 */
import type { LogicalType } from '../types/table';

/** Values of variable length: value i is `data[offsets[i] .. offsets[i + 1])`. */
export interface BytesValues {
  data: Uint8Array;
  /** length + 1 entries. */
  offsets: Uint32Array;
}

/**
 * Physical form by logical kind:
 * boolean → Uint8Array (0/1); int16, int32, date → Int32Array; int64, time, timestamp, timestamptz → BigInt64Array;
 * float32 → Float32Array; float64 → Float64Array; decimal of precision ≤ 18 → BigInt64Array (unscaled);
 * decimal of precision > 18 → Uint8Array of 16 bytes a value, big-endian two's complement (unscaled);
 * uuid → Uint8Array of 16 bytes a value; bytes, text → BytesValues (text is UTF-8).
 */
export type ColumnValues = Uint8Array | Int32Array | BigInt64Array | Float32Array | Float64Array | BytesValues;

export interface ColumnVector {
  logical: LogicalType;
  /** 1 = value, 0 = NULL; undefined when no value is NULL. The value slot of a NULL is 0 or empty. */
  validity?: Uint8Array;
  values: ColumnValues;
}

export interface ColumnBatch {
  rows: number;
  columns: ColumnVector[];
}
