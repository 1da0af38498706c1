/** The servers, the worker process and the client that are measured, all on this machine and all started here. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { LongshoreClient } from '../client';
import { loadConfig } from '../config/load';
import { redact } from '../config/secrets';
import { connectorFor } from '../connectors/registry';
import type { Database } from '../connectors/connector';
import { startPostgres } from '../dev/embedded-postgres';
import { startTemporal } from '../dev/temporal-server';
import { databaseEnvironmentSchema } from '../schemas/environment';
import { createMovers } from '../worker/threads/movers';
import { stop } from './measure';
import { COLUMNS } from './tables';

const THREADS = Math.max(2, availableParallelism());

export type Rig = Awaited<ReturnType<typeof startRig>>;

export async function startRig() {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-bench-'));
  // What a DBA would set on a server of this size; the same server serves Longshore and its peers.
  const postgres = await startPostgres({
    dataDir: join(folder, 'pg'),
    settings: { shared_buffers: '1GB', max_wal_size: '8GB', maintenance_work_mem: '256MB' },
  });
  for (const name of ['src', 'uat', 'pipe', 'peer', 'catalog']) await postgres.ensureDatabase(name);
  const temporal = await startTemporal({ port: 0, uiPort: false, logFile: join(folder, 'temporal.log') });
  const configPath = join(folder, 'longshore.yaml');
  const env = {
    ...process.env,
    SRC_URL: postgres.url('src'),
    UAT_URL: postgres.url('uat'),
    CATALOG_URL: postgres.url('catalog'),
    MASKING_KEY: 'of the benchmarks, known to all',
  };
  writeFileSync(configPath, configuration(temporal.address, join(folder, 'staging')));
  const config = loadConfig(configPath, { env });
  const client = await LongshoreClient.connect({
    temporal: { address: temporal.address, namespace: 'default' },
    catalog: { url: postgres.url('catalog') },
  });

  let worker = await startWorkerProcess(configPath, env);

  async function sql(database: string, text: string): Promise<void> {
    const connection = new Client({ connectionString: postgres.url(database) });
    await connection.connect();
    // One statement at a time: VACUUM refuses to run in the transaction of a batch.
    for (const statement of text.split(/;\s*\n/)) if (statement.trim()) await connection.query(statement);
    await connection.end();
  }

  return {
    sql,
    url: (database: string) => postgres.url(database),
    workerPid: () => worker.pid ?? 0,

    async restartWorker(): Promise<void> {
      await stop(worker);
      worker = await startWorkerProcess(configPath, env);
    },

    /** One run of the set of this name, from start to finish. */
    async transfer(set: string): Promise<void> {
      const { runId } = await client.transfers.run({
        configuration: { document: redact(config.config), source: 'bench' },
        set,
        triggeredBy: 'bench',
      });
      const { status, error } = await client.transfers.wait(runId);
      if (status !== 'done') throw new Error(`${set} ended ${status}: ${error?.message}`);
    },

    /** Only the way to Parquet: one snapshot, slices in parallel threads. */
    async extract(table: string): Promise<void> {
      const environment = databaseEnvironmentSchema.parse({
        kind: 'postgres',
        url: postgres.url('src'),
        readOnly: true,
      });
      const connector = connectorFor('postgres');
      const database = await connector.open(environment, { applicationName: 'bench' });
      const movers = createMovers({
        threads: THREADS,
        open: {},
        environment: () => Promise.resolve(environment),
        maskKey: () => Promise.resolve(undefined),
      });
      const parts = join(folder, 'parts');
      mkdirSync(parts, { recursive: true });
      try {
        await extractAll(database, table, parts, movers);
      } finally {
        await movers.close();
        await database.close();
        rmSync(parts, { recursive: true, force: true });
      }
    },

    /** An empty table with its primary key, for the pipe to fill. */
    async emptyCopy(table: string, database: string): Promise<void> {
      await sql(database, `drop table if exists ${table};\ncreate table ${table}(${COLUMNS}, primary key (id))`);
    },

    async freshDatabase(name: string): Promise<void> {
      await sql('postgres', `drop database if exists ${name} with (force);\ncreate database ${name}`);
    },

    async close(): Promise<void> {
      await client.close();
      await stop(worker);
      await temporal.stop();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function extractAll(
  database: Database,
  table: string,
  folder: string,
  movers: ReturnType<typeof createMovers>,
): Promise<void> {
  const [schema] = await database.describeTables([{ schema: 'public', name: table }]);
  if (!schema) throw new Error(`there is no table ${table}`);
  const snapshot = await database.source.openSnapshot();
  snapshot.lost.catch(() => undefined);
  try {
    const columns = schema.columns.map(({ name, nativeType, logical }) => ({
      source: name,
      target: name,
      sourceType: nativeType,
      targetType: nativeType,
      logical,
    }));
    const read = { table: schema.ref, columns, filter: {}, snapshot: snapshot.token, orderBy: [] };
    const ranges = await database.source.planRanges({ ...read, schema }, 128e6);
    const ref = { runId: 'bench', configVersion: 0, environment: 'src' };
    await Promise.all(
      ranges.map((range, part) =>
        movers.extract(
          ref,
          { ...read, range, file: join(folder, `${part}.parquet`), codec: 'zstd', codecLevel: 1, batchRows: 65_536 },
          { checks: { figures: [] } },
          new BigInt64Array(new SharedArrayBuffer(16)),
          new AbortController().signal,
        ),
      ),
    );
  } finally {
    await snapshot.close();
  }
}

const configuration = (address: string, staging: string): string => `
version: 1
temporal: { address: "${address}" }
catalog: { url: "\${env:CATALOG_URL}" }
staging: { path: "${staging}" }
worker: { threads: ${THREADS} }
environments:
  src: { kind: postgres, url: "\${env:SRC_URL}", readOnly: true }
  uat: { kind: postgres, url: "\${env:UAT_URL}" }
transferSets:
  big: { from: src, to: uat, tables: [public.big] }
  big5: { from: src, to: uat, tables: [public.big5] }
  small: { from: src, to: uat, tables: ["public.small_*"] }
  masked:
    from: src
    to: uat
    tables: [{ public.big: { mask: { customer_id: hash, amount: { rule: noise }, note: name } } }]
  read-back: { from: src, to: uat, verify: fingerprint, tables: [public.big] }
masking: { key: "\${env:MASKING_KEY}" }
`;

async function startWorkerProcess(configPath: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const main = join(__dirname, '..', 'cli', 'main.js');
  const child = spawn(process.execPath, [main, 'worker', '--config', configPath], {
    env: { ...env, UV_THREADPOOL_SIZE: '16' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => /Working for/.test(chunk.toString()) && resolve());
    child.once('exit', (code) => reject(new Error(`the worker ended with ${code}`)));
  });
  return child;
}
