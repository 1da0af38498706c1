/**
 * Keyed permutations of whole numbers. Magnitudes are divided into classes whose bounds are those of every integer and
 * decimal type, and each class is permuted within itself by a Feistel network. So a result fits every type that the
 * value fits, does not depend on which of them held it, and two values never become one.
 */
import type { SipHash } from './siphash';

/** Numbers in the fast path are below this: two 32-bit halves, unsigned. */
const PAIR_LIMIT = 1n << 64n;
/** Largest magnitude that can be permuted, plus one: what 128 bits hold. */
const LIMIT = 1n << 128n;
/** Rounds with their functions in a table, for classes of up to 32 bits; eight 16-bit values per entry. */
const TABLE_ROUNDS = 8;
/** Rounds where each is a hash of its own. */
const HASH_ROUNDS = 6;

interface ValueClass {
  id: number;
  from: bigint;
  size: bigint;
  /** Bits of the network: 2^(bits - 1) < size ≤ 2^bits. */
  bits: number;
  fromHigh: number;
  fromLow: number;
  sizeHigh: number;
  sizeLow: number;
  table?: Uint16Array;
}

/** Powers of two at which some integer type ends, and powers of ten at which some decimal does. */
export const INTEGER_BOUNDS: { positive: bigint[]; negative: bigint[] } = {
  positive: bounds([0n], 3, [7, 8, 15, 16, 31, 32, 63, 64, 127, 128], 0n),
  // Two's complement has one negative number more.
  negative: bounds([1n], 3, [7, 15, 31, 63, 127], 1n),
};

/** One class for each count of digits, and bounds for the types of money: for decimals with a scale. */
export const DIGIT_BOUNDS: { positive: bigint[]; negative: bigint[] } = {
  positive: bounds([0n], 1, [31, 63, 128], 0n),
  negative: bounds([1n], 1, [31, 63, 128], 1n),
};

function bounds(first: bigint[], leastDigits: number, powersOfTwo: number[], more: bigint): bigint[] {
  const tens = Array.from({ length: 39 - leastDigits }, (_, index) => 10n ** BigInt(index + leastDigits));
  const twos = powersOfTwo.map((power) => (1n << BigInt(power)) + more);
  return [...first, ...tens, ...twos].toSorted((a, b) => (a < b ? -1 : 1));
}

export class KeyedPermutation {
  /** Halves of the latest result of `permute`. */
  high = 0;
  low = 0;
  readonly #hash: SipHash;
  readonly #positive: ValueClass[];
  readonly #negative: ValueClass[];
  #last: ValueClass;

  constructor(hash: SipHash, { positive, negative }: { positive: bigint[]; negative: bigint[] }) {
    this.#hash = hash;
    this.#positive = toClasses(positive, 0);
    this.#negative = toClasses(negative, positive.length);
    this.#last = this.#positive[0]!;
  }

  /** Permutes a signed 64-bit number, given and returned (`high`, `low`) as halves. */
  permute(high: number, low: number): void {
    const isNegative = high < 0;
    let magnitudeHigh = high >>> 0;
    let magnitudeLow = low >>> 0;
    if (isNegative) {
      magnitudeLow = -low >>> 0;
      magnitudeHigh = (~high + (magnitudeLow === 0 ? 1 : 0)) >>> 0;
    }
    this.#permutePair(magnitudeHigh, magnitudeLow, isNegative);
    if (isNegative) {
      this.low = -this.low | 0;
      this.high = (~this.high + (this.low === 0 ? 1 : 0)) | 0;
    }
  }

  /** The same for a number of any size; undefined beyond 128 bits. */
  permuteBig(value: bigint): bigint | undefined {
    const magnitude = value < 0n ? -value : value;
    if (magnitude >= LIMIT) return undefined;
    const list = value < 0n ? this.#negative : this.#positive;
    let permuted: bigint;
    const found = list.findLast(({ from }) => from <= magnitude)!;
    if (found.from + found.size <= PAIR_LIMIT) {
      this.#permutePair(Number(magnitude >> 32n), Number(magnitude & 0xffffffffn), value < 0n);
      permuted = (BigInt(this.high >>> 0) << 32n) | BigInt(this.low >>> 0);
    } else permuted = this.#walkBig(found, magnitude - found.from) + found.from;
    return value < 0n ? -permuted : permuted;
  }

  /** Unsigned halves; magnitude 0 is never negative. */
  #permutePair(high: number, low: number, isNegative: boolean): void {
    let found = this.#last;
    if (!isWithin(found, high, low) || found.id >= this.#positive.length !== isNegative) {
      found = (isNegative ? this.#negative : this.#positive).find((one) => isWithin(one, high, low))!;
      this.#last = found;
    }
    const borrow = low < found.fromLow ? 1 : 0;
    if (found.bits <= 32) this.#walkTable(found, (low - found.fromLow) >>> 0);
    else this.#walkHash(found, (high - found.fromHigh - borrow) >>> 0, (low - found.fromLow) >>> 0);
    const sum = (this.low >>> 0) + found.fromLow;
    this.low = sum | 0;
    this.high = (this.high + found.fromHigh + (sum > 0xffffffff ? 1 : 0)) | 0;
  }

