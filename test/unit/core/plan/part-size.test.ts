import fc from 'fast-check';
import { evenPartBytes } from '../../../../core/plan/part-size';

describe('part size', () => {
  test('a table that fits one part is left in one', () => {
    expect(evenPartBytes(100, 128, 4)).toBe(128);
    expect(evenPartBytes(-1, 128, 4)).toBe(128);
  });

  test('573 MB in two lanes become six parts, not five', () => {
    expect(Math.ceil(573 / evenPartBytes(573, 128, 2))).toBe(6);
  });

  test('the number of parts is a multiple of the lanes, and parts hardly exceed what was wanted', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1e6, max: 1e12 }),
        fc.integer({ min: 1e5, max: 1e9 }),
        fc.integer({ min: 1, max: 16 }),
        (table, wanted, lanes) => {
          const bytes = evenPartBytes(table, wanted, lanes);
          const parts = Math.ceil(table / bytes);
          expect(bytes).toBeLessThanOrEqual(wanted * 1.02 + 1);
          if (table > wanted) expect(parts).toBeGreaterThanOrEqual(Math.min(lanes, 2) - 1);
          // 2 % of slack may save parts of a table that has very many.
          if (table > wanted && parts < 40) expect(parts % lanes).toBe(0);
        },
      ),
    );
  });
});
