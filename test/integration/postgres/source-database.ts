import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describeTables, serverFacts } from '../../../connectors/postgres/introspect';
import { PostgresPool } from '../../../connectors/postgres/pool';
import { createPostgresSource } from '../../../connectors/postgres/source';
import type { BatchStage, ReadRequest, SourceDatabase } from '../../../connectors/connector';
import type { TableRef, TableSchema } from '../../../core/types/table';
import type { ColumnMask } from '../../../core/types/mask';
import type { ColumnPlan, PartResult, RangeSpec, RowFilter } from '../../../core/types/transfer';
import { postgresEnvironment } from '../../../schemas/environment';
import { testPostgres } from '../../helpers/postgres';

export interface SourceDatabaseUnderTest {
  url: string;
  /** The source's own pool, in a session that is read-only. */
  pool: PostgresPool;
  source: SourceDatabase;
  /** Runs statements that change the database, in a session of their own. */
  change(sql: string): Promise<void>;
  /** Rows of a query, values as text. */
  rows(sql: string): Promise<Record<string, string | null>[]>;
  describe(name: string, schema?: string): Promise<TableSchema>;
  /** A request for all columns of a table. */
  request(table: TableSchema, snapshot: string, filter?: RowFilter): ReadRequest;
  /** Folder for parts, emptied at the end. */
  folder: string;
  close(): Promise<void>;
}

export const progressCounter = (): BigInt64Array => new BigInt64Array(new SharedArrayBuffer(16));

/** An empty database, with the Postgres connector's source half opened on it read-only. */
export async function sourceDatabase(): Promise<SourceDatabaseUnderTest> {
  const server = await testPostgres();
  const url = await server.createDatabase('source');
  const open = (readOnly: boolean) =>
    new PostgresPool(postgresEnvironment.parse({ kind: 'postgres', url, readOnly }), {
      applicationName: 'longshore test',
    });
  const pool = open(true);
  const writer = open(false);
  const folder = mkdtempSync(join(tmpdir(), 'longshore-source-'));
  return {
    url,
    pool,
    folder,
    source: createPostgresSource({ pool, facts: await serverFacts(pool) }),
    async change(sql) {
      await writer.withClient(async (client) => {
        await client.query('SET search_path TO public');
        await client.query(sql);
      });
    },
    rows: async (sql) => (await writer.query(sql)).rows,
    async describe(name, schema = 'public') {
      const [table] = await describeTables(pool, [{ schema, name }]);
      if (!table) throw new Error(`There is no table ${schema}.${name}.`);
      return table;
    },
    request: (table, snapshot, filter = {}) => ({
      table: table.ref,
      columns: table.columns.map(({ name, nativeType, logical }) => ({
        source: name,
        target: name,
        sourceType: nativeType,
        targetType: nativeType,
        logical,
      })),
      filter,
      snapshot,
      orderBy: table.primaryKey?.columns ?? [],
    }),
    async close() {
      await Promise.all([pool.close(), writer.close()]);
      rmSync(folder, { recursive: true, force: true });
      await server.dropDatabase(url);
    },
  };
}

/** Extracts every slice of a table; resolves with slices, results and files. */
export async function extractAll(
  database: SourceDatabaseUnderTest,
  table: TableSchema,
  snapshot: string,
  options: {
    filter?: RowFilter;
    partBytes?: number;
    batchRows?: number;
    tag?: string;
    masks?: Record<string, ColumnMask>;
    stage?: BatchStage;
  } = {},
): Promise<{ ranges: RangeSpec[]; parts: PartResult[]; files: string[] }> {
  const plain = database.request(table, snapshot, options.filter);
  const columns = plain.columns.map((column): ColumnPlan => {
    const mask = options.masks?.[column.source];
    return mask ? { ...column, mask } : column;
  });
  const request = { ...plain, columns };
  const ranges = await database.source.planRanges({ ...request, schema: table }, options.partBytes ?? 64 * 1024 * 1024);
  const parts: PartResult[] = [];
  const files: string[] = [];
  for (const [index, range] of ranges.entries()) {
    const file = join(
      database.folder,
      `${options.tag ?? 'part'}-${Math.random().toString(36).slice(2)}-${index}.parquet`,
    );
    parts.push(
      await database.source.extractPart(
        { ...request, range, file, codec: 'zstd', codecLevel: 1, batchRows: options.batchRows ?? 1000 },
        { progress: progressCounter(), ...(options.stage && { stage: options.stage }) },
      ),
    );
    files.push(file);
  }
  return { ranges, parts, files };
}

/** Reads Parquet files with a reader that is not ours. Values as DuckDB's text. */
export async function readParquet(
  files: string[],
  select: string,
  order: string,
): Promise<Record<string, string | null>[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    const list = files.map((file) => `'${file.replaceAll("'", "''")}'`).join(', ');
    const reader = await connection.runAndReadAll(`SELECT ${select} FROM read_parquet([${list}]) ORDER BY ${order}`);
    return reader
      .getRowObjects()
      .map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === null ? null : String(value)])),
      );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export const ref = (name: string, schema = 'public'): TableRef => ({ schema, name });
