import { asBytesValues } from '../../core/columnar/allocate';
import type { BytesValues, ColumnBatch, ColumnVector } from '../../core/columnar/batch';
import type { TargetColumn } from './binary-target';
import { silentLossCheck } from './text-checks';
import { textOf } from './text-values';

/** Bytes after which a chunk is cut. */
const CHUNK_BYTES = 512 * 1024;
/** Rows that are checked and written together. */
const BLOCK_ROWS = 1024;

const TAB = 0x09;
const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;
const UPPER_N = 0x4e;
const LOWER_X = 0x78;
const HEX_DIGITS = new TextEncoder().encode('0123456789abcdef');

/** What follows the backslash for a byte that COPY gives a meaning to; 0 for bytes that stand for themselves. */
const ESCAPES = new Uint8Array(256);
for (const [byte, letter] of [
  [0x08, 'b'],
  [TAB, 't'],
  [NEWLINE, 'n'],
  [0x0b, 'v'],
  [0x0c, 'f'],
  [0x0d, 'r'],
  [BACKSLASH, '\\'],
] as const) {
  ESCAPES[byte] = letter.charCodeAt(0);
}

/**
 * Rows of a batch in COPY's text format (tab, newline, `\N`), in chunks of about half a megabyte, each of whole rows.
 * No header and no trailer. Throws RowValueError on a value that the server would round or cut without a word, and
 * TYPE_NOT_SUPPORTED where it would do so with a whole type.
 */
export function* encodeText(
  batch: ColumnBatch,
  columns: readonly TargetColumn[],
): Generator<Uint8Array, void, undefined> {
  if (batch.columns.length !== columns.length)
    throw new Error(`A batch has ${batch.columns.length} columns where ${columns.length} were expected.`);
  const checks = columns
    .map((column, index) => silentLossCheck(batch.columns[index]!, column, index))
    .filter((check) => check !== undefined);
  const writers = batch.columns.map(columnWriter);
  const sink = new TextSink();
  for (let row = 0; row < batch.rows; row++) {
    if (row % BLOCK_ROWS === 0) for (const check of checks) check(row, Math.min(batch.rows, row + BLOCK_ROWS));
    for (let column = 0; column < writers.length; column++) {
      if (column > 0) sink.byte(TAB);
      writers[column]!(row, sink);
    }
    sink.byte(NEWLINE);
    if (sink.size >= CHUNK_BYTES) yield sink.take();
  }
  if (sink.size > 0) yield sink.take();
}

type ColumnWriter = (row: number, sink: TextSink) => void;

function columnWriter(vector: ColumnVector): ColumnWriter {
  const { validity, logical, values } = vector;
  const text = textOf(vector);
  const put: ColumnWriter = text
    ? (row, sink) => sink.ascii(text(row))
    : logical.kind === 'bytes'
      ? bytesWriter(asBytesValues(values))
      : stringWriter(asBytesValues(values));
  if (!validity) return put;
  return (row, sink) => (validity[row] === 0 ? sink.null() : put(row, sink));
}

const stringWriter =
  ({ data, offsets }: BytesValues): ColumnWriter =>
  (row, sink) =>
    sink.escaped(data, offsets[row]!, offsets[row + 1]!);

const bytesWriter =
  ({ data, offsets }: BytesValues): ColumnWriter =>
  (row, sink) =>
    sink.hex(data, offsets[row]!, offsets[row + 1]!);

class TextSink {
  #bytes = new Uint8Array(CHUNK_BYTES + CHUNK_BYTES / 8);
  size = 0;

  /** What was written, as a buffer of its own. */
  take(): Uint8Array {
    const chunk = this.#bytes.slice(0, this.size);
    this.size = 0;
    return chunk;
  }

  byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.size++] = byte;
  }

  null(): void {
    this.#reserve(2);
    this.#bytes[this.size++] = BACKSLASH;
    this.#bytes[this.size++] = UPPER_N;
  }

  /** Text without a character that would need escaping. */
  ascii(text: string): void {
    this.#reserve(text.length);
    const bytes = this.#bytes;
    let at = this.size;
    for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
    this.size = at;
  }

  escaped(data: Uint8Array, from: number, to: number): void {
    this.#reserve((to - from) * 2);
    const bytes = this.#bytes;
    let at = this.size;
    for (let i = from; i < to; i++) {
      const byte = data[i]!;
      const escape = ESCAPES[byte]!;
      if (escape === 0) {
        bytes[at++] = byte;
      } else {
        bytes[at++] = BACKSLASH;
        bytes[at++] = escape;
      }
    }
    this.size = at;
  }

  hex(data: Uint8Array, from: number, to: number): void {
    this.#reserve(3 + (to - from) * 2);
    const bytes = this.#bytes;
    let at = this.size;
    bytes[at++] = BACKSLASH;
    bytes[at++] = BACKSLASH;
    bytes[at++] = LOWER_X;
    for (let i = from; i < to; i++) {
      const byte = data[i]!;
      bytes[at++] = HEX_DIGITS[byte >>> 4]!;
      bytes[at++] = HEX_DIGITS[byte & 15]!;
    }
    this.size = at;
  }

  #reserve(more: number): void {
    if (this.size + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.size + more, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.size));
    this.#bytes = grown;
  }
}
