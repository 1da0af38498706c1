import { setTimeout as sleep } from 'node:timers/promises';
import { describeMssql } from '../../helpers/mssql';
import { ALL, openSource, type SourceFixture } from './source-fixture';

let db: SourceFixture;

describeMssql('a snapshot of SQL Server', () => {
  beforeAll(async () => {
    db = await openSource('snap');
    await db.sql('CREATE TABLE a (id int PRIMARY KEY, v int NOT NULL); INSERT INTO a VALUES (1, 10), (2, 20); CREATE TABLE b (id int PRIMARY KEY, v int NOT NULL); INSERT INTO b VALUES (1, 10)'); // prettier-ignore
  });
  afterAll(() => db?.close());

  test('shows every table as it was when it was taken, whatever is written meanwhile', async () => {
    const snapshot = await db.source.openSnapshot();
    try {
      await db.sql('UPDATE a SET v = v + 1; INSERT INTO b VALUES (2, 99); DELETE FROM a WHERE id = 2');
      const [a, b] = [await db.request('a', snapshot.token), await db.request('b', snapshot.token)];
      const read = await Promise.all([db.extract(a), db.extract(b), db.extract(a), db.source.aggregates(a)]);
      expect(read[0].rows).toEqual([{ id: '1', v: '10' }, { id: '2', v: '20' }]); // prettier-ignore
      expect(read[1].rows).toEqual([{ id: '1', v: '10' }]);
      expect(read[2].rows).toEqual(read[0].rows);
      expect(read[3].columns[1]).toMatchObject({ sum: '30' });
      expect(await db.source.countRows({ ...b, snapshot: snapshot.token }, true)).toBe(1);
      expect(await db.source.countRows({ ...b, snapshot: undefined }, true)).toBe(2);
    } finally {
      await snapshot.close();
    }
  });

  test('is lost to those who come after it was closed, and to those with another token', async () => {
    const snapshot = await db.source.openSnapshot();
    const request = await db.request('a', snapshot.token);
    const forged = JSON.stringify({ ...(JSON.parse(snapshot.token) as object), secret: 'x'.repeat(64) });
    await expect(db.extract({ ...request, snapshot: forged })).rejects.toMatchObject({ code: 'SNAPSHOT_LOST' });
    await expect(db.extract({ ...request, snapshot: 'nonsense' })).rejects.toMatchObject({ code: 'SNAPSHOT_LOST' });
    await snapshot.close();
    await expect(db.extract(request)).rejects.toMatchObject({ code: 'SNAPSHOT_LOST' });
  });

  test('says that it is lost when its sessions are ended', async () => {
    const before = new Set((await sessions()).map(({ id }) => id));
    const snapshot = await db.source.openSnapshot();
    const own = (await sessions()).filter(({ id, name }) => !before.has(id) && name === 'longshore test');
    expect(own.length).toBeGreaterThan(0);
    const lost = snapshot.lost.catch((error: unknown) => error);
    for (const { id } of own) await db.server.rows(db.server.url, `KILL ${id}`).catch(() => undefined);
    expect(await lost).toMatchObject({ code: 'SNAPSHOT_LOST' });
    await snapshot.close();
  });

  test('leaves a reader that is cancelled without a file, and serves the next', async () => {
    await db.sql('CREATE TABLE long (id int PRIMARY KEY, v nvarchar(200)); WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 100) INSERT INTO long SELECT ROW_NUMBER() OVER (ORDER BY (SELECT NULL)), REPLICATE(N\'x\', 200) FROM n a CROSS JOIN n b OPTION (MAXRECURSION 0)'); // prettier-ignore
    const snapshot = await db.source.openSnapshot();
    try {
      const { schema: _schema, ...request } = await db.request('long', snapshot.token);
      const controller = new AbortController();
      const progress = new BigInt64Array(2);
      const reading = db.source.extractPart(
        {
          ...request,
          range: ALL,
          file: `${db.folder}/cancelled.parquet`,
          codec: 'zstd',
          codecLevel: 1,
          batchRows: 1000,
        },
        { progress, signal: controller.signal, stage: () => async (batch) => sleep(20, batch) },
      );
      const outcome = reading.catch((error: unknown) => error);
      while (progress[0] === 0n) await sleep(5);
      controller.abort();
      expect(await outcome).toMatchObject({ code: 'CANCELLED' });
      expect(progress[0]).toBe(0n);
      // A server may end a transaction with the statement that was stopped; then the snapshot says so, and is not mixed up.
      const next = await db.extract(await db.request('a', snapshot.token)).catch((error: unknown) => error);
      if (next instanceof Error) expect(next).toMatchObject({ code: 'SNAPSHOT_LOST' });
      else expect(next).toMatchObject({ part: { rows: 1 } });
    } finally {
      await snapshot.close();
    }
  });

  async function sessions(): Promise<{ id: number; name: string }[]> {
    return db.server.rows(db.server.url, 'SELECT CONVERT(int, session_id) AS id, RTRIM(program_name) AS name FROM sys.dm_exec_sessions'); // prettier-ignore
  }
});
