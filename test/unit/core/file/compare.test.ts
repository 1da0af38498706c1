import fc from 'fast-check';
import { matchColumns } from '../../../../core/file/compare/columns';
import { allocateWords, KIND, RecordEncoder, sameKey, sameRow, textsOf } from '../../../../core/file/compare/records';
import { fieldBatch } from './field-batch';

const named = (...names: string[]) => ({ names, hasHeader: true });

describe('columns of two files', () => {
  it('are the same by name, those of the key first', () => {
    const found = matchColumns(named('a', 'b', 'c'), named('c', 'x', 'a'), ['c'], []);
    expect(found.compared).toEqual([
      { name: 'c', a: 2, b: 0 },
      { name: 'a', a: 0, b: 2 },
    ]);
    expect(found).toMatchObject({ keys: 1, onlyInA: ['b'], onlyInB: ['x'] });
  });

  it('name the fewest that moved', () => {
    const moved = (...b: string[]): string[] => matchColumns(named('a', 'b', 'c', 'd'), named(...b), [], []).moved;
    expect(moved('b', 'c', 'd', 'a')).toEqual(['a']);
    expect(moved('new', 'a', 'b', 'c', 'd')).toEqual([]);
    expect(moved('d', 'c', 'b', 'a')).toHaveLength(3);
  });

  it('are found for a key by the whole name first, then by its parts, whatever the case', () => {
    const files = [named('a,b', 'a', 'B'), named('a,b', 'a', 'B')] as const;
    expect(
      matchColumns(...files, ['a,b'], [])
        .compared.slice(0, 1)
        .map(({ name }) => name),
    ).toEqual(['a,b']);
    const { compared, keys } = matchColumns(...files, ['b, a'], []);
    expect(compared.slice(0, keys).map(({ name }) => name)).toEqual(['B', 'a']);
  });

  it('are called as in the file that has a header', () => {
    const headless = { names: ['column_1', 'column_2', 'column_3'], hasHeader: false };
    const found = matchColumns(headless, named('id', 'n'), ['id'], []);
    expect(found).toMatchObject({ byPosition: true, onlyInA: ['column_3'], onlyInB: [] });
    expect(found.compared.map(({ name }) => name)).toEqual(['id', 'n']);
  });
});

describe('rows as records', () => {
  const cell = fc.oneof(
    fc.constant(null),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.integer({ min: 250, max: 70_000 }).map((length) => 'y'.repeat(length)),
  );

  it('give back every value, and are the same when all values are', () => {
    const rows = fc.array(fc.tuple(cell, cell, cell), { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(rows, fc.nat(3), fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), (given, keys, columns) => {
        const batch = fieldBatch(given.map((row) => row.map((text) => (text === null ? '' : { quoted: text }))));
        const encoder = new RecordEncoder({ columns, keys, side: KIND.a, emptyAsNull: false });
        const room = [encoder.room(batch, 0), encoder.room(batch, 1)];
        const words = allocateWords(room[0]! + room[1]!);
        // What was there before must not show.
        words.u32.fill(0xffffffff);
        encoder.write(words, 0, batch, 0);
        encoder.write(words, room[0]!, batch, 1);
        const wanted = given.map((row) => columns.map((column) => row[column]!));
        expect(textsOf(words, 0, 3, keys)).toEqual(wanted[0]);
        expect(textsOf(words, room[0]!, 3, keys)).toEqual(wanted[1]);
        const [one, other] = wanted.map((row) => [JSON.stringify(row), JSON.stringify(row.slice(0, keys || 3))]);
        expect(sameRow(words.u32, 0, room[0]!)).toBe(one![0] === other![0]);
        expect(sameKey(words.u32, 0, room[0]!)).toBe(one![1] === other![1]);
      }),
      { numRuns: 200 },
    );
  });
});
