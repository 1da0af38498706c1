import type { ColumnBatch, ColumnVector } from '../../core/columnar/batch';
import { viewOf } from '../../core/columnar/copy-bytes';
import type { PartColumn } from '../../core/types/transfer';
import { decodeColumn, type FieldSource } from './binary-columns';
import { brokenStream } from './binary-errors';
import { sourceForm, type WireForm } from './binary-types';

export { NeedsText } from './binary-errors';

export interface DecoderOptions {
  /** Rows after which a batch is cut. */
  batchRows: number;
  /** Wire bytes after which a batch is cut, whatever its rows; 32 MB unless told. */
  batchBytes?: number;
}

const SIGNATURE = [0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00];
/** Signature, flags, length of the header's extension. */
const FIXED_HEADER = SIGNATURE.length + 8;
/** Fields of a batch, whatever its rows: keeps tables of a thousand columns within memory. */
const BATCH_FIELDS = 4_000_000;
/** Postgres builds no value of more. */
const MAX_FIELD = 2 ** 30;

/**
 * Turns the payload of `COPY … TO STDOUT (FORMAT binary)` into column batches, in two passes: one finds where the fields
 * of complete rows are, the other decodes them column by column.
 *
 *     for await (const chunk of stream) {
 *       decoder.push(chunk);
 *       for (let batch; (batch = decoder.take()); ) await writer.write(batch);
 *     }
 *     const last = decoder.finish();
 *
 * Throws NeedsText for a value that must travel as text, INTERNAL for a stream that is broken or of other columns.
 */
export class BinaryCopyDecoder {
  readonly #columns: readonly PartColumn[];
  readonly #forms: WireForm[];
  readonly #batchRows: number;
  readonly #batchBytes: number;
  /** Wire bytes; those in [#from, #scanned) are the #rows complete rows of the batch to come, #filled is their end. */
  #bytes: Uint8Array;
  #view: DataView;
  #from = 0;
  #scanned = 0;
  #filled = 0;
  #rows = 0;
  /** Where each field starts, -1 for NULL: column after column, #batchRows entries each. */
  #fields: Int32Array;
  #fieldRows: number;
  #headerRead = false;
  #ended = false;

  /** `nativeType` decides between wire forms of one logical type (jsonb or json, oid or int8): give a domain's base type. */
  constructor(columns: readonly PartColumn[], options: DecoderOptions) {
    this.#columns = columns;
    this.#forms = columns.map(({ logical, nativeType }) => sourceForm(logical, nativeType));
    this.#batchRows = Math.max(1, Math.min(options.batchRows, Math.floor(BATCH_FIELDS / Math.max(1, columns.length))));
    this.#batchBytes = options.batchBytes ?? 32 * 1024 * 1024;
    this.#bytes = new Uint8Array(64 * 1024);
    this.#view = viewOf(this.#bytes);
    this.#fieldRows = Math.min(this.#batchRows, 1024);
    this.#fields = new Int32Array(this.#fieldRows * columns.length);
  }

  /** Takes `chunk[start..end)`, concatenated CopyData payloads cut anywhere; copies it. True when `take` has a batch. */
  push(chunk: Uint8Array, start = 0, end = chunk.length): boolean {
    this.#reserve(end - start);
    this.#bytes.set(start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end), this.#filled);
    this.#filled += end - start;
    this.#scan();
    return this.#full;
  }

