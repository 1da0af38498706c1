/** Small results read exactly: each column in its logical type, none through a JavaScript number or date. */
import type { ColumnBatch, ColumnVector } from '../../core/columnar/batch';
import { readInt128 } from '../../core/columnar/int128';
import type { PartColumn } from '../../core/types/transfer';
import type { MssqlPool } from './pool';
import { readUnder } from './snapshot';
import { TdsReader } from './tds-reader';

/** A value of a row: whole numbers and unscaled decimals as bigint, floats as number, text and bytes as they are. */
export type ExactValue = bigint | number | string | Uint8Array | null;

/** The rows of a query, under a snapshot where there is one. Rejects as the server does, see `toMssqlError`. */
export async function readRows(
  pool: MssqlPool,
  snapshot: string | undefined,
  sql: string,
  columns: readonly PartColumn[],
  signal?: AbortSignal,
): Promise<ExactValue[][]> {
  const reader = new TdsReader(columns, { batchRows: 10_000 });
  const rows: ExactValue[][] = [];
  const take = (batch: ColumnBatch): void => {
    for (let row = 0; row < batch.rows; row++) rows.push(batch.columns.map((column) => valueAt(column, row)));
  };
  await readUnder(
    pool,
    snapshot,
    sql,
    (chunk) => {
      if (reader.push(chunk)) for (let batch = reader.take(); batch; batch = reader.take()) take(batch);
    },
    signal,
  );
  for (let batch = reader.take(); batch; batch = reader.take()) take(batch);
  for (let batch = reader.finish(); batch; batch = reader.finish()) take(batch);
  return rows;
}

function valueAt({ validity, values, logical }: ColumnVector, row: number): ExactValue {
  if (validity?.[row] === 0) return null;
  if ('offsets' in values) {
    const bytes = values.data.subarray(values.offsets[row], values.offsets[row + 1]);
    return logical.kind === 'text' ? Buffer.from(bytes).toString('utf8') : bytes.slice();
  }
  if (logical.kind === 'uuid') return (values as Uint8Array).slice(row * 16, row * 16 + 16);
  if (logical.kind === 'decimal' && values instanceof Uint8Array)
    return readInt128(new DataView(values.buffer, values.byteOffset), row * 16);
  return values[row]!;
}
