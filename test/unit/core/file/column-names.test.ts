import fc from 'fast-check';
import { columnNames } from '../../../../core/file/column-names';

describe('column names', () => {
  it.each<[string[], string[]]>([
    [
      ['id', 'Customer Name', 'größe'],
      ['id', 'Customer Name', 'größe'],
    ],
    [
      ['  id ', 'a\r\nb', 'c\u0000\td', '\ufeffx'],
      ['id', 'a b', 'c d', 'x'],
    ],
    [
      ['id', '', 'name'],
      ['id', 'column_2', 'name'],
    ],
    [
      ['a', 'a', 'A'],
      ['a', 'a_2', 'A_3'],
    ],
    [
      ['a', 'a', 'a_2'],
      ['a', 'a_3', 'a_2'],
    ],
    [
      ['', 'column_1'],
      ['column_1_2', 'column_1'],
    ],
    [
      ['column_2', ''],
      ['column_2', 'column_2_2'],
    ],
  ])('%j are %j', (header, names) => {
    expect(columnNames(header, header.length)).toEqual(names);
  });

  it('are numbers where there is no header, and where it is too short', () => {
    expect(columnNames([], 3)).toEqual(['column_1', 'column_2', 'column_3']);
    expect(columnNames(['a'], 2)).toEqual(['a', 'column_2']);
    expect(columnNames(['a', 'b', 'c'], 2)).toEqual(['a', 'b']);
  });

  it('are unique whatever the case, of any header, and no longer than they may be', () => {
    const name = fc.oneof(
      fc.constantFrom('', ' ', 'a', 'A', 'a_2', 'a_3', 'column_1', 'Column_2', 'x'.repeat(80), 'ж'.repeat(40)),
      fc.string({ unit: 'binary', maxLength: 80 }),
    );
    fc.assert(
      fc.property(fc.array(name, { maxLength: 30 }), fc.constantFrom(63, 128, 20), (header, maxLength) => {
        const names = columnNames(header, header.length, { maxLength });
        expect(names).toHaveLength(header.length);
        expect(new Set(names.map((each) => each.toLowerCase())).size).toBe(header.length);
        expect(names.filter((each) => Buffer.byteLength(each) > maxLength || each === '')).toEqual([]);
        expect(names.filter((each) => each !== each.trim() || /\p{Cc}/u.test(each))).toEqual([]);
        expect(columnNames(header, header.length, { maxLength })).toEqual(names);
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps ten thousand columns apart in no time', () => {
    expect(
      new Set(
        columnNames(
          Array.from({ length: 10_000 }, () => 'x'),
          10_000,
        ),
      ).size,
    ).toBe(10_000);
  });
});
