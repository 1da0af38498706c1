import { setTimeout as sleep } from 'node:timers/promises';
import { MssqlPool, type MssqlSession } from '../../../connectors/mssql/pool';
import { describeMssql, mssqlEnvironment, testMssql, type TestMssql } from '../../helpers/mssql';

let server: TestMssql;
let url: string;
let pool: MssqlPool;

describeMssql('a pool of connections to SQL Server', () => {
  beforeAll(async () => {
    server = testMssql()!;
    url = await server.createDatabase('pool');
    await server.rows(url, 'CREATE TABLE t (id int PRIMARY KEY, v int NOT NULL); INSERT INTO t VALUES (1, 0), (2, 0)');
    pool = new MssqlPool(mssqlEnvironment(url), { applicationName: 'longshore pool', size: 2 });
  });
  afterAll(async () => {
    await pool?.close();
    if (url) await server.dropDatabase(url);
  });

  const idOf = async (session: MssqlSession): Promise<number> =>
    (await session.rows<{ id: number }>('SELECT CONVERT(int, @@SPID) AS id'))[0]!.id;

  test('connections are lent again, and never more than there may be', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => pool.use(idOf)));
    expect(new Set(ids).size).toBeLessThanOrEqual(2);
  });

  test('values reach the server as they are', async () => {
    const rows = await pool.rows<{ t: number; n: string; b: boolean; x: Buffer; z: null }>(
      "SELECT CASE WHEN @t = N'it''s 😀' THEN 1 ELSE 0 END AS t, @n AS n, @b AS b, @x AS x, @z AS z",
      { t: "it's 😀", n: 9007199254740993n, b: true, x: Buffer.from([0, 255]), z: null },
    );
    expect(rows).toEqual([{ t: 1, n: '9007199254740993', b: true, x: Buffer.from([0, 255]), z: null }]);
  });

  test('a transaction is kept when it ends well and undone when it does not', async () => {
    await pool.transaction((session) => session.run('UPDATE t SET v = 5 WHERE id = 1'), 'READ COMMITTED');
    const failing = pool.transaction(async (session) => {
      await session.run('UPDATE t SET v = 9 WHERE id = 1');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await server.rows(url, 'SELECT v FROM t WHERE id = 1')).toEqual([{ v: 5 }]);
  });

  test('a connection that was left in a transaction is not lent again', async () => {
    const left = await pool.use(async (session) => {
      await session.run('BEGIN TRANSACTION');
      return idOf(session);
    });
    const ids = await Promise.all([pool.use(idOf), pool.use(idOf)]);
    expect(ids).not.toContain(left);
  });

  test('errors of the server have codes, and the connection lives on', async () => {
    await expect(pool.rows('SELECT * FROM nowhere')).rejects.toMatchObject({ name: 'LongshoreError' });
    await expect(pool.use((session) => session.run('INSERT INTO t VALUES (1, 1)'))).rejects.toMatchObject({ code: 'DUPLICATE_KEY' }); // prettier-ignore
    expect(await pool.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('a statement is stopped when its signal aborts', async () => {
    const controller = new AbortController();
    const started = Date.now();
    const waiting = pool.use((session) => session.run('SELECT COUNT_BIG(*) FROM sys.all_columns a CROSS JOIN sys.all_columns b CROSS JOIN sys.all_columns c'), controller.signal).catch((error: unknown) => error); // prettier-ignore
    await sleep(300);
    controller.abort();
    expect(await waiting).toMatchObject({ code: 'CANCELLED' });
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  test('two transactions that lock each other out both come to an end', async () => {
    const crossing = (first: number, second: number) =>
      pool.transaction(async (session) => {
        await session.run(`UPDATE t SET v = v + 1 WHERE id = ${first}`);
        await sleep(300);
        await session.run(`UPDATE t SET v = v + 1 WHERE id = ${second}`);
      });
    await server.rows(url, 'UPDATE t SET v = 0');
    await Promise.all([crossing(1, 2), crossing(2, 1)]);
    expect(await server.rows(url, 'SELECT v FROM t ORDER BY id')).toEqual([{ v: 2 }, { v: 2 }]);
  });

  test('an answer that is read in part leaves the connection free for the next', async () => {
    const small = new MssqlPool(mssqlEnvironment(url), { applicationName: 'longshore pool', size: 1 });
    try {
      await small.use(async (session) => {
        const chunks = session.raw('SELECT a.id FROM t a CROSS JOIN sys.all_columns b');
        for await (const chunk of chunks) {
          expect(chunk.length).toBeGreaterThan(0);
          break;
        }
        await chunks.done.catch(() => undefined);
        expect(await session.rows('SELECT 7 AS seven')).toEqual([{ seven: 7 }]);
      });
    } finally {
      await small.close();
    }
  });
});
