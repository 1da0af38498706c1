/** A SQL Server database of a test's own, rows in Parquet parts for it, and plain SQL to look at what arrived. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadRequest, TargetDatabase } from '../../../connectors/connector';
import { askCapabilities } from '../../../connectors/mssql/capabilities';
import { describeTables } from '../../../connectors/mssql/introspect';
import { MssqlPool } from '../../../connectors/mssql/pool';
import { openTarget } from '../../../connectors/mssql/target';
import type { ColumnBatch } from '../../../core/columnar/batch';
import type { LogicalType, TableRef } from '../../../core/types/table';
import type { PartColumn, TablePlan } from '../../../core/types/transfer';
import { ParquetWriter } from '../../../storage';
import { mssqlEnvironment, testMssql, type TestMssql } from '../../helpers/mssql';
import { batchOf as batchOfColumns, utf8, type PlainValue } from '../../unit/core/columnar/values';

export type Value = string | PlainValue;
type Row = Record<string, unknown>;

export interface MssqlFixture {
  url: string;
  pool: MssqlPool;
  target: TargetDatabase;
  stagingSchema: string;
  folder: string;
  /** Runs statements one by one, each as a batch of its own. */
  run(...statements: string[]): Promise<void>;
  rows<T = Row>(sql: string): Promise<T[]>;
  plan(ref: TableRef, options?: Partial<TablePlan>): Promise<TablePlan>;
  /** Writes a part; values by the plan's order of columns, in the form that the column batches have. */
  part(plan: TablePlan, runId: string, part: number, rows: Value[][]): Promise<LoadRequest>;
  /** Prepares, loads one part and finishes. */
  stage(runId: string, plan: TablePlan, rows: Value[][]): Promise<void>;
  close(): Promise<void>;
}

export const table = (name: string, schema = 'dbo'): TableRef => ({ schema, name });

export const newProgress = (): BigInt64Array => new BigInt64Array(new SharedArrayBuffer(16));

export async function openFixture(): Promise<MssqlFixture> {
  const server = testMssql();
  if (!server) throw new Error('No SQL Server is named: put this test into `describeMssql`.');
  const url = await createDatabase(server);
  const pool = new MssqlPool(mssqlEnvironment(url), { applicationName: 'longshore test' });
  const target = openTarget(pool, pool.settings);
  const folder = mkdtempSync(join(tmpdir(), 'longshore-mssql-'));
  let parts = 0;
  const fixture: MssqlFixture = {
    url,
    pool,
    target,
    stagingSchema: pool.settings.stagingSchema,
    folder,
    async run(...statements) {
      for (const statement of statements) await pool.use((session) => session.run(statement));
    },
    rows: (sql) => pool.use((session) => session.rows(sql)),
    plan: (ref, options) => planFor(pool, ref, options),
    async part(plan, runId, part, rows) {
      const columns = plan.columns.map(({ source, sourceType, logical }) => ({
        name: source,
        nativeType: sourceType,
        logical,
      }));
      parts += 1;
      const file = join(folder, `${parts}.parquet`);
      const facts = await writePart(file, columns, rows);
      return { runId, plan, part, file, sha256: facts.sha256, rows: rows.length, columns };
    },
    async stage(runId, plan, rows) {
      await target.prepare({ runId, plan });
      await target.loadPart(await fixture.part(plan, runId, 0, rows), newProgress());
      await target.finish({ runId, plan });
    },
    async close() {
      await pool.close();
      rmSync(folder, { recursive: true, force: true });
      await server.dropDatabase(url);
    },
  };
  return fixture;
}

/** Some servers refuse to make two databases at the same moment. */
async function createDatabase(server: TestMssql, attempts = 5): Promise<string> {
  try {
    return await server.createDatabase('longshore');
  } catch (error) {
    if (attempts === 1) throw error;
    await new Promise((resolve) => setTimeout(resolve, 300 * Math.random()));
    return createDatabase(server, attempts - 1);
  }
}

async function planFor(pool: MssqlPool, ref: TableRef, options: Partial<TablePlan> = {}): Promise<TablePlan> {
  const [source] = await describeTables(pool, await askCapabilities(pool), [ref]);
  if (!source) throw new Error(`no table ${ref.name}`);
  return {
    source,
    sourceKind: 'mssql',
    targetKind: 'mssql',
    target: source,
    targetRef: ref,
    columns: source.columns
      .filter((column) => column.generated !== true)
      .map(({ name, nativeType, logical }) => ({
        source: name,
        target: name,
        sourceType: nativeType,
        targetType: nativeType,
        logical,
      })),
    filter: {},
    mode: 'replace',
    strategy: 'delete-insert',
    strategyReason: '',
    schemaPolicy: 'stop',
    evolve: [],
    verify: 'counts',
    codec: 'zstd',
    codecLevel: 1,
    partBytes: 1 << 26,
    batchRows: 10_000,
    parallel: 1,
    minPercentOfLast: 0,
    references: 'off',
    warnings: [],
    ...options,
  };
}

const GROUP_ROWS = 10_000;

export async function writePart(file: string, columns: PartColumn[], rows: Value[][]): Promise<{ sha256: string }> {
  const writer = await ParquetWriter.open(file, columns, { codec: 'none' });
  for (let from = 0; from < rows.length; from += GROUP_ROWS)
    await writer.write(
      batchOf(
        columns.map(({ logical }) => logical),
        rows.slice(from, from + GROUP_ROWS),
      ),
    );
  return writer.finish();
}

/** Rows as a column batch. Decimals and 64-bit kinds are bigints (unscaled), uuids and bytes Uint8Arrays. */
export const batchOf = (logicals: LogicalType[], rows: Value[][]): ColumnBatch =>
  batchOfColumns(
    logicals.map((logical, index) => ({
      logical,
      values: rows.map((row) => {
        const value = row[index] ?? null;
        return typeof value === 'string' ? utf8(value) : value;
      }),
    })),
  );