  /** Feistel network over `bits` bits, repeated until the result is in the class again (cycle walking). */
  #walkTable(found: ValueClass, offset: number): void {
    const table = (found.table ??= this.#makeTable(found));
    const rightBits = found.bits >>> 1;
    const leftMask = 2 ** (found.bits - rightBits) - 1;
    const rightMask = 2 ** rightBits - 1;
    const size = found.sizeHigh * 4294967296 + found.sizeLow;
    let value = offset;
    do {
      let left = value >>> rightBits;
      let right = value & rightMask;
      for (let round = 0; round < TABLE_ROUNDS; round += 2) {
        left = (left ^ table[right * TABLE_ROUNDS + round]!) & leftMask;
        right = (right ^ table[left * TABLE_ROUNDS + round + 1]!) & rightMask;
      }
      value = ((left << rightBits) | right) >>> 0;
    } while (value >= size);
    this.high = 0;
    this.low = value | 0;
  }

  /** All rounds of one half-value come from one hash, each 16 bits of it. */
  #makeTable({ id, bits }: ValueClass): Uint16Array {
    const hash = this.#hash;
    const entries = 2 ** (bits - (bits >>> 1));
    const table = new Uint16Array(entries * TABLE_ROUNDS);
    const words = new Int32Array(table.buffer);
    for (let entry = 0; entry < entries; entry++) {
      hash.hashWords128(entry, id, 1);
      words[entry * 4] = hash.w0;
      words[entry * 4 + 1] = hash.w1;
      words[entry * 4 + 2] = hash.w2;
      words[entry * 4 + 3] = hash.w3;
    }
    return table;
  }

  #walkHash({ id, bits, sizeHigh, sizeLow }: ValueClass, offsetHigh: number, offsetLow: number): void {
    const hash = this.#hash;
    const rightBits = bits >>> 1;
    const leftMask = (2 ** (bits - rightBits) - 1) | 0;
    const rightMask = (2 ** rightBits - 1) | 0;
    let high = offsetHigh;
    let low = offsetLow;
    do {
      let left = rightBits === 32 ? high : (high << (32 - rightBits)) | (low >>> rightBits);
      let right = low & rightMask;
      for (let round = 0; round < HASH_ROUNDS; round += 2) {
        hash.hashShort(right, (id << 8) | round);
        left = (left ^ hash.w0) & leftMask;
        hash.hashShort(left, (id << 8) | (round + 1));
        right = (right ^ hash.w0) & rightMask;
      }
      high = rightBits === 32 ? left >>> 0 : left >>> (32 - rightBits);
      low = rightBits === 32 ? right >>> 0 : ((left << rightBits) | right) >>> 0;
    } while (high > sizeHigh || (high === sizeHigh && low >= sizeLow));
    this.high = high | 0;
    this.low = low | 0;
  }

  #walkBig({ id, bits, size }: ValueClass, offset: bigint): bigint {
    const rightBits = BigInt(bits >>> 1);
    const leftMask = (1n << (BigInt(bits) - rightBits)) - 1n;
    const rightMask = (1n << rightBits) - 1n;
    let value = offset;
    do {
      let left = value >> rightBits;
      let right = value & rightMask;
      for (let round = 0; round < HASH_ROUNDS; round += 2) {
        left = (left ^ this.#bigRound(right, id, round)) & leftMask;
        right = (right ^ this.#bigRound(left, id, round + 1)) & rightMask;
      }
      value = (left << rightBits) | right;
    } while (value >= size);
    return value;
  }

  #bigRound(half: bigint, id: number, round: number): bigint {
    const hash = this.#hash;
    hash.hashWords(Number(half & 0xffffffffn) | 0, Number(half >> 32n) | 0, (id << 8) | round);
    return (BigInt(hash.w1 >>> 0) << 32n) | BigInt(hash.w0 >>> 0);
  }
}

function toClasses(list: bigint[], firstId: number): ValueClass[] {
  return list.slice(0, -1).map((from, index) => {
    const size = list[index + 1]! - from;
    return {
      id: firstId + index,
      from,
      size,
      bits: Math.max(2, (size - 1n).toString(2).length),
      fromHigh: Number((from >> 32n) & 0xffffffffn),
      fromLow: Number(from & 0xffffffffn),
      sizeHigh: size < PAIR_LIMIT ? Number(size >> 32n) : 0,
      sizeLow: Number(size & 0xffffffffn),
    };
  });
}

/** For classes below 2^64; both halves unsigned. */
function isWithin({ fromHigh, fromLow, sizeHigh, sizeLow }: ValueClass, high: number, low: number): boolean {
  if (high < fromHigh || (high === fromHigh && low < fromLow)) return false;
  const offsetLow = (low - fromLow) >>> 0;
  const offsetHigh = high - fromHigh - (low < fromLow ? 1 : 0);
  return offsetHigh < sizeHigh || (offsetHigh === sizeHigh && offsetLow < sizeLow);
}
