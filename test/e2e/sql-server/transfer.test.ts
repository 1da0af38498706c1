/** From one SQL Server to another, as a user meets it: every value arrives, what stands around stays, the source is only read. */
import { describeMssql } from '../../helpers/mssql';
import { NOTHING, type ShownRun } from '../site';
import { COUNTS, PRODUCTION, TABLES, UAT } from './shop';
import { SqlServerSite, contents, count, fingerprint, query } from './sql-server-site';

jest.setTimeout(300_000);

const SETS = ({ other }: { other: string }): string => `
  everything: { from: shop, to: testers, personalData: ignore, tables: ["*", "!dbo.Growing"] }
  swapped: { from: shop, to: testers, personalData: ignore, strategy: swap, verify: fingerprint, references: stop, tables: [dbo.Customers, dbo.Countries, dbo.Addresses, "sales.Line Notes", sales.OrderLines, sales.Orders, dbo.Products] }
  chosen:
    from: shop
    to: testers
    personalData: ignore
    publish: table
    tables:
      - dbo.PageViews: { dates: { column: ViewedAt, preset: last-7-days }, mode: truncate, exclude: [Vis*] }
      - dbo.Products: { target: dbo.Catalogue, where: "[Sku] LIKE 'SKU %' AND [Price] > 3", limit: 20, exclude: [Picture], schema: ignore }
      - dbo.order: { mode: append, where: "[from] > 20" }
      - "${other}.dbo.Price List": { target: dbo.Prices }
  evolving: { from: shop, to: testers, personalData: ignore, schema: evolve, tables: [dbo.Growing] }
  ignoring: { from: shop, to: testers, personalData: ignore, schema: ignore, tables: [dbo.Growing] }
  stopping: { from: shop, to: testers, personalData: ignore, schema: stop, tables: [dbo.Growing] }
`;

const MORE_PRODUCTION = [
  'CREATE TABLE dbo.Growing (Id int NOT NULL PRIMARY KEY, Added decimal(12,3) NULL, V nvarchar(30) NULL)',
  `INSERT INTO dbo.Growing VALUES (1, 1.125, N'a'), (2, NULL, N''), (3, -3.5, NULL)`,
];

const MORE_UAT = [
  `CREATE TABLE dbo.Growing (Id int NOT NULL PRIMARY KEY, V nvarchar(30) NULL, Own varchar(10) NULL CONSTRAINT DF_Growing_Own DEFAULT 'mine')`,
  'CREATE TABLE dbo.Catalogue (ProductId int NOT NULL PRIMARY KEY, Sku varchar(30) NOT NULL, Name nvarchar(200) NOT NULL, Price decimal(38,10) NOT NULL)',
];

const OTHER = [
  'CREATE TABLE dbo.[Price List] (Id int NOT NULL PRIMARY KEY, Amount money NOT NULL)',
  'INSERT INTO dbo.[Price List] VALUES (1, 1.5), (2, -0.0001)',
];

