/** Rule `hash` for text, uuid and bytes. */
import { asBytesValues, asUint8 } from '../columnar/allocate';
import type { ColumnVector } from '../columnar/batch';
import { BytesBuilder } from '../columnar/bytes-builder';
import { viewOf } from '../columnar/copy-bytes';
import type { SipHash } from './siphash';
import type { TextWriter } from './text-loop';

/** Lower case alone, so that two hashes differ under every collation. */
const ALPHABET = Uint8Array.from('abcdefghijklmnopqrstuvwxyz234567', (character) => character.charCodeAt(0));
/** Characters of base 32 that 128 bits fill. */
export const HASH_CHARACTERS = 26;

/** Writes the lowest `5 * count` of 64 bits, `count` ≤ 13. */
export function writeBase32(data: Uint8Array, at: number, low: number, high: number, count: number): void {
  let lowBits = low;
  let highBits = high;
  for (let index = 0; index < count; index++) {
    data[at + index] = ALPHABET[lowBits & 31]!;
    lowBits = (lowBits >>> 5) | (highBits << 27);
    highBits >>>= 5;
  }
}

/** 128 bits of the value in base 32, cut to `maxLength` characters. */
export function textHasher(hash: SipHash, maxLength: number | undefined): TextWriter {
  const length = Math.min(HASH_CHARACTERS, maxLength ?? HASH_CHARACTERS);
  return (input, start, end, out) => {
    hash.hash128(input.view, start, end);
    out.reserve(HASH_CHARACTERS);
    writeBase32(out.data, out.size, hash.w0, hash.w1, Math.min(13, length));
    if (length > 13) writeBase32(out.data, out.size + 13, hash.w2, hash.w3, length - 13);
    return length;
  };
}

/** UUIDs of version 4 by their look. */
export function hashUuids(hash: SipHash, vector: ColumnVector, rows: number): ColumnVector {
  const values = asUint8(vector.values);
  const view = viewOf(values);
  const { validity } = vector;
  const masked = new Uint8Array(rows * 16);
  const out = viewOf(masked);
  for (let row = 0; row < rows; row++) {
    if (validity && validity[row] === 0) continue;
    const at = row * 16;
    hash.hash128(view, at, at + 16);
    out.setInt32(at, hash.w0, true);
    out.setInt32(at + 4, hash.w1, true);
    out.setInt32(at + 8, hash.w2, true);
    out.setInt32(at + 12, hash.w3, true);
    masked[at + 6] = (masked[at + 6]! & 0x0f) | 0x40;
    masked[at + 8] = (masked[at + 8]! & 0x3f) | 0x80;
  }
  return { ...vector, values: masked };
}

/** `length` bytes of each value's hash; an empty value stays empty. */
export function hashBytes(hash: SipHash, vector: ColumnVector, rows: number, length: number): ColumnVector {
  const { data, offsets } = asBytesValues(vector.values);
  const { validity } = vector;
  const view = viewOf(data);
  const out = new BytesBuilder(rows, rows * (length + 16));
  for (let row = 0; row < rows; row++) {
    const start = offsets[row]!;
    const end = offsets[row + 1]!;
    if ((validity && validity[row] === 0) || start === end) {
      out.close(0);
      continue;
    }
    out.reserve(length + 16);
    hash.hash128(view, start, end);
    const { w0, w1 } = hash;
    for (let done = 0; done < length; done += 16) {
      if (done > 0) hash.hashWords128(w0, w1, done);
      out.view.setInt32(out.size + done, hash.w0, true);
      out.view.setInt32(out.size + done + 4, hash.w1, true);
      out.view.setInt32(out.size + done + 8, hash.w2, true);
      out.view.setInt32(out.size + done + 12, hash.w3, true);
    }
    out.close(length);
  }
  return { ...vector, values: out.finish() };
}
