import type { ColumnBatch } from '../../core/columnar/batch';
import { viewOf } from '../../core/columnar/copy-bytes';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { PartColumn } from '../../core/types/transfer';
import { MssqlServerError } from './errors';
import { decodeColumn, UnfitValue } from './tds-columns';
import { readMetadata, type LengthForm, type WireColumn } from './tds-metadata';

export interface ReaderOptions {
  /** Rows after which a batch is cut. */
  batchRows: number;
  /** Wire bytes after which a batch is cut, whatever its rows; 32 MB unless told. */
  batchBytes?: number;
}

const TOKEN = {
  returnStatus: 0x79,
  metadata: 0x81,
  tableName: 0xa4,
  columnInfo: 0xa5,
  order: 0xa9,
  error: 0xaa,
  info: 0xab,
  row: 0xd1,
  rowWithNulls: 0xd2,
  change: 0xe3,
  sessionState: 0xe4,
  done: 0xfd,
  doneProcedure: 0xfe,
  doneInProcedure: 0xff,
} as const;

const DONE_BYTES = 12;
const COUNT_GIVEN = 0x10;
const INITIAL_BYTES = 256 * 1024;
/** Fields of a batch, whatever its rows: keeps tables of a thousand columns within memory. */
const BATCH_FIELDS = 4_000_000;
const INCOMPLETE = -1;

/**
 * Turns the bytes of an answer (see `readRaw`) into column batches, in two passes: one finds where the fields of complete
 * rows are, the other decodes them column by column.
 *
 *     for await (const chunk of chunks) {
 *       reader.push(chunk);
 *       for (let batch; (batch = reader.take()); ) await writer.write(batch);
 *     }
 *     const last = reader.finish();
 *
 * Throws MssqlServerError for an error of the server, VALUE_NOT_REPRESENTABLE for a value without an exact form on the
 * way, INTERNAL for an answer that is broken or of other columns.
 */
export class TdsReader {
  /** What the server says it sent; undefined until it has. */
  rowsSent: number | undefined;
  readonly #columns: readonly PartColumn[];
  readonly #key: readonly number[];
  readonly #limitRows: number;
  readonly #batchBytes: number;
  #wire: WireColumn[] = [];
  #forms: LengthForm[] = [];
  #widths: number[] = [];
  /** Bytes as they came; those in [#from, #scanned) belong to the #rows complete rows of the batch to come. */
  #bytes: Uint8Array = new Uint8Array(INITIAL_BYTES);
  #view: DataView = viewOf(this.#bytes);
  #from = 0;
  #scanned = 0;
  #filled = 0;
  #rows = 0;
  #scanAgainAt = 0;
  /** Where each field starts and how long it is: column after column, #fieldRows entries each. */
  #starts: Int32Array;
  #lengths: Int32Array;
  #fieldRows: number;

  /** `key`: indexes of the columns by which a row is named in errors. */
  constructor(columns: readonly PartColumn[], options: ReaderOptions, key: readonly number[] = []) {
    this.#columns = columns;
    this.#key = key;
    this.#limitRows = Math.max(1, Math.min(options.batchRows, Math.floor(BATCH_FIELDS / Math.max(1, columns.length))));
    this.#batchBytes = options.batchBytes ?? 32 * 1024 * 1024;
    this.#fieldRows = Math.min(this.#limitRows, 1024);
    this.#starts = new Int32Array(this.#fieldRows * columns.length);
    this.#lengths = new Int32Array(this.#fieldRows * columns.length);
  }

