import * as fc from 'fast-check';
import { daysFromCivil } from '../../../../core/columnar/civil';
import { instantOf } from '../../../../core/verify/temporal-text';
import { civilFromDays } from '../../../../core/columnar/civil';
import { microsFigure } from '../../../../core/verify/value-text';

describe('reading dates and times', () => {
  it('agrees with Date on every instant and offset that it knows', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true }),
        fc.integer({ min: -14 * 60, max: 14 * 60 }),
        fc.nat(999_999),
        (date, offset, below) => {
          const local = new Date(date.getTime() + offset * 60_000).toISOString();
          const two = (value: number) => String(Math.abs(value)).padStart(2, '0');
          const zone = `${offset < 0 ? '-' : '+'}${two(Math.trunc(offset / 60))}:${two(offset % 60)}`;
          const text = `${local.slice(0, 10)} ${local.slice(11, 23)}${String(below).padStart(6, '0')} ${zone}`;
          expect(instantOf(text)).toBe(BigInt(date.getTime()) * 1_000_000n + BigInt(below));
        },
      ),
    );
  });

  it('reads what figures write', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -210_866_803_200_000_000n, max: 9_223_371_244_800_000_000n }), (micros) => {
        expect(instantOf(microsFigure(micros, 'timestamp'))).toBe(micros * 1000n);
      }),
    );
  });

  it('counts days as they are counted back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), (days) => {
        const { year, month, day } = civilFromDays(days);
        expect(daysFromCivil(year, month, day)).toBe(days);
      }),
    );
  });

  it.each([
    ['2024-02-29T23:59:59Z', 1_709_251_199n * 10n ** 9n],
    ['1970-01-01', 0n],
    ['00:00:00.0000001', 100n],
    ['24:00:00', 86_400n * 10n ** 9n],
    ['0001-01-01 00:00:00+00 BC', -62_167_219_200n * 10n ** 9n],
    ['0001-01-01 (BC)', -62_167_219_200n * 10n ** 9n],
    ['infinity', 'infinity'],
    ['-infinity', '-infinity'],
  ])('reads %s', (text, instant) => expect(instantOf(text)).toBe(instant));

  it.each([
    '',
    'tomorrow',
    '2026-02-30',
    '2023-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-01-01 24:00:00',
    '2026-01-01 00:00:60',
    '2026-01-01 00:00:00.',
    '2026-01-01 00:00:00.1234567891',
    '2026-01-01 00:00:00 +2',
    '2026-01-01 00:00:00 and so on',
    '2026-01-01x',
    '20260101',
    '12:00',
    '12345678',
  ])('does not take %p for one', (text) => expect(instantOf(text)).toBeUndefined());
});
