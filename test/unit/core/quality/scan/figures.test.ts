import fc from 'fast-check';
import { emptyFigures, mergeFigures } from '../../../../../core/quality/scan/figures';
import { DayCounter } from '../../../../../core/quality/scan/day-counter';
import { scan } from './scans';
import { randomFiles } from './tables';

const three = randomFiles.chain(({ plan, file }) =>
  fc.tuple(fc.constant(plan), fc.constant(file), fc.nat(file.length), fc.nat(file.length)),
);

describe('merging of figures', () => {
  it('is associative and knows nothing', () => {
    fc.assert(
      fc.property(three, fc.nat(6), ([plan, file, first, second], samples) => {
        const [from, to] = [Math.min(first, second), Math.max(first, second)];
        const [a, b, c] = [file.slice(0, from), file.slice(from, to), file.slice(to)].map(
          (part) => scan(part, plan).figures,
        ) as [ReturnType<typeof emptyFigures>, ReturnType<typeof emptyFigures>, ReturnType<typeof emptyFigures>];
        const left = mergeFigures(mergeFigures(a, b, samples), c, samples);
        expect(mergeFigures(a, mergeFigures(b, c, samples), samples)).toEqual(left);
        expect(mergeFigures(emptyFigures(plan), a)).toEqual(a);
        expect(mergeFigures(a, emptyFigures(plan))).toEqual(a);
      }),
      { numRuns: 200 },
    );
  });
});

describe('counting of days', () => {
  it('counts days however far apart they are', () => {
    const days = fc.array(
      fc.oneof(fc.integer({ min: 19_000, max: 19_100 }), fc.integer({ min: -719_162, max: 2_932_896 })),
    );
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 400 }), (list, times) => {
        const counter = new DayCounter();
        const expected = new Map<number, number>();
        for (const day of list)
          for (let time = 0; time < times; time++) {
            counter.count(day);
            expected.set(day, (expected.get(day) ?? 0) + 1);
          }
        expect(counter.take()).toEqual([...expected].toSorted(([a], [b]) => a - b));
        expect(counter.take()).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
