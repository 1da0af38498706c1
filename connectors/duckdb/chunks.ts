/** DuckDB's chunks of rows as column batches: fixed widths are copied as they lie in memory, nothing is printed or parsed. */
import { type DuckDBDataChunk, type DuckDBVector, DuckDBBlobVector } from '@duckdb/node-api';
import { allocateFixed, physicalForm } from '../../core/columnar/allocate';
import type { BytesValues, ColumnBatch, ColumnValues, ColumnVector } from '../../core/columnar/batch';
import { BytesBuilder } from '../../core/columnar/bytes-builder';
import type { LogicalType } from '../../core/types/table';
import { rawVector, type RawVector } from './raw-vector';
import { carrierType } from './type-names';

/** Bytes of variable length after which a batch ends early, so that large values do not fill the memory. */
const BATCH_BYTES = 64 * 1024 * 1024;
/** First room for the values of a column of variable length, in bytes a row. */
const EXPECTED_BYTES = 16;

/**
 * The form in which a value leaves DuckDB, from its form in the part: text as the bytes of its UTF-8, decimals of up to
 * 18 digits as 64 bits whatever their precision.
 */
export function streamed(value: string, logical: LogicalType): string {
  if (logical.kind === 'text') return `encode(${value})`;
  if (logical.kind === 'decimal' && logical.precision <= 18) return `CAST(${value} AS DECIMAL(18,${logical.scale}))`;
  return `CAST(${value} AS ${carrierType(logical)})`;
}

/** Gathers chunks into batches of `batchRows`, or fewer where the values are large. */
export class BatchGatherer {
  #columns: Gathered[] = [];
  #rows = 0;

  constructor(
    readonly logicals: readonly LogicalType[],
    readonly batchRows: number,
  ) {}