  /** Takes a chunk, cut anywhere; copies it. True when `take` has a batch. */
  push(chunk: Uint8Array): boolean {
    this.#reserve(chunk.length);
    this.#bytes.set(chunk, this.#filled);
    this.#filled += chunk.length;
    // A row of a hundred megabytes is not looked through again for each of its packets.
    if (this.#filled >= this.#scanAgainAt) this.#scan();
    return this.#full;
  }

  /** The next full batch, or undefined until more is pushed. */
  take(): ColumnBatch | undefined {
    if (!this.#full) return undefined;
    const batch = this.#decode();
    this.#scan();
    return batch;
  }

  /** The rows that are left, if any. Call until it is undefined. Throws when the answer ended in the middle. */
  finish(): ColumnBatch | undefined {
    this.#scan();
    if (this.#rows > 0) return this.#decode();
    if (this.#scanned < this.#filled) throw broken('it ends in the middle of a token');
    return undefined;
  }

  get #full(): boolean {
    return this.#rows >= this.#limitRows || (this.#rows > 0 && this.#scanned - this.#from >= this.#batchBytes);
  }

  #reserve(more: number): void {
    if (this.#filled + more <= this.#bytes.length) return;
    const kept = this.#filled - this.#from;
    if (this.#from > 0) {
      this.#bytes.copyWithin(0, this.#from, this.#filled);
      this.#move(this.#from);
    }
    if (kept + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(kept + more, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, kept));
    this.#bytes = grown;
    this.#view = viewOf(grown);
  }

  /** Fields found so far have moved to the front: shift them rather than look for them again. */
  #move(by: number): void {
    for (let column = 0; column < this.#forms.length; column++) {
      const first = column * this.#fieldRows;
      for (let i = first; i < first + this.#rows; i++) this.#starts[i]! -= by;
    }
    this.#scanned -= by;
    this.#filled -= by;
    this.#scanAgainAt -= by;
    this.#from = 0;
  }

  /** First pass: walks tokens until the batch is full or the bytes run out. */
  #scan(): void {
    while (this.#scanned < this.#filled && !this.#full) {
      const token = this.#bytes[this.#scanned]!;
      const isRow = token === TOKEN.row || token === TOKEN.rowWithNulls;
      if (isRow && this.#rows === this.#fieldRows) this.#growFields();
      const next = isRow ? this.#scanRow(token === TOKEN.rowWithNulls) : this.#scanToken(token);
      if (next === INCOMPLETE) {
        this.#scanAgainAt = this.#filled + ((this.#filled - this.#scanned) >> 2);
        return;
      }
      this.#scanned = next;
      // Nothing that is not a row has to be kept.
      if (!isRow && this.#rows === 0) this.#from = next;
    }
  }

  #growFields(): void {
    const rows = Math.min(this.#limitRows, this.#fieldRows * 4);
    const grow = (fields: Int32Array): Int32Array => {
      const grown = new Int32Array(rows * this.#forms.length);
      for (let column = 0; column < this.#forms.length; column++)
        grown.set(fields.subarray(column * this.#fieldRows, column * this.#fieldRows + this.#rows), column * rows);
      return grown;
    };
    this.#starts = grow(this.#starts);
    this.#lengths = grow(this.#lengths);
    this.#fieldRows = rows;
  }

  #scanRow(hasNulls: boolean): number {
    const bytes = this.#bytes;
    const view = this.#view;
    const filled = this.#filled;
    const forms = this.#forms;
    const count = forms.length;
    const nulls = this.#scanned + 1;
    let at = hasNulls ? nulls + ((count + 7) >> 3) : nulls;
    if (at > filled) return INCOMPLETE;
    for (let column = 0, slot = this.#rows; column < count; column++, slot += this.#fieldRows) {
      let length = -1;
      if (hasNulls && bytes[nulls + (column >> 3)]! & (1 << (column & 7))) {
        this.#lengths[slot] = -1;
        continue;
      }
      switch (forms[column]) {
        case 'fixed':
          length = this.#widths[column]!;
          break;
        case 'byte':
          if (at >= filled) return INCOMPLETE;
          length = bytes[at]! || -1;
          at += 1;
          break;
        case 'short':
          if (at + 2 > filled) return INCOMPLETE;
          length = view.getUint16(at, true);
          if (length === 0xffff) length = -1;
          at += 2;
          break;
        default: {
          const end = this.#scanPieces(at, slot);
          if (end === INCOMPLETE) return INCOMPLETE;
          at = end;
          continue;
        }
      }
      this.#lengths[slot] = length;
      this.#starts[slot] = at;
      if (length > 0) at += length;
      if (at > filled) return INCOMPLETE;
    }
    this.#rows += 1;
    return at;
  }

  /** A long value: its total (or that it is NULL, or unknown), then pieces with their lengths, then a piece of length 0. */
  #scanPieces(at: number, slot: number): number {
    const view = this.#view;
    const filled = this.#filled;
    if (at + 8 > filled) return INCOMPLETE;
    if (view.getUint32(at + 4, true) === 0xffffffff && view.getUint32(at, true) === 0xffffffff) {
      this.#lengths[slot] = -1;
      return at + 8;
    }
    let total = 0;
    let next = at + 8;
    for (;;) {
      if (next + 4 > filled) return INCOMPLETE;
      const piece = view.getUint32(next, true);
      next += 4;
      if (piece === 0) break;
      total += piece;
      next += piece;
    }
    this.#starts[slot] = at + 12;
    this.#lengths[slot] = total;
    return next;
  }

  /** Where the next token starts. */
  #scanToken(token: number): number {
    const at = this.#scanned + 1;
    const left = this.#filled - at;
    switch (token) {
      case TOKEN.metadata:
        return this.#readColumns(at);
      case TOKEN.error:
      case TOKEN.info:
      case TOKEN.change:
      case TOKEN.order:
      case TOKEN.columnInfo:
      case TOKEN.tableName: {
        if (left < 2) return INCOMPLETE;
        const end = at + 2 + this.#view.getUint16(at, true);
        if (end > this.#filled) return INCOMPLETE;
        if (token === TOKEN.error) throw this.#serverError(at + 2);
        return end;
      }
      case TOKEN.returnStatus:
        return left < 4 ? INCOMPLETE : at + 4;
      case TOKEN.sessionState: {
        if (left < 4) return INCOMPLETE;
        const end = at + 4 + this.#view.getUint32(at, true);
        return end > this.#filled ? INCOMPLETE : end;
      }
      case TOKEN.done:
      case TOKEN.doneProcedure:
      case TOKEN.doneInProcedure: {
        if (left < DONE_BYTES) return INCOMPLETE;
        if (this.#view.getUint16(at, true) & COUNT_GIVEN && this.#forms.length > 0)
          this.rowsSent = Number(this.#view.getBigUint64(at + 4, true));
        return at + DONE_BYTES;
      }
      default:
        throw broken(`a token 0x${token.toString(16)} was not expected`);
    }
  }

  #readColumns(at: number): number {
    const found = readMetadata(new DataView(this.#bytes.buffer, this.#bytes.byteOffset + at, this.#filled - at));
    if (!found) return INCOMPLETE;
    if (found.columns.length !== this.#columns.length)
      throw broken(`it has ${found.columns.length} columns where ${this.#columns.length} were expected`);
    this.#wire = found.columns;
    this.#forms = found.columns.map(({ form }) => form);
    this.#widths = found.columns.map(({ width }) => width);
    return at + found.bytes;
  }

  #serverError(at: number): MssqlServerError {
    const units = this.#view.getUint16(at + 6, true);
    const text = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + at + 8, units * 2).toString('utf16le');
    const [number, state, severity] = [this.#view.getInt32(at, true), this.#bytes[at + 4]!, this.#bytes[at + 5]!];
    return new MssqlServerError(text, number, state, severity);
  }

  /** Second pass. */
  #decode(): ColumnBatch {
    const rows = this.#rows;
    const columns = this.#columns.map((column, index) => {
      try {
        return this.#column(index, 0, rows);
      } catch (error) {
        throw error instanceof UnfitValue ? this.#unfit(column, error) : error;
      }
    });
    this.#from = this.#scanned;
    this.#rows = 0;
    this.#shrink();
    return { rows, columns };
  }

  #column(index: number, from: number, to: number): ColumnBatch['columns'][number] {
    const first = index * this.#fieldRows;
    const starts = this.#starts.subarray(first + from, first + to);
    const lengths = this.#lengths.subarray(first + from, first + to);
    const wire = this.#wire[index]!;
    if (wire.form === 'pieces')
      for (let row = 0; row < lengths.length; row++) if (lengths[row]! > 0) this.#join(starts[row]!, lengths[row]!);
    return decodeColumn({ bytes: this.#bytes, view: this.#view, starts, lengths }, wire, this.#columns[index]!);
  }

  /** Moves the pieces of a value together, over the lengths between them. Harmless when they have been already. */
  #join(start: number, length: number): void {
    const first = this.#view.getUint32(start - 4, true);
    if (first === length) return;
    let done = first;
    let next = start + first;
    while (done < length) {
      const piece = this.#view.getUint32(next, true);
      this.#bytes.copyWithin(start + done, next + 4, next + 4 + piece);
      done += piece;
      next += 4 + piece;
    }
    this.#view.setUint32(start - 4, length, true);
  }

  #unfit({ name }: PartColumn, { row, reason }: UnfitValue): LongshoreError {
    const key = this.#key.map((index) => `${this.#columns[index]!.name}=${this.#valueText(index, row)}`).join(', ');
    return new LongshoreError(
      'VALUE_NOT_REPRESENTABLE',
      `A value of column ${name} cannot be carried: ${reason}${key ? ` (row ${key})` : ''}.`,
      { column: name, ...(key && { key }) },
    );
  }

  #valueText(index: number, row: number): string {
    try {
      const { values, logical } = this.#column(index, row, row + 1);
      if ('offsets' in values) return Buffer.from(values.data).toString(logical.kind === 'text' ? 'utf8' : 'hex');
      return logical.kind === 'uuid' || values.length !== 1
        ? Buffer.from(values.buffer).toString('hex')
        : String(values[0]);
    } catch {
      return '?';
    }
  }

  /** A value of a hundred megabytes is not to hold on to its room for the rest of the answer. */
  #shrink(): void {
    const rest = this.#filled - this.#from;
    if (this.#bytes.length <= this.#batchBytes * 2 || rest > this.#batchBytes) return;
    const bytes = new Uint8Array(this.#batchBytes + rest);
    bytes.set(this.#bytes.subarray(this.#from, this.#filled));
    this.#move(this.#from);
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }
}

const broken = (why: string): LongshoreError =>
  new LongshoreError('INTERNAL', `The answer of the server cannot be read: ${why}.`);
