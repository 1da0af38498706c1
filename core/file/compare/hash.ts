/** Hash of words: rows that are the same have the same, and rows that differ nearly never. Equality is always proven. */

export const SEED = 0x2545f491;

/** Takes words `from` to `to` into a hash that is under way. */
export function hashWords(u32: Uint32Array, from: number, to: number, hash: number): number {
  let h = hash;
  for (let at = from; at < to; at++) {
    let word = Math.imul(u32[at]!, 0xcc9e2d51);
    word = Math.imul((word << 15) | (word >>> 17), 0x1b873593);
    h ^= word;
    h = (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
  }
  return h;
}

/** Spreads every bit of a hash over all of it. */
export function finishHash(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
