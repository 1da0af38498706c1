/** A SQL Server set whose worker is killed, or which is cancelled, in every phase: all of the new rows or none of them, and nothing left. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, Request } from 'tedious';
import { NOTHING, rows } from '../e2e/site';
import { numbers } from '../e2e/sql-server/shop';
import { SqlServerSite, query } from '../e2e/sql-server/sql-server-site';
import { describeMssql, driverConfig } from '../helpers/mssql';

jest.setTimeout(300_000);

const ROWS = { orders: 40_000, items: 60_000 };

const DDL = [
  'CREATE TABLE dbo.Orders (Id int NOT NULL CONSTRAINT PK_Orders PRIMARY KEY, Generation int NOT NULL, Customer nvarchar(40) NOT NULL, Total decimal(12,2) NULL, Note nvarchar(200) NULL)',
  'CREATE TABLE dbo.Items (Id int IDENTITY(1,1) NOT NULL CONSTRAINT PK_Items PRIMARY KEY, OrderId int NOT NULL CONSTRAINT FK_Items_Orders REFERENCES dbo.Orders (Id), Generation int NOT NULL, Price money NULL)',
];

const fill = (generation: number, orders: number, items: number): string[] => [
  `INSERT INTO dbo.Orders SELECT i, ${generation}, N'customer ' + CAST(i AS nvarchar(10)), i / 100.0, REPLICATE(N'note ', i % 30) FROM ${numbers(orders)}`,
  `INSERT INTO dbo.Items (OrderId, Generation, Price) SELECT 1 + i % ${orders}, ${generation}, i / 7.0 FROM ${numbers(items)}`,
];

const SETS = `
  shop:
    from: shop
    to: testers
    personalData: ignore
    partSize: 512kB
    parallel: { tables: 2, parts: 2 }
    tables: [dbo.Orders, dbo.Items]
`;

/** Figures of every value, by the server alone. */
const contents = async (url: string): Promise<unknown> =>
  query(
    url,
    `SELECT (SELECT CONVERT(varchar(200), COUNT(*)) + ':' + CONVERT(varchar(40), SUM(CAST(Id AS bigint))) + ':' + CONVERT(varchar(40), SUM(Generation)) + ':' + CONVERT(varchar(40), SUM(Total)) + ':' + CONVERT(varchar(40), SUM(CAST(LEN(Note) AS bigint))) + ':' + MIN(Customer) + ':' + MAX(Customer) FROM dbo.Orders) AS orders,
       (SELECT CONVERT(varchar(200), COUNT(*)) + ':' + CONVERT(varchar(40), SUM(CAST(Id AS bigint))) + ':' + CONVERT(varchar(40), SUM(CAST(OrderId AS bigint))) + ':' + CONVERT(varchar(40), SUM(Generation)) + ':' + CONVERT(varchar(40), SUM(CAST(Price AS decimal(38,4)))) FROM dbo.Items) AS items`,
  );

async function eventually(what: string, probe: () => Promise<boolean>, timeoutMs = 120_000): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; !(await probe()); await sleep(30))
    if (Date.now() > deadline) throw new Error(`never happened: ${what}`);
}

/** A transaction that keeps the rows of the target from being replaced, until it is ended. */
async function hold(url: string): Promise<() => Promise<void>> {
  const connection = new Connection(driverConfig(url));
  connection.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
  await new Promise<void>((resolve, reject) =>
    connection.execSqlBatch(
      new Request('BEGIN TRANSACTION; UPDATE dbo.Orders SET Note = Note WHERE Id = 1', (error) =>
        error ? reject(error) : resolve(),
      ),
    ),
  );
  return async () => {
    const ended = new Promise((resolve) => connection.once('end', resolve));
    connection.close();
    await ended;
  };
}

describeMssql('a SQL Server set', () => {
  let site: SqlServerSite;
  let release: (() => Promise<void>) | undefined;
  let before: unknown;

  beforeEach(async () => {
    site = await SqlServerSite.open({
      sets: SETS,
      production: [...DDL, ...fill(2, ROWS.orders, ROWS.items)],
      uat: [...DDL, ...fill(1, 100, 150)],
    });
    before = await contents(site.testers);
  });

  afterEach(async () => {
    await release?.();
    release = undefined;
    await site.close();
  });

  const start = async (): Promise<string> =>
    (await site.site.installation.json<{ runId: string }>('transfer', 'run', 'shop', '--no-wait')).runId;

  const ended = async (runId: string): Promise<string> => {
    let status = 'running';
    await eventually('the run ends', async () => {
      status = (await site.site.installation.json<{ run: { status: string } }>('run', 'show', runId)).run.status;
      return status !== 'running' && status !== 'paused';
    });
    return status;
  };

  const phases = async (): Promise<string[]> =>
    (
      await rows<{ phase: string }>(site.site.catalog, 'select distinct phase from longshore.run_tables').catch(
        () => [],
      )
    ).map(({ phase }) => phase);

  /** Rows in staging tables, as far as others see them. */
  const staged = async (): Promise<boolean> => {
    const tables = await query<{ name: string }>(
      site.testers,
      `SELECT TABLE_SCHEMA + '.' + TABLE_NAME AS name FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA LIKE '%longshore%' AND TABLE_NAME LIKE 'ls[_]%'`,
    );
    for (const { name } of tables)
      if (
        (await query(site.testers, `SELECT TOP (1) 1 AS found FROM ${name} WITH (NOLOCK)`).catch(() => [])).length > 0
      )
        return true;
    return false;
  };

  const PHASES: Record<string, () => Promise<void>> = {
    extraction: () =>
      eventually(
        'parts are read',
        async () => site.site.installation.stagedFiles().length > 0 || (await phases()).includes('copying'),
      ),
    load: () => eventually('rows are loaded', staged),
    'the wait to publish': async () => {
      await eventually('all is ready', async () => (await phases()).join() === 'ready');
      await sleep(1500);
    },
  };

  const expectNothingLeft = async (): Promise<void> => {
    expect(await site.leftBehind()).toEqual(NOTHING);
  };

  test.each(Object.keys(PHASES))(
    'whose worker is killed during %s ends with the new rows, each once',
    async (phase) => {
      if (phase === 'the wait to publish') release = await hold(site.testers);
      const runId = await start();
      await PHASES[phase]?.();
      await site.site.installation.killWorker();
      expect(await contents(site.testers)).toEqual(before);
      await release?.();
      release = undefined;
      await site.site.installation.startWorker();
      expect(await ended(runId)).toBe('done');
      expect(await contents(site.testers)).toEqual(await contents(site.shop));
      await expectNothingLeft();
    },
  );

  test.each(Object.keys(PHASES))('that is cancelled during %s leaves the old rows and nothing else', async (phase) => {
    if (phase === 'the wait to publish') release = await hold(site.testers);
    const runId = await start();
    await PHASES[phase]?.();
    expect((await site.site.installation.run('run', 'cancel', runId)).code).toBe(0);
    expect(await ended(runId)).toBe('cancelled');
    await release?.();
    release = undefined;
    expect(await contents(site.testers)).toEqual(before);
    await expectNothingLeft();
  });
});
