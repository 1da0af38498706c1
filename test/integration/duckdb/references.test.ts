import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../../../connectors/connector';
import type { TablePlan } from '../../../core/types/transfer';
import {
  extractAll,
  makePlan,
  openFile,
  plainSql,
  readRequest,
  removeFolder,
  stage,
  table,
  tempFolder,
} from './fixture';

describe('checks on staged rows of a DuckDB file', () => {
  let folder: string;
  let from: string;
  let to: string;
  let source: Database;
  let target: Database;

  beforeEach(async () => {
    folder = await tempFolder();
    [from, to] = [join(folder, 'from.duckdb'), join(folder, 'to.duckdb')];
    [source, target] = [await openFile(from, { folder }), await openFile(to, { folder })];
  });
  afterEach(async () => removeFolder(folder));

  const staged = async (name: string, options: Partial<TablePlan> = {}): Promise<TablePlan> => {
    const plan = await makePlan(source, target, table(name), options);
    await stage(source, target, plan, 'run', folder);
    return plan;
  };
  const key = (columns: string[], to: string, toColumns: string[]) => ({
    name: 'fk',
    columns,
    to: table(to),
    toColumns,
  });

  it('counts rows that point at no staged row, and none that point at nothing', async () => {
    await plainSql(
      from,
      `CREATE TABLE p AS SELECT i AS a, i % 2 AS b FROM range(50000) t(i);
       CREATE TABLE c AS SELECT i AS id, CASE WHEN i % 10 = 0 THEN NULL ELSE i END AS a, CASE WHEN i % 10 = 1 THEN NULL ELSE i % 2 END AS b FROM range(50003) t(i);
       INSERT INTO c VALUES (1, 4, 1)`,
    );
    await plainSql(to, 'CREATE TABLE p AS SELECT 50001 AS a, 1 AS b');
    const [child, parent] = [await staged('c'), await staged('p', { partBytes: 1 })];
    const found = await target.target.countOrphans({
      runId: 'run',
      child,
      parent,
      key: key(['a', 'b'], 'p', ['a', 'b']),
    });
    // 50000 and 50001 are NULL in part; the live row of the parent goes.
    expect(found.orphans).toBe(2);
    expect(found.samples.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
      ['4', '1'],
      ['50002', '0'],
    ]);
  });

  it('looks for live parents where the parent is not in the set, or is added to', async () => {
    await plainSql(from, `CREATE TABLE c AS SELECT i AS p FROM range(10) t(i); CREATE TABLE p AS SELECT 5 AS id`);
    await plainSql(to, `CREATE TABLE p AS SELECT i AS id FROM range(3) t(i)`);
    const child = await staged('c');
    const live = await target.target.countOrphans({ runId: 'run', child, key: key(['p'], 'p', ['id']) });
    expect(live.orphans).toBe(7);
    expect(live.samples).toHaveLength(5);
    const parent = await staged('p', { mode: 'append', strategy: 'append' });
    const both = await target.target.countOrphans({ runId: 'run', child, parent, key: key(['p'], 'p', ['id']) });
    expect(both.orphans).toBe(6);
    const gone = target.target.countOrphans({ runId: 'run', child, key: key(['p'], 'nowhere', ['id']) });
    await expect(gone).rejects.toMatchObject({ code: 'TABLE_NOT_FOUND', place: { table: 'main.nowhere' } });
  });

  it('counts live rows of a child that is added to, and a table that points at itself', async () => {
    await plainSql(
      from,
      `CREATE TABLE c AS SELECT 1 AS id, 9 AS up; CREATE TABLE s AS SELECT i AS id, i + 1 AS up FROM range(5) t(i)`,
    );
    await plainSql(to, `CREATE TABLE c AS SELECT 2 AS id, 8 AS up; CREATE TABLE p AS SELECT 9 AS id`);
    const child = await staged('c', { mode: 'append', strategy: 'append' });
    expect(await target.target.countOrphans({ runId: 'run', child, key: key(['up'], 'p', ['id']) })).toEqual({
      orphans: 1,
      samples: [['8']],
    });
    const self = await staged('s');
    expect(
      await target.target.countOrphans({ runId: 'run', child: self, parent: self, key: key(['up'], 's', ['id']) }),
    ).toEqual({ orphans: 1, samples: [['5']] });
  });

  it('shows no key of a masked column, nor in a duplicate', async () => {
    await plainSql(from, `CREATE TABLE c AS SELECT 'private' AS k FROM range(2)`);
    await plainSql(to, `CREATE TABLE c(k VARCHAR PRIMARY KEY); CREATE TABLE p(k VARCHAR)`);
    const plan = await makePlan(source, target, table('c'));
    const columns = plan.columns.map((column) => ({ ...column, mask: { rule: 'sql' as const, sql: 'k' } }));
    const child = { ...plan, columns };
    const failed = await stage(source, target, child, 'run', folder).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'DUPLICATE_KEY', place: { table: 'main.c', key: 'k=(masked)' } });
    expect(JSON.stringify(failed) + String(failed)).not.toContain('private');
    const found = await target.target.countOrphans({ runId: 'run', child, key: key(['k'], 'p', ['k']) });
    expect(found).toEqual({ orphans: 2, samples: [] });
    const publishing = target.target.publish({ runId: 'run', tables: [{ plan: child, rows: 2 }], lockTimeoutMs: 500 });
    const error = await publishing.catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'DUPLICATE_KEY', place: { table: 'main.c' } });
    expect(error).not.toHaveProperty('cause.message');
    expect(JSON.stringify(error) + String(error)).not.toContain('private');
  });

  describe('when the run is cancelled', () => {
    /** Rows whose figures, keys and parents take seconds. */
    const big = async (): Promise<TablePlan> => {
      const values = Array.from({ length: 12 }, (_unused, index) => `md5((i + ${index})::VARCHAR) AS c${index}`);
      await plainSql(from, `CREATE TABLE t AS SELECT ${values.join(', ')} FROM range(1500000) t(i)`);
      await plainSql(to, 'CREATE TABLE other(x INTEGER)');
      const plan = await makePlan(source, target, table('t'), { codec: 'none', partBytes: 1e12 });
      const keys = plan.columns.map(({ source: name }) => ({ name: `k${name}`, columns: [name, 'c11'] }));
      const keyed = { ...plan, source: { ...plan.source, uniqueKeys: keys } };
      await target.target.prepare({ runId: 'run', plan: keyed });
      const snapshot = await source.source.openSnapshot();
      for (const part of await extractAll(source, keyed, 'run', folder, snapshot.token))
        await target.target.loadPart(part, new BigInt64Array(2));
      await snapshot.close();
      return keyed;
    };

    it('stops figures, keys, parents and reading back at once', async () => {
      const plan = await big();
      const request = { runId: 'run', plan };
      const [range] = await target.target.planReadBack(request, 1e12);
      const snapshot = await source.source.openSnapshot();
      const child = key(['c0', 'c1', 'c2', 'c3'], 't', ['c1', 'c2', 'c3', 'c4']);
      const works: [string, (signal: AbortSignal) => Promise<unknown>][] = [
        ['figures of the source', (signal) => source.source.aggregates(readRequest(plan, snapshot.token), signal)],
        ['figures', (signal) => target.target.aggregates(request, signal)],
        ['keys', (signal) => target.target.finish(request, signal)],
        [
          'parents',
          (signal) => target.target.countOrphans({ runId: 'run', child: plan, parent: plan, key: child }, signal),
        ],
        [
          'reading back',
          (signal) => target.target.readBack({ ...request, range: range!, batchRows: 65_536 }, () => (b) => b, signal),
        ],
      ];
      for (const [what, work] of works) {
        const abort = new AbortController();
        let asked = 0;
        const timer = setTimeout(() => {
          asked = Date.now();
          abort.abort();
        }, 60);
        const error = await work(abort.signal).catch((caught: unknown) => caught);
        clearTimeout(timer);
        expect([what, error]).toEqual([what, expect.objectContaining({ code: 'CANCELLED' })]);
        expect([what, Date.now() - asked < 700]).toEqual([what, true]);
      }
      await snapshot.close();
      await target.target.cleanup('run');
      expect((await readdir(folder)).filter((name) => name.includes('.longshore-'))).toEqual([]);
    });
  });
});
