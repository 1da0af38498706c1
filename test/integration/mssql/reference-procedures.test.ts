import type { Database } from '../../../connectors/connector';
import { connectorFor } from '../../../connectors/registry';
import { describeMssql, mssqlEnvironment, type TestMssql, testMssql } from '../../helpers/mssql';
import { entry, TRACKING } from '../reference/suite';

const PASSWORD = 'Not_a_secret_1';

describeMssql('procedures on the tracking table', () => {
  let server: TestMssql;
  let url: string;
  let database: Database;

  const open = (of = url): Promise<Database> =>
    connectorFor('mssql').open(mssqlEnvironment(of), { applicationName: 'longshore test' });
  const sql = (text: string) => server.rows(url, text);
  const procedures = async (schema: string): Promise<Map<string, string>> =>
    new Map(
      (
        await sql(
          `SELECT LOWER(p.name) AS name, m.definition FROM sys.procedures p JOIN sys.schemas s ON s.schema_id = p.schema_id JOIN sys.sql_modules m ON m.object_id = p.object_id WHERE s.name = N'${schema}'`,
        )
      ).map(({ name, definition }) => [String(name), String(definition)]),
    );

  beforeAll(async () => {
    server = testMssql()!;
    url = await server.createDatabase('procedures');
    database = await open();
    await database.reference.ensure({ schemas: [], tracking: TRACKING });
  });

  afterAll(async () => {
    await database?.close();
    await server.dropDatabase(url);
  });

  beforeEach(() => sql('DELETE FROM ref.File_Monitor_Tracking'));

  test('are there after several have made them at once, and stay as they are', async () => {
    const others = await Promise.all([open(), open()]);
    const ref = { schema: 'race', name: 'Files' };
    const make = ({ reference }: Database) => reference.ensure({ schemas: [], tracking: ref });
    await Promise.all([database, ...others].map(make));
    const made = await procedures('race');
    expect([...made.keys()].toSorted()).toEqual(['usp_files_list', 'usp_files_purge', 'usp_files_save']);
    await Promise.all(others.map(make));
    expect(await procedures('race')).toEqual(made);
    await Promise.all(others.map((other) => other.close()));
  });

  test('save a file: a new row, then the same row, of which only what is said changes', async () => {
    const [first] = await sql(
      `EXEC ref.usp_File_Monitor_Tracking_Save @file_path = N'in/it''s Ümläut.csv', @file_size = 9007199254740991, @status = N'failed', @error_message = N'no'`,
    );
    const [again] = await sql(
      `EXEC ref.usp_File_Monitor_Tracking_Save @file_path = N'in/it''s Ümläut.csv', @status = N'loaded', @processed_at = '2026-03-01T10:00:00'`,
    );
    expect(again).toEqual(first);
    const rows = await database.reference.tracked(TRACKING, { limit: 5 });
    expect(rows).toMatchObject([
      {
        id: first?.['id'],
        filePath: "in/it's Ümläut.csv",
        fileSize: 9007199254740991,
        status: 'loaded',
        errorMessage: 'no',
        referenceConfigInserted: false,
        processedAt: new Date('2026-03-01T10:00:00Z'),
      },
    ]);
    expect(Math.abs(rows[0]!.createdAt.getTime() - Date.now())).toBeLessThan(60_000);
  });

  test('refuse a path that is too long rather than cut it', async () => {
    const path = `N'${'x'.repeat(501)}'`;
    await expect(sql(`EXEC ref.usp_File_Monitor_Tracking_Save @file_path = ${path}`)).rejects.toThrow();
    expect(await database.reference.tracked(TRACKING, { limit: 5 })).toEqual([]);
  });

  test('never save two rows of one file, whoever else saves it, Longshore included', async () => {
    await Promise.all([
      ...Array.from({ length: 12 }, (_, index) =>
        sql(`EXEC ref.usp_File_Monitor_Tracking_Save @file_path = N'race/${index % 2}', @file_size = ${index}`),
      ),
      ...['race/0', 'race/1'].map((path) => database.reference.track(TRACKING, entry(path))),
    ]);
    expect(await database.reference.tracked(TRACKING, { limit: 50 })).toHaveLength(2);
  });

  test('list files by status and time, the latest first', async () => {
    for (const [name, status, day] of [['a', 'loaded', 1], ['b', 'failed', 2], ['c', 'loaded', 3], ['d', 'loaded', 4]] as const)
      await database.reference.track(TRACKING, entry(name, { status, processedAt: new Date(Date.UTC(2026, 0, day)) })); // prettier-ignore
    const list = async (parameters: string) =>
      (await sql(`EXEC ref.usp_File_Monitor_Tracking_List ${parameters}`)).map((row) => row['file_path']);
    expect(await list('')).toEqual(['d', 'c', 'b', 'a']);
    expect(await list(`@limit = 2`)).toEqual(['d', 'c']);
    expect(await list(`@status = N'loaded', @since = '2026-01-02'`)).toEqual(['d', 'c']);
    expect(await list(`@since = '2026-01-02', @until = '2026-01-04'`)).toEqual(['c', 'b']);
    const [row] = await sql(`EXEC ref.usp_File_Monitor_Tracking_List @status = N'failed'`);
    expect(Object.keys(row!)).toHaveLength(15);
  });

  test('purge rows that ended before a moment, however many, and leave those that have not', async () => {
    for (let day = 1; day <= 9; day += 1)
      await database.reference.track(TRACKING, entry(`f${day}`, { processedAt: new Date(Date.UTC(2026, 0, day)) }));
    await database.reference.track(TRACKING, entry('at work'));
    expect(await sql(`EXEC ref.usp_File_Monitor_Tracking_Purge @before = '2026-01-08', @batch = 3`)).toEqual([
      { purged: 7 },
    ]);
    expect((await database.reference.tracked(TRACKING, { limit: 50 })).map(({ filePath }) => filePath)).toEqual(['at work', 'f9', 'f8']); // prettier-ignore
  });

  test('of somebody else are left alone, those of another Longshore are written anew', async () => {
    const theirs = 'CREATE PROCEDURE own.usp_Files_List AS SELECT 1 AS theirs';
    const older = `CREATE PROCEDURE own.usp_Files_Save AS\n-- Made by Longshore (0000)\nSELECT 1 AS older`;
    for (const text of ['CREATE SCHEMA own', theirs, older, 'CREATE TABLE own.usp_Files_Purge (a INT)'])
      await sql(text);
    await database.reference.ensure({ schemas: [], tracking: { schema: 'own', name: 'Files' } });
    const found = await procedures('own');
    expect(await sql('EXEC own.usp_Files_List')).toEqual([{ theirs: 1 }]);
    expect(found.get('usp_files_save')).toContain('UPDLOCK');
    expect(found.has('usp_files_purge')).toBe(false);
  });

  test('fit a table of any name, and one of somebody else with fewer columns', async () => {
    const odd = { schema: 'od"d x', name: `it's; ${'ß'.repeat(20)}` };
    await database.reference.ensure({ schemas: [], tracking: odd });
    const [id] = await sql(`EXEC "od""d x"."usp_it's; ${'ß'.repeat(20)}_Save" @file_path = N'a'`);
    expect(await database.reference.tracked(odd, { limit: 5 })).toMatchObject([{ ...id, filePath: 'a' }]);
    await sql('CREATE SCHEMA few');
    await sql(
      'CREATE TABLE few.T (ID INT IDENTITY PRIMARY KEY, File_Path VARCHAR(80) NOT NULL, Status VARCHAR(9) NULL)',
    );
    await database.reference.ensure({ schemas: [], tracking: { schema: 'few', name: 'T' } });
    expect([...(await procedures('few')).keys()].toSorted()).toEqual(['usp_t_list', 'usp_t_save']);
    await sql(`EXEC few.usp_T_Save @file_path = N'a', @status = N'new'`);
    expect(await sql('EXEC few.usp_T_List')).toMatchObject([{ file_path: 'a', status: 'new' }]);
  });

  test('are gone without where the right to make them is missing, and files are tracked all the same', async () => {
    const login = `clerk_${Date.now()}`;
    const ref = { schema: 'poor', name: 'Files' };
    await database.reference.ensure({ schemas: [], tracking: ref });
    for (const verb of ['Save', 'List', 'Purge']) await sql(`DROP PROCEDURE poor.usp_Files_${verb}`);
    for (const text of [
      `CREATE LOGIN ${login} WITH PASSWORD = '${PASSWORD}'`,
      `CREATE USER ${login} FOR LOGIN ${login}`,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::poor TO ${login}`,
    ])
      await sql(text);
    const other = new URL(url);
    [other.username, other.password] = [login, PASSWORD];
    const clerk = await open(other.href);
    try {
      await clerk.reference.ensure({ schemas: ['poor'], tracking: ref });
      await clerk.reference.track(ref, entry('a.csv'));
      expect(await clerk.reference.tracked(ref, { limit: 5 })).toMatchObject([{ filePath: 'a.csv' }]);
      expect((await procedures('poor')).size).toBe(0);
    } finally {
      await clerk.close();
      await sql(`REVOKE SELECT, INSERT, UPDATE, DELETE ON SCHEMA::poor FROM ${login}`);
      await sql(`DROP USER ${login}`);
      await sql(`DROP LOGIN ${login}`);
    }
  });
});
