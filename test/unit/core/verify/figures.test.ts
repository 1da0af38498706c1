import * as fc from 'fast-check';
import type { LogicalType } from '../../../../core/types/table';
import type { ColumnAggregate, PartColumn } from '../../../../core/types/transfer';
import { utf16Units } from '../../../../core/verify/column-figures';
import { createFigures, mergeFigures } from '../../../../core/verify/figures';
import { anyColumns, batchOf, type PlainColumn, type PlainValue, utf8 } from '../columnar/values';

const part = (logical: LogicalType, nativeType = 'x'): PartColumn => ({ name: 'a', nativeType, logical });

function figuresOf(columns: PlainColumn[], nativeType?: string): ColumnAggregate[] {
  const figures = createFigures(
    columns.map(({ logical }, index) => ({ ...part(logical, nativeType), name: `c${index}` })),
  );
  figures.add(batchOf(columns));
  return figures.result();
}

const one = (logical: LogicalType, values: PlainValue[], nativeType?: string): ColumnAggregate =>
  figuresOf([{ logical, values }], nativeType)[0]!;

/** Sum, smallest and largest value, worked out value by value. */
function plainly({ logical, values }: PlainColumn): Pick<ColumnAggregate, 'sum' | 'min' | 'max'> | undefined {
  const present = values.filter((value) => value !== null);
  if (present.length === 0) return { sum: null, min: null, max: null };
  const whole = present.map((value) =>
    typeof value === 'bigint' || Number.isInteger(value) ? BigInt(value as bigint | number) : 0n,
  );
  const shown = (value: bigint): string => {
    if (logical.kind !== 'decimal' || logical.scale === 0) return String(value);
    const unit = 10n ** BigInt(logical.scale);
    const size = value < 0n ? -value : value;
    const text = `${value < 0n ? '-' : ''}${size / unit}.${String(size % unit).padStart(logical.scale, '0')}`;
    return text.replace(/0+$/, '').replace(/\.$/, '');
  };
  switch (logical.kind) {
    case 'boolean':
      return { sum: String(present.filter(Boolean).length), min: null, max: null };
    case 'uuid':
      return { sum: String(present.length * 36), min: null, max: null };
    case 'bytes':
    case 'text':
      return {
        sum: String(present.reduce((sum: number, value) => sum + (value as Uint8Array).length, 0)),
        min: null,
        max: null,
      };
    case 'int16':
    case 'int32':
    case 'int64':
    case 'decimal':
      return {
        sum: shown(whole.reduce((a, b) => a + b)),
        min: shown(whole.reduce((a, b) => (b < a ? b : a))),
        max: shown(whole.reduce((a, b) => (b > a ? b : a))),
      };
    default:
      return undefined;
  }
}

describe('figures of a part', () => {
  it('are those that adding and comparing value by value gives', () => {
    fc.assert(
      fc.property(anyColumns, (columns) => {
        const figures = figuresOf(columns);
        for (const [index, column] of columns.entries()) {
          const found = figures.find(({ column: name, unit }) => name === `c${index}` && unit === undefined)!;
          expect(found.nulls).toBe(String(column.values.filter((value) => value === null).length));
          const expected = plainly(column);
          if (expected) expect(found).toMatchObject(expected);
        }
      }),
    );
  });

  it.each<[LogicalType, PlainValue[], string | null, string | null]>([
    [{ kind: 'date' }, [19_782, 0, null], '1970-01-01', '2024-02-29'],
    [{ kind: 'date' }, [-735_160, 0x7fffffff], '0044-03-15 BC', 'infinity'],
    [{ kind: 'date' }, [-0x7fffffff], '-infinity', '-infinity'],
    [{ kind: 'time' }, [0n, 86_399_500_000n], '00:00:00', '23:59:59.5'],
    [{ kind: 'timestamp' }, [-1n, 1_709_251_199_123_456n], '1969-12-31 23:59:59.999999', '2024-02-29 23:59:59.123456'],
    [{ kind: 'timestamptz' }, [1_000_000n, 2n ** 63n - 1n], '1970-01-01 00:00:01', 'infinity'],
    [{ kind: 'timestamptz' }, [-(2n ** 63n) + 1n], '-infinity', '-infinity'],
    [{ kind: 'float64' }, [0.1, -0, null], '0', '0.1'],
    [{ kind: 'float64' }, [1e21, Number.NaN, -Infinity], '-Infinity', 'NaN'],
    [{ kind: 'float64' }, [Number.NaN], 'NaN', 'NaN'],
    [{ kind: 'float32' }, [Math.fround(0.1), Math.fround(16777216)], '0.1', '16777216'],
    [{ kind: 'float32' }, [Math.fround(1e-45), Math.fround(3.4028235e38)], '1e-45', '3.4028235e+38'],
    [{ kind: 'float64' }, [null], null, null],
  ])('of %j write %p in the shared notation', (logical, values, min, max) => {
    expect(one(logical, values)).toMatchObject({ sum: null, min, max });
  });

  it('count text in octets and in UTF-16 units', () => {
    const values = ['', 'ab', 'größe', '🐘🐘', '日本', null].map((text) => (text === null ? null : utf8(text)));
    expect(figuresOf([{ logical: { kind: 'text', of: 'text' }, values }])).toEqual([
      { column: 'c0', nulls: '1', sum: '23', min: null, max: null },
      { column: 'c0', nulls: '1', sum: '13', min: null, max: null, unit: 'utf16' },
    ]);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(3), (text, shift) => {
        const bytes = utf8('x'.repeat(shift) + text);
        expect(utf16Units(bytes, shift, bytes.length)).toBe(text.length);
      }),
    );
  });

  it('give the bounds of timestamps that travel as text, by instant', () => {
    const texts = ['2026-01-01 00:00:00.1234567 +02:00', '2025-12-31 23:00:00.0000000 +00:00'].map(utf8);
    const other: LogicalType = { kind: 'text', of: 'other' };
    expect(one(other, texts, 'datetimeoffset(7)')).toMatchObject({
      sum: '68',
      min: '2025-12-31 22:00:00.1234567',
      max: '2025-12-31 23:00:00',
    });
    expect(one(other, [utf8('12:00:00.1000000'), utf8('09:30:00.0000001')], 'time(7)')).toMatchObject({
      min: '09:30:00.0000001',
      max: '12:00:00.1',
    });
    expect(one(other, texts, 'interval')).toMatchObject({ min: null, max: null });
  });

  it('show a value that changed', () => {
    const before = one({ kind: 'int64' }, [1n, 2n, 3n]);
    expect(one({ kind: 'int64' }, [1n, 2n, 4n])).not.toEqual(before);
    expect(one({ kind: 'int64' }, [1n, null, 3n])).not.toEqual(before);
    expect(one({ kind: 'text', of: 'text' }, [utf8('ab')])).not.toEqual(
      one({ kind: 'text', of: 'text' }, [utf8('abc')]),
    );
  });
});

