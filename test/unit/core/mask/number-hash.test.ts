import fc from 'fast-check';
import type { LogicalType } from '../../../../core/types/table';
import { decimal, KEY, maskOne, maskValues, OTHER, type Plain } from './vectors';

const HASH = { rule: 'hash' } as const;
const INT16: LogicalType = { kind: 'int16' };
const INT32: LogicalType = { kind: 'int32' };
const INT64: LogicalType = { kind: 'int64' };
const MAX64 = (1n << 63n) - 1n;
const of = (logical: LogicalType, values: readonly Plain[], nativeType = 'sometype') =>
  maskValues(HASH, logical, values, { nativeType });
const numbers = (values: readonly Plain[]) => values.map((value) => String(value));

describe('hash of whole numbers', () => {
  it('is a permutation of every 16-bit number', () => {
    const all = Array.from({ length: 65_536 }, (_, index) => index - 32_768);
    const masked = of(INT16, all) as number[];
    expect(new Set(masked).size).toBe(all.length);
    expect(masked.every((value) => value >= -32_768 && value <= 32_767)).toBe(true);
    expect(masked.filter((value, index) => value === all[index]).length).toBeLessThan(40);
  });

  it('keeps a hundred thousand sequential and scattered keys apart, within their type', () => {
    const some = Array.from({ length: 50_000 }, (_, index) => index + 1);
    const more = Array.from({ length: 50_000 }, (_, index) => 2_147_483_647 - index * 41_017);
    const keys = [...new Set([...some, ...more])];
    const masked = of(INT32, keys) as number[];
    expect(new Set(masked).size).toBe(keys.length);
    expect(masked.every((value) => Number.isInteger(value) && value <= 2_147_483_647)).toBe(true);
  });

  it('depends on the number alone: 16, 32 and 64 bits, decimals and numbers in text agree', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -32_768, max: 32_767 }), { minLength: 1 }), (values) => {
        const wanted = numbers(of(INT16, values));
        expect(numbers(of(INT32, values))).toEqual(wanted);
        expect(numbers(of(INT64, values))).toEqual(wanted);
        expect(numbers(of(decimal(18), values))).toEqual(wanted);
        expect(numbers(of(decimal(38), values))).toEqual(wanted);
        expect(of(OTHER, values, 'numeric')).toEqual(wanted);
      }),
    );
  });

  it('agrees for all 64-bit numbers in 64 bits, wide decimals and text', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -MAX64 - 1n, max: MAX64 }), { minLength: 1 }), (values) => {
        const wanted = numbers(of(INT64, values));
        expect(numbers(of(decimal(38), values))).toEqual(wanted);
        expect(of(OTHER, values.map(String), 'numeric')).toEqual(wanted);
        expect(values.map((value) => value < 0n)).toEqual(wanted.map((text) => text.startsWith('-')));
      }),
    );
  });

  it('holds at the ends of every type', () => {
    const ends = [0n, 1n, -1n, MAX64, -MAX64 - 1n, 1n << 31n, -(1n << 31n), -(1n << 31n) - 1n, (1n << 62n) + 5n];
    const masked = of(INT64, ends) as bigint[];
    expect(new Set(masked).size).toBe(ends.length);
    expect(of(INT32, [2_147_483_647, -2_147_483_648])).toEqual(of(INT64, [2_147_483_647, -2_147_483_648]).map(Number));
  });

  it('never leaves a type that a value fits: unsigned ones and decimals of any precision', () => {
    const bounds = [
      255n,
      65_535n,
      4_294_967_295n,
      ...Array.from({ length: 36 }, (_, digits) => 10n ** BigInt(digits + 3) - 1n),
    ];
    for (const most of bounds) {
      const values = Array.from({ length: 40 }, (_, index) => most - BigInt(index));
      const masked = of(decimal(38), values) as bigint[];
      expect(new Set(masked).size).toBe(values.length);
      expect(masked.every((value) => value >= 0n && value <= most)).toBe(true);
      const negative = of(
        decimal(38),
        values.map((value) => -value),
      ) as bigint[];
      expect(new Set(negative).size).toBe(values.length);
      if (/^9+$/.test(String(most))) expect(negative.every((value) => value < 0n && value >= -most)).toBe(true);
    }
  });

  it('gives other numbers under another key', () => {
    const values = Array.from({ length: 200 }, (_, index) => index * 1000 + 100_000);
    const other = maskValues(HASH, INT32, values, { key: KEY.map((byte) => byte ^ 1) });
    expect(other.filter((value, index) => value === of(INT32, values)[index]).length).toBeLessThan(5);
  });

  it('does not keep the order or the distance of keys', () => {
    const masked = of(
      INT32,
      Array.from({ length: 1000 }, (_, index) => 500_000 + index),
    ) as number[];
    const rising = masked.filter((value, index) => index > 0 && value > masked[index - 1]!).length;
    expect(rising).toBeGreaterThan(400);
    expect(rising).toBeLessThan(600);
    expect(new Set(masked.map((value, index) => value - (masked[index - 1] ?? 0))).size).toBeGreaterThan(990);
  });
});

describe('hash of decimals with a scale', () => {
  it('keeps sign, scale and count of digits, and values apart', () => {
    const values = Array.from({ length: 19_999 }, (_, index) => index - 9_999);
    const masked = of(decimal(6, 2), values).map(Number);
    expect(new Set(masked).size).toBe(values.length);
    masked.forEach((value, index) => {
      const digits = (number: number) => String(Math.abs(number)).length;
      expect(digits(value)).toBe(digits(values[index]!));
      expect(value < 0).toBe(values[index]! < 0);
    });
  });

  it.each([
    ['money', decimal(19, 4), 9_223_372_036_854_775_807n],
    ['smallmoney', decimal(10, 4), 2_147_483_647n],
  ])('never leaves %s', (nativeType, logical, most) => {
    for (const sign of [1n, -1n]) {
      const values = Array.from({ length: 300 }, (_, index) => sign * (most - BigInt(index)));
      const masked = of(logical, values, nativeType) as bigint[];
      expect(new Set(masked).size).toBe(values.length);
      expect(masked.every((value) => value * sign > 0n && value * sign <= most + 1n)).toBe(true);
    }
  });

  it('is the same where the column travels as text in one part', () => {
    const typed = of(decimal(12, 2), [12_345, 5, -99, 0]).map((value) => (Number(value) / 100).toFixed(2));
    expect(of(OTHER, ['123.45', '0.05', '-0.99', '0.00'], 'numeric(12,2)')).toEqual(typed);
  });

  it('leaves NaN and infinities, and refuses what is no number without quoting it', () => {
    expect(of(OTHER, ['NaN', 'Infinity', '-Infinity'], 'numeric')).toEqual(['NaN', 'Infinity', '-Infinity']);
    expect(() => of(OTHER, ['secret'], 'numeric')).toThrow(
      'A value of column c (numeric) is not a plain number, so rule hash cannot mask it.',
    );
    expect(() => maskOne(HASH, OTHER, '1'.repeat(60), { nativeType: 'numeric' })).toThrow('more than 38 digits');
  });
});
