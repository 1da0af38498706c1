/**
 * Hashes of rows, 128 bits each in four 32-bit lanes, built up column by column. The steps are those of MurmurHash3
 * (x86, 128 bits; Austin Appleby, public domain): a block of 16 bytes changes a row's lanes one to one, so two rows that
 * differ in one such block alone never end up with the same lanes. What is secret is not protected by it; nothing
 * depends on that.
 */

export const LANES = 4;

const [C1, C2, C3, C4] = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93];
/** Begins every row: fractional digits of the roots of 2, 3, 5 and 7. */
const SEED = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a] as const;

/** Lanes of `rows` rows before their first column. */
export function seedLanes(lanes: Int32Array, rows: number): void {
  for (let at = 0; at < rows * LANES; at += LANES) {
    lanes[at] = SEED[0];
    lanes[at + 1] = SEED[1];
    lanes[at + 2] = SEED[2];
    lanes[at + 3] = SEED[3];
  }
}

/** Adds a block of four words to the row whose lanes are at `at`. */
export function mix(lanes: Int32Array, at: number, w0: number, w1: number, w2: number, w3: number): void {
  let h1 = lanes[at]!;
  let h2 = lanes[at + 1]!;
  let h3 = lanes[at + 2]!;
  let h4 = lanes[at + 3]!;
  let k = Math.imul(w0, C1);
  h1 ^= Math.imul((k << 15) | (k >>> 17), C2);
  h1 = (((h1 << 19) | (h1 >>> 13)) + h2) | 0;
  h1 = (Math.imul(h1, 5) + 0x561ccd1b) | 0;
  k = Math.imul(w1, C2);
  h2 ^= Math.imul((k << 16) | (k >>> 16), C3);
  h2 = (((h2 << 17) | (h2 >>> 15)) + h3) | 0;
  h2 = (Math.imul(h2, 5) + 0x0bcaa747) | 0;
  k = Math.imul(w2, C3);
  h3 ^= Math.imul((k << 17) | (k >>> 15), C4);
  h3 = (((h3 << 15) | (h3 >>> 17)) + h4) | 0;
  h3 = (Math.imul(h3, 5) + 0x96cd1c35) | 0;
  k = Math.imul(w3, C4);
  h4 ^= Math.imul((k << 18) | (k >>> 14), C1);
  h4 = (((h4 << 13) | (h4 >>> 19)) + h1) | 0;
  h4 = (Math.imul(h4, 5) + 0x32ac3b17) | 0;
  lanes[at] = h1;
  lanes[at + 1] = h2;
  lanes[at + 2] = h3;
  lanes[at + 3] = h4;
}

/** What a NULL adds: words that no value of 16 bytes is likely to have, and no decimal of 38 digits can have. */
export function mixNull(lanes: Int32Array, at: number): void {
  mix(lanes, at, 0x5be0cd19, 0x1f83d9ab, 0x9b05688c, 0x7f4a7c15);
}

const MASKS = [0, 0xff, 0xffff, 0xffffff] as const;

/** The word at `at`, of which `left` bytes belong to the value; none of them read beyond the end of the data. */
function word(data: Uint8Array, view: DataView, at: number, left: number): number {
  if (left >= 4) return view.getInt32(at, true);
  if (left <= 0) return 0;
  if (at + 4 <= data.length) return view.getInt32(at, true) & MASKS[left]!;
  let value = 0;
  for (let byte = 0; byte < left; byte++) value |= data[at + byte]! << (byte * 8);
  return value;
}

/** Adds a value of any length. `tag` 0 or 1 keeps two sorts of values apart. */
export function mixBytes(
  lanes: Int32Array,
  at: number,
  data: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  tag: 0 | 1,
): void {
  let next = start;
  for (; next + 16 <= end; next += 16) {
    mix(
      lanes,
      at,
      view.getInt32(next, true),
      view.getInt32(next + 4, true),
      view.getInt32(next + 8, true),
      view.getInt32(next + 12, true),
    );
  }
  const left = end - next;
  const w0 = word(data, view, next, left);
  const w1 = word(data, view, next + 4, left - 4);
  const w2 = word(data, view, next + 8, left - 8);
  const last = (end - start) * 2 + tag;
  if (left <= 12) {
    mix(lanes, at, w0, w1, w2, last);
  } else {
    mix(lanes, at, w0, w1, w2, word(data, view, next + 12, left - 12));
    mix(lanes, at, 0, 0, 0, last);
  }
}

function scramble(lane: number): number {
  let h = lane;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Sums stay exact in a double for so many rows. */
const BLOCK = 1 << 20;

/** Ends the rows of `columns` columns and gives the sum of their hashes, not yet reduced. */
export function sumOfRows(lanes: Int32Array, rows: number, columns: number): bigint {
  let total = 0n;
  for (let from = 0; from < rows; from += BLOCK) {
    const until = Math.min(rows, from + BLOCK) * LANES;
    let [s1, s2, s3, s4] = [0, 0, 0, 0];
    for (let at = from * LANES; at < until; at += LANES) {
      let h1 = lanes[at]! ^ columns;
      let h2 = lanes[at + 1]! ^ columns;
      let h3 = lanes[at + 2]! ^ columns;
      let h4 = lanes[at + 3]! ^ columns;
      h1 = (h1 + h2 + h3 + h4) | 0;
      h2 = (h2 + h1) | 0;
      h3 = (h3 + h1) | 0;
      h4 = (h4 + h1) | 0;
      h1 = scramble(h1);
      h2 = scramble(h2);
      h3 = scramble(h3);
      h4 = scramble(h4);
      h1 = (h1 + h2 + h3 + h4) | 0;
      s1 += h1 >>> 0;
      s2 += (h2 + h1) >>> 0;
      s3 += (h3 + h1) >>> 0;
      s4 += (h4 + h1) >>> 0;
    }
    total += BigInt(s1) + (BigInt(s2) << 32n) + (BigInt(s3) << 64n) + (BigInt(s4) << 96n);
  }
  return total;
}