  /** Takes the rows of a chunk and hands out each batch that is full. */
  async add(chunk: DuckDBDataChunk, emit: (batch: ColumnBatch) => Promise<void>): Promise<void> {
    const rows = chunk.rowCount;
    const vectors = this.logicals.map((_logical, index) => chunk.getColumnVector(index));
    for (let from = 0; from < rows;) {
      if (this.#rows === 0) this.#columns = this.logicals.map((logical) => new Gathered(logical, this.batchRows));
      const room = Math.min(rows, from + this.batchRows - this.#rows);
      const to = this.#fitting(vectors, from, room);
      for (const [index, column] of this.#columns.entries()) column.take(vectors[index]!, from, to, this.#rows);
      this.#rows += to - from;
      from = to;
      if (this.#rows === this.batchRows || from < room) await this.finish(emit);
    }
  }

  /** Hands out what has been gathered, if anything. */
  async finish(emit: (batch: ColumnBatch) => Promise<void>): Promise<void> {
    if (this.#rows === 0) return;
    const rows = this.#rows;
    this.#rows = 0;
    await emit({ rows, columns: this.#columns.map((column) => column.finish(rows)) });
  }

  /** The row before which the batch is to end because of the size of its values; at least one row fits. */
  #fitting(vectors: DuckDBVector[], from: number, until: number): number {
    // Each value of variable length begins with its length in 4 of 16 bytes.
    const views = vectors.flatMap((vector) =>
      vector instanceof DuckDBBlobVector ? [{ lengths: vector['dataView'], valid: rawVector(vector).valid }] : [],
    );
    if (views.length === 0) return until;
    let bytes = this.#columns.reduce((sum, column) => sum + column.bytes, 0);
    for (let row = from; row < until; row++) {
      for (const { lengths, valid } of views) if (isValid(valid, row)) bytes += lengths.getUint32(row * 16, true);
      if (bytes > BATCH_BYTES) return row === from && this.#rows === 0 ? row + 1 : Math.max(row, from);
    }
    return until;
  }
}

/** One column of a batch in the making. */
class Gathered {
  readonly #builder: BytesBuilder | undefined;
  readonly #fixed: Exclude<ColumnValues, BytesValues> | undefined;
  #validity: Uint8Array | undefined;

  constructor(
    readonly logical: LogicalType,
    readonly room: number,
  ) {
    const form = physicalForm(logical);
    if (form === 'bytes') this.#builder = new BytesBuilder(room, room * EXPECTED_BYTES);
    else this.#fixed = allocateFixed(form, room);
  }

  get bytes(): number {
    return this.#builder?.size ?? 0;
  }

  /** Copies rows `from` to `to` of a vector to position `at`. */
  take(vector: DuckDBVector, from: number, to: number, at: number): void {
    const raw = rawVector(vector);
    const { valid } = raw;
    let nulls = false;
    for (let row = from; valid !== undefined && row < to && !nulls; row++) nulls = !isValid(valid, row);
    if (nulls) this.#validity ??= new Uint8Array(this.room).fill(1, 0, at);
    if (this.#validity)
      for (let row = from; row < to; row++) this.#validity[at + row - from] = isValid(valid, row) ? 1 : 0;
    if (this.#builder) takeBytes(this.#builder, vector, valid, from, to);
    const fixed = this.#fixed;
    if (!fixed) return;
    copyFixed(raw, fixed, from, to, at);
    const width = fixed.length / this.room;
    for (let row = from; nulls && row < to; row++)
      if (!isValid(valid, row)) clear(fixed, (at + row - from) * width, width);
  }

  finish(rows: number): ColumnVector {
    const values = this.#builder?.finish() ?? this.#trimmed(rows);
    return { logical: this.logical, values, ...(this.#validity && { validity: this.#validity.subarray(0, rows) }) };
  }

  #trimmed(rows: number): ColumnValues {
    const fixed = this.#fixed!;
    return fixed.subarray(0, (fixed.length / this.room) * rows);
  }
}

function takeBytes(
  builder: BytesBuilder,
  vector: DuckDBVector,
  valid: Uint8Array | undefined,
  from: number,
  to: number,
): void {
  if (!(vector instanceof DuckDBBlobVector)) throw new TypeError('A column from DuckDB is not of variable length.');
  for (let row = from; row < to; row++) {
    const value = isValid(valid, row) ? vector.getItemBytes(row) : null;
    if (value === null) builder.close(0);
    else builder.append(value);
  }
}

/** What stands where a value is NULL may be anything in DuckDB. */
function clear(values: Exclude<ColumnValues, BytesValues>, at: number, width: number): void {
  if (values instanceof BigInt64Array) values.fill(0n, at, at + width);
  else values.fill(0, at, at + width);
}

const isValid = (bits: Uint8Array | undefined, row: number): boolean =>
  bits === undefined || (bits[row >> 3]! & (1 << (row & 7))) !== 0;

/** Copies values of fixed width, those of NULLs as they happen to be. */
function copyFixed(
  { items, turned }: RawVector,
  into: Exclude<ColumnValues, BytesValues>,
  from: number,
  to: number,
  at: number,
): void {
  if (items instanceof DataView) copyWide(items, into, from, to, at, turned);
  else if (items instanceof BigInt64Array && into instanceof BigInt64Array) into.set(items.subarray(from, to), at);
  else if (!(items instanceof BigInt64Array) && !(into instanceof BigInt64Array))
    into.set(items.subarray(from, to), at);
  else throw new TypeError('A column from DuckDB is wider or narrower than its batch.');
}

/** 16 bytes a value, least significant first there and last here. */
function copyWide(
  view: DataView,
  into: Exclude<ColumnValues, BytesValues>,
  from: number,
  to: number,
  at: number,
  turned: number,
): void {
  const target = new DataView(into.buffer, into.byteOffset, into.byteLength);
  for (let row = from; row < to; row++) {
    const place = (at + row - from) * 16;
    target.setBigUint64(place, view.getBigUint64(row * 16 + 8, true));
    target.setBigUint64(place + 8, view.getBigUint64(row * 16, true));
    if (turned !== 0) target.setUint8(place, target.getUint8(place) ^ turned);
  }
}
