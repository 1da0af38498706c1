import fc from 'fast-check';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { loadConfig } from '../../../config/load';
import { formatPath } from '../../../config/path';
import { errorOf, folderWith } from './files';

const sound = () => ({
  version: 1,
  environments: { a: { kind: 'duckdb', path: 'a' }, b: { kind: 'postgres', host: 'h', database: 'd' } },
  transferSets: {
    s: {
      from: 'a',
      to: 'b',
      schedule: { cron: '@daily' },
      parallel: { tables: 1 },
      compression: { codec: 'zstd' },
      tables: [{ 'x.y': { dates: { column: 'c', days: 1 } } }],
    },
  },
  notifications: {
    channels: {
      m: { kind: 'email', host: 'h', from: 'a@b.c', to: ['a@b.c'], tls: { serverName: 'x' } },
      c: { kind: 'slack', webhook: '${W}', mention: { who: ['here'] } },
    },
    routes: [{ to: ['m', 'c'] }],
    templates: { done: { subject: 'x' } },
    slow: { runs: 1 },
  },
  temporal: { address: 'a:1', tls: { caFile: 'a' } },
  catalog: { url: 'postgres://h/d' },
  staging: { path: 'x' },
  worker: { threads: 1 },
});

const PLACES: (string | number)[][] = [
  [],
  ['environments', 'a'],
  ['environments', 'b'],
  ['transferSets', 's'],
  ['transferSets', 's', 'schedule'],
  ['transferSets', 's', 'parallel'],
  ['transferSets', 's', 'compression'],
  ['transferSets', 's', 'tables', 0, 'x.y'],
  ['transferSets', 's', 'tables', 0, 'x.y', 'dates'],
  ['notifications'],
  ['notifications', 'channels', 'm'],
  ['notifications', 'channels', 'm', 'tls'],
  ['notifications', 'channels', 'c'],
  ['notifications', 'channels', 'c', 'mention'],
  ['notifications', 'routes', 0],
  ['notifications', 'templates'],
  ['notifications', 'templates', 'done'],
  ['notifications', 'slow'],
  ['temporal'],
  ['temporal', 'tls'],
  ['catalog'],
  ['staging'],
  ['worker'],
];

/** Not a key of any section, and not one that the file itself has. */
const key = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 12 }),
    fc.constantFrom('constructor', 'toString', 'hasOwnProperty', 'a b', 'tabels', 'Version', '1'),
  )
  .filter(
    (text) =>
      text !== '__proto__' &&
      text !== '<<' &&
      !/^(extends|\$schema|version|path|url|to|from|mode|host|port|user|ssl|kind|where|limit|cron|days|until|level|parts)$/.test(
        text,
      ),
  );

describe('a key that nothing knows', () => {
  it('is reported with its path and line, wherever it is put', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.constantFrom(...PLACES), key), {
          minLength: 1,
          maxLength: 4,
          selector: ([place, name]) => JSON.stringify([place, name]),
        }),
        (additions) => {
          const document = sound();
          for (const [place, name] of additions) {
            const map = place.reduce<unknown>(
              (value, part) => (value as Record<string | number, unknown>)[part],
              document,
            ) as Record<string, unknown>;
            map[name] = { any: 'thing' };
          }
          const file = join(folderWith({ 'a.yaml': stringify(document) }), 'a.yaml');
          const error = errorOf(() => loadConfig(file, { env: {} }));
          const expected = additions.map(([place, name]) => formatPath([...place, name]));
          expect(error.problems?.map(({ path }) => path).toSorted()).toEqual(expected.toSorted());
          expect(
            error.problems?.every(({ line, column }) => line !== undefined && line > 0 && column !== undefined),
          ).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});
