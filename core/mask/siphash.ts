/**
 * SipHash-2-4 (Aumasson and Bernstein) in 32-bit integers, which JavaScript computes without an object per step. A keyed
 * hash: without the key its results cannot be told from chance, so masked values cannot be recomputed by guessing.
 */

/** The four 64-bit words of the state, each as low and high half. */
const STATE_WORDS = 8;

/** Two rounds for every block of eight bytes; the block is XORed in before and after, as the algorithm says. */
function mix(state: Int32Array, low: number, high: number, rounds: number): void {
  let v0 = state[0]!;
  let v0h = state[1]!;
  let v1 = state[2]!;
  let v1h = state[3]!;
  let v2 = state[4]!;
  let v2h = state[5]!;
  let v3 = state[6]! ^ low;
  let v3h = state[7]! ^ high;
  for (let round = 0; round < rounds; round++) {
    // v0 += v1; v1 <<<= 13; v1 ^= v0; v0 <<<= 32
    let sum = (v0 + v1) | 0;
    let sumHigh = (v0h + v1h + (((v0 & v1) | ((v0 | v1) & ~sum)) >>> 31)) | 0;
    let rotated = (v1 << 13) | (v1h >>> 19);
    v1h = ((v1h << 13) | (v1 >>> 19)) ^ sumHigh;
    v1 = rotated ^ sum;
    v0 = sumHigh;
    v0h = sum;
    // v2 += v3; v3 <<<= 16; v3 ^= v2
    sum = (v2 + v3) | 0;
    v2h = (v2h + v3h + (((v2 & v3) | ((v2 | v3) & ~sum)) >>> 31)) | 0;
    v2 = sum;
    rotated = (v3 << 16) | (v3h >>> 16);
    v3h = ((v3h << 16) | (v3 >>> 16)) ^ v2h;
    v3 = rotated ^ v2;
    // v0 += v3; v3 <<<= 21; v3 ^= v0
    sum = (v0 + v3) | 0;
    v0h = (v0h + v3h + (((v0 & v3) | ((v0 | v3) & ~sum)) >>> 31)) | 0;
    v0 = sum;
    rotated = (v3 << 21) | (v3h >>> 11);
    v3h = ((v3h << 21) | (v3 >>> 11)) ^ v0h;
    v3 = rotated ^ v0;
    // v2 += v1; v1 <<<= 17; v1 ^= v2; v2 <<<= 32
    sum = (v2 + v1) | 0;
    sumHigh = (v2h + v1h + (((v2 & v1) | ((v2 | v1) & ~sum)) >>> 31)) | 0;
    rotated = (v1 << 17) | (v1h >>> 15);
    v1h = ((v1h << 17) | (v1 >>> 15)) ^ sumHigh;
    v1 = rotated ^ sum;
    v2 = sumHigh;
    v2h = sum;
  }
  state[0] = v0 ^ low;
  state[1] = v0h ^ high;
  state[2] = v1;
  state[3] = v1h;
  state[4] = v2;
  state[5] = v2h;
  state[6] = v3;
  state[7] = v3h;
}

/** Results stand in `w0` (lowest) to `w3` until the next call; `w2` and `w3` only after a call that makes 128 bits. */
export class SipHash {
  w0 = 0;
  w1 = 0;
  w2 = 0;
  w3 = 0;
  readonly #short: Int32Array;
  readonly #long: Int32Array;
  readonly #state = new Int32Array(STATE_WORDS);

