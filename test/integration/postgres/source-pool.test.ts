import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { PostgresPool } from '../../../connectors/postgres/pool';
import { ident, literal } from '../../../connectors/postgres/sql';
import { openSnapshot, withSnapshot } from '../../../connectors/postgres/snapshot';
import { postgresEnvironment } from '../../../schemas/environment';
import { restartablePostgres, type RestartablePostgres } from '../../helpers/postgres';
import { sourceDatabase, type SourceDatabaseUnderTest } from './source-database';

const environment = (url: string, more: object = {}) =>
  postgresEnvironment.parse({ kind: 'postgres', url, connectTimeoutMs: 5000, ...more });

let database: SourceDatabaseUnderTest;
beforeAll(async () => {
  database = await sourceDatabase();
});
afterAll(() => database.close());

describe('the connection pool', () => {
  test('gives every value as the text of a session that is set up the same everywhere', async () => {
    const { rows } = await database.pool.query(
      `SELECT 1::int8 AS n, 1.50 AS dec, true AS b, NULL AS nothing, timestamptz '2024-01-01 12:00+05' AS tz, '\\xff'::bytea AS bin, interval '1 day 2 hours' AS iv,
      0.1::float8 + 0.2 AS f, ARRAY[1,2] AS arr, '{"a":1}'::jsonb AS j, current_setting('search_path') AS path, current_setting('statement_timeout') AS timeout, current_setting('application_name') AS app, $1::text AS given`,
      ['é'],
    );
    expect(rows).toEqual([
      {
        n: '1',
        dec: '1.50',
        b: 't',
        nothing: null,
        tz: '2024-01-01 07:00:00+00',
        bin: '\\xff',
        iv: '1 day 02:00:00',
        f: '0.30000000000000004',
        arr: '{1,2}',
        j: '{"a": 1}',
        path: 'pg_catalog',
        timeout: '0',
        app: 'longshore test',
        given: 'é',
      },
    ]);
  });

  test('opens no more connections than its size and uses them again', async () => {
    const pool = new PostgresPool(environment(database.url), { applicationName: 'sized', size: 3 });
    const pids = await Promise.all(
      Array.from(
        { length: 20 },
        async () => (await pool.query('SELECT pg_backend_pid() AS pid, pg_sleep(0.01)')).rows[0]?.['pid'],
      ),
    );
    expect(new Set(pids).size).toBe(3);
    await pool.close();
    await sleep(200);
    expect(await database.rows("SELECT 1 AS x FROM pg_stat_activity WHERE application_name = 'sized'")).toEqual([]);
    await expect(pool.query('SELECT 1')).rejects.toThrow(/closed/);
  });

  test('does not hand out a connection that was left inside a transaction, or was cut', async () => {
    const pool = new PostgresPool(environment(database.url), { applicationName: 'left', size: 1, backoffMs: 10 });
    await pool.withClient((client) => client.query('BEGIN'));
    expect((await pool.query('SELECT now() = statement_timestamp() AS fresh')).rows).toEqual([{ fresh: 't' }]);
    await database.change("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'left'");
    expect((await pool.query('SELECT 1 AS x')).rows).toEqual([{ x: '1' }]);
    await pool.close();
  });

  test('sends a read again when the connection broke under it, and a write never', async () => {
    const pool = new PostgresPool(environment(database.url), { applicationName: 'cut', backoffMs: 10 });
    const cutSoon = () =>
      setTimeout(
        () =>
          void database.change(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cut' AND state = 'active'",
          ),
        200,
      );
    await database.change('CREATE TABLE tries (id int); CREATE SEQUENCE attempts');
    cutSoon();
    expect((await pool.query("SELECT nextval('public.attempts') AS attempt, pg_sleep(0.5)")).rows[0]).toMatchObject({
      attempt: '2',
    });
    cutSoon();
    await expect(
      pool.query("WITH w AS (INSERT INTO public.tries VALUES (1)) SELECT nextval('public.attempts'), pg_sleep(0.5)"),
    ).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    expect(await database.rows('SELECT last_value FROM public.attempts')).toEqual([{ last_value: '3' }]);
    await pool.close();
  });

  test('runs a transaction again after a deadlock or serialization failure', async () => {
    const pool = new PostgresPool(environment(database.url), { applicationName: 'again', backoffMs: 10 });
    await database.change('CREATE TABLE counter (n int); INSERT INTO counter VALUES (0)');
    const add = () =>
      pool.transaction(
        async (client) => {
          const { rows } = await client.query('SELECT n FROM public.counter');
          await sleep(50);
          await client.query('UPDATE public.counter SET n = $1', [Number(rows[0]?.n) + 1]);
        },
        { isolation: 'SERIALIZABLE' },
      );
    await Promise.all([add(), add(), add()]);
    expect(await database.rows('SELECT n FROM public.counter')).toEqual([{ n: '3' }]);
    await pool.close();
  });

  test('of a read-only environment refuses to write, in code and in the session', async () => {
    await expect(database.pool.transaction((client) => client.query('SELECT 1'))).rejects.toMatchObject({
      code: 'READ_ONLY_ENVIRONMENT',
    });
    await expect(database.pool.query('CREATE TABLE public.forbidden (id int)')).rejects.toMatchObject({
      code: 'READ_ONLY_ENVIRONMENT',
    });
    await expect(
      database.pool.withClient((client) => client.query("SELECT nextval('public.attempts')")),
    ).rejects.toMatchObject({ code: 'READ_ONLY_ENVIRONMENT' });
  });

  test.each([
    ['a wrong password', (url: URL) => (url.password = 'wrong'), 'AUTHENTICATION_FAILED', /refused user postgres/],
    [
      'an unknown database',
      (url: URL) => (url.pathname = '/no_such_database'),
      'DATABASE_NOT_FOUND',
      /no_such_database/,
    ],
    ['a closed port', (url: URL) => (url.port = '1'), 'HOST_UNREACHABLE', /:1 does not answer: connection refused/],
    [
      'an unknown host',
      (url: URL) => (url.hostname = 'host.invalid'),
      'HOST_UNREACHABLE',
      /host\.invalid:\d+ does not answer/,
    ],
    ['TLS that the server lacks', (url: URL) => (url.search = '?sslmode=verify-full'), 'AUTHENTICATION_FAILED', /SSL/],
  ])('says that it met %s, quickly', async (_what, change, code, message) => {
    const url = new URL(database.url);
    change(url);
    const pool = new PostgresPool(environment(url.href), { applicationName: 'bad', backoffMs: 10 });
    const answer = await pool.query('SELECT 1').catch((error: unknown) => error);
    expect(answer).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(JSON.stringify(answer)).not.toContain('wrong');
    await pool.close();
  });
});

