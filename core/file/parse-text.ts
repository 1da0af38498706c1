/** Columns of texts, and of bytes that stand in the file as hexadecimal digits. */
import type { ColumnVector } from '../columnar/batch';
import { BytesBuilder } from '../columnar/bytes-builder';
import { copyValue, viewOf } from '../columnar/copy-bytes';
import { MISSING, Validity, type ColumnParser } from './parse-column';
import { ByteTexts, textOf, utf16Length } from './values/bytes';
import { HEX } from './values/uuid';
import type { Faults } from './parse-rejects';
import type { FieldBatch, FileColumn } from '../types/file';

const [ZERO, LOWER_X, BACKSLASH] = [48, 120, 92];

/**
 * Every byte arrives as it stands. An unquoted empty field is NULL, a quoted one a text of no length; texts that stand
 * for NULL do so quoted or not.
 */
export class TextParser implements ColumnParser {
  readonly #validity = new Validity();
  readonly #nullTexts: ByteTexts | undefined;
  readonly #maxChars: number;
  readonly #isJson: boolean;
  #builder = new BytesBuilder(0, 0);
  #hasNul = false;
  #view: DataView = new DataView(new ArrayBuffer(0));

  constructor(private readonly column: FileColumn) {
    this.#nullTexts = column.nullTexts.length > 0 ? new ByteTexts(column.nullTexts) : undefined;
    this.#maxChars = column.maxChars ?? Number.POSITIVE_INFINITY;
    this.#isJson = column.logical.kind === 'text' && column.logical.of === 'json';
  }

  begin({ rows, data, columns }: FieldBatch): void {
    this.#validity.begin(rows);
    this.#builder = new BytesBuilder(rows, Math.ceil(data.length / Math.max(1, columns)));
    // One look at all bytes is cheaper than one at each value.
    this.#hasNul = data.includes(0);
    this.#view = viewOf(data);
  }

  read({ data, starts, ends, quoted, columns }: FieldBatch, from: number, to: number, faults: Faults): void {
    const builder = this.#builder;
    const nullTexts = this.#nullTexts;
    const { column } = this;
    let field = from * columns + column.index;
    for (let row = from; row < to; row++, field += columns) {
      const start = starts[field]!;
      const length = ends[field]! - start;
      if (length === 0 ? quoted[field] !== 1 : nullTexts !== undefined && nullTexts.has(data, start, start + length)) {
        if (!column.nullable) faults.add(row, column, 'missing-value', MISSING);
        this.#validity.clear(row);
        builder.close(0);
        continue;
      }
      if (length > this.#maxChars || this.#hasNul || this.#isJson)
        this.#check(data, start, start + length, row, faults);
      builder.reserve(length);
      copyValue(data, this.#view, start, builder.data, builder.view, builder.size, length);
      builder.close(length);
    }
  }

  #check(data: Uint8Array, start: number, end: number, row: number, faults: Faults): void {
    const { column } = this;
    if (this.#hasNul && data.subarray(start, end).includes(0))
      faults.add(row, column, 'nul-byte', 'has a NUL character, which databases cannot store');
    if (end - start > this.#maxChars) {
      const length = utf16Length(data, start, end);
      if (length > this.#maxChars)
        faults.add(row, column, 'too-long', `has ${length} characters where the column takes ${this.#maxChars}`);
    }
    if (this.#isJson && !isJson(textOf(data, start, end))) faults.add(row, column, 'not-storable', 'is not JSON');
  }

  finish(): ColumnVector {
    const { bits } = this.#validity;
    return { logical: this.column.logical, ...(bits && { validity: bits }), values: this.#builder.finish() };
  }
}

/** `0x0aff` or `\x0aff`, as databases write bytes. */
export class HexParser implements ColumnParser {
  readonly #validity = new Validity();
  readonly #nullTexts: ByteTexts;
  #builder = new BytesBuilder(0, 0);

  constructor(private readonly column: FileColumn) {
    this.#nullTexts = new ByteTexts(column.nullTexts);
  }

  begin({ rows, data, columns }: FieldBatch): void {
    this.#validity.begin(rows);
    this.#builder = new BytesBuilder(rows, Math.ceil(data.length / Math.max(1, columns) / 2));
  }

  read({ data, starts, ends, columns }: FieldBatch, from: number, to: number, faults: Faults): void {
    const builder = this.#builder;
    const { column } = this;
    for (let row = from; row < to; row++) {
      const field = row * columns + column.index;
      const [start, end] = [starts[field]!, ends[field]!];
      if (start === end || this.#nullTexts.has(data, start, end)) {
        if (!column.nullable) faults.add(row, column, 'missing-value', MISSING);
        this.#validity.clear(row);
        builder.close(0);
        continue;
      }
      const length = this.#hex(data, start, end);
      if (length < 0) faults.add(row, column, 'not-storable', 'is not bytes in hexadecimal, such as 0x0aff');
      else if (column.maxChars !== undefined && length > column.maxChars)
        faults.add(row, column, 'too-long', `has ${length} bytes where the column takes ${column.maxChars}`);
      builder.close(Math.max(0, length));
    }
  }

  /** Bytes written at the builder's end; -1 where the slice is no hexadecimal. */
  #hex(data: Uint8Array, start: number, end: number): number {
    const isMarked = (data[start] === ZERO || data[start] === BACKSLASH) && (data[start + 1]! | 32) === LOWER_X;
    if (!isMarked || (end - start) % 2 !== 0) return -1;
    const length = (end - start) / 2 - 1;
    const builder = this.#builder;
    builder.reserve(length);
    for (let byte = 0; byte < length; byte++) {
      const high = HEX[data[start + 2 + byte * 2]!]!;
      const low = HEX[data[start + 3 + byte * 2]!]!;
      if (high > 15 || low > 15) return -1;
      builder.data[builder.size + byte] = (high << 4) | low;
    }
    return length;
  }

  finish(): ColumnVector {
    const { bits } = this.#validity;
    return { logical: this.column.logical, ...(bits && { validity: bits }), values: this.#builder.finish() };
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
