/** The RLE/bit-packed hybrid of Parquet: definition levels, dictionary indexes, booleans of V2 pages. */

/** Decodes `out.length` numbers of `width` bits from `bytes[at..end)`. Throws RangeError when they are not there. */
export function decodeHybrid(
  bytes: Uint8Array,
  at: number,
  end: number,
  width: number,
  out: Uint8Array | Int32Array,
): void {
  const widthBytes = (width + 7) >>> 3;
  let next = at;
  let filled = 0;
  while (filled < out.length) {
    let header = 0;
    let factor = 1;
    for (;;) {
      if (next >= end) throw new RangeError('a run of levels or indexes ends too early');
      const byte = bytes[next++]!;
      header += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
      factor *= 128;
      if (factor > 2 ** 35) throw new RangeError('the length of a run has no end');
    }
    if (header % 2 === 0) {
      const count = Math.min(header / 2, out.length - filled);
      if (count === 0) throw new RangeError('a run is empty');
      if (next + widthBytes > end) throw new RangeError('a run of levels or indexes ends too early');
      let value = 0;
      for (let i = 0; i < widthBytes; i++) value |= bytes[next++]! << (i * 8);
      out.fill(value, filled, filled + count);
      filled += count;
    } else {
      const groups = (header - 1) / 2;
      const count = Math.min(groups * 8, out.length - filled);
      if (count === 0) throw new RangeError('a run is empty');
      // Writers may leave out the padding of the last group.
      if (next + Math.ceil((count * width) / 8) > end)
        throw new RangeError('a run of levels or indexes ends too early');
      if (width === 1) unpackBits(bytes, next, out, filled, count);
      else unpack(bytes, next, width, out, filled, count);
      filled += count;
      next = Math.min(end, next + groups * width);
    }
  }
}

function unpackBits(bytes: Uint8Array, at: number, out: Uint8Array | Int32Array, from: number, count: number): void {
  for (let i = 0; i < count; i++) out[from + i] = (bytes[at + (i >>> 3)]! >>> (i & 7)) & 1;
}

function unpack(
  bytes: Uint8Array,
  at: number,
  width: number,
  out: Uint8Array | Int32Array,
  from: number,
  count: number,
): void {
  if (width === 0) {
    out.fill(0, from, from + count);
    return;
  }
  const mask = width === 32 ? 0xffffffff : 2 ** width - 1;
  let next = at;
  let held = 0;
  let bits = 0;
  for (let i = 0; i < count; i++) {
    // Up to 24 bits fit into 32 beside seven that are held; wider ones are rare and take the exact way.
    if (width <= 24) {
      while (bits < width) {
        held |= bytes[next++]! << bits;
        bits += 8;
      }
      out[from + i] = held & mask;
      held >>>= width;
      bits -= width;
    } else {
      out[from + i] = Number(wideBits(bytes, at, i * width, width));
    }
  }
}

/** `width` bits (up to 64) that start `bit` bits behind `at`, lowest first. */
export function wideBits(bytes: Uint8Array, at: number, bit: number, width: number): bigint {
  let value = 0n;
  const last = bit + width;
  for (let position = bit - (bit % 8), shift = -(bit % 8); position < last; position += 8, shift += 8) {
    const byte = BigInt(bytes[at + position / 8] ?? 0);
    value |= shift < 0 ? byte >> BigInt(-shift) : byte << BigInt(shift);
  }
  return BigInt.asUintN(width, value);
}
