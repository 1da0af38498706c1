import fc from 'fast-check';
import { createInference } from '../../../../core/file/infer';
import { limitsOf, widerType } from '../../../../core/plan/file-types';
import type { InferredColumn } from '../../../../core/types/file';
import type { ColumnSchema, LogicalType } from '../../../../core/types/table';
import { fieldBatch } from '../file/field-batch';

/** What is found out about a column of these texts. */
function inferred(...texts: string[]): InferredColumn {
  const inference = createInference(['c'], {});
  inference.add(fieldBatch(texts.map((text) => [text])));
  return inference.result()[0]!;
}

const column = (nativeType: string, logical: LogicalType, maxLength?: number): ColumnSchema => ({
  name: 'c',
  nativeType,
  logical,
  nullable: true,
  ...(maxLength !== undefined && { maxLength }),
});
const text = (length: number, type = `character varying(${length})`) =>
  column(type, { kind: 'text', of: 'text' }, length);
const [int16, int32, int64] = (['int16', 'int32', 'int64'] as const).map((kind): LogicalType => ({ kind }));

describe('what inference says of numbers', () => {
  it('is the smallest and the largest of them, and how many digits they have', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { minLength: 1, maxLength: 30 }),
        (numbers) => {
          const found = inferred(...numbers.map(String));
          const low = numbers.reduce((a, b) => (a < b ? a : b), 0n);
          const high = numbers.reduce((a, b) => (a > b ? a : b), 0n);
          expect(found).toMatchObject({ smallest: String(low), largest: String(high), fractionDigits: 0 });
          expect(found.wholeDigits).toBe(Math.max(...numbers.map((number) => String(number).replace('-', '').length)));
        },
      ),
    );
  });

  it('counts digits on both sides of the mark, and passes over marks between thousands', () => {
    expect(inferred('1.5', '-123.25', '7')).toMatchObject({ wholeDigits: 3, fractionDigits: 2 });
    expect(inferred('1,234,567', '12')).toMatchObject({ smallest: '0', largest: '1234567' });
    expect(inferred('1.5')).not.toHaveProperty('largest');
    expect(inferred('x')).not.toHaveProperty('wholeDigits');
  });
});

describe('the type that a column would have to become', () => {
  it.each([
    ['postgres', text(5), ['abcdef'], { nativeType: 'varchar(50)', maxChars: 50 }],
    ['postgres', text(5), ['abcde'], undefined],
    ['postgres', text(5, 'character(5)'), ['x'.repeat(51)], { nativeType: 'varchar(100)', maxChars: 100 }],
    ['mssql', text(5, 'nvarchar(5)'), ['abcdef'], { nativeType: 'nvarchar(50)', maxChars: 50 }],
    ['mssql', text(5, 'nvarchar(5)'), ['x'.repeat(4001)], { nativeType: 'nvarchar(max)' }],
    ['mssql', text(5, 'varchar(5)'), ['x'.repeat(4001)], { nativeType: 'varchar(4050)', maxChars: 4050 }],
    ['postgres', column('smallint', int16!), ['32767', '-32768'], undefined],
    ['postgres', column('smallint', int16!), ['32768'], { nativeType: 'integer' }],
    ['mssql', column('smallint', int16!), ['-32769'], { nativeType: 'int' }],
    ['mssql', column('tinyint', int16!), ['255'], undefined],
    ['mssql', column('tinyint', int16!), ['-1'], { nativeType: 'int' }],
    ['postgres', column('integer', int32!), ['2147483648'], { nativeType: 'bigint' }],
    ['postgres', column('integer', int32!), ['-2147483648'], undefined],
    ['postgres', column('bigint', int64!), ['9223372036854775807'], undefined],
    ['postgres', column('numeric(5,2)', { kind: 'decimal', precision: 5, scale: 2 }), ['123.45'], undefined],
    [
      'postgres',
      column('numeric(5,2)', { kind: 'decimal', precision: 5, scale: 2 }),
      ['1.234'],
      { nativeType: 'numeric(6,3)' },
    ],
    [
      'postgres',
      column('numeric(5,2)', { kind: 'decimal', precision: 5, scale: 2 }),
      ['12345'],
      { nativeType: 'numeric(7,2)' },
    ],
    ['postgres', column('date', { kind: 'date' }), ['2024-01-01'], undefined],
  ] as const)('%s %j for %j is %j', (kind, found, values, wider) => {
    expect(widerType(kind, found, inferred(...values))).toEqual(wider);
  });

  it('takes every value for which it was asked', () => {
    const kinds = [
      [column('smallint', int16!), { integer: 2n ** 31n, bigint: 2n ** 63n }],
      [column('integer', int32!), { bigint: 2n ** 63n }],
    ] as const;
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { minLength: 1 }), (numbers) => {
        for (const [found, limits] of kinds) {
          const wider = widerType('postgres', found, inferred(...numbers.map(String)));
          const limit = wider
            ? (limits as Record<string, bigint>)[wider.nativeType]!
            : 2n ** (found === kinds[0][0] ? 15n : 31n);
          expect(numbers.every((number) => number >= -limit && number < limit)).toBe(true);
        }
      }),
    );
  });
});

describe('the type of a new column of texts', () => {
  const logical: LogicalType = { kind: 'text', of: 'text' };
  it.each([
    ['mssql', 0, 'nvarchar(255)'],
    ['mssql', 85, 'nvarchar(255)'],
    ['mssql', 86, 'nvarchar(4000)'],
    ['mssql', 1334, undefined],
    ['postgres', 10, undefined],
  ] as const)('%s with %i characters: %s', (kind, chars, type) => {
    expect(limitsOf(kind, logical, chars)).toBe(type);
    expect(limitsOf(kind, { kind: 'date' }, chars)).toBeUndefined();
  });
});
