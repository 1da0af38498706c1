import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openFile, plainSql, tempFolder } from './fixture';
import { entry, referenceTests, TRACKING, type ReferenceFixture } from '../reference/suite';

async function open(): Promise<ReferenceFixture> {
  const folder = await tempFolder();
  const path = join(folder, 'target.duckdb');
  const [database, other, readOnly] = [
    await openFile(path, { folder }),
    await openFile(path, { folder }),
    await openFile(path, { folder, readOnly: true }),
  ];
  const sql = (text: string) => plainSql(path, text);
  return {
    database,
    other,
    readOnly,
    sql,
    columns: async ({ schema, name }) =>
      (
        await sql(
          `SELECT column_name AS name, data_type AS type FROM duckdb_columns() WHERE schema_name = '${schema}' AND table_name = '${name}' ORDER BY column_index`,
        )
      ).map((row) => [String(row['name']), String(row['type'])]),
    indexed: async ({ schema, name }) =>
      (
        await sql(
          `SELECT constraint_column_names[1] AS name FROM duckdb_constraints() WHERE schema_name = '${schema}' AND table_name = '${name}' AND constraint_type IN ('PRIMARY KEY', 'UNIQUE')
           UNION ALL SELECT trim(expressions, '[]"''') FROM duckdb_indexes() WHERE schema_name = '${schema}' AND table_name = '${name}'`,
        )
      ).map((row) => String(row['name'])),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

describe('reference tables in DuckDB', () => {
  referenceTests(open, {
    orders: [
      `CREATE SCHEMA keep`,
      `CREATE TABLE keep."Orders" (id INTEGER PRIMARY KEY, amount DECIMAL(12,2) NOT NULL, placed TIMESTAMP, kind ENUM('a', 'b'))`,
      `INSERT INTO keep."Orders" SELECT i, i / 3, TIMESTAMP '2026-01-01' + i * INTERVAL 1 MINUTE, 'a' FROM range(1, 1001) t(i)`,
    ],
    types: {
      id: 'INTEGER',
      text500: 'VARCHAR',
      text255: 'VARCHAR',
      text64: 'VARCHAR',
      text50: 'VARCHAR',
      text5: 'VARCHAR',
      text: 'VARCHAR',
      int64: 'BIGINT',
      flag: 'BOOLEAN',
      time: 'TIMESTAMP WITH TIME ZONE',
    },
    ownConfig: [
      `CREATE SCHEMA mine`,
      `CREATE SEQUENCE mine.numbers`,
      `CREATE TABLE mine."Cfg" (id INTEGER DEFAULT nextval('mine.numbers'), "Schema_Name" VARCHAR NOT NULL, "Table_Name" VARCHAR NOT NULL, note VARCHAR DEFAULT 'none')`,
      `INSERT INTO mine."Cfg" ("Schema_Name", "Table_Name", note) VALUES ('ref', 'Old', 'theirs')`,
    ],
    unusable: [
      `CREATE TABLE mine."NoKey" (id INTEGER DEFAULT nextval('mine.numbers'), schema_name VARCHAR)`,
      `CREATE TABLE mine."Wants" (id INTEGER DEFAULT nextval('mine.numbers'), schema_name VARCHAR, table_name VARCHAR, owner_name VARCHAR NOT NULL)`,
    ],
    widening: { from: 'SMALLINT', to: 'INTEGER', wider: 'BIGINT' },
  });

  test('a file that is not there yet is empty to who reads it, and made by who writes to it', async () => {
    const folder = await tempFolder();
    try {
      const { reference } = await openFile(join(folder, 'new.duckdb'), { folder });
      expect(await reference.tracked(TRACKING, { limit: 1 })).toEqual([]);
      expect(await reference.backups('bkp')).toEqual([]);
      await reference.ensure({ schemas: ['bkp'], tracking: TRACKING });
      expect(await reference.track(TRACKING, entry('a'))).toBe(1);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
