import { join } from 'node:path';
import type { Database } from '../../../connectors/connector';
import {
  describe1,
  leftovers,
  makePlan,
  openFile,
  plainSql,
  removeFolder,
  stage,
  table,
  tempFolder,
  transfer,
} from './fixture';

describe('publishing into a DuckDB file', () => {
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

  const SHOP = `CREATE SCHEMA "My shop"; CREATE TABLE "My shop".customers(id INTEGER PRIMARY KEY, name VARCHAR NOT NULL);
    CREATE TABLE "My shop".orders(id INTEGER PRIMARY KEY, customer INTEGER REFERENCES "My shop".customers(id), total DECIMAL(10,2));`;

  it('replaces tables under foreign keys and keeps rows, views, indexes, comments and sequences around them', async () => {
    await plainSql(
      from,
      `${SHOP} INSERT INTO "My shop".customers SELECT i, 'new ' || i FROM range(1, 1001) t(i); INSERT INTO "My shop".orders SELECT i, 1 + i % 1000, i FROM range(1, 5001) t(i)`,
    );
    await plainSql(
      to,
      `CREATE SCHEMA "My shop"; CREATE SEQUENCE "My shop".ids; CREATE TABLE "My shop".customers(id INTEGER PRIMARY KEY DEFAULT nextval('"My shop".ids'), name VARCHAR NOT NULL CHECK (name <> ''));
       CREATE TABLE "My shop".orders(id INTEGER PRIMARY KEY, customer INTEGER REFERENCES "My shop".customers(id), total DECIMAL(10,2) DEFAULT 7);
       CREATE TABLE "My shop".notes(customer INTEGER REFERENCES "My shop".customers(id), note VARCHAR);
       INSERT INTO "My shop".customers SELECT i, 'old' FROM range(1, 11) t(i); INSERT INTO "My shop".orders VALUES (1, 1, 1); INSERT INTO "My shop".notes VALUES (3, 'stays');
       CREATE INDEX "by name" ON "My shop".customers(name); CREATE UNIQUE INDEX one_note ON "My shop".notes(customer);
       COMMENT ON TABLE "My shop".customers IS 'it''s'; COMMENT ON COLUMN "My shop".customers.name IS 'who'; COMMENT ON COLUMN "My shop".notes.note IS 'n';
       CREATE VIEW "My shop".everyone AS SELECT name FROM "My shop".customers`,
    );
    const before = await target.describeTables(await target.listTables());
    const plans = [
      await makePlan(source, target, table('customers', 'My shop')),
      await makePlan(source, target, table('orders', 'My shop')),
    ];
    expect(plans.map(({ strategy }) => strategy)).toEqual(['swap', 'swap']);
    expect(plans[0]?.strategyReason).toContain('My shop.notes, My shop.orders');
    await transfer(source, target, plans, 'run', folder);
    const withoutSizes = (tables: typeof before) =>
      tables.map((found) => ({ ...found, estimatedRows: 0, estimatedBytes: 0 }));
    expect(withoutSizes(await target.describeTables(await target.listTables()))).toEqual(withoutSizes(before));
    expect(await plainSql(to, 'SELECT count(*)::INT AS n, min(name) AS first FROM "My shop".everyone')).toEqual([
      { n: 1000, first: 'new 1' },
    ]);
    expect(await plainSql(to, 'SELECT count(*)::INT AS n FROM "My shop".orders')).toEqual([{ n: 5000 }]);
    expect(await plainSql(to, 'SELECT * FROM "My shop".notes')).toEqual([{ customer: 3, note: 'stays' }]);
    expect(await plainSql(to, `INSERT INTO "My shop".customers(name) VALUES ('next') RETURNING id`)).toEqual([
      { id: 1001 },
    ]);
    expect(await leftovers(folder)).toEqual([]);
  });

  it('leaves everything as it was when a row outside the set points at one that is gone', async () => {
    await plainSql(from, `${SHOP} INSERT INTO "My shop".customers VALUES (1, 'one')`);
    await plainSql(
      to,
      `${SHOP} INSERT INTO "My shop".customers VALUES (1, 'old'), (2, 'old'); INSERT INTO "My shop".orders VALUES (10, 2, 1)`,
    );
    const plan = await makePlan(source, target, table('customers', 'My shop'));
    await expect(transfer(source, target, [plan], 'run', folder)).rejects.toMatchObject({
      code: 'FOREIGN_KEY_VIOLATED',
      place: { table: 'My shop.orders', key: 'id=2' },
    });
    expect(
      await plainSql(to, 'SELECT name FROM "My shop".customers JOIN "My shop".orders o ON o.customer = customers.id'),
    ).toEqual([{ name: 'old' }]);
    await target.target.cleanup('run');
    expect(await leftovers(folder)).toEqual([]);
  });

  it('fills a table that points at itself, parents first', async () => {
    const tree = 'CREATE TABLE tree(id INTEGER PRIMARY KEY, parent INTEGER REFERENCES tree(id));';
    await plainSql(
      from,
      'CREATE TABLE tree(id INTEGER PRIMARY KEY, parent INTEGER); INSERT INTO tree SELECT i, CASE WHEN i < 4000 THEN i + 1000 END FROM range(1, 5001) t(i)',
    );
    await plainSql(to, `${tree} INSERT INTO tree VALUES (1, NULL); INSERT INTO tree VALUES (2, 1)`);
    await transfer(source, target, [await makePlan(source, target, table('tree'))], 'run', folder);
    expect(await plainSql(to, 'SELECT count(*)::INT AS n, count(parent)::INT AS p FROM tree')).toEqual([
      { n: 5000, p: 3999 },
    ]);
  });

  it('refuses a self-referring table with a row whose parent is missing', async () => {
    await plainSql(
      from,
      'CREATE TABLE tree(id INTEGER PRIMARY KEY, parent INTEGER); INSERT INTO tree VALUES (1, NULL), (2, 99)',
    );
    await plainSql(to, 'CREATE TABLE tree(id INTEGER PRIMARY KEY, parent INTEGER REFERENCES tree(id))');
    await expect(
      transfer(source, target, [await makePlan(source, target, table('tree'))], 'run', folder),
    ).rejects.toMatchObject({ code: 'FOREIGN_KEY_VIOLATED', place: { table: 'main.tree' } });
  });

  it('adds rows in append mode, and names a key that is there already', async () => {
    await plainSql(from, `CREATE TABLE t(id INTEGER PRIMARY KEY, v VARCHAR); INSERT INTO t VALUES (1, 'a'), (2, 'b')`);
    await plainSql(to, `CREATE TABLE t(id INTEGER PRIMARY KEY, v VARCHAR); INSERT INTO t VALUES (9, 'old')`);
    await transfer(
      source,
      target,
      [await makePlan(source, target, table('t'), { mode: 'append', strategy: 'append' })],
      'run-1',
      folder,
    );
    expect(await plainSql(to, 'SELECT list(id ORDER BY id)::VARCHAR AS ids FROM t')).toEqual([{ ids: '[1, 2, 9]' }]);
    await expect(
      transfer(
        source,
        target,
        [await makePlan(source, target, table('t'), { mode: 'append', strategy: 'append' })],
        'run-2',
        folder,
      ),
    ).rejects.toMatchObject({
      code: 'DUPLICATE_KEY',
      place: { table: 'main.t', key: expect.stringMatching(/^id=[12]$/) as string },
    });
  });

  it.each(['delete-insert', 'truncate-insert'] as const)(
    'replaces rows by %s where asked for and possible',
    async (strategy) => {
      await plainSql(
        from,
        `CREATE TABLE t(id INTEGER PRIMARY KEY, v VARCHAR); INSERT INTO t SELECT i, 'new' FROM range(20000) t(i)`,
      );
      await plainSql(
        to,
        `CREATE TABLE t(id INTEGER PRIMARY KEY, v VARCHAR); INSERT INTO t SELECT i, 'old' FROM range(30000) t(i); CREATE INDEX ix ON t(v)`,
      );
      const schema = await describe1(target, table('t'));
      expect(
        await target.target.chooseStrategy(schema, {
          mode: 'truncate',
          targetRef: table('t'),
          estimatedRows: 1,
          forced: strategy,
        }),
      ).toMatchObject({ strategy });
      await transfer(source, target, [await makePlan(source, target, table('t'), { strategy })], 'run', folder);
      expect(await plainSql(to, 'SELECT count(*)::INT AS n, min(v) AS v FROM t')).toEqual([{ n: 20000, v: 'new' }]);
    },
  );

  it('gives a table the columns it lacks in the same transaction', async () => {
    await plainSql(
      from,
      `CREATE TABLE t(id INTEGER PRIMARY KEY, v VARCHAR, extra DECIMAL(5,2)); INSERT INTO t VALUES (1, 'a', 1.25)`,
    );
    await plainSql(to, `CREATE TABLE t(id INTEGER PRIMARY KEY, v VARCHAR); INSERT INTO t VALUES (9, 'old')`);
    const evolve = [target.target.addColumnSql(table('t'), { name: 'extra', nativeType: 'DECIMAL(5,2)' })];
    await transfer(source, target, [await makePlan(source, target, table('t'), { evolve })], 'run', folder);
    expect(await plainSql(to, 'SELECT * FROM t')).toEqual([{ id: 1, v: 'a', extra: '1.25' }]);
  });

  it('refuses a target that was altered while it was loaded', async () => {
    await plainSql(from, `CREATE TABLE t(id INTEGER); INSERT INTO t VALUES (1)`);
    await plainSql(to, `CREATE TABLE t(id INTEGER); INSERT INTO t VALUES (9)`);
    const plan = await makePlan(source, target, table('t'));
    const staged = await stage(source, target, plan, 'run', folder);
    await plainSql(to, 'ALTER TABLE t ADD COLUMN more INTEGER');
    await expect(target.target.publish({ runId: 'run', tables: [staged], lockTimeoutMs: 100 })).rejects.toMatchObject({
      code: 'TARGET_CHANGED',
      place: { table: 'main.t' },
    });
  });

  it('publishes nothing of a set when one table has another number of rows than was verified', async () => {
    await plainSql(
      from,
      `CREATE TABLE a(id INTEGER); INSERT INTO a VALUES (1); CREATE TABLE b(id INTEGER); INSERT INTO b VALUES (1)`,
    );
    await plainSql(
      to,
      `CREATE TABLE a(id INTEGER); INSERT INTO a VALUES (8); CREATE TABLE b(id INTEGER); INSERT INTO b VALUES (8)`,
    );
    const [a, b] = [
      await stage(source, target, await makePlan(source, target, table('a')), 'run', folder),
      await stage(source, target, await makePlan(source, target, table('b')), 'run', folder),
    ];
    await expect(
      target.target.publish({ runId: 'run', tables: [a, { ...b, rows: 2 }], lockTimeoutMs: 100 }),
    ).rejects.toMatchObject({ code: 'COUNT_MISMATCH', place: { table: 'main.b' } });
    expect(await plainSql(to, 'SELECT a.id AS a, b.id AS b FROM a, b')).toEqual([{ a: 8, b: 8 }]);
  });

  it('finds duplicate keys and missing values before anything is published', async () => {
    await plainSql(
      from,
      `CREATE TABLE d(id INTEGER, day DATE); INSERT INTO d VALUES (1, '2024-01-01'), (2, '2024-01-02'), (2, '2024-01-02'); CREATE TABLE n(id INTEGER, v VARCHAR); INSERT INTO n VALUES (5, NULL)`,
    );
    await plainSql(
      to,
      `CREATE TABLE d(id INTEGER, day DATE, PRIMARY KEY (id, day)); CREATE TABLE n(id INTEGER PRIMARY KEY, v VARCHAR NOT NULL)`,
    );
    const stageOf = async (name: string) =>
      stage(source, target, await makePlan(source, target, table(name)), 'run', folder);
    await expect(stageOf('d')).rejects.toMatchObject({
      code: 'DUPLICATE_KEY',
      place: { table: 'main.d', key: 'id=2, day=2024-01-02' },
    });
    await expect(stageOf('n')).rejects.toMatchObject({
      code: 'NULL_IN_NOT_NULL',
      place: { table: 'main.n', column: 'v', key: 'id=5' },
    });
  });

  it('names column and row of a value that the target cannot hold', async () => {
    await plainSql(
      from,
      `CREATE TABLE t(id INTEGER PRIMARY KEY, k VARCHAR, h HUGEINT); INSERT INTO t VALUES (1, 'a', 1), (2, 'c', 2)`,
    );
    await plainSql(to, `CREATE TABLE t(id INTEGER PRIMARY KEY, k ENUM('a', 'b'), h HUGEINT)`);
    const plan = await makePlan(source, target, table('t'));
    await expect(stage(source, target, plan, 'run', folder)).rejects.toMatchObject({
      code: 'VALUE_NOT_REPRESENTABLE',
      place: { table: 'main.t', column: 'k', key: 'id=2' },
    });
  });

  it('takes nothing to a read-only environment', async () => {
    await plainSql(to, 'CREATE TABLE t(id INTEGER)');
    const guarded = await openFile(to, { folder, readOnly: true });
    await expect(guarded.target.cleanup('run')).rejects.toMatchObject({ code: 'READ_ONLY_ENVIRONMENT' });
    expect(() => guarded.target.addColumnSql(table('t'), { name: 'a', nativeType: 'INTEGER' })).toThrow(
      expect.objectContaining({ code: 'READ_ONLY_ENVIRONMENT' }) as Error,
    );
  });

  it('notices a part that was damaged on disk', async () => {
    await plainSql(from, 'CREATE TABLE t(id INTEGER); INSERT INTO t VALUES (1)');
    const plan = await makePlan(source, target, table('t'));
    const [part] = (await stage(source, target, plan, 'run', folder)).parts;
    if (part === undefined) throw new Error('no part');
    await target.target.reset({ runId: 'run', plan });
    await expect(
      target.target.loadPart({ ...part, sha256: '0'.repeat(64) }, new BigInt64Array(2)),
    ).rejects.toMatchObject({ code: 'PART_CORRUPT' });
    await expect(target.target.loadPart({ ...part, rows: 2 }, new BigInt64Array(2))).rejects.toMatchObject({
      code: 'PART_CORRUPT',
    });
    await target.target.loadPart(part, new BigInt64Array(2));
  });
});
