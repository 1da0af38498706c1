/** Reads one slice into one Parquet file: binary COPY, decoded into column batches, a row group each. */
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId } from '../../core/types/table';
import type { ColumnBatch } from '../../core/columnar/batch';
import type { ColumnPlan, PartColumn, PartResult } from '../../core/types/transfer';
import { ParquetWriter } from '../../storage/parquet/writer';
import type { BatchStage, ExtractOptions, ExtractRequest, ReadRequest, WireLoad } from '../connector';
import { BinaryCopyDecoder, NeedsText } from './binary-decoder';
import { copyOut, destroy, type CopySink } from './copy-out';
import type { PostgresClient, PostgresPool } from './pool';
import { toReadError } from './read-errors';
import { fromClause, parseRange, readOptions, type PostgresRange } from './select';
import { withSnapshot } from './snapshot';
import { selectExpression } from './types';

/** How long a statement that was told to stop may take to do so. */
const CUT_AFTER_MS = 3_000;

/** The SELECT that is copied. Throws SCHEMA_MISMATCH when no column is left. */
export function selectSql(request: Omit<ReadRequest, 'snapshot'>, range?: PostgresRange): string {
  if (request.columns.length === 0)
    throw new LongshoreError('SCHEMA_MISMATCH', `No column of ${tableId(request.table)} is left to transfer.`, {
      table: tableId(request.table),
    });
  const list = request.columns.map((column) => selectExpression(column).sql).join(', ');
  return `SELECT ${list}${fromClause({ ...request, ...(range && { range }) })}`;
}

/**
 * Throws SNAPSHOT_LOST when the snapshot is gone, CANCELLED when `signal` is aborted, COUNT_MISMATCH when the server
 * sent another number of rows than were written. Nothing is left behind in any of these cases.
 */
export async function extractPart(
  pool: PostgresPool,
  request: ExtractRequest,
  options: ExtractOptions,
): Promise<PartResult> {
  const place = { table: tableId(request.table) };
  const { signal } = options;
  let { columns } = request;
  // Rows in the server's own format pass every stage by, so none with a column to be masked may go that way.
  if (columns.some(({ mask }) => mask !== undefined)) options.alongside?.abandon();
  const alongside = columns.some(({ mask }) => mask !== undefined) ? undefined : options.alongside;
  for (;;) {
    try {
      return await extractOnce(pool, { ...request, columns }, options, alongside);
    } catch (error) {
      // Rows that were passed on would come a second time.
      alongside?.abandon();
      if (signal?.aborted)
        throw new LongshoreError('CANCELLED', `Reading ${place.table} (${request.range.label}) was cancelled.`, place, {
          cause: error,
        });
      const column = error instanceof NeedsText ? columns[error.columnIndex] : undefined;
      if (!column || column.logical.kind === 'text') throw toReadError(error, place, request, pool.server);
      columns = columns.map((other) => (other === column ? asText(column) : other));
    }
  }
}

/** NaN and infinities have no place in a decimal column: such a part carries the column in PostgreSQL's notation. */
export const asText = (column: ColumnPlan): ColumnPlan => ({ ...column, logical: { kind: 'text', of: 'other' } });

async function extractOnce(
  pool: PostgresPool,
  request: ExtractRequest,
  { progress, signal, stage }: ExtractOptions,
  alongside: WireLoad | undefined,
): Promise<PartResult> {
  signal?.throwIfAborted();
  const copySql = `COPY (${selectSql(request, parseRange(request.range))}) TO STDOUT (FORMAT binary)`;
  const columns: PartColumn[] = request.columns.map(({ target, sourceType, logical }) => ({
    name: target,
    nativeType: sourceType,
    logical,
  }));
  const wire: PartColumn[] = request.columns.map((column) => ({
    name: column.source,
    nativeType: selectExpression(column).wireType,
    logical: column.logical,
  }));
  const writer = await ParquetWriter.open(request.file, columns, { codec: request.codec, level: request.codecLevel });
  let sink: PartSink | undefined;
  try {
    const decoder = new BinaryCopyDecoder(wire, { batchRows: request.batchRows });
    const parts = new PartSink(writer, decoder, progress, alongside, stage?.(columns));
    sink = parts;
    const sent = await withSnapshot(
      pool,
      request.snapshot,
      (client) => abortable(pool, client, signal, () => copyOut(client, copySql, parts)),
      readOptions(request),
    );
    await parts.finish();
    if (sent !== parts.rows) {
      throw new LongshoreError(
        'COUNT_MISMATCH',
        `The server sent ${sent} rows of ${tableId(request.table)} (${request.range.label}) and ${parts.rows} were written.`,
        { table: tableId(request.table) },
      );
    }
    const { rows, bytes, sha256 } = await writer.finish();
    return { rows, bytes, sha256, columns };
  } catch (error) {
    await writer.abort();
    sink?.undo();
    throw error;
  }
}

/**
 * Ends the statement on the server, too, which may be far from sending a row and would not notice a cut connection.
 * The connection is not used again: the request to stop could otherwise hit a later statement.
 */
export async function abortable<T>(
  pool: PostgresPool,
  client: PostgresClient,
  signal: AbortSignal | undefined,
  run: () => Promise<T>,
): Promise<T> {
  if (!signal) return run();
  signal.throwIfAborted();
  let cut: NodeJS.Timeout | undefined;
  const stop = () => {
    if (client.processID !== null) void pool.cancel(client.processID);
    cut = setTimeout(() => destroy(client), CUT_AFTER_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await run();
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(cut);
    if (signal.aborted) destroy(client);
  }
}

/** Bytes that are kept for the load alongside before the source has to wait for it. */
const PASS_ON_BYTES = 1 << 20;

class PartSink implements CopySink {
  rows = 0;
  #counted = 0n;
  #bytes = 0;
  #passOn: Uint8Array[] = [];
  #waiting = 0;

  constructor(
    readonly writer: ParquetWriter,
    readonly decoder: BinaryCopyDecoder,
    readonly progress: ExtractOptions['progress'],
    readonly alongside: WireLoad | undefined,
    readonly stage: ReturnType<BatchStage> | undefined,
  ) {}

  push(chunk: Uint8Array, start: number, end: number): boolean {
    this.#bytes += end - start;
    if (this.alongside) {
      // A socket reads every chunk into memory of its own, so this piece stays as it is.
      this.#passOn.push(chunk.subarray(start, end));
      this.#waiting += end - start;
    }
    return this.decoder.push(chunk, start, end) || this.#waiting >= PASS_ON_BYTES;
  }

  async drain(): Promise<void> {
    const pieces = this.#passOn;
    this.#passOn = [];
    this.#waiting = 0;
    for (const piece of pieces) await this.alongside?.write(piece);
    for (let batch = this.decoder.take(); batch; batch = this.decoder.take()) await this.#write(batch);
  }

  async finish(): Promise<void> {
    await this.drain();
    const last = this.decoder.finish();
    if (last && last.rows > 0) await this.#write(last);
  }

  /** Takes back what was counted of a part that came to nothing. */
  undo(): void {
    Atomics.sub(this.progress, 0, BigInt(this.rows));
    Atomics.sub(this.progress, 1, this.#counted);
  }

  async #write(batch: ColumnBatch): Promise<void> {
    await this.writer.write(this.stage ? await this.stage(batch) : batch);
    this.rows += batch.rows;
    Atomics.add(this.progress, 0, BigInt(batch.rows));
    Atomics.add(this.progress, 1, BigInt(this.#bytes));
    this.#counted += BigInt(this.#bytes);
    this.#bytes = 0;
  }
}