  /** The next full batch, or undefined until more is pushed. */
  take(): ColumnBatch | undefined {
    if (!this.#full) return undefined;
    const batch = this.#decode();
    this.#scan();
    return batch;
  }

  /** The rows that are left, if any. Throws when the stream ended before its trailer. */
  finish(): ColumnBatch | undefined {
    if (!this.#ended) throw brokenStream('it ends before its trailer');
    return this.#rows > 0 ? this.#decode() : undefined;
  }

  get #full(): boolean {
    return this.#rows >= this.#batchRows || (this.#rows > 0 && this.#scanned - this.#from >= this.#batchBytes);
  }

  #reserve(more: number): void {
    if (this.#filled + more <= this.#bytes.length) return;
    const kept = this.#filled - this.#from;
    if (this.#from > 0) {
      this.#bytes.copyWithin(0, this.#from, this.#filled);
      // Fields found so far have moved: shift them rather than look for them again.
      for (let column = 0; column < this.#forms.length; column++) {
        const first = column * this.#fieldRows;
        for (let i = first; i < first + this.#rows; i++) if (this.#fields[i]! >= 0) this.#fields[i]! -= this.#from;
      }
      this.#scanned -= this.#from;
      this.#from = 0;
      this.#filled = kept;
    }
    if (kept + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(kept + more, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, kept));
    this.#bytes = grown;
    this.#view = viewOf(grown);
  }

  #growFields(): void {
    const rows = Math.min(this.#batchRows, this.#fieldRows * 4);
    const grown = new Int32Array(rows * this.#forms.length);
    for (let column = 0; column < this.#forms.length; column++) {
      grown.set(this.#fields.subarray(column * this.#fieldRows, column * this.#fieldRows + this.#rows), column * rows);
    }
    this.#fields = grown;
    this.#fieldRows = rows;
  }

  #readHeader(): boolean {
    const available = Math.min(this.#filled, SIGNATURE.length);
    for (let i = 0; i < available; i++)
      if (this.#bytes[i] !== SIGNATURE[i]) throw brokenStream('its signature is missing');
    if (this.#filled < FIXED_HEADER) return false;
    const flags = this.#view.getUint32(SIGNATURE.length);
    if (flags >>> 16 !== 0)
      throw brokenStream(`its flags are 0x${flags.toString(16)}, of which a critical one is unknown`);
    const extension = this.#view.getInt32(SIGNATURE.length + 4);
    if (extension < 0 || extension > MAX_FIELD) throw brokenStream('the length of its header is impossible');
    if (this.#filled < FIXED_HEADER + extension) return false;
    this.#from = this.#scanned = FIXED_HEADER + extension;
    this.#headerRead = true;
    return true;
  }

  /** First pass: finds the fields of complete rows until the batch is full or the bytes run out. */
  #scan(): void {
    if (!this.#headerRead && !this.#readHeader()) return;
    while (!this.#ended && !this.#full) {
      if (this.#rows === this.#fieldRows) this.#growFields();
      const limit = this.#from + this.#batchBytes;
      const before = this.#rows;
      this.#scanRows(limit);
      if (this.#rows === before || this.#rows < this.#fieldRows) break;
    }
    if (this.#ended && this.#scanned < this.#filled) throw brokenStream('bytes follow its trailer');
  }

  #scanRows(limit: number): void {
    const view = this.#view;
    const fields = this.#fields;
    const fieldRows = this.#fieldRows;
    const count = this.#forms.length;
    const filled = this.#filled;
    let row = this.#rows;
    let at = this.#scanned;
    rows: while (row < fieldRows && at < limit) {
      if (at + 2 > filled) break;
      const found = view.getInt16(at);
      if (found !== count) {
        if (found !== -1) throw brokenStream(`a row has ${found} fields where ${count} were expected`);
        this.#ended = true;
        at += 2;
        break;
      }
      let next = at + 2;
      for (let slot = row, column = 0; column < count; column++, slot += fieldRows) {
        if (next + 4 > filled) break rows;
        const length = view.getInt32(next);
        next += 4;
        if (length >= 0) {
          if (length > filled - next) {
            if (length > MAX_FIELD) throw brokenStream(`a field has ${length} bytes`, this.#columns[column]?.name);
            break rows;
          }
          fields[slot] = next;
          next += length;
        } else if (length === -1) {
          fields[slot] = -1;
        } else {
          throw brokenStream(`a field has ${length} bytes`, this.#columns[column]?.name);
        }
      }
      at = next;
      row++;
    }
    this.#rows = row;
    this.#scanned = at;
  }

  /** Second pass. */
  #decode(): ColumnBatch {
    const rows = this.#rows;
    const columns = this.#columns.map(({ name, logical }, index): ColumnVector => {
      const first = index * this.#fieldRows;
      const source: FieldSource = {
        bytes: this.#bytes,
        view: this.#view,
        fields: this.#fields.subarray(first, first + rows),
        column: name,
        index,
      };
      return decodeColumn(source, logical, this.#forms[index]!);
    });
    this.#from = this.#scanned;
    this.#rows = 0;
    this.#shrink();
    return { rows, columns };
  }

  /** A value of a hundred megabytes is not to hold on to its room for the rest of the stream. */
  #shrink(): void {
    const rest = this.#filled - this.#from;
    if (this.#bytes.length <= this.#batchBytes * 2 || rest > this.#batchBytes) return;
    const bytes = new Uint8Array(this.#batchBytes + rest);
    bytes.set(this.#bytes.subarray(this.#from, this.#filled));
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#from = this.#scanned = 0;
    this.#filled = rest;
  }
}
