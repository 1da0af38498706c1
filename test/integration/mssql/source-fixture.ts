/** A database of the test's own, and a source that reads from it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExtractRequest, ReadRequest, SourceDatabase } from '../../../connectors/connector';
import { askCapabilities, type MssqlCapabilities } from '../../../connectors/mssql/capabilities';
import { describeTables } from '../../../connectors/mssql/introspect';
import { MssqlPool } from '../../../connectors/mssql/pool';
import { createMssqlSource } from '../../../connectors/mssql/source';
import type { RangeSpec, PartResult } from '../../../core/types/transfer';
import type { TableSchema } from '../../../core/types/table';
import { ParquetReader } from '../../../storage';
import { mssqlEnvironment, testMssql, type TestMssql } from '../../helpers/mssql';

export interface SourceFixture {
  server: TestMssql;
  url: string;
  pool: MssqlPool;
  capabilities: MssqlCapabilities;
  source: SourceDatabase;
  folder: string;
  /** Runs a batch on a connection of its own, through the driver alone. */
  sql<T = Record<string, unknown>>(text: string): Promise<T[]>;
  describe(name: string): Promise<TableSchema>;
  request(name: string, snapshot: string): Promise<ReadRequest & { schema: TableSchema }>;
  /** Reads one slice and gives its rows as text by column: what a part holds, in its plainest notation. */
  extract(
    request: ReadRequest,
    range?: RangeSpec,
  ): Promise<{ part: PartResult; rows: Record<string, string | null>[] }>;
  close(): Promise<void>;
}

export const ALL: RangeSpec = { label: 'all rows', spec: { by: 'all' }, estimatedRows: 0, estimatedBytes: 0 };

export async function openSource(prefix: string): Promise<SourceFixture> {
  const server = testMssql();
  if (!server) throw new Error('No SQL Server is named.');
  const url = await server.createDatabase(prefix);
  const pool = new MssqlPool(mssqlEnvironment(url), { applicationName: 'longshore test', size: 4 });
  const capabilities = await askCapabilities(pool);
  const source = createMssqlSource({ pool, capabilities });
  const folder = await mkdtemp(join(tmpdir(), 'longshore-mssql-'));
  const describe = async (name: string): Promise<TableSchema> => {
    const [schema] = await describeTables(pool, capabilities, [{ schema: 'dbo', name }]);
    if (!schema) throw new Error(`There is no table ${name}.`);
    return schema;
  };
  let parts = 0;
  return {
    server,
    url,
    pool,
    capabilities,
    source,
    folder,
    sql: (text) => server.rows(url, text),
    describe,
    async request(name, snapshot) {
      const schema = await describe(name);
      const columns = schema.columns.map((column) => ({
        source: column.name,
        target: column.name,
        sourceType: column.nativeType,
        targetType: column.nativeType,
        logical: column.logical,
      }));
      const orderBy = schema.primaryKey?.columns ?? [];
      return { table: schema.ref, columns, filter: {}, snapshot, orderBy, schema };
    },
    async extract(request, range = ALL) {
      const file = join(folder, `${(parts += 1)}.parquet`);
      const { table, columns, filter, snapshot, orderBy } = request;
      const whole: ExtractRequest = { table, columns, filter, snapshot, orderBy, range, file, codec: 'zstd', codecLevel: 1, batchRows: 1000 }; // prettier-ignore
      const part = await source.extractPart(whole, { progress: new BigInt64Array(2) });
      return { part, rows: await textsOf(file) };
    },
    async close() {
      await pool.close();
      await server.dropDatabase(url);
      await rm(folder, { recursive: true });
    },
  };
}

async function textsOf(file: string): Promise<Record<string, string | null>[]> {
  const reader = await ParquetReader.open(file);
  const rows: Record<string, string | null>[] = [];
  try {
    for await (const batch of reader.batches()) {
      for (let at = 0; at < batch.rows; at++) {
        const values = batch.columns.map(({ values: column, validity, logical }): string | null => {
          if (validity?.[at] === 0) return null;
          if ('offsets' in column) {
            const bytes = Buffer.from(column.data.subarray(column.offsets[at], column.offsets[at + 1]));
            return bytes.toString(logical.kind === 'text' ? 'utf8' : 'hex');
          }
          if (logical.kind === 'uuid')
            return Buffer.from((column as Uint8Array).subarray(at * 16, at * 16 + 16)).toString('hex');
          if (logical.kind === 'decimal' && column instanceof Uint8Array)
            return String(
              BigInt.asIntN(128, BigInt(`0x${Buffer.from(column.subarray(at * 16, at * 16 + 16)).toString('hex')}`)),
            );
          return String(column[at]);
        });
        rows.push(Object.fromEntries(values.map((value, index) => [reader.columns[index]!.name, value])));
      }
    }
  } finally {
    await reader.close();
  }
  return rows;
}
