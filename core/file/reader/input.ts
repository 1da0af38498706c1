import { createTranscoder, type Transcoder } from '../encoding-transcode';
import type { FileEncoding } from '../../types/file';
import { LF } from './scan';
import { Utf8Check } from './utf8-check';

/** Bytes of a file on their way to the scanner: transcoded, in one piece from the first that is still needed on. */
export class Input {
  buf = new Uint8Array(0);
  /** One past the last byte; a line feed stands there. */
  limit = 0;
  /** Before this, bytes may be no UTF-8. */
  suspectUntil = 0;
  readonly #transcoder: Transcoder;
  readonly #utf8 = new Utf8Check();

  constructor(encoding: FileEncoding) {
    this.#transcoder = createTranscoder(encoding);
  }

  /** Adds bytes of the file. What lies before `keepFrom` may go; returns by how much places have moved to the front. */
  append(chunk: Uint8Array, keepFrom: number): number {
    return this.#add(this.#transcoder.write(chunk), keepFrom);
  }

  /** Adds what the end of the file completes or leaves incomplete. */
  end(keepFrom: number): number {
    const rest = this.#transcoder.end();
    return this.#add(rest, keepFrom);
  }

  /** How many bytes of the file became `buf[start .. end)`. */
  sourceBytes(start: number, end: number): number {
    return this.#transcoder.sourceBytes(this.buf, start, end);
  }

  #add(utf8: Uint8Array, keepFrom: number): number {
    let moved = 0;
    if (this.limit + utf8.length + 1 > this.buf.length) {
      const kept = this.limit - keepFrom;
      const needed = kept + utf8.length + 1;
      const roomy = needed > this.buf.length * 0.75;
      const to = roomy ? new Uint8Array(Math.max(needed + utf8.length, kept * 2 + 1024)) : this.buf;
      if (roomy) to.set(this.buf.subarray(keepFrom, this.limit));
      else to.copyWithin(0, keepFrom, this.limit);
      this.buf = to;
      this.limit = kept;
      this.suspectUntil = Math.max(0, this.suspectUntil - keepFrom);
      moved = keepFrom;
    }
    this.buf.set(utf8, this.limit);
    this.limit += utf8.length;
    this.buf[this.limit] = LF;
    this.#check(utf8);
    return moved;
  }

  #check(utf8: Uint8Array): void {
    if (this.#utf8.expects === 0 && isAscii(utf8)) return;
    if (!this.#utf8.push(utf8) || this.#utf8.expects > 0) this.suspectUntil = this.limit;
  }
}

/** Whether no byte is 0x80 or more. */
export function isAscii(bytes: Uint8Array): boolean {
  let at = 0;
  const end = bytes.length;
  while (at < end && (bytes.byteOffset + at) % 4 !== 0) if (bytes[at++]! >= 0x80) return false;
  if (at === end) return true;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + at, (end - at) >> 2);
  const whole = words.length & ~7;
  for (let word = 0; word < whole; word += 8) {
    const any =
      words[word]! |
      words[word + 1]! |
      words[word + 2]! |
      words[word + 3]! |
      words[word + 4]! |
      words[word + 5]! |
      words[word + 6]! |
      words[word + 7]!;
    if ((any & 0x80808080) !== 0) return false;
  }
  for (at += whole * 4; at < end; at++) if (bytes[at]! >= 0x80) return false;
  return true;
}
