/** What lies in memory under a vector of DuckDB's driver, which hands out one value at a time and an object for each. */
import {
  type DuckDBVector,
  DuckDBBigIntVector,
  DuckDBBlobVector,
  DuckDBBooleanVector,
  DuckDBDateVector,
  DuckDBDecimal128Vector,
  DuckDBDecimal64Vector,
  DuckDBDoubleVector,
  DuckDBFloatVector,
  DuckDBIntegerVector,
  DuckDBSmallIntVector,
  DuckDBTimestampTZVector,
  DuckDBTimestampVector,
  DuckDBTimeVector,
  DuckDBUUIDVector,
} from '@duckdb/node-api';
import { LongshoreError } from '../../core/errors/longshore-error';

export interface RawVector {
  /** A DataView: 16 bytes a value. */
  items: Uint8Array | Int16Array | Int32Array | BigInt64Array | Float32Array | Float64Array | DataView;
  /** Bits to turn in the first byte of a 16-byte value once its bytes are in order. */
  turned: number;
  /** A bit for each row, 1 for a value and 0 for NULL; undefined when no row is NULL. */
  valid: Uint8Array | undefined;
}

/** Throws INTERNAL for a type that no statement of this connector asks for. */
export function rawVector(vector: DuckDBVector): RawVector {
  if (vector instanceof DuckDBBigIntVector) return raw(vector['items'], vector['validity']);
  if (vector instanceof DuckDBBlobVector) return raw(vector['dataView'], vector['validity']);
  if (vector instanceof DuckDBIntegerVector) return raw(vector['items'], vector['validity']);
  if (vector instanceof DuckDBDecimal64Vector) return raw(int64s(vector['dataView']), vector['validity']);
  if (vector instanceof DuckDBDecimal128Vector) return raw(vector['dataView'], vector['validity']);
  if (vector instanceof DuckDBTimestampVector) return raw(vector['items'], vector['validity']);
  if (vector instanceof DuckDBTimestampTZVector) return raw(vector['items'], vector['validity']);
  if (vector instanceof DuckDBDateVector) return raw(vector['items'], vector['validity']);
  if (vector instanceof DuckDBTimeVector) return raw(vector['items'], vector['validity']);
  if (vector instanceof DuckDBDoubleVector) return raw(vector['items'], vector['validity']);
  if (vector instanceof DuckDBFloatVector) return raw(vector['items'], vector['validity']);
  if (vector instanceof DuckDBSmallIntVector) return raw(vector['items'], vector['validity']);
  if (vector instanceof DuckDBBooleanVector) return raw(bytes(vector['dataView']), vector['validity']);
  // Stored with the sign bit turned, so that numbers sort as their text does.
  if (vector instanceof DuckDBUUIDVector) return { ...raw(vector['dataView'], vector['validity']), turned: 0x80 };
  throw new LongshoreError('INTERNAL', `DuckDB sent ${vector.type.toString()} where another type was asked for.`);
}

function raw(items: RawVector['items'], validity: DuckDBBlobVector['validity']): RawVector {
  const words = validity['data'];
  return { items, turned: 0, valid: words ? bytes(words) : undefined };
}

const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const int64s = ({ buffer, byteOffset, byteLength }: ArrayBufferView): BigInt64Array =>
  new BigInt64Array(buffer, byteOffset, byteLength / 8);
