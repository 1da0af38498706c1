import { testPostgres, restartablePostgres } from '../helpers/postgres';
import { restartableTemporal, testTemporal } from '../helpers/temporal';
import { Installation } from '../helpers/installation';
import { ROWS, Reader, contents, execute, fillShop, leftBehind, rows } from './shop';

jest.setTimeout(240_000);

const SETS = `
  shop:
    from: prod
    to: uat
    partSize: 8MB
    parallel: { tables: 2, parts: 2 }
    tables: [public.orders, public.items]
`;

interface RunShown {
  run: { runId: string; status: string; error?: { code: string } };
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  timeoutMs = 90_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`never happened: ${what}`);
    await sleep(25);
  }
}

/** True while a statement that looks like this runs for Longshore. */
const working = (url: string, like: string) => async (): Promise<boolean> =>
  (
    await rows(
      url,
      `select 1 from pg_stat_activity where application_name like 'longshore%' and state = 'active' and query ilike '${like}' and pid <> pg_backend_pid()`,
    ).catch(() => [])
  ).length > 0;

const PHASES = { extraction: 'copy (%', load: 'copy %from stdin%' };

async function sharedTemporal(): Promise<string> {
  const temporal = await testTemporal();
  await temporal.close();
  return temporal.address;
}

describe('a transfer set survives', () => {
  let databases: { source: string; target: string; catalog: string };
  let installation: Installation;

  async function install(temporalAddress?: string): Promise<void> {
    installation = new Installation({
      temporalAddress: temporalAddress ?? (await sharedTemporal()),
      catalogUrl: databases.catalog,
      sourceUrl: databases.source,
      targetUrl: databases.target,
      sets: SETS,
    });
    await installation.startWorker();
  }

  const start = async (): Promise<string> =>
    (await installation.json<{ runId: string }>('transfer', 'run', 'shop', '--no-wait')).runId;

  const ended = (runId: string): Promise<string> =>
    eventually(
      'the run ends',
      async () => {
        const { run } = await installation.json<RunShown>('run', 'show', runId);
        return run.status !== 'running' && run.status !== 'paused' && run.status;
      },
      150_000,
    );

  /** What promises 1 and 2 come to. */
  async function expectPublishedWhole(reader: Reader): Promise<void> {
    const sightings = await reader.stop();
    for (const { generations, orders, items } of sightings) {
      expect(generations).toHaveLength(1);
      expect([orders, items]).toEqual(generations[0] === 1 ? [1000, 1500] : [ROWS.orders, ROWS.items]);
    }
    expect(await contents(databases.target)).toEqual(await contents(databases.source));
  }

  async function expectNothingLeft(): Promise<void> {
    expect(installation.stagedFiles()).toEqual([]);
    await eventually(
      'sessions are closed',
      async () => (await leftBehind(databases.target)).sessions.length === 0,
      20_000,
    );
    expect(await leftBehind(databases.target)).toEqual({ schemas: [], sessions: [] });
    await eventually(
      'sessions are closed',
      async () => (await leftBehind(databases.source)).sessions.length === 0,
      20_000,
    );
  }

  describe('on the shared server', () => {
    beforeEach(async () => {
      const pg = await testPostgres();
      const [source, target, catalog] = await Promise.all([
        pg.createDatabase('chaos_src'),
        pg.createDatabase('chaos_dst'),
        pg.createDatabase('chaos_cat'),
      ]);
      databases = { source, target, catalog };
      await fillShop(source, target);
    });

    afterEach(async () => {
      await installation.close();
      const pg = await testPostgres();
      for (const url of Object.values(databases)) await pg.dropDatabase(url);
    });

    test.each(Object.entries(PHASES))('kill -9 of the worker during %s', async (phase, like) => {
      await install();
      const reader = new Reader(databases.target);
      const runId = await start();
      await eventually(`${phase} begins`, working(phase === 'extraction' ? databases.source : databases.target, like));
      await installation.killWorker();
      await installation.startWorker();
      expect(await ended(runId)).toBe('done');
      await expectPublishedWhole(reader);
      await expectNothingLeft();
    });

    test('kill -9 of the worker while it waits to publish', async () => {
      await install();
      const reader = new Reader(databases.target);
      const { Client } = await import('pg');
      const blocker = new Client({ connectionString: databases.target });
      await blocker.connect();
      await blocker.query('begin; lock table orders in access share mode');
      const runId = await start();
      await eventually('the switch waits for its lock', working(databases.target, '%lock table%'));
      await installation.killWorker();
      await blocker.query('rollback');
      await blocker.end();
      await installation.startWorker();
      expect(await ended(runId)).toBe('done');
      await expectPublishedWhole(reader);
      await expectNothingLeft();
    });

    test('a source that changes after the worker was killed: the result is one snapshot, not a mixture', async () => {
      await install();
      const reader = new Reader(databases.target);
      const runId = await start();
      await eventually('loading begins', working(databases.target, PHASES.load));
      await installation.killWorker();
      await execute(
        databases.source,
        `delete from items where id % 10 = 0;
         update orders set note = 'changed' where id % 1000 = 1;
         insert into orders select id + 10000000, 2, 'late', 1, now(), null from orders where id <= ${Math.ceil(ROWS.orders / 1000)};
         insert into items select i + 20000000, 1, 2, 1, '{}' from generate_series(1, ${ROWS.items / 10}) i;
         delete from orders where id between 10000001 and 10000000 + ${Math.ceil(ROWS.orders / 1000)};`,
      );
      await installation.startWorker();
      expect(await ended(runId)).toBe('done');
      await expectPublishedWhole(reader);
      await expectNothingLeft();
    });

    test.each(Object.entries(PHASES))('cancel during %s leaves the old rows and nothing else', async (phase, like) => {
      await install();
      const before = await contents(databases.target);
      const reader = new Reader(databases.target);
      const runId = await start();
      await eventually(`${phase} begins`, working(phase === 'extraction' ? databases.source : databases.target, like));
      expect((await installation.run('run', 'cancel', runId)).code).toBe(0);
      expect(await ended(runId)).toBe('cancelled');
      expect((await reader.stop()).map(({ generations }) => generations)).toEqual([[1]]);
      expect(await contents(databases.target)).toEqual(before);
      await expectNothingLeft();
    });

    test('cancel while it waits to publish leaves the old rows and nothing else', async () => {
      await install();
      const before = await contents(databases.target);
      const { Client } = await import('pg');
      const blocker = new Client({ connectionString: databases.target });
      await blocker.connect();
      await blocker.query('begin; lock table orders in access share mode');
      const runId = await start();
      await eventually('the switch waits for its lock', working(databases.target, '%lock table%'));
      expect((await installation.run('run', 'cancel', runId)).code).toBe(0);
      expect(await ended(runId)).toBe('cancelled');
      await blocker.query('rollback');
      await blocker.end();
      expect(await contents(databases.target)).toEqual(before);
      await expectNothingLeft();
    });

    test('pause stops after the parts under way, resume finishes', async () => {
      await install();
      const runId = await start();
      await eventually('loading begins', working(databases.target, PHASES.load));
      expect((await installation.run('run', 'pause', runId)).code).toBe(0);
      await eventually(
        'nothing runs',
        async () =>
          !(await working(databases.target, PHASES.load)()) && !(await working(databases.source, PHASES.extraction)()),
      );
      await sleep(1500);
      expect(await working(databases.source, PHASES.extraction)()).toBe(false);
      expect((await installation.json<RunShown>('run', 'show', runId)).run.status).toBe('paused');
      expect((await installation.run('run', 'resume', runId)).code).toBe(0);
      expect(await ended(runId)).toBe('done');
      expect(await contents(databases.target)).toEqual(await contents(databases.source));
    });
  });

  test('a restart of Temporal', async () => {
    const pg = await testPostgres();
    const [source, target, catalog] = await Promise.all([
      pg.createDatabase('chaos_src'),
      pg.createDatabase('chaos_dst'),
      pg.createDatabase('chaos_cat'),
    ]);
    databases = { source, target, catalog };
    await fillShop(source, target);
    const temporal = await restartableTemporal();
    try {
      await install(temporal.address);
      const reader = new Reader(target);
      const runId = await start();
      await eventually('loading begins', working(target, PHASES.load));
      await temporal.kill();
      await sleep(1500);
      await temporal.start();
      expect(await ended(runId)).toBe('done');
      await expectPublishedWhole(reader);
      await expectNothingLeft();
    } finally {
      await installation.close();
      await temporal.close();
      for (const url of Object.values(databases)) await pg.dropDatabase(url);
    }
  });

  test('a crash of the target database in the middle of a load', async () => {
    const pg = await testPostgres();
    const server = await restartablePostgres();
    try {
      const [source, catalog] = await Promise.all([pg.createDatabase('chaos_src'), pg.createDatabase('chaos_cat')]);
      const target = await server.createDatabase('chaos_dst');
      databases = { source, target, catalog };
      await fillShop(source, target);
      await install();
      const reader = new Reader(target);
      const runId = await start();
      await eventually('loading begins', working(target, PHASES.load));
      await server.kill();
      await sleep(1000);
      await server.start();
      expect(await ended(runId)).toBe('done');
      await expectPublishedWhole(reader);
      await expectNothingLeft();
    } finally {
      await installation.close();
      await server.close();
      await pg.dropDatabase(databases.source);
      await pg.dropDatabase(databases.catalog);
    }
  });
});
