import fc from 'fast-check';
import type { LogicalType } from '../../../../core/types/table';
import { decimal, maskOne, maskValues, OTHER, type Plain } from './vectors';

const NOISE = { rule: 'noise', percent: 10 } as const;
const of = (logical: LogicalType, values: Plain[], nativeType = 'sometype') =>
  maskValues(NOISE, logical, values, { nativeType });

describe('noise', () => {
  it('changes every number but 0, by no more than the percentage or one unit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), (value) => {
        const masked = BigInt(maskOne(NOISE, { kind: 'int64' }, value)!);
        const change = masked > value ? masked - value : value - masked;
        const most = (value < 0n ? -value : value) / 10n;
        expect(change > 0n || value === 0n).toBe(true);
        expect(change <= (most > 1n ? most : 1n)).toBe(true);
      }),
    );
  });

  it.each<[LogicalType, string, number, number]>([
    [{ kind: 'int16' }, 'smallint', -32_768, 32_767],
    [{ kind: 'int16' }, 'tinyint', 0, 255],
    [{ kind: 'int32' }, 'integer', -2_147_483_648, 2_147_483_647],
    [decimal(4, 1), 'numeric(4,1)', -9_999, 9_999],
    [decimal(20, 0), 'numeric(20)', -9_999, 9_999],
  ])('stays within %j, %s', (logical, nativeType, least, most) => {
    for (const percent of [1, 50, 100]) {
      const values = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? most - index : least + index));
      const masked = maskValues({ rule: 'noise', percent }, logical, values, { nativeType }).map(Number);
      const [low, high] = logical.kind === 'decimal' && logical.precision > 4 ? [-Infinity, Infinity] : [least, most];
      expect(masked.filter((value) => value < low || value > high)).toEqual([]);
    }
  });

  it.each<[LogicalType, string, string | undefined, bigint]>([
    [decimal(19, 4), 'money', undefined, 9_223_372_036_854_775_807n],
    [decimal(10, 4), 'smallmoney', undefined, 2_147_483_647n],
    [decimal(19, 4), 'decimal(19,4)', 'money', 9_223_372_036_854_775_807n],
    [{ kind: 'int32' }, 'int', 'smallint', 32_767n],
    [{ kind: 'int64' }, 'bigint', 'numeric(5)', 99_999n],
    [decimal(12, 2), 'numeric(12,2)', 'numeric(5,2)', 99_999n],
  ])('stays within what %j, %s, and its target %s hold', (logical, nativeType, targetType, most) => {
    const values = Array.from({ length: 300 }, (_, index) => most - BigInt(index));
    const more = { nativeType, ...(targetType !== undefined && { targetType }) };
    const masked = maskValues({ rule: 'noise', percent: 20 }, logical, values, more);
    expect(masked.filter((value) => BigInt(value!) > most)).toEqual([]);
  });

  it('leaves 0 and NULL, and for floats NaN and infinities', () => {
    expect(of({ kind: 'int32' }, [0, null])).toEqual([0, null]);
    expect(of(decimal(30, 4), [0n, null])).toEqual([0n, null]);
    expect(of({ kind: 'float64' }, [0, NaN, Infinity, -Infinity, null])).toEqual([0, NaN, Infinity, -Infinity, null]);
  });

  it.each<LogicalType['kind']>(['float32', 'float64'])(
    'changes %s by at most the percentage, and stays finite',
    (kind) => {
      const some =
        kind === 'float32'
          ? fc.float({ noNaN: true, noDefaultInfinity: true })
          : fc.double({ noNaN: true, noDefaultInfinity: true });
      fc.assert(
        fc.property(some, (value) => {
          const masked = Number(maskOne(NOISE, { kind } as LogicalType, value));
          expect(Number.isFinite(masked)).toBe(true);
          if (value !== 0) expect(masked).not.toBe(value);
          // A little more, for rounding; numbers next to nothing may become nothing.
          if (Math.abs(value) > 1e-30) expect(Math.abs(masked - value)).toBeLessThanOrEqual(Math.abs(value) * 0.10001);
        }),
      );
    },
  );

  it('keeps the scale of decimals, in whatever width or text they travel', () => {
    const values = [123_456n, -99n, 5n, 1_000_000_000n];
    const masked = of(decimal(12, 2), values);
    expect(of(decimal(30, 2), values)).toEqual(masked);
    const text = (value: Plain) => {
      const digits = String(value).replace('-', '').padStart(3, '0');
      return `${String(value).startsWith('-') ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
    };
    expect(of(OTHER, values.map(text), 'numeric')).toEqual(masked.map(text));
    expect(of(OTHER, ['NaN', '0.000', null], 'numeric')).toEqual(['NaN', '0.000', null]);
  });

  it('spreads over the whole percentage', () => {
    const values = Array.from({ length: 4_000 }, (_, index) => 1_000_000 + index);
    const shares = of({ kind: 'int32' }, values).map((value, index) => Number(value) / values[index]! - 1);
    expect(Math.max(...shares)).toBeGreaterThan(0.099);
    expect(Math.min(...shares)).toBeLessThan(-0.099);
    expect(Math.abs(shares.reduce((sum, share) => sum + share) / shares.length)).toBeLessThan(0.005);
  });

  it('refuses text that is no number without quoting it', () => {
    expect(() => of(OTHER, ['4711 EUR'], 'numeric')).toThrow('is not a plain number');
    expect(() => of(OTHER, ['4711 EUR'], 'numeric')).not.toThrow('4711');
  });
});
