/** Reads one slice into one Parquet file: the server's bytes, decoded into column batches, a row group each. */
import type { ColumnBatch } from '../../core/columnar/batch';
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId } from '../../core/types/table';
import type { PartColumn, PartResult } from '../../core/types/transfer';
import { ParquetWriter } from '../../storage/parquet/writer';
import type { ExtractOptions, ExtractRequest } from '../connector';
import { toMssqlError } from './errors';
import type { MssqlPool } from './pool';
import { parseRange, selectSql } from './select';
import { readUnder } from './snapshot';
import { NeedsUnicode } from './tds-columns';
import { TdsReader } from './tds-reader';

/**
 * Throws SNAPSHOT_LOST when the snapshot is gone, CANCELLED when `signal` is aborted, VALUE_NOT_REPRESENTABLE with column
 * and key, COUNT_MISMATCH when the server sent another number of rows than were written. Nothing is left behind in any
 * of these cases.
 */
export async function extractPart(
  pool: MssqlPool,
  request: ExtractRequest,
  options: ExtractOptions,
): Promise<PartResult> {
  const place = { table: tableId(request.table) };
  const { signal } = options;
  try {
    try {
      return await extractOnce(pool, request, options, false);
    } catch (error) {
      if (!(error instanceof NeedsUnicode)) throw error;
      return await extractOnce(pool, request, options, true);
    }
  } catch (error) {
    if (signal?.aborted)
      throw new LongshoreError('CANCELLED', `Reading ${place.table} (${request.range.label}) was cancelled.`, place, {
        cause: error,
      });
    throw toMssqlError(error, place, pool.server);
  }
}

async function extractOnce(
  pool: MssqlPool,
  request: ExtractRequest,
  { progress, signal, stage }: ExtractOptions,
  unicode: boolean,
): Promise<PartResult> {
  signal?.throwIfAborted();
  const sql = selectSql(request, parseRange(request.range), unicode);
  const columns = request.columns.map(({ target, sourceType, logical }): PartColumn => ({
    name: target,
    nativeType: sourceType,
    logical,
  }));
  const { file, codec, codecLevel } = request;
  const writer = await ParquetWriter.open(file, columns, { codec, level: codecLevel });
  const sink = new PartSink(writer, stage?.(columns), progress, readerFor(request));
  try {
    await readUnder(pool, request.snapshot, sql, (chunk) => sink.take(chunk), signal);
    await sink.finish(tableId(request.table), request.range.label);
    const { rows, bytes, sha256 } = await writer.finish();
    return { rows, bytes, sha256, columns };
  } catch (error) {
    await writer.abort();
    sink.undo();
    throw error;
  }
}

/** Reads under the names of the source; values of masked columns never name a row. */
function readerFor({ columns, orderBy, batchRows }: ExtractRequest): TdsReader {
  const key = orderBy.map((name) => columns.findIndex(({ source, mask }) => source === name && mask === undefined));
  const wire = columns.map(({ source, sourceType, logical }): PartColumn => ({
    name: source,
    nativeType: sourceType,
    logical,
  }));
  return new TdsReader(wire, { batchRows }, key.includes(-1) ? [] : key);
}

class PartSink {
  #rows = 0;
  #counted = 0n;
  #bytes = 0;

  constructor(
    readonly writer: ParquetWriter,
    readonly stage: ((batch: ColumnBatch) => ColumnBatch | Promise<ColumnBatch>) | undefined,
    readonly progress: BigInt64Array,
    readonly reader: TdsReader,
  ) {}

  take(chunk: Uint8Array): void | Promise<void> {
    this.#bytes += chunk.length;
    if (this.reader.push(chunk)) return this.#drain();
  }

  async finish(table: string, label: string): Promise<void> {
    await this.#drain();
    for (let batch = this.reader.finish(); batch; batch = this.reader.finish()) await this.#write(batch);
    const { rowsSent } = this.reader;
    if (rowsSent !== this.#rows)
      throw new LongshoreError(
        'COUNT_MISMATCH',
        `The server sent ${rowsSent ?? 'an unknown number of'} rows of ${table} (${label}) and ${this.#rows} were written.`,
        { table },
      );
  }

  /** Takes back what was counted of a part that came to nothing. */
  undo(): void {
    Atomics.sub(this.progress, 0, BigInt(this.#rows));
    Atomics.sub(this.progress, 1, this.#counted);
  }

  async #drain(): Promise<void> {
    for (let batch = this.reader.take(); batch; batch = this.reader.take()) await this.#write(batch);
  }

  async #write(batch: ColumnBatch): Promise<void> {
    await this.writer.write(this.stage ? await this.stage(batch) : batch);
    this.#rows += batch.rows;
    Atomics.add(this.progress, 0, BigInt(batch.rows));
    Atomics.add(this.progress, 1, BigInt(this.#bytes));
    this.#counted += BigInt(this.#bytes);
    this.#bytes = 0;
  }
}
