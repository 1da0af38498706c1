/**
 * SQL Server against the driver's own bare loop: reading a table into Parquet against counting the rows of the same SELECT,
 * and loading the parts into staging against the driver's bulk load of the same rows from memory. Needs a server, named by
 * LONGSHORE_TEST_MSSQL_URL; makes a database of its own there and drops it.
 */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, Request, TYPES } from 'tedious';
import { connectorFor } from '../connectors/registry';
import type { Database, ReadRequest } from '../connectors/connector';
import { connectionSettings } from '../connectors/mssql/settings';
import type { TableSchema } from '../core/types/table';
import type { ColumnPlan, PartResult, RangeSpec, TablePlan } from '../core/types/transfer';
import { environmentSchema, type MssqlEnvironment } from '../schemas/environment';
import { createMovers } from '../worker/threads/movers';
import { compare, timed, type Comparison } from './measure';

const NAME = 'longshore_bench';
const REF = { runId: 'bench', configVersion: 0, environment: 'mssql' };

const TABLE = `CREATE TABLE dbo.big (id bigint NOT NULL PRIMARY KEY, customer_id int NOT NULL, amount decimal(12,2) NOT NULL,
  tax decimal(18,6) NULL, qty smallint NOT NULL, ordered date NOT NULL, created_at datetime2(6) NOT NULL, status varchar(20) NOT NULL,
  note nvarchar(100) NULL, active bit NOT NULL)`;

const columns = [
  ['id', TYPES.BigInt, (i: number) => String(i)],
  ['customer_id', TYPES.Int, (i: number) => (i * 7919) % 1_000_000],
  ['amount', TYPES.Decimal, (i: number) => ((i * 31) % 1_000_000) / 100],
  ['tax', TYPES.Decimal, (i: number) => (i % 7 === 0 ? null : (i % 1_000_000) / 1e6)],
  ['qty', TYPES.SmallInt, (i: number) => i % 100],
  ['ordered', TYPES.Date, (i: number) => new Date(Date.UTC(2020, 0, 1 + (i % 1500)))],
  ['created_at', TYPES.DateTime2, (i: number) => new Date(Date.UTC(2020, 0, 1) + i * 1000)],
  ['status', TYPES.VarChar, (i: number) => ['new', 'paid', 'shipped', 'cancelled'][i % 4]],
  ['note', TYPES.NVarChar, (i: number) => (i % 3 === 0 ? null : `note for order ${i}, with "quotes"`)],
  ['active', TYPES.Bit, (i: number) => i % 2 === 0],
] as const;

/** Precision 38 on the wire, which every server takes; the column keeps its own. */
const OPTIONS: Partial<Record<(typeof columns)[number][0], object>> = {
  amount: { precision: 38, scale: 2 },
  tax: { precision: 38, scale: 6 },
  created_at: { scale: 6 },
  status: { length: 20 },
  note: { length: 100 },
};

export async function sqlServer(url: string, rows: number, rounds: number): Promise<Comparison[]> {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-bench-mssql-'));
  const server = environmentSchema.parse({ kind: 'mssql', url }) as MssqlEnvironment;
  await drop(server);
  await statement(server, `CREATE DATABASE ${NAME}`);
  const environment = { ...server, database: NAME };
  const movers = createMovers({
    threads: Math.max(2, availableParallelism()),
    open: {},
    environment: () => Promise.resolve(environment),
    maskKey: () => Promise.resolve(undefined),
  });
  const database = await connectorFor('mssql').open(environment, { applicationName: 'bench' });
  try {
    process.stderr.write(`filling ${rows.toLocaleString('en')} rows in SQL Server\n`);
    await statement(environment, TABLE);
    await bareBulk(environment, 'dbo.big', rows);
    const job = { database, movers, environment, folder, rows };
    return [...(await reading(job, rounds)), ...(await loading(job, rounds))];
  } finally {
    await movers.close();
    await database.close();
    await drop(server);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Sessions that have just been closed may linger for a moment. */
async function drop(server: MssqlEnvironment): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await statement(server, `DROP DATABASE IF EXISTS ${NAME}`);
    } catch (error) {
      if (attempt === 20) throw error;
      await sleep(250);
    }
  }
}

interface Job {
  database: Database;
  movers: ReturnType<typeof createMovers>;
  environment: MssqlEnvironment;
  folder: string;
  rows: number;
}

async function reading(job: Job, rounds: number): Promise<Comparison[]> {
  const bare = () => timed(() => bareRead(job.environment));
  return withSnapshot(job, async (planned) => {
    // Threads log in and ask what the server can do once for all the parts of a run.
    await read(job, planned, 4);
    return [
      await compare('g: SQL Server → Parquet, one', 1.25, LOOP, rounds, () => timed(() => read(job, planned, 1)), bare),
      await compare(
        'g: SQL Server → Parquet, several',
        1,
        LOOP,
        rounds,
        () => timed(() => read(job, planned, 4)),
        bare,
      ),
    ];
  });
}

const LOOP = "driver's bare loop";
const BULK = "driver's bulk load";

