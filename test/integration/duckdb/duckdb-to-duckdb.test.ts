import { join } from 'node:path';
import { EXTREMES, TYPES } from './all-types';
import { leftovers, makePlan, openFile, plainSql, removeFolder, stage, table, tempFolder, transfer } from './fixture';

describe('a table of every DuckDB type', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await tempFolder();
  });
  afterEach(async () => removeFolder(folder));

  /** Rows of one that the other has not, by their text, so that NaN and the form of every value count. */
  const differences = async (from: string, to: string): Promise<number> => {
    const sql = `ATTACH '${from}' AS a (READ_ONLY); ATTACH '${to}' AS b (READ_ONLY); SET TimeZone = 'UTC';
      SELECT (SELECT count(*) FROM (FROM a.all_types EXCEPT ALL FROM b.all_types)) + (SELECT count(*) FROM (FROM b.all_types EXCEPT ALL FROM a.all_types))
        + (SELECT count(*) FROM (SELECT COLUMNS(*)::VARCHAR FROM a.all_types EXCEPT ALL SELECT COLUMNS(*)::VARCHAR FROM b.all_types)) AS n`;
    const [row] = await plainSql(':memory:', sql);
    return Number(row?.n);
  };

  it.each(['zstd', 'gzip', 'brotli', 'none'] as const)(
    'arrives unchanged through Parquet parts with codec %s',
    async (codec) => {
      const from = join(folder, 'from.duckdb');
      const to = join(folder, 'to.duckdb');
      await plainSql(from, TYPES + EXTREMES);
      const [source, target] = [await openFile(from, { folder, readOnly: true }), await openFile(to, { folder })];
      await transfer(
        source,
        target,
        [await makePlan(source, target, table('all_types'), { codec })],
        'run-types',
        folder,
      );
      // The generated column is not part of the transfer, so it is missing in a table made by it.
      await plainSql(from, 'ALTER TABLE all_types DROP COLUMN g');
      expect(await differences(from, to)).toBe(0);
      expect(await leftovers(folder)).toEqual([]);
    },
  );

  it('replaces rows of a table that has a generated column and keeps that column', async () => {
    const from = join(folder, 'from.duckdb');
    const to = join(folder, 'to.duckdb');
    await plainSql(from, TYPES + EXTREMES);
    await plainSql(to, `${TYPES} INSERT INTO all_types (id, t4) VALUES (77, 77);`);
    const [source, target] = [await openFile(from, { folder }), await openFile(to, { folder })];
    const plan = await makePlan(source, target, table('all_types'));
    expect(plan.strategy).toBe('swap');
    await transfer(source, target, [plan], 'run-types', folder);
    expect(await differences(from, to)).toBe(0);
  });

  it('cuts a big table into slices whose rows add up, and loads a part only once', async () => {
    const from = join(folder, 'from.duckdb');
    const to = join(folder, 'to.duckdb');
    await plainSql(
      from,
      `CREATE TABLE big AS SELECT i AS id, 'n' || i AS name, i * 0.01 AS amount FROM range(700000) t(i); DELETE FROM big WHERE id % 10 = 3;`,
    );
    const [source, target] = [await openFile(from, { folder }), await openFile(to, { folder })];
    const plan = await makePlan(source, target, table('big'), { partBytes: 6_000_000 });
    const staged = await stage(source, target, plan, 'run-big', folder);
    expect(staged.parts.length).toBeGreaterThan(3);
    for (const part of staged.parts) await target.target.loadPart(part, new BigInt64Array(2));
    expect((await target.target.aggregates({ runId: 'run-big', plan })).rows).toBe('630000');
    const tables = [{ plan, rows: staged.rows }];
    const first = await target.target.publish({ runId: 'run-big', tables, lockTimeoutMs: 1000 });
    expect(await target.target.publish({ runId: 'run-big', tables, lockTimeoutMs: 1000 })).toMatchObject({
      strategies: first.strategies,
    });
    await target.target.cleanup('run-big');
    await target.target.cleanup('run-big');
    expect(await target.target.countRows(table('big'))).toBe(630_000);
    const [row] = await plainSql(
      ':memory:',
      `ATTACH '${from}' AS a; ATTACH '${to}' AS b; SELECT count(*) AS n FROM (FROM a.big EXCEPT ALL FROM b.big)`,
    );
    expect(Number(row?.n)).toBe(0);
    expect(await leftovers(folder)).toEqual([]);
    expect((await target.listTables()).map(({ schema }) => schema)).toEqual(['main']);
    expect(await plainSql(to, `SELECT schema_name FROM duckdb_schemas() WHERE schema_name LIKE 'longshore%'`)).toEqual(
      [],
    );
  });
});
