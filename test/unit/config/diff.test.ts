import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { diffDocuments } from '../../../config/diff';

const set = (tables: unknown[]) => ({ transferSets: { daily: { tables } } });

describe('what changed between two documents', () => {
  it('names the smallest part that differs', () => {
    const before = { version: 1, transferSets: { daily: { verify: 'counts', maxRows: 5, parallel: { tables: 1 } } } };
    const after = {
      version: 1,
      transferSets: { daily: { verify: 'none', parallel: { tables: 1, parts: 2 } }, weekly: { from: 'a' } },
    };
    expect(diffDocuments(before, after)).toEqual([
      { path: 'transferSets.daily.verify', before: 'counts', after: 'none' },
      { path: 'transferSets.daily.maxRows', before: 5, after: undefined },
      { path: 'transferSets.daily.parallel.parts', before: undefined, after: 2 },
      { path: 'transferSets.weekly', before: undefined, after: { from: 'a' } },
    ]);
  });

  it('compares tables by name, so that one put in between is one change', () => {
    const changes = diffDocuments(
      set(['a.x', { 'a.y': { limit: 1 } }, 'a.z']),
      set(['a.x', 'a.new', { 'a.y': { limit: 2 } }, 'a.z']),
    );
    expect(changes).toEqual([
      { path: 'transferSets.daily.tables["a.y"].limit', before: 1, after: 2 },
      { path: 'transferSets.daily.tables["a.new"]', before: undefined, after: null },
    ]);
  });

  it('shows the lists when only their order differs', () => {
    expect(diffDocuments(set(['a', 'b']), set(['b', 'a']))).toEqual([
      { path: 'transferSets.daily.tables', before: ['a', 'b'], after: ['b', 'a'] },
    ]);
  });

  it('tells that a secret changed, and shows neither', () => {
    const of = (password: unknown, url: string) => ({ environments: { a: { password }, b: { url } } });
    const changes = diffDocuments(of('hunter2', 'postgres://u:hunter2@h/d'), of('hunter3', 'postgres://u:hunter3@h/d'));
    expect(changes.map(({ path }) => path)).toEqual(['environments.a.password', 'environments.b.url']);
    expect(JSON.stringify(changes)).not.toMatch(/hunter/);
    expect(diffDocuments(of({ $secret: 'environments.a.password' }, ''), of('${PW}', ''))).toEqual([
      { path: 'environments.a.password', before: { $secret: 'environments.a.password' }, after: '${PW}' },
    ]);
    const appeared = diffDocuments({}, of('hunter2', 'postgres://u:hunter2@h/d'));
    expect(appeared).toHaveLength(1);
    expect(JSON.stringify(appeared)).not.toMatch(/hunter/);
  });

  const table = fc.oneof(
    fc.constantFrom('a', 'b', 'c'),
    fc.constantFrom('a', 'b', 'c').map((name) => ({ [name]: null })),
    fc.dictionary(fc.constantFrom('a', 'b'), fc.dictionary(fc.constantFrom('limit', 'where'), fc.nat(2)), {
      maxKeys: 2,
    }),
  );
  const document = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.array(table, { maxLength: 4 }).map(set));

  it('is nothing for equal documents, and something for all others', () => {
    fc.assert(
      fc.property(document, document, (a, b) => {
        const plain = [a, b].map((value) => JSON.parse(JSON.stringify(value)) as unknown);
        expect(diffDocuments(plain[0], plain[0])).toEqual([]);
        expect(diffDocuments(plain[0], plain[1]).length === 0).toBe(isDeepStrictEqual(plain[0], plain[1]));
      }),
    );
  });
});
