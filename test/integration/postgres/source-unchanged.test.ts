import { Client } from 'pg';
import type { RowFilter } from '../../../core/types/transfer';
import { settled } from './settled';
import { extractAll, sourceDatabase, type SourceDatabaseUnderTest } from './source-database';

let database: SourceDatabaseUnderTest;
beforeAll(async () => {
  database = await sourceDatabase();
});
afterAll(() => database.close());

let count = 0;

/**
 * Reads a table of three slices under one snapshot, changes it, and asks under another which slices still hold the same
 * rows. Page 0 holds ids from 1, the last page the highest.
 */
async function afterChange(
  change: (table: string) => string,
  options: { filter?: RowFilter; during?: (table: string) => Promise<void> } = {},
): Promise<boolean[]> {
  const name = `slices_${(count += 1)}`;
  await database.change(
    `CREATE TABLE ${name} (id int PRIMARY KEY, pad text, note text) WITH (autovacuum_enabled = off, fillfactor = 50); INSERT INTO ${name} SELECT i, repeat('x', 100), 'n' || i FROM generate_series(1, 300) i`,
  );
  await settled(database);
  const table = await database.describe(name);
  await options.during?.(name);
  const old = await database.source.openSnapshot();
  const { ranges, parts } = await extractAll(database, table, old.token, {
    partBytes: table.estimatedBytes / 3,
    ...(options.filter && { filter: options.filter }),
  });
  expect(ranges).toHaveLength(3);
  await old.close();
  if (change(name) !== '') await database.change(change(name));
  const now = await database.source.openSnapshot();
  try {
    return await database.source.unchangedSince(
      database.request(table, now.token, options.filter),
      old.token,
      ranges.map((range, index) => ({ range, rows: parts[index]?.rows ?? -1 })),
    );
  } finally {
    await now.close();
  }
}

describe('after a snapshot was lost', () => {
  test('slices that nobody touched are proven unchanged', async () => {
    await expect(afterChange(() => '')).resolves.toEqual([true, true, true]);
    await expect(afterChange((table) => `VACUUM (FREEZE) ${table}`)).resolves.toEqual([true, true, true]);
    await expect(afterChange(() => 'CREATE TABLE somewhere_else AS SELECT 1 AS x')).resolves.toEqual([
      true,
      true,
      true,
    ]);
    await expect(afterChange((table) => `SELECT * FROM ${table} WHERE id = 1 FOR UPDATE`)).resolves.toEqual([
      true,
      true,
      true,
    ]);
  });

  test('a slice that was written to is not', async () => {
    await expect(afterChange((table) => `INSERT INTO ${table} VALUES (1000, 'x', 'new')`)).resolves.toEqual([
      true,
      true,
      false,
    ]);
    await expect(afterChange((table) => `DELETE FROM ${table} WHERE id = 1`)).resolves.toEqual([false, true, true]);
    await expect(afterChange((table) => `UPDATE ${table} SET note = note WHERE id = 1`)).resolves.toEqual([
      false,
      true,
      true,
    ]);
    await expect(
      afterChange((table) => `DELETE FROM ${table} WHERE id = 1; INSERT INTO ${table} VALUES (1, 'y', 'back')`),
    ).resolves.toContain(false);
    await expect(
      afterChange((table) => `ALTER TABLE ${table} DROP CONSTRAINT ${table}_pkey; UPDATE ${table} SET pad = 'z'`),
    ).resolves.toEqual([false, false, false]);
  });

  test('nothing is proven of a table that was rewritten, emptied, altered or replaced', async () => {
    const none = [false, false, false];
    await expect(afterChange((table) => `CLUSTER ${table} USING ${table}_pkey`)).resolves.toEqual(none);
    await expect(afterChange((table) => `VACUUM (FULL) ${table}`)).resolves.toEqual(none);
    await expect(afterChange((table) => `TRUNCATE ${table}`)).resolves.toEqual(none);
    await expect(
      afterChange(
        (table) => `ALTER TABLE ${table} DROP COLUMN note; ALTER TABLE ${table} ADD COLUMN note text DEFAULT 'other'`,
      ),
    ).resolves.toEqual(none);
    await expect(
      afterChange(
        (table) =>
          `CREATE TABLE copy_of (LIKE ${table}); INSERT INTO copy_of SELECT * FROM ${table}; DROP TABLE ${table}; ALTER TABLE copy_of RENAME TO ${table}`,
      ),
    ).resolves.toEqual(none);
    await expect(
      afterChange((table) => `DROP TABLE ${table}; CREATE TABLE ${table} (id int, pad text, note text)`),
    ).resolves.toEqual(none);
  });

  test('rows of a transaction that was still running under the old snapshot are not taken for old ones', async () => {
    const answer = afterChange(() => '', {
      during: async (table) => {
        // Its rows are invisible to the old snapshot and visible to the new one, though its id is the lower.
        const client = new Client({ connectionString: database.url });
        await client.connect();
        await client.query(
          `BEGIN; SAVEPOINT inside; DELETE FROM ${table} WHERE id = 1; INSERT INTO ${table} VALUES (1, 'y', 'late'); RELEASE inside`,
        );
        const open = database.source.openSnapshot;
        jest
          .spyOn(database.source, 'openSnapshot')
          .mockImplementationOnce(open)
          .mockImplementationOnce(async () => {
            await client.query('COMMIT');
            await client.end();
            return open();
          });
      },
    });
    const result = await answer.finally(() => jest.restoreAllMocks());
    expect(result).toContain(false);
    expect(result[0]).toBe(false);
  });

  test('a condition counts when it looks at the row alone, and only then', async () => {
    await expect(afterChange(() => '', { filter: { where: "note <> 'n5' AND id > 2" } })).resolves.toEqual([
      true,
      true,
      true,
    ]);
    await expect(
      afterChange((table) => `DELETE FROM ${table} WHERE id = 1`, { filter: { where: 'id > 2' } }),
    ).resolves.toEqual([true, true, true]);
    await expect(afterChange(() => '', { filter: { where: 'id > (SELECT 0)' } })).resolves.toEqual([
      false,
      false,
      false,
    ]);
    await expect(afterChange(() => '', { filter: { where: "current_date > '2000-01-01'" } })).resolves.toEqual([
      false,
      false,
      false,
    ]);
  });

  test('a slice that has no pages is never proven', async () => {
    await database.change('CREATE VIEW numbers AS SELECT 1 AS id');
    const table = await database.describe('numbers');
    const old = await database.source.openSnapshot();
    const { ranges } = await extractAll(database, table, old.token);
    await expect(
      database.source.unchangedSince(database.request(table, old.token), old.token, [{ range: ranges[0]!, rows: 1 }]),
    ).resolves.toEqual([false]);
    await old.close();
  });
});
