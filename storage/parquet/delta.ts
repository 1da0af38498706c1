/** DELTA_BINARY_PACKED, which DuckDB writes for integers and for the lengths of strings when told `PARQUET_VERSION v2`. */
import { wideBits } from './hybrid';

/** Decodes `count` integers into `out`; returns where they ended. */
export function decodeDelta(bytes: Uint8Array, at: number, count: number, out: BigInt64Array | Int32Array): number {
  const reader = new DeltaReader(bytes, at);
  const blockSize = reader.varint();
  const miniblocks = reader.varint();
  const total = reader.varint();
  if (total < count || miniblocks < 1 || miniblocks > 1024 || blockSize % miniblocks !== 0)
    throw new RangeError('the header of delta-encoded numbers is impossible');
  const perMiniblock = blockSize / miniblocks;
  if (perMiniblock % 8 !== 0 || perMiniblock > 2 ** 20)
    throw new RangeError('the header of delta-encoded numbers is impossible');
  let value = reader.zigzag();
  let filled = 0;
  const put = (): void => {
    if (out instanceof BigInt64Array) out[filled++] = value;
    else out[filled++] = Number(BigInt.asIntN(32, value));
  };
  if (count > 0) put();
  for (let left = total - 1; left > 0;) {
    const smallest = reader.zigzag();
    const widths = reader.take(miniblocks);
    for (const width of widths) {
      if (left <= 0) break;
      if (width > 64) throw new RangeError('a delta is wider than 64 bits');
      const start = reader.at;
      reader.take((perMiniblock * width) / 8);
      for (let i = 0; i < perMiniblock && left > 0; i++, left--) {
        value = BigInt.asIntN(64, value + smallest + wideBits(bytes, start, i * width, width));
        if (filled < count) put();
      }
    }
  }
  return reader.at;
}

class DeltaReader {
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
  ) {}

  varint(): number {
    return Number(this.#varint());
  }

  zigzag(): bigint {
    const value = this.#varint();
    return (value >> 1n) ^ -(value & 1n);
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw new RangeError('delta-encoded numbers end too early');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  #varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new RangeError('delta-encoded numbers end too early');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a delta-encoded number has no end');
  }
}
