import { connectorFor } from '../../../connectors/registry';
import { describeMssql, mssqlEnvironment, testMssql } from '../../helpers/mssql';
import { entry, referenceTests, TRACKING, type ReferenceFixture } from '../reference/suite';

async function open(): Promise<ReferenceFixture & { url: string }> {
  const server = testMssql()!;
  const url = await server.createDatabase('reference');
  const openOne = (change = {}) =>
    connectorFor('mssql').open(mssqlEnvironment(url, change), { applicationName: 'longshore test' });
  const [database, other, readOnly] = [await openOne(), await openOne(), await openOne({ readOnly: true })];
  const sql = (text: string) => server.rows(url, text);
  const id = ({ schema, name }: { schema: string; name: string }) => `OBJECT_ID(N'[${schema}].[${name}]')`;
  return {
    url,
    database,
    other,
    readOnly,
    sql,
    columns: async (ref) =>
      (
        await sql(
          `SELECT c.name, t.name AS type, CONVERT(int, c.max_length) AS length FROM sys.columns c JOIN sys.types t ON t.user_type_id = c.user_type_id WHERE c.object_id = ${id(ref)} ORDER BY c.column_id`,
        )
      ).map(({ name, type, length }) => [
        String(name),
        type === 'nvarchar' ? `nvarchar(${length === -1 ? 'max' : Number(length) / 2})` : String(type),
      ]),
    indexed: async (ref) =>
      (
        await sql(
          `SELECT c.name FROM sys.index_columns x JOIN sys.columns c ON c.object_id = x.object_id AND c.column_id = x.column_id WHERE x.object_id = ${id(ref)} AND x.index_column_id = 1`,
        )
      ).map(({ name }) => String(name)),
    close: async () => {
      await Promise.all([database.close(), other.close(), readOnly.close()]);
      await server.dropDatabase(url);
    },
  };
}

describeMssql('reference tables in SQL Server', () => {
  referenceTests(open, {
    orders: [
      `CREATE SCHEMA keep`,
      `CREATE TABLE keep.Orders (id INT PRIMARY KEY, amount DECIMAL(12,2) NOT NULL, placed DATETIME2(3) NULL, what NVARCHAR(30) NULL)`,
      `INSERT INTO keep.Orders SELECT v.i, v.i / 3.0, DATEADD(minute, v.i, '2026-01-01'), N'order' FROM (SELECT a.n + 10 * b.n + 100 * c.n + 1 AS i
         FROM (VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) a(n), (VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) b(n), (VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) c(n)) v`,
    ],
    types: {
      id: 'int',
      text500: 'nvarchar(500)',
      text255: 'nvarchar(255)',
      text64: 'nvarchar(64)',
      text50: 'nvarchar(50)',
      text5: 'nvarchar(5)',
      text: 'nvarchar(max)',
      int64: 'bigint',
      flag: 'bit',
      time: 'datetime2',
    },
    ownConfig: [
      `CREATE SCHEMA mine`,
      `CREATE TABLE mine.Cfg (id INT IDENTITY(1,1) PRIMARY KEY, Schema_Name VARCHAR(20) NOT NULL, Table_Name VARCHAR(20) NOT NULL, note NVARCHAR(20) NULL DEFAULT N'none')`,
      `INSERT INTO mine.Cfg (Schema_Name, Table_Name, note) VALUES ('ref', 'Old', 'theirs')`,
    ],
    unusable: [
      `CREATE TABLE mine.NoKey (id INT IDENTITY(1,1) PRIMARY KEY, schema_name NVARCHAR(20) NULL)`,
      `CREATE TABLE mine.Wants (id INT IDENTITY(1,1) PRIMARY KEY, schema_name NVARCHAR(20) NULL, table_name NVARCHAR(20) NULL, owner_name NVARCHAR(20) NOT NULL)`,
    ],
    widening: { from: 'nvarchar(10)', to: 'nvarchar(20)', wider: 'nvarchar(40)' },
  });

  describe('and what only SQL Server has', () => {
    let fixture: Awaited<ReturnType<typeof open>>;
    beforeAll(async () => {
      fixture = await open();
      await fixture.database.reference.ensure({ schemas: ['ref'], tracking: TRACKING });
    });
    afterAll(() => fixture?.close());

    test('rows that people insert themselves are numbered, and have the defaults', async () => {
      await fixture.sql(`INSERT INTO ref.File_Monitor_Tracking (file_path) VALUES (N'by hand')`);
      const [row] = await fixture.sql(
        `SELECT id, reference_config_inserted AS inserted, DATEDIFF(minute, created_at, GETDATE()) AS age FROM ref.File_Monitor_Tracking`,
      );
      expect(row).toEqual({ id: 1, inserted: false, age: 0 });
    });

    test('a user who may not make a schema, or a table in it, is told which right to ask for', async () => {
      const login = `clerk_${Date.now()}`;
      await fixture.sql(`CREATE LOGIN ${login} WITH PASSWORD = 'Not_a_secret_1'`);
      await fixture.sql(`CREATE USER ${login} FOR LOGIN ${login}`);
      const url = new URL(fixture.url);
      [url.username, url.password] = [login, 'Not_a_secret_1'];
      const database = await connectorFor('mssql').open(mssqlEnvironment(url.href), { applicationName: 'longshore' });
      try {
        await expect(database.reference.ensure({ schemas: ['bkp'] })).rejects.toMatchObject({
          code: 'PERMISSION_DENIED',
          next: expect.stringContaining('GRANT CREATE SCHEMA') as string,
        });
        const another = { schema: 'ref', name: 'Another' };
        await expect(database.reference.ensure({ schemas: [], tracking: another })).rejects.toMatchObject({
          code: 'PERMISSION_DENIED',
          next: expect.stringContaining('ON SCHEMA::[ref]') as string,
        });
      } finally {
        await database.close();
        await fixture.sql(`DROP USER ${login}`);
        await fixture.sql(`DROP LOGIN ${login}`);
      }
    });

    test('a path is there once', async () => {
      await fixture.database.reference.track(TRACKING, entry('once'));
      await expect(
        fixture.sql(`INSERT INTO ref.File_Monitor_Tracking (file_path) VALUES (N'once')`),
      ).rejects.toMatchObject({ number: 2627 });
    });
  });
});