describe('names and values in statements', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((value) => !value.includes('\0'));
  const name = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 12 })
    .filter((value) => !value.includes('\0') && value === value.toWellFormed());

  test.each(['on', 'off'])('any text survives, with standard_conforming_strings %s', async (setting) => {
    await database.pool.withClient(
      async (client) => {
        await client.query(`SET standard_conforming_strings = ${setting}; SET escape_string_warning = off`);
        await fc.assert(
          fc.asyncProperty(text, name, async (value, column) => {
            const { rows } = await client.query<Record<string, string>>(`SELECT ${literal(value)} AS ${ident(column)}`);
            expect(rows).toEqual([{ [column]: value.toWellFormed() }]);
          }),
          { numRuns: 300 },
        );
      },
      { dedicated: true },
    );
  });
});

describe('snapshots', () => {
  test('are shared by connections and gone when closed', async () => {
    await database.change('CREATE TABLE seen (id int)');
    const snapshot = await openSnapshot(database.pool);
    await database.change('INSERT INTO seen VALUES (1)');
    const look = () =>
      withSnapshot(
        database.pool,
        snapshot.token,
        async (client) => (await client.query('SELECT count(*) AS n FROM public.seen')).rows[0],
      );
    await expect(Promise.all([look(), look()])).resolves.toEqual([{ n: '0' }, { n: '0' }]);
    await snapshot.close();
    await expect(look()).rejects.toMatchObject({ code: 'SNAPSHOT_LOST' });
    await expect(withSnapshot(database.pool, 'nonsense', async () => 1)).rejects.toMatchObject({
      code: 'SNAPSHOT_LOST',
    });
  });

  test('say when they are lost', async () => {
    const snapshot = await openSnapshot(database.pool);
    await database.change(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'",
    );
    await expect(snapshot.lost).rejects.toMatchObject({ code: 'SNAPSHOT_LOST' });
    await snapshot.close();
  });

  test('keep the session setting of a user for a condition of theirs', async () => {
    const snapshot = await openSnapshot(database.pool);
    const path = (userNames: boolean) =>
      withSnapshot(database.pool, snapshot.token, async (client) => (await client.query('SHOW search_path')).rows[0], {
        userNames,
      });
    expect(await path(true)).toEqual({ search_path: '"$user", public' });
    expect(await path(false)).toEqual({ search_path: 'pg_catalog' });
    await snapshot.close();
  });
});

describe('a server that restarts', () => {
  let server: RestartablePostgres;
  beforeAll(async () => {
    server = await restartablePostgres();
  });
  afterAll(() => server.close());

  test('loses the snapshot, never mistakes another for it, and is asked again until it answers', async () => {
    const url = await server.createDatabase('restart');
    const pool = new PostgresPool(environment(url), { applicationName: 'restart' });
    const snapshot = await openSnapshot(pool);
    const lost = snapshot.lost.catch((error: unknown) => error);
    await server.kill();
    expect(await lost).toMatchObject({ code: 'SNAPSHOT_LOST' });
    const answer = pool.query('SELECT 1 AS x');
    await server.start();
    await expect(answer).resolves.toMatchObject({ rows: [{ x: '1' }] });
    // After a restart ids start over: this one may well have the same.
    const next = await openSnapshot(pool);
    const forged = JSON.stringify({ ...JSON.parse(snapshot.token), id: (JSON.parse(next.token) as { id: string }).id });
    await expect(withSnapshot(pool, forged, async () => 1)).rejects.toMatchObject({ code: 'SNAPSHOT_LOST' });
    await next.close();
    await snapshot.close();
    await pool.close();
  });
});
