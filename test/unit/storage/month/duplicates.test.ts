import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { withKeyGroups } from '../../../../connectors/duckdb/key-groups';
import { findDuplicates } from '../../../../storage/month';
import type { DuplicateOptions } from '../../../../storage/month/duplicates';
import type { ScanPlan } from '../../../../core/types/scan';
import { column, counter, FORMAT, never, packed, planOf, testFolder, write } from './files';

const at = testFolder();
const PLAN = planOf([column('a'), column('b'), column('c')], { keyColumns: [0, 2], samples: 3 });

async function duplicatesOf(path: string, plan: ScanPlan, options: DuplicateOptions = {}, blockBytes = 4096) {
  const keyFolder = at('keys');
  const parts = await packed({ path, plan, keyFolder }, blockBytes);
  const rows = parts.reduce((sum, { part }) => sum + part.rows, 0);
  const withStore: Parameters<typeof findDuplicates>[1] = async (work) =>
    withKeyGroups({ tempDirectory: at('temp') }, never(), work);
  const request = { path, plan, keyFolder, parts: parts.length, rows };
  return findDuplicates(request, withStore, counter(), never(), { blockBytes, ...options });
}

/** Keys that repeat, and rows beyond the first of each, by DuckDB's own reading and grouping. */
async function byDuckDB(path: string, keys: string): Promise<{ keys: number; extraRows: number }> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const result = await connection.runAndReadAll(`
    SELECT count(*)::INT, coalesce(sum(n - 1), 0)::INT FROM (
      SELECT count(*) AS n FROM read_csv('${path}', delim = '\t', quote = '', escape = '', header = true, all_varchar = true,
        auto_detect = false, columns = {'a': 'VARCHAR', 'b': 'VARCHAR', 'c': 'VARCHAR'}) GROUP BY ${keys} HAVING count(*) > 1)`);
  const [row] = result.getRows();
  connection.closeSync();
  instance.closeSync();
  return { keys: Number(row?.[0]), extraRows: Number(row?.[1]) };
}

const fileOf = (rows: string[][]): string =>
  write(at('in.tsv'), `a\tb\tc\n${rows.map((row) => `${row.join('\t')}\n`).join('')}`);

describe('duplicates by key', () => {
  it('are counted as DuckDB counts them, in memory and spilled, whatever the partitions', async () => {
    const value = fc.oneof(
      fc.constantFrom('', 'x', '1', '01', 'ä', '\\', '\\t'),
      fc.integer({ min: 0, max: 30 }).map(String),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(value, fc.constant('-'), value), { minLength: 1, maxLength: 120 }),
        fc.constantFrom<DuplicateOptions>({}, { mostKeys: 1 }, { groups: { keys: 3, characters: 1e6 } }),
        fc.integer({ min: 20, max: 400 }),
        async (rows, options, blockBytes) => {
          const path = fileOf(rows);
          const found = await duplicatesOf(path, PLAN, options, blockBytes);
          expect({ keys: found.keys, extraRows: found.extraRows }).toEqual(await byDuckDB(path, 'a, c'));
          expect(found.samples.length).toBe(Math.min(3, found.keys));
          for (const { key, count, lines } of found.samples) {
            const matching = rows.flatMap(([a, , c], index) =>
              (a || null) === key[0] && (c || null) === key[1] ? [index + 2] : [],
            );
            expect(count).toBe(matching.length);
            expect(lines).toEqual(matching.slice(0, 10));
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('are none where there are none, without the file being read again', async () => {
    const path = fileOf(Array.from({ length: 5000 }, (_, row) => [String(row), '', 'k']));
    const keyFolder = at('keys');
    const parts = await packed({ path, plan: PLAN, keyFolder });
    rmSync(path);
    const request = { path, plan: PLAN, keyFolder, parts: parts.length, rows: 5000 };
    const unused: Parameters<typeof findDuplicates>[1] = async () =>
      Promise.reject(new Error('A store was asked for.'));
    expect(await findDuplicates(request, unused, counter(), never())).toEqual({
      keyColumns: ['a', 'c'],
      keys: 0,
      extraRows: 0,
      samples: [],
    });
  });

  it('are exact where every row is one and memory takes few of them', async () => {
    const rows = Array.from({ length: 20_000 }, (_, row) => [`key\r\\${row % 10_000}`, String(row), 'same']);
    const found = await duplicatesOf(
      fileOf(rows),
      PLAN,
      { mostKeys: 16, groups: { keys: 100, characters: 1e6 } },
      65536,
    );
    expect(found).toMatchObject({ keys: 10_000, extraRows: 10_000 });
    expect(found.samples[0]).toEqual({ key: ['key\r\\0', 'same'], count: 2, lines: [2, 10_002] });
  });

  it('are those of values, not of spellings: numbers, dates and quoted texts', async () => {
    const plan = planOf([column('n', 'decimal'), column('d', 'date'), column('t')], {
      keyColumns: [0, 1, 2],
      format: { ...FORMAT, delimiter: ',', quote: '"', nullTexts: ['NULL'] },
    });
    const rows = [
      '1.50,20240131,"a""b"',
      '01.5,2024-01-31,"a""b"',
      '1.5,2024-01-31,a',
      'x,2024-01-31,a',
      'x,2024-01-31,a',
    ];
    const nulls = ['NULL,,"NULL"', ',NULL,"NULL"', ',,NULL'];
    const path = write(at('in.csv'), `n,d,t\n${[...rows, ...nulls].join('\n')}\n`);
    const found = await duplicatesOf(path, plan, {}, 64);
    expect(found).toMatchObject({ keys: 3, extraRows: 3 });
    expect(found.samples).toEqual([
      { key: ['1.5', '2024-01-31', 'a"b'], count: 2, lines: [2, 3] },
      { key: ['x', '2024-01-31', 'a'], count: 2, lines: [5, 6] },
      { key: [null, null, 'NULL'], count: 2, lines: [7, 8] },
    ]);
  });

  it('leave out rows of too few or too many fields, and count the others on', async () => {
    const path = write(at('in.tsv'), 'a\tb\tc\n1\t\tx\n1\n\n1\t\tx\ty\n1\t\tx\n');
    expect(await duplicatesOf(path, PLAN, {}, 16)).toMatchObject({
      keys: 1,
      extraRows: 1,
      samples: [{ key: ['1', 'x'], count: 2, lines: [2, 6] }],
    });
  });

  it('say so where the hashes of a part are gone', async () => {
    const path = fileOf([['1', '2', '3']]);
    await packed({ path, plan: PLAN, keyFolder: at('keys') });
    rmSync(join(at('keys'), 'keys-00001.bin'));
    const request = { path, plan: PLAN, keyFolder: at('keys'), parts: 1, rows: 1 };
    const store: Parameters<typeof findDuplicates>[1] = async () => Promise.reject(new Error('not asked for'));
    await expect(findDuplicates(request, store, counter(), never())).rejects.toMatchObject({
      code: 'STAGING_UNAVAILABLE',
    });
  });
});
