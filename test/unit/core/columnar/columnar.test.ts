import * as fc from 'fast-check';
import { BytesBuilder } from '../../../../core/columnar/bytes-builder';
import { civilFromDays } from '../../../../core/columnar/civil';
import { copyValue, viewOf } from '../../../../core/columnar/copy-bytes';
import { readInt128, writeInt128, writeInt128FromNumber } from '../../../../core/columnar/int128';

describe('copyValue', () => {
  it('copies exactly the bytes asked for, whatever their number and place', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat({ max: 20 }),
        fc.nat({ max: 20 }),
        fc.nat({ max: 20 }),
        (value, before, after, into) => {
          const source = new Uint8Array(before + value.length + after).fill(1);
          source.set(value, before);
          const target = new Uint8Array(into + value.length + 9).fill(7);
          copyValue(source, viewOf(source), before, target, viewOf(target), into, value.length);
          const expected = new Uint8Array(target.length).fill(7);
          expected.set(value, into);
          expect(target).toEqual(expected);
        },
      ),
    );
  });
});

describe('BytesBuilder', () => {
  it('grows as values come', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (values) => {
        const builder = new BytesBuilder(values.length, 0);
        for (const value of values) builder.append(value);
        const { data, offsets } = builder.finish();
        expect(values.map((_, index) => data.slice(offsets[index], offsets[index + 1]))).toEqual(values);
        expect(offsets).toHaveLength(values.length + 1);
      }),
    );
  });
});

describe('int128', () => {
  it('reads back what was written, at either extreme too', () => {
    const most = 2n ** 127n - 1n;
    fc.assert(
      fc.property(
        fc.oneof(fc.bigInt({ min: -most - 1n, max: most }), fc.constantFrom(most, -most - 1n, 0n, -1n)),
        (value) => {
          const view = new DataView(new ArrayBuffer(20));
          writeInt128(view, 3, value);
          expect(readInt128(view, 3)).toBe(value);
        },
      ),
    );
  });

  it('writes exact doubles as the same integers', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const view = new DataView(new ArrayBuffer(16));
        writeInt128FromNumber(view, 0, value);
        expect(readInt128(view, 0)).toBe(BigInt(value));
      }),
    );
  });
});

describe('civilFromDays', () => {
  it('agrees with Date wherever Date reaches', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), (days) => {
        const date = new Date(days * 86_400_000);
        expect(civilFromDays(days)).toEqual({
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
        });
      }),
      { numRuns: 2000 },
    );
  });

  it('repeats every 400 years beyond', () => {
    const { month, day } = civilFromDays(19_000);
    expect(civilFromDays(19_000 + 146_097 * 14_000)).toEqual({ year: 2022 + 400 * 14_000, month, day });
    expect(civilFromDays(-(2 ** 31) + 1).year).toBeLessThan(-5_800_000);
  });
});
