import type { ColumnBatch } from '../../core/columnar/batch';
import { viewOf } from '../../core/columnar/copy-bytes';
import { LongshoreError } from '../../core/errors/longshore-error';
import { RowValueError } from './binary-errors';
import { fieldWriter } from './binary-fields';
import type { FieldWriter, TargetColumn } from './binary-target';
import { parseNativeType, wireForm } from './binary-types';

export { RowValueError } from './binary-errors';
export type { TargetColumn } from './binary-target';

/** Opens a binary COPY: send once, before the first row. */
export const BINARY_HEADER: Uint8Array = Uint8Array.of(
  0x50,
  0x47,
  0x43,
  0x4f,
  0x50,
  0x59,
  0x0a,
  0xff,
  0x0d,
  0x0a,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
);
/** Ends a binary COPY: send once, after the last row. */
export const BINARY_TRAILER: Uint8Array = Uint8Array.of(0xff, 0xff);

/** Bytes of a chunk, unless one row alone has more. */
const CHUNK_BYTES = 512 * 1024;
const MAX_BLOCK_ROWS = 16_384;
const MAX_ROW = 0x7fffffff;

/** Whether values of this column can be written to `nativeType` in binary; else the whole COPY must be in text format. */
export function canEncodeBinary(
  { logical, isEnum }: Pick<TargetColumn, 'logical' | 'isEnum'>,
  nativeType: string,
): boolean {
  const native = parseNativeType(nativeType);
  const form = wireForm(native, isEnum);
  if (form === undefined) return false;
  const isInteger = form === 'int2' || form === 'int4' || form === 'int8' || form === 'uint4';
  switch (logical.kind) {
    case 'boolean':
      return form === 'bool';
    case 'int16':
    case 'int32':
    case 'int64':
      return isInteger || form === 'numeric' || form === 'float4' || form === 'float8';
    case 'decimal':
      return form === 'numeric' || (isInteger && logical.scale === 0 && logical.precision <= 18);
    case 'float32':
    case 'float64':
      return form === 'float4' || form === 'float8';
    case 'date':
    case 'time':
    case 'uuid':
    case 'bytes':
      return form === logical.kind;
    case 'timestamp':
    case 'timestamptz':
      return native.base === logical.kind;
    case 'text':
      return form === 'text' || form === 'jsonb';
  }
}

/**
 * Rows of a batch as binary COPY, in chunks of about half a megabyte, each of whole rows and each a buffer of its own.
 * Throws RowValueError (VALUE_NOT_REPRESENTABLE, VALUE_TOO_LONG) on a value that the target column cannot hold exactly,
 * TYPE_NOT_SUPPORTED for a column that `canEncodeBinary` refuses.
 */
export function* encodeBinary(
  batch: ColumnBatch,
  columns: readonly TargetColumn[],
): Generator<Uint8Array, void, undefined> {
  if (batch.columns.length !== columns.length)
    throw new Error(`A batch has ${batch.columns.length} columns where ${columns.length} were expected.`);
  const writers = columns.map((column, index) => {
    if (!canEncodeBinary(column, column.nativeType)) {
      throw new LongshoreError(
        'TYPE_NOT_SUPPORTED',
        `Column ${column.name} of type ${column.nativeType} cannot be loaded in binary from ${column.logical.kind}.`,
        { column: column.name },
      );
    }
    return fieldWriter(batch.columns[index]!, column, index);
  });
  let blockRows = Math.min(batch.rows, 1024);
  for (let from = 0; from < batch.rows;) {
    const to = Math.min(batch.rows, from + blockRows);
    const block = measure(writers, from, to, columns);
    yield write(writers, block, columns.length);
    from += block.rows;
    blockRows = Math.max(1, Math.min(MAX_BLOCK_ROWS, Math.floor((CHUNK_BYTES * block.rows) / block.bytes)));
  }
}

interface Block {
  from: number;
  rows: number;
  bytes: number;
  /** Where each row starts within the chunk. */
  starts: Int32Array;
}

/** As many rows from `from` on as a chunk holds, one at least. */
function measure(writers: FieldWriter[], from: number, to: number, columns: readonly TargetColumn[]): Block {
  const rows = to - from;
  const fixed = writers.reduce((sum, { width }) => sum + 4 + width, 2);
  const lengths = new Float64Array(rows).fill(fixed);
  for (const writer of writers) writer.measure(from, to, lengths);
  const starts = new Int32Array(rows);
  let bytes = 0;
  for (let row = 0; row < rows; row++) {
    const next = bytes + lengths[row]!;
    if (row > 0 && next > CHUNK_BYTES) return { from, rows: row, bytes, starts };
    if (next > MAX_ROW)
      throw new RowValueError(
        'VALUE_TOO_LONG',
        `A row has ${next} bytes; Postgres takes no row as long.`,
        columns[0]?.name ?? '',
        0,
        from + row,
      );
    starts[row] = bytes;
    bytes = next;
  }
  return { from, rows, bytes, starts };
}

function write(writers: FieldWriter[], { from, rows, bytes, starts: cursor }: Block, columns: number): Uint8Array {
  const chunk = Buffer.allocUnsafeSlow(bytes);
  const view = viewOf(chunk);
  for (let row = 0; row < rows; row++) {
    view.setInt16(cursor[row]!, columns);
    cursor[row]! += 2;
  }
  for (const writer of writers) writer.write(from, from + rows, cursor, chunk, view);
  return chunk;
}
