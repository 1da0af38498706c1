import fc from 'fast-check';
import { matchTable, suggestTables } from '../../../../core/file/match';

const table = (name: string, ...columns: string[]) => ({ ref: { schema: 'ref', name }, columns });

describe('matching of a file with tables', () => {
  it('takes names for the same whatever their case, spaces, punctuation and accents', () => {
    const [match] = matchTable(['Customer ID', 'größe', 'E-Mail'], [table('t', 'customer_id', 'Grosse', 'EMAIL')]);
    expect(match).toMatchObject({ percent: 100, fits: true, missing: [], extra: [], near: [], report: [] });
    expect(match!.pairs).toEqual([
      { column: 'Customer ID', target: 'customer_id' },
      { column: 'größe', target: 'Grosse' },
      { column: 'E-Mail', target: 'EMAIL' },
    ]);
  });

  it('gives a column of the table to one column of the file, the one that is spelt the same', () => {
    const [match] = matchTable(['Total_', 'total'], [table('t', 'total')]);
    expect(match).toMatchObject({ percent: 50, pairs: [{ column: 'total', target: 'total' }], missing: ['Total_'] });
  });

  it.each([
    [7, true],
    [6, false],
  ])('with %i of ten columns fits: %s', (shared, fits) => {
    const columns = Array.from({ length: 10 }, (_, index) => `column ${index}`);
    const [match] = matchTable(columns, [table('t', ...columns.slice(0, shared))]);
    expect(match).toMatchObject({ percent: shared * 10, fits });
    expect(matchTable(columns, [table('t', ...columns.slice(0, shared))], { threshold: shared * 10 })[0]!.fits).toBe(
      true,
    );
  });

  it('tells every difference in a sentence, near misses first', () => {
    const [match] = matchTable(['id', 'custmer', 'colour', 'x'], [table('orders', 'id', 'customer', 'total')]);
    expect(match!.report).toEqual([
      'ref.orders has no column custmer, but one called customer, which the file does not have.',
      'ref.orders has no columns colour and x.',
      'The file has no column total of ref.orders.',
    ]);
  });

  it('puts the table called like the file first, then the best', () => {
    const tables = [table('a', 'id'), table('b', 'id', 'name'), table('c', 'id', 'name', 'more'), table('Orders', 'x')];
    const order = (name?: string) =>
      matchTable(['id', 'name'], tables, { ...(name && { name }) }).map(({ ref }) => ref.name);
    expect(order()).toEqual(['b', 'c', 'a', 'Orders']);
    expect(order('orders')).toEqual(['Orders', 'b', 'c', 'a']);
    expect(suggestTables(['id', 'name'], tables).map(({ ref }) => ref.name)).toEqual(['b', 'c']);
  });

  it('pairs no column twice and accounts for every one', () => {
    const name = fc.constantFrom('a', 'A', 'a_', 'b', 'B ', 'c', 'é', 'e', '%', '#', 'name', 'nmae');
    const names = fc.uniqueArray(name);
    fc.assert(
      fc.property(names, names, (columns, targets) => {
        const [match] = matchTable(columns, [table('t', ...targets)]);
        const paired = match!.pairs.map(({ target }) => target);
        expect(new Set(paired).size).toBe(paired.length);
        expect([...match!.pairs.map(({ column }) => column), ...match!.missing].toSorted()).toEqual(columns.toSorted());
        expect([...paired, ...match!.extra].toSorted()).toEqual(targets.toSorted());
        expect(columns.filter((column) => targets.includes(column) && match!.missing.includes(column))).toEqual([]);
      }),
    );
  });

  it('answers for very wide files and tables', () => {
    const wide = (prefix: string) => Array.from({ length: 10_000 }, (_, index) => `${prefix}${index}`);
    const [match] = matchTable(wide('a'), [table('t', ...wide('b'))]);
    expect(match).toMatchObject({ percent: 0, near: [] });
    expect(match!.report.every((sentence) => sentence.length < 300)).toBe(true);
  });
});
