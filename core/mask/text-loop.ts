/** What every rule that makes text shares: NULL, blanks of padded types, cutting, growing output. */
import { asBytesValues } from '../columnar/allocate';
import type { ColumnVector } from '../columnar/batch';
import { BytesBuilder } from '../columnar/bytes-builder';
import { viewOf } from '../columnar/copy-bytes';

const BLANK = 0x20;

/** Bytes of the input, for a writer to look at. */
export interface TextInput {
  data: Uint8Array;
  view: DataView;
}

/** Writes what value [start, end) becomes at `out.size`, after `out.reserve`, and returns its length in bytes. */
export type TextWriter = (input: TextInput, start: number, end: number, out: BytesBuilder) => number;

export interface TextLoopOptions {
  /** Characters to which the type pads its values. */
  padTo?: number | undefined;
  /** Bytes that a masked value usually has. */
  expected: number;
}

/** Masks each value of a text column. NULL stays NULL; an empty or blank text has nothing to hide and stays as it is. */
export function maskText(
  vector: ColumnVector,
  rows: number,
  write: TextWriter,
  { padTo, expected }: TextLoopOptions,
): ColumnVector {
  const { data, offsets } = asBytesValues(vector.values);
  const { validity } = vector;
  const input = { data, view: viewOf(data) };
  const out = new BytesBuilder(rows, rows * expected);
  for (let row = 0; row < rows; row++) {
    const start = offsets[row]!;
    let end = offsets[row + 1]!;
    if (padTo !== undefined) while (end > start && data[end - 1] === BLANK) end--;
    if ((validity && validity[row] === 0) || end === start) {
      // A value of nothing but blanks stays padded as it was.
      const length = offsets[row + 1]! - start;
      out.reserve(length);
      out.data.set(data.subarray(start, start + length), out.size);
      out.close(length);
      continue;
    }
    const length = write(input, start, end, out);
    out.close(padTo === undefined ? length : pad(out, length, padTo));
  }
  return { ...vector, values: out.finish() };
}

function pad(out: BytesBuilder, length: number, padTo: number): number {
  const characters = countCharacters(out.data, out.size, out.size + length);
  const missing = Math.max(0, padTo - characters);
  out.reserve(length + missing);
  out.data.fill(BLANK, out.size + length, out.size + length + missing);
  return length + missing;
}

/** Code points of UTF-8 text. */
function countCharacters(data: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) if ((data[at]! & 0xc0) !== 0x80) count++;
  return count;
}

/** Shorter values are found everywhere by chance. */
const TELLING = 4;

/** Does the ASCII text [start, end) of `output` contain the whole input, regardless of letter case? */
export function shows(
  input: Uint8Array,
  inputStart: number,
  inputEnd: number,
  output: Uint8Array,
  start: number,
  end: number,
): boolean {
  const length = inputEnd - inputStart;
  if (length < TELLING || length > end - start) return false;
  const first = lower(input[inputStart]!);
  for (let at = start; at <= end - length; at++) {
    if (lower(output[at]!) !== first) continue;
    let same = 1;
    while (same < length && lower(output[at + same]!) === lower(input[inputStart + same]!)) same++;
    if (same === length) return true;
  }
  return false;
}

const lower = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte);
