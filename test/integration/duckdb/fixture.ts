/** Files and plans for tests of the DuckDB connector, through the connector interfaces only. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Database, ExtractOptions, LoadRequest } from '../../../connectors/connector';
import { duckdbConnector } from '../../../connectors/duckdb/connector';
import { typeSystemFor } from '../../../connectors/registry';
import type { TableRef, TableSchema } from '../../../core/types/table';
import type { ColumnPlan, PartResult, TablePlan } from '../../../core/types/transfer';

export const table = (name: string, schema = 'main'): TableRef => ({ schema, name });

export async function tempFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'longshore-test-'));
}

/** Runs SQL in a file by plain DuckDB, without any of our code, and answers the rows of the last statement. */
export async function plainSql(path: string, sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export async function openFile(
  path: string,
  options: { readOnly?: boolean; folder: string; memoryLimit?: string },
): Promise<Database> {
  const environment = {
    kind: 'duckdb' as const,
    path,
    readOnly: options.readOnly ?? false,
    protectedTables: [],
    stagingSchema: 'longshore_staging',
  };
  return duckdbConnector.open(environment, {
    applicationName: 'longshore test',
    tempDirectory: join(options.folder, 'work'),
    ...(options.memoryLimit && { memoryLimit: options.memoryLimit }),
  });
}

export async function describe1(database: Database, ref: TableRef): Promise<TableSchema> {
  const [schema] = await database.describeTables([ref]);
  if (schema === undefined) throw new Error(`no table ${ref.schema}.${ref.name}`);
  return schema;
}

/** A plan as planning would make it, every column by its own name. */
export async function makePlan(
  source: Database,
  target: Database,
  ref: TableRef,
  options: Partial<TablePlan> & { targetRef?: TableRef } = {},
): Promise<TablePlan> {
  const schema = await describe1(source, ref);
  const targetRef = options.targetRef ?? ref;
  const [found] = await target.describeTables([targetRef]);
  const mode = options.mode ?? 'replace';
  const columns = schema.columns
    .filter(({ generated }) => !generated)
    .map((column): ColumnPlan => {
      const plan = {
        source: column.name,
        target: column.name,
        sourceType: column.nativeType,
        targetType: '',
        logical: column.logical,
      };
      return {
        ...plan,
        targetType:
          found?.columns.find(({ name }) => name === column.name)?.nativeType ??
          typeSystemFor(target.kind).nativeType(plan, source.kind),
      };
    });
  const chosen = await target.target.chooseStrategy(found, { mode, targetRef, estimatedRows: schema.estimatedRows });
  const plan: TablePlan = {
    source: schema,
    sourceKind: source.kind,
    targetKind: target.kind,
    minPercentOfLast: 0,
    references: 'off',
    ...(found && { target: found }),
    targetRef,
    columns,
    filter: {},
    mode,
    strategy: chosen.strategy,
    strategyReason: chosen.reason,
    schemaPolicy: 'stop',
    evolve: [],
    verify: 'aggregates',
    codec: 'zstd',
    codecLevel: 3,
    partBytes: 64_000_000,
    batchRows: 122_880,
    parallel: 1,
    warnings: [],
    ...options,
  };
  // As it arrives from the catalog.
  return JSON.parse(JSON.stringify(plan)) as TablePlan;
}

export interface Staged {
  plan: TablePlan;
  rows: number;
  parts: LoadRequest[];
}

export const readRequest = (plan: TablePlan, snapshot: string) => ({
  table: plan.source.ref,
  columns: plan.columns,
  filter: plan.filter,
  snapshot,
  orderBy: plan.source.primaryKey?.columns ?? [],
});

/** Extracts every slice into files of a folder. */
export async function extractAll(
  source: Database,
  plan: TablePlan,
  runId: string,
  folder: string,
  snapshot: string,
  options: Partial<ExtractOptions> = {},
): Promise<LoadRequest[]> {
  const request = readRequest(plan, snapshot);
  const ranges = await source.source.planRanges({ ...request, schema: plan.source }, plan.partBytes);
  const requests: LoadRequest[] = [];
  for (const [part, range] of ranges.entries()) {
    const file = join(
      folder,
      `${runId}-${plan.source.ref.schema}-${plan.source.ref.name}-${part}.parquet`.replaceAll(' ', '_'),
    );
    const result: PartResult = await source.source.extractPart(
      { ...request, range, file, codec: plan.codec, codecLevel: plan.codecLevel, batchRows: plan.batchRows },
      { progress: new BigInt64Array(2), ...options },
    );
    requests.push({ runId, plan, part, file, sha256: result.sha256, rows: result.rows, columns: result.columns });
  }
  return requests;
}

/** Extract, load, finish and compare figures: everything before the switch. */
export async function stage(
  source: Database,
  target: Database,
  plan: TablePlan,
  runId: string,
  folder: string,
): Promise<Staged> {
  const snapshot = await source.source.openSnapshot();
  try {
    await target.target.prepare({ runId, plan });
    const parts = await extractAll(source, plan, runId, folder, snapshot.token);
    for (const part of parts) await target.target.loadPart(part, new BigInt64Array(2));
    await target.target.finish({ runId, plan });
    const expected = await source.source.aggregates(readRequest(plan, snapshot.token));
    const found = await target.target.aggregates({ runId, plan });
    expect(found).toEqual(expected);
    return { plan, rows: Number(found.rows), parts };
  } finally {
    await snapshot.close();
  }
}

/** A whole transfer of some tables as one set. */
export async function transfer(
  source: Database,
  target: Database,
  plans: TablePlan[],
  runId: string,
  folder: string,
): Promise<Staged[]> {
  const staged: Staged[] = [];
  for (const plan of plans) staged.push(await stage(source, target, plan, runId, folder));
  await target.target.publish({ runId, tables: staged.map(({ plan, rows }) => ({ plan, rows })), lockTimeoutMs: 2000 });
  await target.target.cleanup(runId);
  return staged;
}

/** What lies next to a database file and should not. */
export async function leftovers(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name.includes('.longshore-') || name.endsWith('.wal') || name.includes('.tmp'));
}

export const removeFolder = async (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });
