/** 16-byte big-endian two's complement: how decimals of more than 18 digits lie in a batch and in Parquet. */

const LOW = (1n << 64n) - 1n;

export function readInt128(view: DataView, at: number): bigint {
  return (view.getBigInt64(at) << 64n) | view.getBigUint64(at + 8);
}

/** `value` must be within ±(2^127 - 1), which every decimal of 38 digits is. */
export function writeInt128(view: DataView, at: number, value: bigint): void {
  view.setBigInt64(at, value >> 64n);
  view.setBigUint64(at + 8, value & LOW);
}

/** Writes an integer that a double holds exactly (|value| ≤ 2^53). */
export function writeInt128FromNumber(view: DataView, at: number, value: number): void {
  const high = Math.floor(value / 4294967296);
  const sign = value < 0 ? -1 : 0;
  view.setInt32(at, sign);
  view.setInt32(at + 4, sign);
  view.setInt32(at + 8, high);
  view.setInt32(at + 12, value | 0);
}

const POWERS: bigint[] = Array.from({ length: 40 }, (_, exponent) => 10n ** BigInt(exponent));

/** 10^exponent for 0 ≤ exponent < 40. */
export const powerOfTen = (exponent: number): bigint => POWERS[exponent] ?? 10n ** BigInt(exponent);
