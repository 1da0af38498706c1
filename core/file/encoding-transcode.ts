import type { FileEncoding } from '../types/file';
import { codePoints } from './encoding-tables';

/** Makes UTF-8 of a file's bytes, which come cut anywhere. */
export interface Transcoder {
  /** UTF-8 of what is complete; in UTF-8 files the chunk itself. */
  write(chunk: Uint8Array): Uint8Array;
  /** What was cut off in the middle of a character: bytes that are no UTF-8, so that the row is rejected. */
  end(): Uint8Array;
  /** How many bytes of the file became `utf8[start .. end)`. */
  sourceBytes(utf8: Uint8Array, start: number, end: number): number;
}

const NOTHING = new Uint8Array(0);
/** Never part of UTF-8. */
const NO_TEXT = 0xff;

/** The transcoder of an encoding. Lone surrogates of UTF-16 come out as bytes that are no UTF-8. */
export function createTranscoder(encoding: FileEncoding): Transcoder {
  switch (encoding) {
    case 'utf-8':
      return { write: (chunk) => chunk, end: () => NOTHING, sourceBytes: (_, start, end) => end - start };
    case 'utf-16le':
      return new Utf16Transcoder(0);
    case 'utf-16be':
      return new Utf16Transcoder(1);
    case 'windows-1252':
    case 'iso-8859-1':
    case 'iso-8859-15':
      return singleByte(codePoints(encoding));
  }
}

function singleByte(points: Uint16Array): Transcoder {
  return {
    write(chunk) {
      const out = new Uint8Array(chunk.length * 3);
      let at = 0;
      for (let i = 0; i < chunk.length; i++) {
        const point = points[chunk[i]!]!;
        if (point < 0x80) out[at++] = point;
        else if (point < 0x800) {
          out[at++] = 0xc0 | (point >> 6);
          out[at++] = 0x80 | (point & 0x3f);
        } else {
          out[at++] = 0xe0 | (point >> 12);
          out[at++] = 0x80 | ((point >> 6) & 0x3f);
          out[at++] = 0x80 | (point & 0x3f);
        }
      }
      return out.subarray(0, at);
    },
    end: () => NOTHING,
    sourceBytes(utf8, start, end) {
      let characters = 0;
      for (let at = start; at < end; at++) if ((utf8[at]! & 0xc0) !== 0x80) characters++;
      return characters;
    },
  };
}

class Utf16Transcoder implements Transcoder {
  /** First byte of a unit that was cut, or -1. */
  #half = -1;
  /** High surrogate whose partner is still to come, or 0. */
  #high = 0;

  constructor(private readonly bigEndian: 0 | 1) {}

  write(chunk: Uint8Array): Uint8Array {
    const out = new Uint8Array((((chunk.length + 1) >> 1) + 1) * 3);
    let at = 0;
    let from = 0;
    const put = (unit: number): void => {
      at = this.#put(out, at, unit);
    };
    if (this.#half >= 0 && chunk.length > 0) {
      const second = chunk[0]!;
      put(this.bigEndian ? (this.#half << 8) | second : (second << 8) | this.#half);
      this.#half = -1;
      from = 1;
    }
    const last = chunk.length - 1;
    const lower = this.bigEndian;
    for (; from < last; from += 2) {
      const unit = chunk[from + lower]! | (chunk[from + 1 - lower]! << 8);
      if (unit < 0x80 && this.#high === 0) out[at++] = unit;
      else at = this.#put(out, at, unit);
    }
    if (from === last) this.#half = chunk[from]!;
    return out.subarray(0, at);
  }

  end(): Uint8Array {
    const out = new Uint8Array(4);
    let at = 0;
    if (this.#high !== 0) at = three(out, at, this.#high);
    if (this.#half >= 0) out[at++] = NO_TEXT;
    this.#half = -1;
    this.#high = 0;
    return out.subarray(0, at);
  }

  sourceBytes(utf8: Uint8Array, start: number, end: number): number {
    let units = 0;
    for (let at = start; at < end; at++) {
      const byte = utf8[at]!;
      if (byte >= 0xf0) units += 2;
      else if ((byte & 0xc0) !== 0x80) units++;
    }
    return units * 2;
  }

  #put(out: Uint8Array, start: number, unit: number): number {
    let at = start;
    const high = this.#high;
    if (high !== 0) {
      this.#high = 0;
      if ((unit & 0xfc00) === 0xdc00) {
        const point = 0x10000 + ((high & 0x3ff) << 10) + (unit & 0x3ff);
        out[at++] = 0xf0 | (point >> 18);
        out[at++] = 0x80 | ((point >> 12) & 0x3f);
        out[at++] = 0x80 | ((point >> 6) & 0x3f);
        out[at++] = 0x80 | (point & 0x3f);
        return at;
      }
      at = three(out, at, high);
    }
    if ((unit & 0xfc00) === 0xd800) {
      this.#high = unit;
      return at;
    }
    if (unit < 0x80) out[at++] = unit;
    else if (unit < 0x800) {
      out[at++] = 0xc0 | (unit >> 6);
      out[at++] = 0x80 | (unit & 0x3f);
    } else at = three(out, at, unit);
    return at;
  }
}

function three(out: Uint8Array, start: number, unit: number): number {
  out[start] = 0xe0 | (unit >> 12);
  out[start + 1] = 0x80 | ((unit >> 6) & 0x3f);
  out[start + 2] = 0x80 | (unit & 0x3f);
  return start + 3;
}
