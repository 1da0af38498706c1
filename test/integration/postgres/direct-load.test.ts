import type { DirectLoadRequest } from '../../../connectors/connector';
import { openReference } from '../../../connectors/postgres/reference';
import type { TableRef } from '../../../core/types/table';
import type { TablePlan } from '../../../core/types/transfer';
import { batchOf, utf8 } from '../../unit/core/columnar/values';
import { entry, TRACKING } from '../reference/suite';
import { openTarget, table, type TargetFixture } from './target-fixture';

type Row = readonly [id: number, name: string];

const ROWS: Row[] = [
  [10, 'ten'],
  [11, 'eleven'],
  [12, 'twelve'],
];
const OLD: Row[] = [
  [1, 'one'],
  [2, 'two'],
];
const BACKUP: TableRef = { schema: 'bkp', name: 'cities_20261126_120000' };
const SHAPE = 'id bigint PRIMARY KEY, name varchar(20) NOT NULL';

describe('loading a small file straight into its table', () => {
  let fixture: TargetFixture;

  beforeEach(async () => {
    fixture = await openTarget('direct');
    await fixture.user.query(`CREATE TABLE cities (${SHAPE}); INSERT INTO cities VALUES (1, 'one'), (2, 'two')`);
    await openReference(fixture.pool).ensure({ schemas: ['bkp'], tracking: TRACKING });
  });

  afterEach(() => fixture?.close());

  async function request(change: Partial<DirectLoadRequest> = {}, rows: readonly Row[] = ROWS, name = 'cities') {
    const plan = change.plan ?? (await fixture.plan(table(name)));
    const columns = plan.columns
      .filter(({ target }) => target === 'id' || target === 'name')
      .map(({ target, sourceType, logical }) => ({ name: target, nativeType: sourceType, logical }));
    const batch = batchOf([
      { logical: { kind: 'int64' }, values: rows.map(([id]) => BigInt(id)) },
      { logical: { kind: 'text', of: 'text' }, values: rows.map(([, text]) => utf8(text)) },
    ]);
    return {
      runId: 'drop/in/cities.csv/1',
      columns,
      batches: [batch],
      rows: rows.length,
      bookkeeping: { tracking: { ref: TRACKING, entry: entry('cities.csv', { status: 'completed' }) } },
      isRight: () => true,
      lockTimeoutMs: 10_000,
      ...change,
      plan: { ...plan, columns: plan.columns.filter(({ target }) => target === 'id' || target === 'name') },
    };
  }

  const load = async (change: Partial<DirectLoadRequest> = {}, rows: readonly Row[] = ROWS): Promise<boolean> =>
    (await fixture.target.loadDirect?.(await request(change, rows))) ?? fail();

  const fail = (): never => {
    throw new Error('this target loads nothing directly');
  };

  const select = async (text: string): Promise<Record<string, unknown>[]> =>
    (await fixture.user.query<Record<string, unknown>>(text)).rows;

  const rowsOf = async (name = 'cities'): Promise<Row[]> =>
    (await select(`SELECT id, name FROM ${name} ORDER BY id`)).map(({ id, name: text }) => [Number(id), String(text)]);

  const tracked = async (): Promise<unknown[]> =>
    (await select('SELECT file_path FROM ref."File_Monitor_Tracking"')).map((row) => row['file_path']);

  async function marks(): Promise<unknown[]> {
    const name = `${fixture.stagingSchema}.published`;
    const [found] = await select(`SELECT to_regclass('${name}')::text AS found`);
    if (found?.['found'] === null) return [];
    return (await select(`SELECT run_id FROM ${name} ORDER BY 1`)).map((row) => row['run_id']);
  }

  /** As if nothing had been tried. */
  async function expectUntouched(name = 'cities'): Promise<void> {
    expect(await rowsOf(name)).toEqual(OLD);
    expect(await tracked()).toEqual([]);
    expect(await marks()).toEqual([]);
    expect(await select(`SELECT to_regclass('bkp.${BACKUP.name}') AS backup`)).toEqual([{ backup: null }]);
  }

  /** Somebody else keeps writers off the table, until told. */
  async function hold(name: string): Promise<() => Promise<unknown>> {
    const other = await fixture.connect();
    await other.query(`BEGIN; LOCK TABLE ${name} IN SHARE MODE`);
    return () => other.query('ROLLBACK');
  }

  const planOf = (name: string, change: Partial<TablePlan>): Promise<TablePlan> => fixture.plan(table(name), change);

  test('replaces the rows, keeps the old ones, and writes down the file, all at once', async () => {
    let seen: unknown;
    const loaded = await load({ backup: BACKUP, isRight: ({ rows }) => (seen = rows) !== undefined });
    expect(loaded).toBe(true);
    expect(String(seen)).toBe('3');
    expect(await rowsOf()).toEqual(ROWS);
    expect(await rowsOf(`bkp.${BACKUP.name}`)).toEqual(OLD);
    expect(await tracked()).toEqual(['cities.csv']);
    expect(await marks()).toEqual(['drop/in/cities.csv/1']);
  });

  test('makes the table where there is none, and takes it away again when its figures are wrong', async () => {
    const { target: _, ...plan } = await planOf('cities', { targetRef: table('towns') });
    expect(await load({ plan, isRight: () => false })).toBe(false);
    expect(await select(`SELECT to_regclass('public.towns') AS t`)).toEqual([{ t: null }]);
    expect(await load({ plan })).toBe(true);
    expect(await rowsOf('towns')).toEqual(ROWS);
  });

  test('appends, and judges the figures of the new rows alone', async () => {
    let seen: unknown;
    const plan = await planOf('cities', { mode: 'append', verify: 'aggregates' });
    expect(await load({ plan, isRight: (found) => (seen = found) !== undefined })).toBe(true);
    expect(await rowsOf()).toEqual([...OLD, ...ROWS]);
    expect(seen).toMatchObject({ rows: '3' });
    expect(JSON.stringify(seen)).toContain('"33"');
  });

  test('changes columns of the table in the same transaction', async () => {
    const evolve = [
      'ALTER TABLE public.cities ADD COLUMN region text',
      'ALTER TABLE public.cities ALTER name TYPE text',
    ];
    const plan = await planOf('cities', { evolve });
    expect(await load({ plan, isRight: () => false })).toBe(false);
    expect(await select('SELECT * FROM cities LIMIT 1')).toEqual([{ id: '1', name: 'one' }]);
    expect(await load({ plan })).toBe(true);
    expect(await select('SELECT * FROM cities WHERE id = 10')).toEqual([{ id: '10', name: 'ten', region: null }]);
  });

  test.each<[string, () => Promise<Partial<DirectLoadRequest>>]>([
    ['the figures are wrong', async () => ({ isRight: () => false })],
    ['fewer rows arrive than were read', async () => ({ rows: 4 })],
    [
      'a change of the table fails',
      async () => ({ plan: await planOf('cities', { evolve: ['ALTER TABLE nobody ADD x int'] }) }),
    ],
    [
      'the file cannot be written down',
      async () => ({ bookkeeping: { tracking: { ref: table('nowhere'), entry: entry('cities.csv') } } }),
    ],
    ['another holds the table for longer than allowed', () => hold('cities').then(() => ({ lockTimeoutMs: 100 }))],
  ])('leaves everything as it was when %s', async (_what, change) => {
    expect(await load({ backup: BACKUP, ...(await change()) })).toBe(false);
    await expectUntouched();
  });

  test('leaves everything as it was when the table refuses a row', async () => {
    const twice: Row[] = [
      [10, 'ten'],
      [10, 'again'],
    ];
    expect(await load({ backup: BACKUP }, twice)).toBe(false);
    await expectUntouched();
  });

  test.each([
    [
      'a trigger',
      `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER t BEFORE INSERT ON odd FOR EACH ROW EXECUTE FUNCTION f()`,
    ],
    ['a table that refers to it', 'CREATE TABLE child (id bigint REFERENCES odd)'],
    [
      'a table that it refers to',
      'CREATE TABLE parent (id bigint PRIMARY KEY); INSERT INTO parent VALUES (1), (2); ALTER TABLE odd ADD FOREIGN KEY (id) REFERENCES parent',
    ],
    ['row level security', 'ALTER TABLE odd ENABLE ROW LEVEL SECURITY'],
    ['a rule', 'CREATE RULE r AS ON DELETE TO odd DO ALSO SELECT 1'],
    ['a table that inherits from it', 'CREATE TABLE heir () INHERITS (odd)'],
    [
      'partitions',
      `DROP TABLE odd; CREATE TABLE odd (${SHAPE}) PARTITION BY RANGE (id); CREATE TABLE p PARTITION OF odd DEFAULT; INSERT INTO odd VALUES (1, 'one'), (2, 'two')`,
    ],
    [
      'a table of which it is a partition',
      `DROP TABLE odd; CREATE TABLE whole (${SHAPE}) PARTITION BY RANGE (id); CREATE TABLE odd PARTITION OF whole DEFAULT; INSERT INTO odd VALUES (1, 'one'), (2, 'two')`,
    ],
    ['no log of its rows', 'ALTER TABLE odd SET UNLOGGED'],
    ['numbers that it gives itself', 'ALTER TABLE odd ALTER id ADD GENERATED BY DEFAULT AS IDENTITY'],
    ['a sequence', `CREATE SEQUENCE s; ALTER TABLE odd ALTER id SET DEFAULT nextval('s')`],
  ])('leaves a table with %s to the staged way', async (_what, sql) => {
    await fixture.user.query(`CREATE TABLE odd (${SHAPE}); INSERT INTO odd VALUES (1, 'one'), (2, 'two')`);
    await fixture.user.query(sql);
    expect(await load({ plan: await planOf('odd', {}) })).toBe(false);
    await expectUntouched('odd');
  });

  test('a table whose other columns number themselves is plain enough', async () => {
    await fixture.user.query('ALTER TABLE cities ADD COLUMN nr int GENERATED ALWAYS AS IDENTITY');
    expect(await load()).toBe(true);
    expect(await select('SELECT nr FROM cities ORDER BY id')).toEqual([{ nr: 3 }, { nr: 4 }, { nr: 5 }]);
  });

  test('leaves appending to a large table to the staged way', async () => {
    const plan = await planOf('cities', { mode: 'append' });
    const target = { ...plan.source, estimatedRows: 1_000_000 };
    expect(await load({ plan: { ...plan, target } })).toBe(false);
    await expectUntouched();
  });

  test('a second call of a load that is done does nothing', async () => {
    const plan = await planOf('cities', { mode: 'append' });
    expect(await load({ plan })).toBe(true);
    await fixture.user.query('DELETE FROM cities WHERE id = 11');
    expect(await load({ plan })).toBe(true);
    expect(await rowsOf()).toEqual([...OLD, [10, 'ten'], [12, 'twelve']]);
  });

  test('the same load several times at once is done once', async () => {
    const plan = await planOf('cities', { mode: 'append' });
    expect(await Promise.all(Array.from({ length: 6 }, () => load({ plan })))).toEqual(Array<boolean>(6).fill(true));
    expect(await rowsOf()).toEqual([...OLD, ...ROWS]);
  });

  test('loads of one table at once take turns, and readers see all rows of one of them', async () => {
    const sets = Array.from({ length: 8 }, (_unused, set) =>
      Array.from({ length: 500 }, (_none, index): Row => [set * 1000 + index, `set ${set}`]),
    );
    expect(await load({ runId: 'first' }, sets[0])).toBe(true);
    const seen = new Set<string>();
    let isOver = false;
    const reading = (async () => {
      while (!isOver)
        for (const row of await select('SELECT count(*) || name AS seen FROM cities GROUP BY name'))
          seen.add(String(row['seen']));
    })();
    const loaded = await Promise.all(sets.map((rows, set) => load({ runId: `run ${set}` }, rows)));
    isOver = true;
    await reading;
    expect(loaded).toEqual(sets.map(() => true));
    const now = await rowsOf();
    expect(sets).toContainEqual(now);
    for (const what of seen) expect(what).toMatch(/^500set \d$/);
  });

  test('a connection that is lost while the load commits is an error, and the next attempt loads what was not', async () => {
    await fixture.user.query(`
      CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER die AFTER INSERT ON ref."File_Monitor_Tracking" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()`);
    const plan = await planOf('cities', { mode: 'append' });
    await expect(load({ plan })).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    await expectUntouched();
    await fixture.user.query('DROP TRIGGER die ON ref."File_Monitor_Tracking"');
    expect(await load({ plan })).toBe(true);
    expect(await rowsOf()).toEqual([...OLD, ...ROWS]);
  });

  test('while an earlier attempt may still commit, a load fails rather than taking another way', async () => {
    expect(await load({ runId: 'makes the marks' })).toBe(true);
    const earlier = await fixture.connect();
    await earlier.query(
      `BEGIN; INSERT INTO ${fixture.stagingSchema}.published VALUES ('drop/in/cities.csv/1', 'direct')`,
    );
    await expect(load({ lockTimeoutMs: 200 })).rejects.toMatchObject({ code: 'LOCK_TIMEOUT' });
    await earlier.query('COMMIT');
    await fixture.user.query(`DELETE FROM cities WHERE id <> 10`);
    expect(await load()).toBe(true);
    expect(await rowsOf()).toEqual([[10, 'ten']]);
  });

  test('a run that is tidied up leaves alone the mark of a load that has not committed yet', async () => {
    const staged = await planOf('cities', {});
    await fixture.target.prepare({ runId: 'other', plan: staged });
    const release = await hold('cities');
    const loading = load();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const tidying = fixture.target.cleanup('other');
    await new Promise((resolve) => setTimeout(resolve, 300));
    await release();
    expect(await loading).toBe(true);
    await tidying;
    expect(await marks()).toEqual(['drop/in/cities.csv/1']);
  });

  test('forgets the loads of a folder, but for those named and those of others', async () => {
    const forget = (prefix: string, except: string[]) => fixture.target.forgetDirect?.(prefix, except);
    await expect(forget('drop/in/', [])).resolves.toBeUndefined();
    for (const runId of ['drop/in/a/1', 'drop/in/b/2', 'drop/inner/a/1', 'transfer/x']) await load({ runId });
    await fixture.user.query(`INSERT INTO ${fixture.stagingSchema}.published VALUES ('drop/in/c/3', 'a set')`);
    await forget('drop/in/', ['drop/in/b/2']);
    expect(await marks()).toEqual(['drop/in/b/2', 'drop/in/c/3', 'drop/inner/a/1', 'transfer/x']);
  });
});