async function loading(job: Job, rounds: number): Promise<Comparison[]> {
  const [plan, results] = await withSnapshot(job, async (planned) => [planned.plan, await read(job, planned, 4)]);
  const bare = async () => {
    await statement(job.environment, `DROP TABLE IF EXISTS dbo.bare; SELECT TOP (0) * INTO dbo.bare FROM dbo.big`);
    return timed(() => bareBulk(job.environment, 'dbo.bare', job.rows));
  };
  const ours = async (lanes: number) => {
    const staging = { runId: 'bench', plan };
    await job.database.target.prepare(staging);
    // What a thread asks once for all parts of a table is not the speed of a load.
    await inLanes([results[0]!, results[0]!], 2, (result, part) => load(job, plan, result, 1_000 + part, 0));
    const sample = await timed(() => inLanes(results, lanes, (result, part) => load(job, plan, result, part)));
    await job.database.target.cleanup(staging.runId);
    return sample;
  };
  return [
    await compare('g: Parquet → SQL Server, one', 1.25, BULK, rounds, () => ours(1), bare),
    await compare('g: Parquet → SQL Server, several', 1, BULK, rounds, () => ours(4), bare),
  ];
}

interface Planned {
  plan: TablePlan;
  request: ReadRequest;
  ranges: RangeSpec[];
}

async function withSnapshot<T>({ database, rows }: Job, work: (planned: Planned) => Promise<T>): Promise<T> {
  const [found] = await database.describeTables([{ schema: 'dbo', name: 'big' }]);
  if (!found) throw new Error('there is no table dbo.big');
  // Not every server has fresh estimates of a table that was just filled.
  const schema = { ...found, estimatedRows: rows, estimatedBytes: rows * 80 };
  const columns = schema.columns.map(({ name, nativeType, logical }) => ({
    source: name,
    target: name,
    sourceType: nativeType,
    targetType: nativeType,
    logical,
  }));
  const snapshot = await database.source.openSnapshot();
  snapshot.lost.catch(() => undefined);
  try {
    const request = { table: schema.ref, columns, filter: {}, snapshot: snapshot.token, orderBy: ['id'] };
    const ranges = await database.source.planRanges({ ...request, schema }, 16e6);
    return await work({ plan: planOf(schema, columns), request, ranges });
  } finally {
    await snapshot.close();
  }
}

const planOf = (source: TableSchema, columns: ColumnPlan[]): TablePlan => ({
  source,
  sourceKind: 'mssql',
  targetKind: 'mssql',
  target: source,
  targetRef: source.ref,
  columns,
  filter: {},
  mode: 'replace',
  strategy: 'delete-insert',
  strategyReason: '',
  schemaPolicy: 'stop',
  evolve: [],
  verify: 'none',
  codec: 'zstd',
  codecLevel: 1,
  partBytes: 128e6,
  batchRows: 65_536,
  parallel: 4,
  minPercentOfLast: 0,
  references: 'off',
  warnings: [],
});

/** Reads the whole table, `lanes` slices at a time. */
async function read({ movers, folder }: Job, { request, ranges }: Planned, lanes: number): Promise<PartResult[]> {
  const parts = join(folder, 'parts');
  mkdirSync(parts, { recursive: true });
  return inLanes(ranges, lanes, async (range, part) => {
    const file = join(parts, `${part}.parquet`);
    const extract = { ...request, range, file, codec: 'zstd', codecLevel: 1, batchRows: 65_536 } as const;
    const options = { checks: { figures: [] } };
    return (await movers.extract(REF, extract, options, counter(), new AbortController().signal)).part;
  });
}

/** Loads the rows of file number `from` as part `part`. */
const load = ({ movers, folder }: Job, plan: TablePlan, result: PartResult, part: number, from = part): Promise<void> =>
  movers.load(
    REF,
    {
      runId: 'bench',
      plan,
      part,
      file: join(folder, 'parts', `${from}.parquet`),
      sha256: result.sha256,
      rows: result.rows,
      columns: result.columns,
    },
    counter(),
    new AbortController().signal,
  );

const counter = (): BigInt64Array => new BigInt64Array(new SharedArrayBuffer(16));

async function inLanes<T, R>(
  items: readonly T[],
  lanes: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.map((item, index) => ({ item, index }));
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) results[next.index] = await work(next.item, next.index);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

async function connected<T>(environment: MssqlEnvironment, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = new Connection(connectionSettings(environment, 'bench').config);
  connection.connect();
  await once(connection, 'connect').then(([error]) => {
    if (error) throw error as Error;
  });
  try {
    return await work(connection);
  } finally {
    connection.close();
    await once(connection, 'end').catch(() => undefined);
  }
}

const statement = (environment: MssqlEnvironment, sql: string): Promise<void> =>
  connected(
    environment,
    (connection) =>
      new Promise((resolve, reject) => {
        connection.execSqlBatch(new Request(sql, (error) => (error ? reject(error) : resolve())));
      }),
  );

/** What the driver alone costs: every row decoded and counted. */
const bareRead = (environment: MssqlEnvironment): Promise<number> =>
  connected(
    environment,
    (connection) =>
      new Promise((resolve, reject) => {
        let seen = 0;
        const request = new Request('SELECT * FROM dbo.big', (error) => (error ? reject(error) : resolve(seen)));
        request.on('row', () => (seen += 1));
        connection.execSqlBatch(request);
      }),
  );

const bareBulk = (environment: MssqlEnvironment, table: string, rows: number): Promise<void> =>
  connected(
    environment,
    (connection) =>
      new Promise((resolve, reject) => {
        const bulk = connection.newBulkLoad(table, { keepNulls: true, lockTable: true }, (error) =>
          error ? reject(error) : resolve(),
        );
        for (const [name, type] of columns) bulk.addColumn(name, type, { nullable: true, ...OPTIONS[name] });
        connection.execBulkLoad(
          bulk,
          (function* () {
            for (let i = 1; i <= rows; i += 1) yield columns.map(([, , value]) => value(i));
          })(),
        );
      }),
  );
