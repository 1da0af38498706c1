/** Rows into their place: whole or not at all, with everything around the table as it was. */
import { openTarget } from '../../../connectors/mssql/target';
import type { PublishRequest } from '../../../connectors/connector';
import type { TablePlan } from '../../../core/types/transfer';
import { describeMssql } from '../../helpers/mssql';
import { newProgress, openFixture, table, type MssqlFixture, type Value } from './target-fixture';

const request = (runId: string, ...tables: [TablePlan, number][]): PublishRequest => ({
  runId,
  tables: tables.map(([plan, rows]) => ({ plan, rows })),
  lockTimeoutMs: 2_000,
});

describeMssql('publishing in SQL Server', () => {
  let db: MssqlFixture;
  beforeEach(async () => {
    db = await openFixture();
  });
  afterEach(() => db?.close());

  const stagingLeft = () =>
    db.rows(
      `SELECT t.name FROM sys.tables t JOIN sys.schemas s ON s.schema_id = t.schema_id WHERE s.name = '${db.stagingSchema}'`,
    );

  it('replaces the rows of parents and children in one go, and keeps what hangs on them', async () => {
    await db.run(
      'CREATE TABLE dbo.parent (id int IDENTITY(1,1) NOT NULL PRIMARY KEY, name nvarchar(20) NOT NULL, doubled AS id * 2)',
      'CREATE TABLE dbo.child (id int NOT NULL PRIMARY KEY, parent int NULL CONSTRAINT fk_child REFERENCES dbo.parent (id), amount decimal(9,2) NOT NULL CONSTRAINT ck_amount CHECK (amount >= 0))',
      'CREATE TABLE dbo.outside (id int NOT NULL PRIMARY KEY, parent int NOT NULL CONSTRAINT fk_outside REFERENCES dbo.parent (id) ON DELETE CASCADE)',
      'CREATE TABLE dbo.log (what nvarchar(50))',
      "SET IDENTITY_INSERT dbo.parent ON; INSERT INTO dbo.parent (id, name) VALUES (1, 'one'), (2, 'two'), (40, 'forty'); SET IDENTITY_INSERT dbo.parent OFF",
      'INSERT INTO dbo.child VALUES (1, 1, 1), (2, 40, 2)',
      'INSERT INTO dbo.outside VALUES (1, 1)',
      "CREATE TRIGGER dbo.noise ON dbo.child AFTER INSERT, DELETE AS BEGIN INSERT INTO dbo.log VALUES ('fired') END",
      'CREATE VIEW dbo.seen AS SELECT c.id, p.name FROM dbo.child c JOIN dbo.parent p ON p.id = c.parent',
    );
    const [parent, child] = [await db.plan(table('parent')), await db.plan(table('child'))];
    await db.stage('set', parent, [[1, 'eins'], [3, 'drei']]); // prettier-ignore
    await db.stage('set', child, [[1, 3, 150n], [7, null, 0n]]); // prettier-ignore
    const wanted = request('set', [child, 2], [parent, 2]);
    const result = await db.target.publish(wanted);
    expect(result.strategies).toEqual({ 'dbo.parent': 'delete-insert', 'dbo.child': 'delete-insert' });
    expect(result.warnings).toEqual([]);
    expect(await db.rows('SELECT id, name, doubled FROM dbo.parent ORDER BY id')).toEqual([
      { id: 1, name: 'eins', doubled: 2 },
      { id: 3, name: 'drei', doubled: 6 },
    ]);
    expect(
      await db.rows('SELECT id, parent, CONVERT(varchar(20), amount) AS amount FROM dbo.child ORDER BY id'),
    ).toEqual([
      { id: 1, parent: 3, amount: '1.50' },
      { id: 7, parent: null, amount: '0.00' },
    ]);
    expect(await db.rows('SELECT id, name FROM dbo.seen')).toEqual([{ id: 1, name: 'drei' }]);
    expect(await db.rows('SELECT id FROM dbo.outside')).toEqual([{ id: 1 }]);
    expect(await db.rows('SELECT what FROM dbo.log')).toEqual([]);
    expect(
      await db.rows(
        'SELECT name, is_disabled AS disabled, is_not_trusted AS untrusted FROM sys.foreign_keys ORDER BY name',
      ),
    ).toEqual([
      { name: 'fk_child', disabled: false, untrusted: false },
      { name: 'fk_outside', disabled: false, untrusted: false },
    ]);
    await db.run("INSERT INTO dbo.parent (name) VALUES ('next')", 'INSERT INTO dbo.child VALUES (8, NULL, 1)');
    expect(await db.rows("SELECT id FROM dbo.parent WHERE name = 'next'")).toEqual([{ id: 41 }]);
    expect(await db.rows('SELECT what FROM dbo.log')).toEqual([{ what: 'fired' }]);
    // Asked again, it is done already.
    expect(await db.target.publish(wanted)).toEqual({ ...result, lockedMs: expect.any(Number) as number });
    expect(await db.target.countRows(table('parent'))).toBe(3);
    await db.target.cleanup('set');
    expect(await stagingLeft()).toEqual([]);
    expect(await db.rows(`SELECT name FROM sys.schemas WHERE name = '${db.stagingSchema}'`)).toEqual([]);
  });

  it('names table, key and column of a row that points at nothing, and changes nothing', async () => {
    await db.run(
      'CREATE TABLE dbo.parent (id int NOT NULL PRIMARY KEY)',
      'CREATE TABLE dbo.child (id int NOT NULL PRIMARY KEY, parent int NULL CONSTRAINT fk_child REFERENCES dbo.parent (id))',
      'INSERT INTO dbo.parent VALUES (1)',
      'INSERT INTO dbo.child VALUES (1, 1)',
    );
    const [parent, child] = [await db.plan(table('parent')), await db.plan(table('child'))];
    await db.stage('bad', parent, [[2]]);
    await db.stage('bad', child, [[10, 2], [11, 5]]); // prettier-ignore
    const key = { name: 'fk_child', columns: ['parent'], to: table('parent'), toColumns: ['id'] };
    expect(await db.target.countOrphans({ runId: 'bad', child, parent, key })).toEqual({
      orphans: 1,
      samples: [['5']],
    });
    expect(await db.target.countOrphans({ runId: 'bad', child, key })).toEqual({ orphans: 2, samples: [['2'], ['5']] });
    await expect(db.target.publish(request('bad', [parent, 1], [child, 2]))).rejects.toMatchObject({
      code: 'FOREIGN_KEY_VIOLATED',
      message: expect.stringContaining('fk_child') as string,
      place: { table: 'dbo.child', column: 'parent', key: 'id=11' },
    });
    // Rows of a table outside of the request would lose their parent.
    await expect(db.target.publish(request('bad', [parent, 1]))).rejects.toMatchObject({
      code: 'FOREIGN_KEY_VIOLATED',
      place: { table: 'dbo.parent', key: 'id=1' },
    });
    expect(await db.rows('SELECT id FROM dbo.parent')).toEqual([{ id: 1 }]);
    expect(await db.rows('SELECT id, parent FROM dbo.child')).toEqual([{ id: 1, parent: 1 }]);
  });

  it('refuses duplicate keys and broken checks before anything is published', async () => {
    await db.run(
      'CREATE TABLE dbo.strict (a int NOT NULL, b nvarchar(10) NOT NULL, c int NULL CONSTRAINT ck_c CHECK (c > 0), CONSTRAINT pk_strict PRIMARY KEY (a, b))',
      'CREATE UNIQUE INDEX ux_c ON dbo.strict (c) WHERE c > 5',
    );
    const plan = await db.plan(table('strict'));
    await expect(db.stage('dup', plan, [[1, 'x', 1], [1, 'x', 2]])).rejects.toMatchObject({ code: 'DUPLICATE_KEY', place: { table: 'dbo.strict', key: 'a=1, b=x' } }); // prettier-ignore
    // A server whose catalog keeps the condition of the index to itself finds out when the rows go in.
    const late = db.stage('dup2', plan, [[1, 'x', 7], [1, 'y', 7]]).then(() => db.target.publish(request('dup2', [plan, 2]))); // prettier-ignore
    await expect(late).rejects.toMatchObject({ code: 'DUPLICATE_KEY', place: { table: 'dbo.strict' } });
    await db.stage('fine', plan, [[1, 'x', 2], [1, 'y', 2], [1, 'z', null]]); // prettier-ignore
    await expect(db.stage('check', plan, [[1, 'x', 7], [2, 'y', -1]])).rejects.toMatchObject({ code: 'CONSTRAINT_VIOLATED', message: expect.stringContaining('ck_c') as string, place: { table: 'dbo.strict', key: 'a=2, b=y' } }); // prettier-ignore
    await db.target.reset({ runId: 'dup', plan });
    await db.target.loadPart(await db.part(plan, 'dup', 0, [[1, 'x', 1]]), newProgress());
    await db.target.finish({ runId: 'dup', plan });
    await db.target.publish(request('dup', [plan, 1]));
    expect(await db.rows('SELECT a, b, c FROM dbo.strict')).toEqual([{ a: 1, b: 'x', c: 1 }]);
  });

  it('appends, truncates and creates, and gives created tables their keys', async () => {
    await db.run(
      'CREATE TABLE dbo.base (id int NOT NULL CONSTRAINT pk_base PRIMARY KEY, v nvarchar(10) NULL)',
      "INSERT INTO dbo.base VALUES (1, 'old')",
    );
    const append = await db.plan(table('base'), { mode: 'append', strategy: 'append' });
    await expect(db.stage('again', append, [[1, 'x']])).rejects.toMatchObject({
      code: 'DUPLICATE_KEY',
      place: { key: 'id=1' },
    });
    await db.stage('append', append, [[2, 'new']]);
    await db.target.publish(request('append', [append, 1]));
    expect(await db.rows('SELECT id, v FROM dbo.base ORDER BY id')).toEqual([{ id: 1, v: 'old' }, { id: 2, v: 'new' }]); // prettier-ignore
    const truncate = await db.plan(table('base'), { mode: 'truncate', strategy: 'truncate-insert' });
    await db.stage('truncate', truncate, [[9, null]]);
    await db.target.publish(request('truncate', [truncate, 1]));
    expect(await db.rows('SELECT id, v FROM dbo.base')).toEqual([{ id: 9, v: null }]);
    const { target: _gone, ...source } = await db.plan(table('base'));
    const made: TablePlan = { ...source, targetRef: table('made', 'fresh'), strategy: 'create' };
    await db.stage('create', made, [[4, 'four'], [5, '']]); // prettier-ignore
    const result = await db.target.publish(request('create', [made, 2]));
    expect(result).toMatchObject({ lockedMs: 0, strategies: { 'fresh.made': 'create' } });
    expect(await db.rows('SELECT id, v FROM fresh.made ORDER BY id')).toEqual([{ id: 4, v: 'four' }, { id: 5, v: '' }]); // prettier-ignore
    await expect(db.run("INSERT INTO fresh.made VALUES (4, 'twice')")).rejects.toMatchObject({ code: 'DUPLICATE_KEY' });
  });

  it('opens a circle of foreign keys and closes it again', async () => {
    await db.run(
      'CREATE TABLE dbo.a (id int NOT NULL PRIMARY KEY, b int NOT NULL)',
      'CREATE TABLE dbo.b (id int NOT NULL PRIMARY KEY, a int NOT NULL CONSTRAINT fk_ba REFERENCES dbo.a (id), self int NULL CONSTRAINT fk_self REFERENCES dbo.b (id))',
      'INSERT INTO dbo.a VALUES (1, 1)',
      'INSERT INTO dbo.b VALUES (1, 1, 1)',
      'ALTER TABLE dbo.a ADD CONSTRAINT fk_ab FOREIGN KEY (b) REFERENCES dbo.b (id)',
    );
    const [a, b] = [await db.plan(table('a')), await db.plan(table('b'))];
    await db.stage('circle', a, [[5, 6]]);
    await db.stage('circle', b, [[6, 5, 7], [7, 5, 6]]); // prettier-ignore
    await db.target.publish(request('circle', [a, 1], [b, 2]));
    expect(await db.rows('SELECT id, b FROM dbo.a')).toEqual([{ id: 5, b: 6 }]);
    expect(await db.rows('SELECT id, a, self FROM dbo.b ORDER BY id')).toEqual([{ id: 6, a: 5, self: 7 }, { id: 7, a: 5, self: 6 }]); // prettier-ignore
    const keys = await db.rows(
      'SELECT name, is_disabled AS disabled, is_not_trusted AS untrusted FROM sys.foreign_keys ORDER BY name',
    );
    expect(keys).toEqual(['fk_ab', 'fk_ba', 'fk_self'].map((name) => ({ name, disabled: false, untrusted: false })));
    await expect(db.run('INSERT INTO dbo.a VALUES (8, 99)')).rejects.toMatchObject({ code: 'FOREIGN_KEY_VIOLATED' });
  });

  it('gives up with the old rows in place when the table stays locked', async () => {
    await db.run('CREATE TABLE dbo.busy (id int NOT NULL PRIMARY KEY)', 'INSERT INTO dbo.busy VALUES (1)');
    const plan = await db.plan(table('busy'));
    await db.stage('busy', plan, [[2]]);
    const impatient = openTarget(db.pool, db.pool.settings, { patienceMs: 1_500 });
    const other = await db.pool.dedicated();
    await other.run('BEGIN TRANSACTION');
    await other.run('UPDATE dbo.busy SET id = 3');
    await expect(impatient.publish({ ...request('busy', [plan, 1]), lockTimeoutMs: 300 })).rejects.toMatchObject({
      code: 'PUBLISH_BLOCKED',
      message: expect.stringContaining('busy') as string,
    });
    await other.run('ROLLBACK TRANSACTION');
    await other.close();
    expect(await db.rows('SELECT id FROM dbo.busy')).toEqual([{ id: 1 }]);
    await impatient.publish(request('busy', [plan, 1]));
    expect(await db.rows('SELECT id FROM dbo.busy')).toEqual([{ id: 2 }]);
  });

  it('notices a table that was altered meanwhile', async () => {
    await db.run('CREATE TABLE dbo.moving (id int NOT NULL PRIMARY KEY)');
    const plan = await db.plan(table('moving'));
    await db.stage('moving', plan, [[2]]);
    await db.run('ALTER TABLE dbo.moving ADD extra int NULL');
    await expect(db.target.publish(request('moving', [plan, 1]))).rejects.toMatchObject({
      code: 'TARGET_CHANGED',
      place: { table: 'dbo.moving' },
    });
  });

  it('reads back and measures what is staged', async () => {
    await db.run(
      'CREATE TABLE dbo.figures (id int NOT NULL PRIMARY KEY, d decimal(9,2) NULL, t nvarchar(20) NULL, sm smallmoney NULL)',
    );
    const plan = await db.plan(table('figures'));
    const rows: Value[][] = [[1, 150n, 'é😀', -10000n], [2, null, '', null], [3, -25n, null, 25000n]]; // prettier-ignore
    await db.stage('figures', plan, rows);
    const { columns, rows: count } = await db.target.aggregates({ runId: 'figures', plan });
    expect(count).toBe('3');
    expect(columns).toMatchObject([
      { column: 'id', nulls: '0', sum: '6', min: '1', max: '3' },
      { column: 'd', nulls: '1', sum: '1.25', min: '-0.25', max: '1.5' },
      { column: 't', nulls: '1', sum: expect.stringMatching(/^(3|6)$/) as string },
      { column: 'sm', nulls: '1', sum: '1.5', min: '-1', max: '2.5' },
    ]);
    const ranges = await db.target.planReadBack({ runId: 'figures', plan }, 1 << 20);
    const seen: string[] = [];
    for (const range of ranges)
      await db.target.readBack({ runId: 'figures', plan, range, batchRows: 2 }, () => (batch) => {
        const [ids, , texts] = batch.columns;
        for (let row = 0; row < batch.rows; row++) {
          const { data, offsets } = texts!.values as { data: Uint8Array; offsets: Uint32Array };
          seen.push(
            `${(ids!.values as Int32Array)[row]} ${Buffer.from(data.subarray(offsets[row], offsets[row + 1])).toString()}`,
          );
        }
        return batch;
      });
    expect(seen.toSorted((a, b) => a.localeCompare(b))).toEqual(['1 é😀', '2 ', '3 ']);
  });

  it('chooses a way by what the server can do, and says why', async () => {
    await db.run('CREATE TABLE dbo.small (id int NOT NULL PRIMARY KEY, x xml NULL)');
    const plan = await db.plan(table('small'));
    const wish = { mode: 'replace' as const, targetRef: plan.targetRef, estimatedRows: 10 };
    expect(await db.target.chooseStrategy(undefined, wish)).toMatchObject({ strategy: 'create' });
    const small = await db.target.chooseStrategy(plan.target, wish);
    expect(small).toMatchObject({ strategy: 'delete-insert', reason: expect.stringContaining('small') as string });
    const forced = await db.target.chooseStrategy(plan.target, { ...wish, forced: 'swap' });
    expect(forced).toMatchObject({ strategy: 'delete-insert', reason: expect.stringContaining('column x has the type xml') as string }); // prettier-ignore
  });

  it('leaves nothing of a run whose worker died, and nothing but it', async () => {
    await db.run(
      'CREATE TABLE dbo.t (id int NOT NULL PRIMARY KEY, v nvarchar(200))',
      "INSERT INTO dbo.t VALUES (1, 'old')",
    );
    const plan = await db.plan(table('t'));
    await db.stage('dead', plan, [[2, 'new']]);
    await db.stage('alive', plan, [[3, 'new']]);
    const killed = new AbortController();
    const rows = Array.from({ length: 50_000 }, (_, id): Value[] => [id + 10, 'x'.repeat(100)]);
    const progress = newProgress();
    const loading = db.target.loadPart(await db.part(plan, 'dead', 1, rows), progress, killed.signal);
    while (progress[0] === 0n) await new Promise((resolve) => setTimeout(resolve, 2));
    killed.abort();
    await expect(loading).rejects.toMatchObject({ code: 'CANCELLED' });
    await db.target.cleanup('dead');
    await db.target.cleanup('dead');
    const left = (await stagingLeft()).map(({ name }) => String(name));
    expect(left.filter((name) => name.startsWith('ls_'))).toHaveLength(1);
    await db.target.publish(request('alive', [plan, 1]));
    await db.target.cleanup('alive');
    expect(await stagingLeft()).toEqual([]);
    expect(await db.rows('SELECT id FROM dbo.t')).toEqual([{ id: 3 }]);
  });

  it('goes on counting where the old rows left off, and gives the table the columns it lacks', async () => {
    await db.run(
      'CREATE TABLE dbo.counted (id int IDENTITY(5,5) NOT NULL PRIMARY KEY, v nvarchar(10) NULL)',
      "INSERT INTO dbo.counted (v) VALUES ('a'), ('b'), ('c')",
    );
    const truncate = await db.plan(table('counted'), { mode: 'truncate', strategy: 'truncate-insert' });
    await db.stage('counted', truncate, [[5, 'x']]);
    await db.target.publish(request('counted', [truncate, 1]));
    await db.run("INSERT INTO dbo.counted (v) VALUES ('next')");
    expect(await db.rows('SELECT id, v FROM dbo.counted ORDER BY id')).toEqual([{ id: 5, v: 'x' }, { id: 20, v: 'next' }]); // prettier-ignore
    const plan = await db.plan(table('counted'));
    const extra = { source: 'extra', target: 'extra', sourceType: 'decimal(9,2)', targetType: 'decimal(9,2)', logical: { kind: 'decimal' as const, precision: 9, scale: 2 } }; // prettier-ignore
    const evolved = { ...plan, columns: [...plan.columns, extra], evolve: [db.target.addColumnSql(table('counted'), { name: 'extra', nativeType: 'decimal(9,2)' })] }; // prettier-ignore
    await db.stage('evolved', evolved, [[1, 'y', 123n]]);
    await db.target.publish(request('evolved', [evolved, 1]));
    expect(await db.rows('SELECT id, v, CONVERT(varchar(20), extra) AS extra FROM dbo.counted')).toEqual([{ id: 1, v: 'y', extra: '1.23' }]); // prettier-ignore
  });

  it('makes its schema once, for however many tables at a time', async () => {
    const names = ['one', 'two', 'three', 'four'];
    await db.run(...names.map((name) => `CREATE TABLE dbo.${name} (id int NOT NULL PRIMARY KEY)`));
    const plans = await Promise.all(names.map(async (name) => db.plan(table(name))));
    await Promise.all(plans.map(async (plan) => db.target.prepare({ runId: 'many', plan })));
    expect(await stagingLeft()).toHaveLength(names.length + 3);
    await db.target.cleanup('many');
    expect(await stagingLeft()).toEqual([]);
  });
});
