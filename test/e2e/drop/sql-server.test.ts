/** Drop folders that feed SQL Server. */
import { describeMssql } from '../../helpers/mssql';
import { query, quoted, server } from '../sql-server/sql-server-site';
import { type CoreTarget, coreSuite, prepared } from './core-suite';
import { DropSite } from './drop-site';

jest.setTimeout(180_000);

describeMssql('a drop folder that feeds SQL Server', () => {
  let url: string;
  let site: DropSite;

  const rows = (sql: string) => query(url, sql);

  const target: CoreTarget = {
    site: () => site,
    rows,
    execute: async (sql) => void (await query(url, sql)),
    quoted: (schema, table) => `${quoted(schema)}.${quoted(table)}`,
    types: { int: 'int', text: (length) => `nvarchar(${length})` },
    textType: 'nvarchar(255)',
    columns: async (schema, table) =>
      Object.fromEntries(
        (
          await query<{ name: string; type: string; length: number | null }>(
            url,
            `SELECT COLUMN_NAME AS name, DATA_TYPE AS type, CHARACTER_MAXIMUM_LENGTH AS length FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = '${schema}' AND TABLE_NAME = N'${table}' ORDER BY ORDINAL_POSITION`,
          )
        ).map(({ name, type, length }) => [name, length ? `${type}(${length})` : type]),
      ),
    tables: async (schema) =>
      (
        await query<{ name: string }>(
          url,
          `SELECT TABLE_NAME AS name FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = '${schema}' ORDER BY 1`,
        )
      ).map(({ name }) => name),
  };

  beforeAll(async () => {
    url = await server().createDatabase('e2e_drop');
    await query(url, ...prepared(target));
    site = await DropSite.open({
      settings: 'columns: evolve, tolerance: { percent: 5 }, partSize: 2MB',
      to: 'testers',
      environments: ['testers: { kind: mssql, url: "${env:TESTERS_URL}" }'],
      env: { TESTERS_URL: url },
    });
    await site.watch();
  });
  afterAll(async () => {
    await site?.close();
    if (url) await server().dropDatabase(url);
  });

  coreSuite(target);
});
