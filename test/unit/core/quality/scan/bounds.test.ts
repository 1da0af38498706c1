import fc from 'fast-check';
import { warehouseTable } from '../../../../../connectors/warehouse-columns';
import { exactNumber } from '../../../../../core/quality/scan/numbers';
import { createTypeCheck, explainType } from '../../../../../core/quality/scan/type-check';
import { Values } from '../../../../../core/quality/scan/batch';
import { createKeyHash } from '../../../../../core/quality/scan/keys';
import type { CheckType } from '../../../../../core/types/quality';
import type { LogicalType } from '../../../../../core/types/table';
import { createKeyText } from '../../../../../storage/month/key-text';
import { column, FORMAT, planOf } from '../../../storage/month/files';

function isOfType(type: CheckType, text: string): boolean {
  const values = new Values(1);
  const bytes = new TextEncoder().encode(text);
  values.count = 1;
  values.to[0] = bytes.length;
  createTypeCheck(type, FORMAT)(values, bytes, new DataView(bytes.buffer));
  return values.bads === 0;
}

function typeOf(nativeType: string, logical: LogicalType): CheckType {
  const [found] = warehouseTable({
    ref: { schema: 's', name: 't' },
    columns: [{ name: 'c', nativeType, logical, nullable: true }],
  } as Parameters<typeof warehouseTable>[0]).columns;
  if (!found) throw new Error('no column');
  return found.type;
}

const BITS: [string, LogicalType, bigint, bigint][] = [
  ['TINYINT', { kind: 'int16' }, -128n, 127n],
  ['UTINYINT', { kind: 'int16' }, 0n, 255n],
  ['smallint', { kind: 'int16' }, -32768n, 32767n],
  ['integer', { kind: 'int32' }, -2147483648n, 2147483647n],
  ['UINTEGER', { kind: 'int64' }, 0n, 4294967295n],
  ['bigint', { kind: 'int64' }, -(2n ** 63n), 2n ** 63n - 1n],
  ['UBIGINT', { kind: 'decimal', precision: 20, scale: 0 }, 0n, 2n ** 64n - 1n],
  ['HUGEINT', { kind: 'text', of: 'other' }, -(2n ** 127n), 2n ** 127n - 1n],
];

describe('integers of a table', () => {
  it.each(BITS)('of type %s are those that it holds, however they are written', (native, logical, low, high) => {
    const type = typeOf(native, logical);
    const near = fc.oneof(
      fc.bigInt({ min: low - 300n, max: low + 300n }),
      fc.bigInt({ min: high - 300n, max: high + 300n }),
      fc.bigInt({ min: -300n, max: 300n }),
      fc.bigInt({ min: low * 11n - 11n, max: high * 11n }),
    );
    fc.assert(
      fc.property(near, fc.nat(3), fc.boolean(), (number, zeros, isSigned) => {
        const sign = number < 0n ? '-' : isSigned ? '+' : '';
        const text = `${sign}${'0'.repeat(zeros)}${number < 0n ? -number : number}`;
        expect(isOfType(type, text)).toBe(number >= low && number <= high);
      }),
      { numRuns: 500 },
    );
    expect(explainType(type, String(high + 1n), FORMAT)).toBe(`is not between ${low} and ${high}`);
  });

  it('may be a negative nought where nothing negative is held', () => {
    expect(isOfType(typeOf('UTINYINT', { kind: 'int16' }), '-0')).toBe(true);
  });
});

describe('timestamps of a table', () => {
  it.each([
    ['timestamp(3) without time zone', 3],
    ['timestamp without time zone', 6],
    ['timestamp(0) without time zone', 0],
    ['TIMESTAMP_S', 0],
    ['TIMESTAMP_MS', 3],
    ['TIMESTAMP_NS', 9],
  ])('of type %s keep %i digits of a second, and more are told of', (native, digits) => {
    const type = typeOf(native, { kind: 'timestamp' });
    for (let given = 1; given <= 9; given++) {
      const text = `2024-01-31 10:11:12.${'1'.repeat(given)}`;
      expect([given, isOfType(type, text)]).toEqual([given, given <= digits]);
      if (given <= digits) continue;
      expect(explainType(type, text, FORMAT)).toMatch(new RegExp(`more than ${digits} digits behind the second`));
    }
    expect(isOfType(type, '2024-01-31 10:11:12.000000000')).toBe(true);
    expect(explainType(type, '2024-02-31 10:11:12', FORMAT)).toMatch(/is no timestamp/);
  });
});

describe('numbers of which every digit counts', () => {
  const plan = planOf([column('n', typeOf('numeric', { kind: 'text', of: 'other' }))], { keyColumns: [0] });
  const [hash, text] = [createKeyHash(plan), createKeyText(plan)];
  const of = (value: string): string => {
    const bytes = [new TextEncoder().encode(value)];
    return `${JSON.stringify(hash(bytes))} ${text(bytes)}`;
  };

  it.each([
    ['12345678901234567890', '12345678901234567891', false],
    ['0.1', '0.10000000000000000001', false],
    ['1.50', '+01.5', true],
    ['1e3', '1000', true],
    ['15e-1', '1.5', true],
    ['-0.0', '0', true],
    ['-1', '1', false],
    ['1e300', '1e301', false],
    ['inf', 'Infinity', true],
    ['-inf', 'inf', false],
  ])('%s and %s are one key: %s', (a, b, isSame) => {
    expect(of(a) === of(b)).toBe(isSame);
  });

  it('come in one spelling, which is the same number', () => {
    const digits = fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n });
    fc.assert(
      fc.property(digits, fc.nat(30), fc.nat(5), (number, places, zeros) => {
        const [sign, all] = number < 0n ? ['-', String(-number)] : ['', String(number)];
        const padded = all.padStart(places + 1, '0');
        const plain = `${sign}${padded.slice(0, padded.length - places)}.${padded.slice(padded.length - places)}${'0'.repeat(zeros)}`;
        const expected = plain.replace(/0+$/, '').replace(/\.$/, '').replace(/^-0$/, '0');
        expect(exactNumber(plain)).toBe(expected);
        expect(exactNumber(`${sign}${all}e-${places}`)).toBe(expected);
      }),
    );
  });
});
