import fc from 'fast-check';
import { mergeDays } from '../../../../core/quality/merge-days';
import { cleanFacts } from './sample-facts';

const days = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 19_000, max: 19_060 }), fc.integer({ min: 1, max: 1000 })), {
    selector: ([day]) => day,
  })
  .map((all) => all.toSorted(([a], [b]) => a - b));

describe('days of several files', () => {
  it('add up day by day, in order, and nothing of them is lost', () => {
    fc.assert(
      fc.property(fc.array(days, { minLength: 1, maxLength: 5 }), (files) => {
        const merged = mergeDays(
          files.map((own) => cleanFacts({ days: own, dateNulls: 2, dateInvalid: 1, rows: 10 })),
          'all',
        );
        const found = merged.days ?? [];
        for (let day = 19_000; day <= 19_060; day++) {
          const rows = files.flat().reduce((sum, [own, each]) => sum + (own === day ? each : 0), 0);
          expect(found.find(([own]) => own === day)?.[1] ?? 0).toBe(rows);
        }
        const order = found.map(([day]) => day);
        expect(order).toEqual([...new Set(order)].toSorted((a, b) => a - b));
        expect(merged).toMatchObject({
          file: 'all',
          rows: 10 * files.length,
          dateNulls: 2 * files.length,
          dateInvalid: files.length,
        });
      }),
    );
  });

  it('are those of the files that have dates, and are unknown where none has', () => {
    const { days: _days, ...undated } = cleanFacts();
    expect(mergeDays([undated, cleanFacts({ days: [[1, 2]] })], 'all').days).toEqual([[1, 2]]);
    expect(mergeDays([undated, undated], 'all').days).toBeUndefined();
  });

  it('come without what was judged file by file', () => {
    const faulty = cleanFacts({
      raggedRows: 3,
      encodingFaults: 2,
      missingColumns: ['a'],
      samples: { types: [{ message: 'no number' }] },
    });
    expect(mergeDays([faulty], 'all')).toMatchObject({
      columns: [],
      missingColumns: [],
      raggedRows: 0,
      encodingFaults: 0,
      rules: [],
      samples: {},
    });
    expect(() => mergeDays([], 'none')).toThrow('no facts');
  });
});
