/**
 * Drop folders on one machine: a thousand small files from the drop to `processed`, and one large file beside the bare
 * COPY of the same file into the same table. Run: `npm run bench -- --only h,i [--files 1000] [--megabytes 1000]`.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { LongshoreClient } from '../client';
import { loadConfig } from '../config/load';
import { redact } from '../config/secrets';
import { startPostgres } from '../dev/embedded-postgres';
import { startTemporal } from '../dev/temporal-server';
import { peakMegabytes, shell, stop, type Comparison } from './measure';

const FULL = 'none_reference_data_table/fullload';
const ROWS = 1000;

export interface DropOptions {
  files: number;
  megabytes: number;
  small: boolean;
  large: boolean;
}

export async function dropFolder(options: DropOptions, facts: Record<string, string>): Promise<Comparison[]> {
  const rig = await startDropRig();
  try {
    if (options.small) await smallFiles(rig, options.files, facts);
    return options.large ? [await largeFile(rig, options.megabytes, facts)] : [];
  } finally {
    await rig.close();
  }
}

type DropRig = Awaited<ReturnType<typeof startDropRig>>;

async function startDropRig() {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-bench-drop-'));
  const postgres = await startPostgres({
    dataDir: join(folder, 'pg'),
    settings: { shared_buffers: '1GB', max_wal_size: '8GB', maintenance_work_mem: '256MB' },
  });
  for (const name of ['uat', 'catalog']) await postgres.ensureDatabase(name);
  const temporal = await startTemporal({ port: 0, uiPort: false, logFile: join(folder, 'temporal.log') });
  const configPath = join(folder, 'longshore.yaml');
  const env = { ...process.env, UAT_URL: postgres.url('uat'), CATALOG_URL: postgres.url('catalog') };
  writeFileSync(
    configPath,
    `version: 1
temporal: { address: "${temporal.address}" }
catalog: { url: "\${env:CATALOG_URL}" }
staging: { path: "${join(folder, 'staging')}" }
environments:
  uat: { kind: postgres, url: "\${env:UAT_URL}" }
dropFolders:
  bench: { path: drop, to: uat, scan: { interval: 200ms, checks: 1 } }
`,
  );
  const { config } = loadConfig(configPath, { env });
  const client = await LongshoreClient.connect({
    temporal: { address: temporal.address, namespace: 'default' },
    catalog: { url: postgres.url('catalog') },
  });
  const worker = await startWorker(configPath, env);
  const query = async <T extends object>(database: string, sql: string): Promise<T[]> => {
    const connection = new Client({ connectionString: postgres.url(database) });
    await connection.connect();
    try {
      return (await connection.query<T>(sql)).rows;
    } finally {
      await connection.end();
    }
  };
  return {
    root: join(folder, 'drop'),
    folder,
    query,
    url: (database: string) => postgres.url(database),
    workerPid: () => worker.pid ?? 0,
    watch: () =>
      client.drops.watch({
        configuration: { document: redact(config), source: 'bench' },
        folder: 'bench',
        triggeredBy: 'bench',
      }),
    async ended(count: number): Promise<void> {
      for (;;) {
        const [found] = await query<{ loaded: number; failed: number }>(
          'catalog',
          `select count(*) filter (where state = 'loaded')::int as loaded, count(*) filter (where state = 'failed')::int as failed from longshore.drop_files`,
        );
        if (found!.failed > 0)
          throw new Error(
            JSON.stringify(
              await query('catalog', 'select path, error from longshore.drop_files where error is not null limit 3'),
            ),
          );
        if (found!.loaded >= count) return;
        await sleep(50);
      }
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

async function startWorker(configPath: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const worker = spawn(process.execPath, [join(__dirname, '..', 'cli', 'main.js'), 'worker', '--config', configPath], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [worker.stdout, worker.stderr])
    stream.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-10_000);
      if (process.env.BENCH_LOG) appendFileSync(process.env.BENCH_LOG, chunk);
    });
  while (!/Working for/.test(said)) {
    if (worker.exitCode !== null) throw new Error(`the worker did not start: ${said}`);
    await sleep(50);
  }
  return worker;
}

async function smallFiles(rig: DropRig, count: number, facts: Record<string, string>): Promise<void> {
  mkdirSync(join(rig.root, FULL), { recursive: true });
  for (let file = 0; file < count; file += 1) {
    const lines = ['id,name,city,amount,opened,active'];
    for (let row = 0; row < ROWS; row += 1) lines.push(line(file * ROWS + row));
    writeFileSync(join(rig.root, FULL, `customers_${String(file).padStart(5, '0')}x.csv`), `${lines.join('\n')}\n`);
  }
  await rig.watch();
  const started = performance.now();
  await rig.ended(count);
  const seconds = (performance.now() - started) / 1000;
  const [took] = await rig.query<{ seconds: number }>(
    'catalog',
    'select extract(epoch from max(finished_at) - min(started_at))::float8 as seconds from longshore.drop_files',
  );
  facts[`h: ${count} files of ${ROWS} rows`] =
    `${(count / seconds).toFixed(1)} files/s from the start of watching, ${(count / took!.seconds).toFixed(1)} from the first file taken to the last put away; worker at most ${peakMegabytes(rig.workerPid())} MB`;
}

const CITIES = ['Hamburg', 'Zürich', 'São Paulo', 'New York', 'Ōsaka'];

const line = (row: number): string =>
  `${row},customer ${row},${CITIES[row % 5]},${(row % 100_000) / 100},2024-${String(1 + (row % 12)).padStart(2, '0')}-${String(1 + (row % 28)).padStart(2, '0')},${row % 3 === 0}`;

async function largeFile(rig: DropRig, megabytes: number, facts: Record<string, string>): Promise<Comparison> {
  mkdirSync(join(rig.root, FULL), { recursive: true });
  const path = join(rig.root, FULL, '.big.part');
  const file = createWriteStream(path);
  file.write('id,name,city,amount,opened,active\n');
  let [bytes, row] = [0, 0];
  while (bytes < megabytes * 1e6) {
    const lines: string[] = [];
    for (let index = 0; index < 20_000; index += 1) lines.push(line(row++));
    const chunk = `${lines.join('\n')}\n`;
    bytes += Buffer.byteLength(chunk);
    if (!file.write(chunk)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
  await rig.query(
    'uat',
    'create table bare (id integer, name text, city text, amount numeric(12,2), opened date, active boolean)',
  );
  const copy = (): Promise<{ seconds: number }> =>
    shell(`psql -q "${rig.url('uat')}" -c "\\copy bare from '${path}' with (format csv, header)"`);
  const before = (await copy()).seconds;
  const [known] = await rig.query<{ count: number }>(
    'catalog',
    'select count(*)::int as count from longshore.drop_files',
  );
  await shell(`mv '${path}' '${join(rig.root, FULL, 'big.csv')}'`);
  await rig.watch();
  await rig.ended((known?.count ?? 0) + 1);
  const [took] = await rig.query<{ seconds: number; rows: number }>(
    'catalog',
    `select extract(epoch from finished_at - started_at)::float8 as seconds, rows::int as rows from longshore.drop_files where path like '%big.csv'`,
  );
  const memory = peakMegabytes(rig.workerPid());
  await shell(`mv ${join(rig.root, FULL, 'processed')}/*_big.csv '${path}'`);
  await rig.query('uat', 'truncate bare');
  const after = (await copy()).seconds;
  const theirs = (before + after) / 2;
  facts['i: memory'] = `worker at most ${memory} MB for a file of ${megabytes} MB (limit 1000)`;
  return {
    name: `i: a file of ${megabytes} MB, ${row.toLocaleString('en')} rows`,
    ours: took!.seconds,
    theirs,
    ratio: took!.seconds / theirs,
    limit: 1.5,
    note: 'psql \\copy of the same file into the same table, made beforehand',
  };
}
