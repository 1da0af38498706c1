/** Rows of a batch as ROW tokens, in chunks. */
import type { ColumnBatch } from '../../core/columnar/batch';
import { viewOf } from '../../core/columnar/copy-bytes';
import type { BulkColumn } from './bulk-columns';
import { RowValueError } from './bulk-errors';
import { fieldWriter } from './bulk-fields';
import type { FieldWriter } from './bulk-target';

/** Bytes of a chunk, unless one row alone has more. */
const CHUNK_BYTES = 256 * 1024;
const MAX_BLOCK_ROWS = 16_384;
const MAX_ROW = 0x7fffffff;
const ROW_TOKEN = 0xd1;

export interface RowChunk {
  rows: number;
  /** ROW tokens of whole rows, a buffer of its own. */
  data: Buffer;
}

/**
 * Throws RowValueError (VALUE_NOT_REPRESENTABLE, VALUE_TOO_LONG, NULL_IN_NOT_NULL) on a value that the column cannot hold
 * exactly, TYPE_NOT_SUPPORTED for a column that takes no values of such a kind.
 */
export function* encodeRows(batch: ColumnBatch, columns: readonly BulkColumn[]): Generator<RowChunk, void, undefined> {
  if (batch.columns.length !== columns.length)
    throw new Error(`A batch has ${batch.columns.length} columns where ${columns.length} were expected.`);
  const writers = columns.map((column, index) => fieldWriter(batch.columns[index]!, column));
  let blockRows = Math.min(batch.rows, 1024);
  for (let from = 0; from < batch.rows;) {
    const to = Math.min(batch.rows, from + blockRows);
    const block = measure(writers, from, to, columns);
    yield { rows: block.rows, data: write(writers, block) };
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
function measure(writers: FieldWriter[], from: number, to: number, columns: readonly BulkColumn[]): Block {
  const rows = to - from;
  const lengths = new Float64Array(rows).fill(1);
  for (const writer of writers) writer.measure(from, to, lengths);
  const starts = new Int32Array(rows);
  let bytes = 0;
  for (let row = 0; row < rows; row++) {
    const next = bytes + lengths[row]!;
    if (row > 0 && next > CHUNK_BYTES * 2) return { from, rows: row, bytes, starts };
    if (next > MAX_ROW)
      throw new RowValueError(
        'VALUE_TOO_LONG',
        `A row has ${next} bytes; no more than ${MAX_ROW} are sent at once.`,
        columns[0]?.name ?? '',
        from + row,
      );
    starts[row] = bytes;
    bytes = next;
  }
  return { from, rows, bytes, starts };
}

function write(writers: FieldWriter[], { from, rows, bytes, starts: cursor }: Block): Buffer {
  const chunk = Buffer.allocUnsafeSlow(bytes);
  for (let row = 0; row < rows; row++) {
    chunk[cursor[row]!] = ROW_TOKEN;
    cursor[row]! += 1;
  }
  const view = viewOf(chunk);
  for (const writer of writers) writer.write(from, from + rows, cursor, chunk, view);
  return chunk;
}