  /** `key`: 16 bytes; a RangeError otherwise. */
  constructor(key: Uint8Array) {
    if (key.length !== 16) throw new RangeError('A masking key has 16 bytes.');
    const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
    const [a, b, c, d] = [0, 4, 8, 12].map((at) => view.getInt32(at, true)) as [number, number, number, number];
    // "somepseudorandomlygeneratedbytes", as the algorithm says.
    this.#short = Int32Array.of(
      0x70736575 ^ a,
      0x736f6d65 ^ b,
      0x6e646f6d ^ c,
      0x646f7261 ^ d,
      0x6e657261 ^ a,
      0x6c796765 ^ b,
      0x79746573 ^ c,
      0x74656462 ^ d,
    );
    this.#long = this.#short.slice();
    this.#long[2]! ^= 0xee;
  }

  /** 64 bits of the bytes [start, end). */
  hash64(view: DataView, start: number, end: number): void {
    this.#state.set(this.#short);
    this.#absorb(view, start, end);
    this.#finish64();
  }

  /** 128 bits of the bytes [start, end). */
  hash128(view: DataView, start: number, end: number): void {
    this.#state.set(this.#long);
    this.#absorb(view, start, end);
    this.#finish128();
  }

  /** 64 bits of one 64-bit number, the cheapest hash there is here: `high` gives its low 24 bits, the rest is `low`. */
  hashShort(low: number, high: number): void {
    const state = this.#state;
    state.set(this.#short);
    mix(state, low, (high & 0xffffff) | (7 << 24), 2);
    this.#finish64();
  }

  /** 64 bits of three 32-bit words. */
  hashWords(first: number, second: number, third: number): void {
    const state = this.#state;
    state.set(this.#short);
    mix(state, first, second, 2);
    mix(state, third, 12 << 24, 2);
    this.#finish64();
  }

  /** 128 bits of three 32-bit words. */
  hashWords128(first: number, second: number, third: number): void {
    const state = this.#state;
    state.set(this.#long);
    mix(state, first, second, 2);
    mix(state, third, 12 << 24, 2);
    this.#finish128();
  }

  #absorb(view: DataView, start: number, end: number): void {
    const state = this.#state;
    const length = end - start;
    const last = end - (length & 7);
    let at = start;
    for (; at < last; at += 8) mix(state, view.getInt32(at, true), view.getInt32(at + 4, true), 2);
    let low = 0;
    let high = length << 24;
    const left = end - at;
    if (left >= 4) {
      low = view.getInt32(at, true);
      for (let i = 4; i < left; i++) high |= view.getUint8(at + i) << ((i - 4) * 8);
    } else for (let i = 0; i < left; i++) low |= view.getUint8(at + i) << (i * 8);
    mix(state, low, high, 2);
  }

  #finish64(): void {
    const state = this.#state;
    state[4]! ^= 0xff;
    mix(state, 0, 0, 4);
    this.w0 = state[0]! ^ state[2]! ^ state[4]! ^ state[6]!;
    this.w1 = state[1]! ^ state[3]! ^ state[5]! ^ state[7]!;
  }

  #finish128(): void {
    const state = this.#state;
    state[4]! ^= 0xee;
    mix(state, 0, 0, 4);
    this.w0 = state[0]! ^ state[2]! ^ state[4]! ^ state[6]!;
    this.w1 = state[1]! ^ state[3]! ^ state[5]! ^ state[7]!;
    state[2]! ^= 0xdd;
    mix(state, 0, 0, 4);
    this.w2 = state[0]! ^ state[2]! ^ state[4]! ^ state[6]!;
    this.w3 = state[1]! ^ state[3]! ^ state[5]! ^ state[7]!;
  }
}

/**
 * A hash with a key of its own for one purpose, so that what two rules make of a value tells nothing of one another.
 * `purpose` is ASCII and wire format: another name gives other masked values.
 */
export function purposeHash(key: Uint8Array, purpose: string): SipHash {
  const master = new SipHash(key);
  const label = Uint8Array.from(purpose, (character) => character.charCodeAt(0));
  master.hash128(new DataView(label.buffer), 0, label.length);
  const derived = Int32Array.of(master.w0, master.w1, master.w2, master.w3);
  const view = new DataView(new ArrayBuffer(16));
  derived.forEach((word, index) => view.setInt32(index * 4, word, true));
  return new SipHash(new Uint8Array(view.buffer));
}