describe('merging figures', () => {
  it('gives the figures of all rows, however they are cut into parts', () => {
    fc.assert(
      fc.property(anyColumns, fc.nat(40), fc.nat(40), (columns, first, second) => {
        const [a, b] = [first, second].sort((left, right) => left - right) as [number, number];
        const slice = (from: number, until?: number) =>
          figuresOf(columns.map(({ logical, values }) => ({ logical, values: values.slice(from, until) })));
        const whole = figuresOf(columns);
        const merged = mergeFigures(mergeFigures(slice(0, a), slice(a, b)), slice(b));
        // What comes first in a merged list does not matter, and -0 is no figure.
        expect(sorted(merged)).toEqual(sorted(whole));
      }),
    );
  });

  const text = figuresOf([{ logical: { kind: 'text', of: 'other' }, values: [utf8('1.50'), null] }]);
  const decimal = figuresOf([{ logical: { kind: 'decimal', precision: 10, scale: 2 }, values: [150n] }]);

  it('gives nothing but NULLs where a column is text in one part and a number in another', () => {
    const mixed = mergeFigures(text, decimal);
    expect(mixed).toEqual([{ column: 'c0', nulls: '1', sum: null, min: null, max: null, unit: 'utf16' }]);
    expect(mergeFigures(mixed, decimal)).toEqual(mixed);
    expect(mergeFigures(decimal, mixed)).toEqual(mixed);
  });

  it('lets a part without values pass, whatever its column is', () => {
    const empty = figuresOf([{ logical: { kind: 'text', of: 'other' }, values: [null] }]);
    expect(mergeFigures(empty, decimal)).toEqual([{ ...decimal[0], nulls: '1' }]);
    expect(mergeFigures(mergeFigures(decimal, empty), decimal)).toMatchObject([{ sum: '3', nulls: '1' }]);
  });

  it('gives no figure of a column that one part has none of', () => {
    expect(mergeFigures(decimal, [])).toMatchObject([{ sum: null, min: null }]);
  });

  it('keeps digits beyond those of a double', () => {
    const figures = (sum: string): ColumnAggregate[] => [{ column: 'a', nulls: '0', sum, min: sum, max: sum }];
    expect(mergeFigures(figures('99999999999999999999999999.000000000001'), figures('-0.000000000002'))).toEqual([
      {
        column: 'a',
        nulls: '0',
        sum: '99999999999999999999999998.999999999999',
        min: '-0.000000000002',
        max: '99999999999999999999999999.000000000001',
      },
    ]);
  });
});

const sorted = (figures: ColumnAggregate[]): ColumnAggregate[] =>
  figures.toSorted((a, b) => `${a.column}${a.unit ?? ''}`.localeCompare(`${b.column}${b.unit ?? ''}`));
