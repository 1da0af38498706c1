/**
 * Where the frames of zstd data end (RFC 8878, 3.1). Node's decompressor does not go on reliably behind the first, and
 * parallel compressors write many.
 */

const MAGIC = 0xfd2fb528;
/** The last half byte of it is free. */
const SKIPPABLE = 0x184d2a50;
const CHECKSUM_BYTES = 4;
const DICTIONARY_BYTES = [0, 1, 2, 4];
const SIZE_BYTES = [0, 2, 4, 8];
const RLE_BLOCK = 1;

type Step = 'magic' | 'skippable' | 'descriptor' | 'block' | 'unknown';

/** Follows data that comes cut anywhere. */
export class ZstdFrames {
  #step: Step = 'magic';
  /** Bytes of a header that are here so far, and how many it has. */
  #header: number[] = [];
  #wanted = 4;
  /** Bytes to pass over before the next header. */
  #pass = 0;
  #isLastBlock = false;
  #hasChecksum = false;

  /** How many of the bytes belong to the frame under way, and whether it ends with them. */
  take(bytes: Uint8Array): { used: number; ended: boolean } {
    let at = 0;
    while (at < bytes.length) {
      if (this.#step === 'unknown') return { used: bytes.length, ended: false };
      if (this.#pass > 0) {
        const passed = Math.min(this.#pass, bytes.length - at);
        this.#pass -= passed;
        at += passed;
      } else {
        this.#header.push(bytes[at++]!);
        if (this.#header.length === this.#wanted) this.#understand();
      }
      if (this.#pass === 0 && this.#isLastBlock) {
        this.#expect('magic', 4);
        this.#isLastBlock = false;
        return { used: at, ended: true };
      }
    }
    return { used: at, ended: false };
  }

  #understand(): void {
    const number = this.#header.reduce((sum, byte, index) => sum + byte * 256 ** index, 0);
    switch (this.#step) {
      case 'magic':
        if (number === MAGIC) this.#expect('descriptor', 1);
        else if ((number & 0xfffffff0) === SKIPPABLE) this.#expect('skippable', 4);
        // The decompressor says what is wrong.
        else this.#step = 'unknown';
        break;
      case 'skippable':
        this.#pass = number;
        this.#isLastBlock = true;
        break;
      case 'descriptor': {
        const isSingle = (number & 0x20) !== 0;
        const size = number >>> 6 === 0 && isSingle ? 1 : SIZE_BYTES[number >>> 6]!;
        this.#hasChecksum = (number & 4) !== 0;
        this.#pass = (isSingle ? 0 : 1) + DICTIONARY_BYTES[number & 3]! + size;
        this.#expect('block', 3);
        break;
      }
      case 'block':
        this.#isLastBlock = (number & 1) === 1;
        this.#pass = ((number >>> 1) & 3) === RLE_BLOCK ? 1 : number >>> 3;
        if (this.#isLastBlock && this.#hasChecksum) this.#pass += CHECKSUM_BYTES;
        this.#expect('block', 3);
        break;
      case 'unknown':
        break;
    }
  }

  #expect(step: Step, bytes: number): void {
    this.#step = step;
    this.#wanted = bytes;
    this.#header = [];
  }
}
