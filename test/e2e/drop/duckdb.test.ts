/** Drop folders that feed a DuckDB file. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { type CoreTarget, coreSuite, prepared } from './core-suite';
import { DropSite } from './drop-site';

jest.setTimeout(180_000);

const path = join(tmpdir(), `longshore-drop-${randomBytes(4).toString('hex')}.duckdb`);
let site: DropSite;

const target: CoreTarget = {
  site: () => site,
  rows,
  execute,
  quoted: (schema, table) => `"${schema}"."${table}"`,
  types: { int: 'integer', text: (length) => `varchar(${length})` },
  textType: 'VARCHAR',
  columns: async (schema, table) =>
    Object.fromEntries(
      (
        await rows(
          `select column_name, data_type from duckdb_columns() where schema_name = '${schema}' and table_name = '${table}' order by column_index`,
        )
      ).map((row) => [row['column_name'], row['data_type']]),
    ) as Record<string, string>,
  tables: async (schema) =>
    (await rows(`select table_name from duckdb_tables() where schema_name = '${schema}' order by 1`)).map((row) =>
      String(row['table_name']),
    ),
};

beforeAll(async () => {
  for (const statement of prepared(target)) await ask(path, statement);
  site = await DropSite.open({
    settings: 'columns: evolve, tolerance: { percent: 5 }, partSize: 2MB',
    to: 'lake',
    environments: [`lake: { kind: duckdb, path: ${path} }`],
  });
  await site.watch();
});
afterAll(async () => {
  await site?.close();
  for (const ending of ['', '.wal', '.copy', '.copy.wal']) rmSync(path + ending, { force: true });
});

/** One process may have the file open, so a copy is looked at: between two files nothing is written to it. */
async function rows(sql: string): Promise<Record<string, unknown>[]> {
  const copy = `${path}.copy`;
  for (const ending of ['', '.wal']) {
    rmSync(copy + ending, { force: true });
    if (existsSync(path + ending)) copyFileSync(path + ending, copy + ending);
  }
  return ask(copy, sql);
}

/** The watch gives the file up when it is stopped. */
async function execute(sql: string): Promise<void> {
  await site.stop();
  await ask(path, sql);
  await site.watch();
}

async function ask(file: string, sql: string): Promise<Record<string, unknown>[]> {
  const instance = await open(file);
  try {
    const connection = await instance.connect();
    const reader = await connection.runAndReadAll(sql);
    const found = reader
      .getRowObjects()
      .map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
        ),
      );
    connection.closeSync();
    return found;
  } finally {
    instance.closeSync();
  }
}

async function open(file: string): Promise<DuckDBInstance> {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await DuckDBInstance.create(file);
    } catch (error) {
      if (attempt > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
}

coreSuite(target);
