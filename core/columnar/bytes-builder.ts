import type { BytesValues } from './batch';

/** Most bytes that the values of one column of a batch may have together: offsets are unsigned 32-bit. */
export const MAX_COLUMN_BYTES = 2 ** 32 - 1;

/**
 * Collects values of variable length. `data` and `view` are replaced when room is made, so read them after `reserve`;
 * write a value at `size`, then `close` it.
 */
export class BytesBuilder {
  data: Uint8Array;
  view: DataView;
  size = 0;
  count = 0;
  readonly offsets: Uint32Array;

  constructor(rows: number, expectedBytes: number) {
    this.offsets = new Uint32Array(rows + 1);
    this.data = new Uint8Array(expectedBytes);
    this.view = new DataView(this.data.buffer);
  }

  /** Room for `bytes` more. */
  reserve(bytes: number): void {
    const needed = this.size + bytes;
    if (needed <= this.data.length) return;
    if (needed > MAX_COLUMN_BYTES)
      throw new RangeError(`A column of one batch has more than ${MAX_COLUMN_BYTES} bytes.`);
    const grown = new Uint8Array(Math.min(MAX_COLUMN_BYTES, Math.max(needed, this.data.length * 2)));
    grown.set(this.data.subarray(0, this.size));
    this.data = grown;
    this.view = new DataView(grown.buffer);
  }

  /** Ends the value that was written at `size`; 0 for an empty value or NULL. */
  close(length: number): void {
    this.size += length;
    this.offsets[++this.count] = this.size;
  }

  append(value: Uint8Array): void {
    this.reserve(value.length);
    this.data.set(value, this.size);
    this.close(value.length);
  }

  finish(): BytesValues {
    return { data: this.data.subarray(0, this.size), offsets: this.offsets.subarray(0, this.count + 1) };
  }
}
