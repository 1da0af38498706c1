import fc from 'fast-check';
import { createMasker } from '../../../../core/mask/masker';
import type { LogicalType } from '../../../../core/types/table';
import { decimal, KEY, maskOne, maskValues, OTHER, plainOf, TEXT, vectorOf } from './vectors';

const SHIFT = { rule: 'date-shift', days: 30 } as const;
const DATE: LogicalType = { kind: 'date' };
const TIMESTAMP: LogicalType = { kind: 'timestamp' };
const DAY = 86_400_000_000n;
const day = (text: string) => Date.parse(`${text}T00:00:00Z`) / 86_400_000;
const FIRST = day('0001-01-01');
const LAST = day('9999-12-31');

describe('date-shift', () => {
  it('moves every day by one to so many days, within the calendar of all databases', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST }), fc.integer({ min: 1, max: 36_500 }), (value, days) => {
        const masked = Number(maskOne({ rule: 'date-shift', days }, DATE, value));
        const moved = Math.abs(masked - value);
        expect(moved).toBeGreaterThanOrEqual(1);
        expect(moved).toBeLessThanOrEqual(days);
        expect(masked >= FIRST && masked <= LAST).toBe(true);
      }),
    );
  });

  it('goes both ways and as far as it may', () => {
    const values = Array.from({ length: 5_000 }, (_, index) => index);
    const moves = maskValues(SHIFT, DATE, values).map((value, index) => Number(value) - values[index]!);
    expect(Math.max(...moves)).toBe(30);
    expect(Math.min(...moves)).toBe(-30);
    expect(moves.filter((move) => move > 0).length).toBeGreaterThan(2_300);
    expect(moves.filter((move) => move < 0).length).toBeGreaterThan(2_300);
  });

  it('keeps the time of day, and moves a timestamp as its date', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: FIRST, max: LAST }),
        fc.bigInt({ min: 0n, max: DAY - 1n }),
        fc.constantFrom<LogicalType>(TIMESTAMP, { kind: 'timestamptz' }),
        (value, time, logical) => {
          const date = BigInt(Number(maskOne(SHIFT, DATE, value)));
          expect(maskOne(SHIFT, logical, BigInt(value) * DAY + time)).toBe(date * DAY + time);
        },
      ),
    );
  });

  it('moves dates in text alike, and leaves the rest of the text', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST + 40, max: LAST - 40 }), (value) => {
        const text = (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10);
        const expected = text(Number(maskOne(SHIFT, DATE, value)));
        const masked = maskValues(SHIFT, OTHER, [`${text(value)} 23:59:59.1234567`, null], {
          nativeType: 'datetime2(7)',
        });
        expect(masked).toEqual([`${expected} 23:59:59.1234567`, null]);
        const offset = maskOne(SHIFT, OTHER, `${text(value)} 00:00:00.0 +14:00`, { nativeType: 'datetimeoffset(1)' });
        expect(offset).toBe(`${expected} 00:00:00.0 +14:00`);
      }),
    );
  });

  it('leaves infinities and NULL', () => {
    expect(maskValues(SHIFT, DATE, [2_147_483_647, -2_147_483_647, null])).toEqual([
      2_147_483_647,
      -2_147_483_647,
      null,
    ]);
    const most = (1n << 63n) - 1n;
    expect(maskValues(SHIFT, TIMESTAMP, [most, -most, null])).toEqual([most, -most, null]);
    expect(maskValues(SHIFT, OTHER, ['infinity', '-infinity'], { nativeType: 'date' })).toEqual([
      'infinity',
      '-infinity',
    ]);
  });

  it.each([
    ['smalldatetime', '1900-01-01', '2079-06-06'],
    ['datetime', '1753-01-01', '9999-12-31'],
  ])('stays within %s, of source or target', (nativeType, first, last) => {
    const rule = { rule: 'date-shift', days: 36_500 } as const;
    const values = Array.from({ length: 400 }, (_, index) => day(first) + index * 150).filter(
      (value) => value <= day(last),
    );
    const inside = (masked: unknown[]) =>
      masked.every((value) => Number(value) >= day(first) && Number(value) <= day(last));
    expect(inside(maskValues(rule, DATE, values, { nativeType }))).toBe(true);
    expect(inside(maskValues(rule, DATE, values, { targetType: nativeType }))).toBe(true);
    expect(maskValues(rule, DATE, values, { nativeType }).every((value, index) => value !== values[index])).toBe(true);
  });

  it('moves days that only Postgres knows towards the present', () => {
    const [early, late] = maskValues(SHIFT, DATE, [-2_000_000, 100_000_000]).map(Number);
    expect(early).toBeGreaterThan(-2_000_000);
    expect(late).toBeLessThan(100_000_000);
  });

  it.each(['31.12.2020', '2020-13-01 00:00', '2020-02-30', '2020-01-01x', '0044-03-15 BC', ''])(
    'refuses %j without quoting it',
    (value) => {
      const error = () => maskOne(SHIFT, OTHER, value, { nativeType: 'datetime2(7)' });
      expect(error).toThrow('A value of column c (datetime2(7))');
      if (value !== '') expect(error).not.toThrow(value);
    },
  );

  it('shifts all rows of one owner alike, whatever the width of the column that names him', () => {
    const dates = [0, 10, 250, 0, 10];
    const by = (logical: LogicalType, owners: (string | number | null)[]) => {
      const masker = createMasker(
        [
          { name: 'owner', part: { name: 'owner', nativeType: 'sometype', logical }, mask: { rule: 'null' } },
          { name: 'at', part: { name: 'at', nativeType: 'date', logical: DATE }, mask: { ...SHIFT, by: 'owner' } },
        ],
        KEY,
      );
      const { columns } = masker({ rows: 5, columns: [vectorOf(logical, owners), vectorOf(DATE, dates)] });
      expect(plainOf(columns[0]!, 5)).toEqual([null, null, null, null, null]);
      return plainOf(columns[1]!, 5).map(Number);
    };
    const owners = [7, 7, 7, 1_000, 2_000];
    const masked = by({ kind: 'int16' }, owners);
    expect(masked[1]! - masked[0]!).toBe(10);
    expect(masked[2]! - masked[0]!).toBe(250);
    expect(by({ kind: 'int64' }, owners)).toEqual(masked);
    expect(by(decimal(38), owners)).toEqual(masked);
    const names = by(TEXT, ['anna', 'anna', 'anna', null, null]);
    expect(names[2]! - names[0]!).toBe(250);
    // Without an owner the date itself decides.
    expect(names.slice(3)).toEqual(maskValues(SHIFT, DATE, [0, 10]).map(Number));
  });
});
