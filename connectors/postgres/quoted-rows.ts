/** Rows of a file with quoted fields, byte by byte, as COPY's text format takes them. */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { MonthFormat } from '../../core/types/month';
import { copyOptions, isBlankRow, type RowRewriter } from './row-rewriter';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BACKSLASH = 0x5c;
const UPPER_N = 0x4e;

/**
 * A field is quoted when it begins with the mark; within it the mark is doubled. The empty field and the texts for NULL are
 * NULL when they are not quoted. Throws COPY_FAILED for text behind a closing mark and for a quotation without an end.
 */
export class QuotedRows implements RowRewriter {
  readonly options: string;
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #nulls: Buffer[];
  #rest: Buffer = Buffer.alloc(0);
  #out: Buffer = Buffer.alloc(0);
  #size = 0;
  #row = 1;

  constructor(
    { delimiter, quote, nullTexts }: MonthFormat,
    private readonly columns: number,
  ) {
    this.options = copyOptions(delimiter, '\\N');
    this.#delimiter = delimiter.charCodeAt(0);
    this.#quote = quote.charCodeAt(0);
    this.#nulls = nullTexts.filter((text) => text !== '').map((text) => Buffer.from(text));
  }

  push(chunk: Uint8Array): Uint8Array {
    const bytes = Buffer.concat([this.#rest, chunk]);
    const end = this.#rewrite(bytes, true);
    this.#rest = bytes.subarray(end);
    return this.#out.subarray(0, this.#size);
  }

  finish(): Uint8Array {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    this.#size = 0;
    if (rest.length === 0 || (this.columns > 1 && isBlankRow(rest, 0, rest.length))) return rest.subarray(0, 0);
    const bytes = rest.at(-1) === NEWLINE ? rest : Buffer.concat([rest, Uint8Array.of(NEWLINE)]);
    if (this.#rewrite(bytes) < bytes.length)
      throw new LongshoreError('COPY_FAILED', `Row ${this.#row} holds a quotation that does not end.`, {
        key: `row ${this.#row}`,
      });
    return this.#out.subarray(0, this.#size);
  }

  /** Writes what is complete, and answers where the first incomplete row begins. */
  #rewrite(bytes: Buffer, goesOn = false): number {
    // An empty field takes three bytes instead of one, and any byte two.
    this.#out = Buffer.allocUnsafe(bytes.length * 3);
    this.#size = 0;
    let at = 0;
    let rowStart = 0;
    let sizeAtRow = 0;
    while (at < bytes.length) {
      // The last blank line of a file is no row.
      if (goesOn && at === rowStart && this.columns > 1 && isBlankRow(bytes, at, bytes.length)) break;
      const end = bytes[at] === this.#quote ? this.#quoted(bytes, at) : this.#plain(bytes, at);
      if (end < 0) break;
      this.#out[this.#size++] = bytes[end] as number;
      at = end + 1;
      if (bytes[end] !== NEWLINE) continue;
      rowStart = at;
      sizeAtRow = this.#size;
      this.#row += 1;
    }
    this.#size = sizeAtRow;
    return rowStart;
  }

  /** Writes the field that begins at `start` and answers where its delimiter or line end is; -1 when that is not there yet. */
  #plain(bytes: Buffer, start: number): number {
    const begin = this.#size;
    let at = start;
    for (; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (byte === this.#delimiter || byte === NEWLINE) break;
      if (byte === BACKSLASH || byte === RETURN) this.#escape(byte);
      else this.#out[this.#size++] = byte;
    }
    if (at >= bytes.length) return -1;
    const hasReturn = bytes[at] === NEWLINE && at > start && bytes[at - 1] === RETURN;
    if (hasReturn) this.#size -= 2;
    if (this.#isNull(bytes, start, hasReturn ? at - 1 : at)) {
      this.#size = begin;
      this.#out[this.#size++] = BACKSLASH;
      this.#out[this.#size++] = UPPER_N;
    }
    return at;
  }

  #quoted(bytes: Buffer, start: number): number {
    for (let at = start + 1; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (byte !== this.#quote) {
        if (byte === this.#delimiter || byte === NEWLINE || byte === RETURN || byte === BACKSLASH) this.#escape(byte);
        else this.#out[this.#size++] = byte;
        continue;
      }
      const next = bytes[at + 1];
      if (next === undefined) return -1;
      if (next === this.#delimiter || next === NEWLINE) return at + 1;
      if (next === this.#quote) {
        this.#out[this.#size++] = byte;
        at += 1;
      } else if (next !== RETURN || (bytes[at + 2] ?? NEWLINE) !== NEWLINE) {
        throw new LongshoreError('COPY_FAILED', `Row ${this.#row} goes on behind the closing mark of a quotation.`, {
          key: `row ${this.#row}`,
        });
      } else return bytes[at + 2] === undefined ? -1 : at + 2;
    }
    return -1;
  }

  #isNull(bytes: Buffer, start: number, end: number): boolean {
    if (start === end) return true;
    return this.#nulls.some((text) => text.length === end - start && text.compare(bytes, start, end) === 0);
  }

  #escape(byte: number): void {
    this.#out[this.#size++] = BACKSLASH;
    this.#out[this.#size++] = byte === NEWLINE ? 0x6e : byte === RETURN ? 0x72 : byte;
  }
}