describeMssql('a transfer from SQL Server to SQL Server', () => {
  let site: SqlServerSite;
  let untouched: string[];

  beforeAll(async () => {
    site = await SqlServerSite.open({
      sets: SETS,
      production: [...PRODUCTION, ...MORE_PRODUCTION],
      uat: [...UAT, ...MORE_UAT],
      other: OTHER,
    });
    untouched = await fingerprint(site.shop);
  });

  afterAll(() => site?.close());

  /** Runs a set to a good end. */
  const run = async (set: string, ...args: string[]): Promise<ShownRun> => {
    const { code, tableErrors, error, shown } = await site.command('transfer', 'run', set, ...args);
    expect({ code, tableErrors, error }).toEqual({ code: 0, tableErrors: {}, error: undefined });
    if (!shown) throw new Error(`${set} showed no run`);
    return shown;
  };

  const expectSame = async (tables: readonly string[] = TABLES): Promise<void> => {
    for (const table of tables)
      expect({ table, rows: await contents(site.testers, table) }).toEqual({
        table,
        rows: await contents(site.shop, table),
      });
  };

  /** What hangs on the tables of UAT, seen by what it does. */
  const expectAround = async (): Promise<void> => {
    const orders = await count(site.shop, 'sales.Orders');
    expect(await count(site.testers, 'dbo.CustomerOrders')).toBe(orders);
    expect(await count(site.testers, 'dbo.Reviews')).toBe(2);
    const touched = await count(site.testers, 'dbo.Trail');
    const probe = [
      `UPDATE dbo.Customers SET FirstName = FirstName WHERE CustomerId = 1`,
      `SELECT (SELECT COUNT(*) FROM dbo.Trail) - ${touched} AS fired, (SELECT DoubleLimit / 2 - CreditLimit FROM dbo.Customers WHERE CustomerId = 1) AS computed`,
    ];
    expect(await query(site.testers, ...probe)).toEqual([{ fired: 1, computed: 0 }]);
    const refused = async (sql: string): Promise<string> =>
      query(site.testers, sql).then(
        () => 'taken',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
    expect(await refused('INSERT INTO dbo.Reviews (CustomerId, Stars) VALUES (999999, 1)')).toMatch(
      /FK_Reviews_Customers/i,
    );
    expect(
      await refused(
        `INSERT INTO dbo.Customers (CustomerNo, FirstName, LastName, CountryCode) VALUES ('X', N'', N'', 'ZZ')`,
      ),
    ).toMatch(/FK_Customers_Countries/i);
    expect(
      await refused(
        `INSERT INTO dbo.Customers (CustomerNo, FirstName, LastName, CountryCode, ReferredBy) VALUES ('X', N'', N'', 'DE', 999999)`,
      ),
    ).toMatch(/FK_Customers_ReferredBy/i);
    expect(
      await refused(
        `INSERT INTO dbo.Customers (CustomerNo, FirstName, LastName, CountryCode) VALUES ('C-1', N'', N'', 'DE')`,
      ),
    ).toMatch(/UX_Customers_No/i);
    expect(await refused(`UPDATE sales.Orders SET Status = 'lost' WHERE OrderId = 1000`)).toMatch(/CK_Orders_Status/i);
    expect(await refused(`UPDATE sales.OrderLines SET OrderId = 1 WHERE OrderId = 1000`)).toMatch(
      /FK_Lines_Orders|FK_Notes_Lines/i,
    );
    const added = await query<{ id: string; status: string }>(
      site.testers,
      `INSERT INTO sales.Orders (CustomerId, OrderedAt) VALUES (1, SYSDATETIMEOFFSET())`,
      'SELECT MAX(OrderId) AS id, MAX(Status) AS status FROM sales.Orders WHERE OrderId = (SELECT MAX(OrderId) FROM sales.Orders)',
    );
    expect(added).toEqual([{ id: expect.any(String) as string, status: 'new' }]);
    expect(Number(added[0]?.id)).toBeGreaterThanOrEqual(1000 + COUNTS.orders);
    await query(site.testers, `DELETE FROM sales.Orders WHERE OrderId >= ${1000 + COUNTS.orders}`);
  };

  test('dry, or previewed, changes nothing and shows the statements it would read by', async () => {
    const before = await fingerprint(site.testers);
    const preview = await site.site.installation.run('transfer', 'preview', 'chosen', '--sql');
    expect({ code: preview.code, stderr: preview.stderr }).toMatchObject({ code: 0 });
    for (const text of [
      /SELECT TOP \(20\)/i,
      /\[Sku\] LIKE 'SKU %' AND \[Price\] > 3/,
      /delete-insert|swap|append|truncate-insert|create/,
    ])
      expect(preview.stdout).toMatch(text);
    expect((await site.command('transfer', 'run', 'everything', '--dry-run')).code).toBe(0);
    expect(await fingerprint(site.testers)).toEqual(before);
    expect(await site.leftBehind()).toEqual(NOTHING);
  });

  test('of everything brings every value of every table, and keeps what stands around them', async () => {
    const shown = await run('everything', '--reason', 'first run');
    expect(shown.tables.map(({ phase }) => phase)).toEqual(TABLES.map(() => 'published'));
    await expectSame();
    expect(await query(site.testers, 'SELECT COUNT(*) AS n FROM dbo.Trail')).toEqual([{ n: 0 }]);
    await expectAround();
    expect(await site.leftBehind()).toEqual(NOTHING);
  });

  test('is reported with the figures that plain SQL gives on both sides', async () => {
    const figures =
      'SELECT COUNT(*) AS n, CONVERT(varchar(60), SUM(CAST(CreditLimit AS decimal(38,4)))) AS total, CONVERT(varchar(60), MIN(Balance)) AS least FROM dbo.Customers';
    const [source] = await query<{ n: number; total: string; least: string }>(site.shop, figures);
    expect(await query(site.testers, figures)).toEqual([source]);
    const report = await site.site.installation.run('run', 'report', 'everything');
    for (const text of ['first run', 'done', source?.total, source?.least, 'every row has its parent'])
      expect(report.stdout).toContain(text);
    const shown = await site.site.installation.json<ShownRun>('run', 'show', 'everything');
    expect(shown.tables.every(({ verification }) => verification?.equal)).toBe(true);
    expect(shown.tables.find(({ tableId }) => /customers/i.test(tableId))?.sourceAggregates?.rows).toBe(
      String(source?.n),
    );
  });

  test('by swap, or by what the server has for it, proven by fingerprint, brings changes and can be repeated', async () => {
    await query(
      site.testers,
      `UPDATE dbo.Customers SET LastName = N'changed in UAT'`,
      `DELETE FROM sales.[Line Notes] WHERE OrderId < 1500`,
      `DELETE FROM dbo.Trail`,
    );
    for (let round = 1; round <= 2; round += 1) {
      const shown = await run('swapped');
      for (const { plan, warnings } of shown.tables)
        expect(plan.strategy === 'swap' || `${plan.strategy} ${warnings.concat(JSON.stringify(plan)).join()}`).toEqual(
          plan.strategy === 'swap' ? true : expect.stringMatching(/swap, which is not possible/),
        );
      await expectSame();
    }
    await expectAround();
    const report = await site.site.installation.run('run', 'report', 'swapped');
    expect(report.stdout).toMatch(/fingerprint/);
    expect(await site.leftBehind()).toEqual(NOTHING);
  });

  test('with where, dates, limit, exclude, truncate, append and a name of three parts brings just what was asked for', async () => {
    await query(site.testers, 'DELETE FROM dbo.[order] WHERE [from] > 20');
    await run('chosen');
    const week = `ViewedAt >= DATEADD(day, -7, CAST(CAST(SYSUTCDATETIME() AS date) AS datetime2(0)))`;
    const wanted = await contents(site.shop, 'dbo.PageViews', { only: ['viewedat', 'url'], where: week });
    expect(wanted.length).toBeGreaterThan(10);
    expect(await contents(site.testers, 'dbo.PageViews', { only: ['viewedat', 'url'] })).toEqual(wanted);
    expect(await count(site.testers, 'dbo.PageViews', 'Visitor IS NOT NULL')).toBe(0);
    expect(await contents(site.testers, 'dbo.Catalogue')).toEqual(
      await contents(site.shop, 'dbo.Products', {
        only: ['productid', 'sku', 'name', 'price'],
        where: `ProductId IN (SELECT TOP (20) ProductId FROM dbo.Products WHERE Price > 3 ORDER BY ProductId)`,
      }),
    );
    expect(await contents(site.testers, 'dbo.order')).toEqual(await contents(site.shop, 'dbo.order'));
    expect(await contents(site.testers, 'dbo.Prices')).toEqual(await contents(site.other, 'dbo.Price List'));
  });

  test('into a table that grew apart stops, ignores or evolves, as it is told', async () => {
    const stopped = await site.command('transfer', 'run', 'stopping');
    expect({ code: stopped.code, error: stopped.error?.code }).toEqual({ code: 2, error: 'SCHEMA_MISMATCH' });
    expect(stopped.error?.message).toMatch(/added/i);
    expect(await count(site.testers, 'dbo.Growing')).toBe(0);
    const ignored = await run('ignoring');
    expect(JSON.stringify(ignored)).toMatch(/added/i);
    expect(await contents(site.testers, 'dbo.Growing', { only: ['id', 'v'] })).toEqual(
      await contents(site.shop, 'dbo.Growing', { only: ['id', 'v'] }),
    );
    expect(await count(site.testers, 'dbo.Growing', `Own = 'mine'`)).toBe(3);
    await run('evolving');
    expect((await contents(site.testers, 'dbo.Growing', { only: ['id', 'added', 'v'] })).map(values)).toEqual(
      (await contents(site.shop, 'dbo.Growing')).map(values),
    );
  });

  test('has only read the source, and leaves nothing behind', async () => {
    expect(await fingerprint(site.shop)).toEqual(untouched);
    expect(await site.leftBehind()).toEqual(NOTHING);
  });
});

/** Added columns stand last, wherever the source has them. */
const values = (line: string): unknown => JSON.parse(line);
