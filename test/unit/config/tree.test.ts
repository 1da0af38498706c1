import fc from 'fast-check';
import { formatPath, parsePath } from '../../../config/path';
import { fromPlain, mergeTrees, toPlain } from '../../../config/tree';

const at = { file: 'f' };
const merge = (a: unknown, b: unknown): unknown => toPlain(mergeTrees(fromPlain(a, at), fromPlain(b, at)));

/** Documents of one shape: what is a map in one is a map in all, as sections are. */
const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.integer(), { maxLength: 3 }));
const optionalKeys = { requiredKeys: [] };
const inner = fc.record({ x: leaf, y: leaf }, optionalKeys);
const document = fc
  .record({ a: leaf, b: inner, c: fc.record({ d: inner, e: leaf }, optionalKeys) }, optionalKeys)
  .map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>);

const leaves = (value: unknown, path: string[] = []): [string[], unknown][] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]))
    : [[path, value]];
const at2 = (value: unknown, path: string[]): unknown =>
  path.reduce<unknown>((inside, key) => (inside as Record<string, unknown> | undefined)?.[key], value);

describe('merging documents', () => {
  it('changes nothing when one of the two is empty', () => {
    fc.assert(
      fc.property(document, (a) => {
        expect(merge(a, {})).toEqual(a);
        expect(merge({}, a)).toEqual(a);
      }),
    );
  });

  it('of a document with itself is the document', () => {
    fc.assert(fc.property(document, (a) => expect(merge(a, a)).toEqual(a)));
  });

  it('does not depend on which two of three are merged first', () => {
    fc.assert(
      fc.property(document, document, document, (a, b, c) =>
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c))),
      ),
    );
  });

  it('keeps every value of the later, and every value of the earlier that the later does not have', () => {
    fc.assert(
      fc.property(document, document, (a, b) => {
        const merged = merge(a, b);
        for (const [path, value] of leaves(b)) expect(at2(merged, path)).toEqual(value);
        for (const [path, value] of leaves(a)) if (at2(b, path) === undefined) expect(at2(merged, path)).toEqual(value);
      }),
    );
  });

  it('leaves its arguments as they were', () => {
    const base = fromPlain({ a: { b: 1 } }, at);
    mergeTrees(base, fromPlain({ a: { b: null, c: 2 } }, at));
    expect(toPlain(base)).toEqual({ a: { b: 1 } });
  });

  it('removes with null what is there, and keeps a null that removes nothing', () => {
    expect(merge({ a: 1, b: { c: 1, d: 2 } }, { a: null, b: { c: null } })).toEqual({ b: { d: 2 } });
    expect(merge({}, { a: null })).toEqual({ a: null });
  });

  it('brings any JSON back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as unknown;
        expect(toPlain(fromPlain(plain, at))).toEqual(plain);
      }),
    );
  });
});

describe('paths', () => {
  it('are read back as they were written', () => {
    const part = fc.oneof(fc.nat(), fc.string(), fc.constantFrom('a.b', 'a"b', 'sales-daily', '$secret', 'a]b', '5'));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (path) =>
        expect(parsePath(formatPath(path))).toEqual(path),
      ),
    );
  });

  it('are written as people write them', () => {
    expect(formatPath(['transferSets', 'sales-daily', 'tables', 2, 'dbo.orders', 'where'])).toBe(
      'transferSets.sales-daily.tables[2]["dbo.orders"].where',
    );
  });

  it.each(['', '.', 'a.', 'a..b', '.a', 'a[x]', 'a["b]', 'a b', 'a["\\u12"]x y'])('are none: %j', (text) => {
    expect(parsePath(text)).toBeUndefined();
  });
});
