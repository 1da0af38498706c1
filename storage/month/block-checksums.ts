import { crc32 } from 'node:zlib';

/** Bytes of a file that have a checksum of their own. */
export const CHECKSUM_BYTES = 64 * 1024 * 1024;

/** Where the block begins in which `byte` lies: checksums of a file that is read from there on are those of all of it. */
export const blockStart = (byte: number): number => byte - (byte % CHECKSUM_BYTES);

/** CRC-32 of each 64 MiB of a file. */
export class BlockChecksums {
  #done: { end: number; crc: number }[] = [];
  #crc = 0;
  #position: number;

  /** `from`: a multiple of 64 MiB. */
  constructor(from: number) {
    this.#position = from;
  }

  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const room = CHECKSUM_BYTES - (this.#position % CHECKSUM_BYTES);
      const piece = bytes.subarray(at, at + room);
      this.#crc = crc32(piece, this.#crc);
      this.#position += piece.length;
      at += piece.length;
      if (this.#position % CHECKSUM_BYTES === 0) this.#close();
    }
  }

  /** The last block, which may be a short one. */
  end(): void {
    if (this.#position % CHECKSUM_BYTES !== 0) this.#close();
  }

  /** Checksums of blocks that end at or before `byte`, each handed out once. */
  take(byte: number): number[] {
    const ready = this.#done.filter(({ end }) => end <= byte).map(({ crc }) => crc);
    this.#done = this.#done.slice(ready.length);
    return ready;
  }

  #close(): void {
    this.#done.push({ end: this.#position, crc: this.#crc });
    this.#crc = 0;
  }
}
