/** The activities of month batches over a real catalog, real files and a DuckDB file, run without Temporal. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { stringify } from 'yaml';
import { createMonthActivities, createMonthFileActivities } from '../../../activities';
import type { MonthFileRef } from '../../../activities/month/context';
import type { MonthDependencies, WarehouseRef } from '../../../activities/month/dependencies';
import type { NotifyDependencies } from '../../../activities/notify/dependencies';
import { type Catalog, type MonthFileRecord, openCatalog } from '../../../catalog';
import { loadConfig } from '../../../config/load';
import { redact } from '../../../config/secrets';
import type { Warehouse } from '../../../connectors/warehouse';
import { LongshoreError } from '../../../core/errors/longshore-error';
import type { EnvironmentConfig } from '../../../schemas/environment';
import { packFile } from '../../../storage/month';
import { localPartStore } from '../../../storage/part-store';
import { createEnvironments } from '../../../worker/environments';
import { expectedDays } from '../../../worker/expected-days';
import { createMonthBatches, createMonthFolders } from '../../../worker/months';
import { createNotifications } from '../../../worker/notifications';
import work, { type Job } from '../../../worker/threads/job';
import { createMonthFiles, type RunInThread } from '../../../worker/threads/month-files';
import { createWarehouses } from '../../../worker/warehouses';
import type { MonthBatchInput } from '../../../workflows/month-batch/messages';
import type { MonthTask, MonthTaskInput, MonthTaskResult } from '../../../workflows/month-task/messages';
import { testPostgres } from '../../helpers/postgres';
import { folderWith } from '../../unit/config/files';
import { plainSql } from '../duckdb/fixture';

/** The body of a thread, in this one: ports and messages are the same. */
const inThisThread: RunInThread = async (month, progress, signal) => {
  const { port1, port2 } = new MessageChannel();
  signal.addEventListener('abort', () => port1.postMessage('stop'), { once: true });
  try {
    const outcome = await work({ work: { month }, progress: progress.buffer, abort: port2 } as unknown as Job);
    if (outcome.ok && outcome.month) return outcome.month;
    if (outcome.ok) throw new Error('the thread had nothing to say');
    const { code, message, place, next } = outcome.error;
    throw new LongshoreError(code, message, place, { next });
  } finally {
    port1.close();
  }
};

export interface MonthRig {
  deps: MonthDependencies;
  folder: string;
  /** Name of the environment. */
  to: string;
  /** Runs an activity of month batches by its name. */
  run<K extends keyof Activities>(name: K, ...args: Parameters<Activities[K]>): ReturnType<Activities[K]>;
  /** The input of a batch of this configuration. */
  input(more?: Partial<MonthBatchInput>): MonthBatchInput;
  /** Plans a batch, as a run of its own. */
  plan(input?: Partial<MonthBatchInput>): Promise<{ runId: string; ref: Omit<MonthFileRef, 'fileId'> }>;
  /** A file of a batch by its name. */
  file(batchId: string, name: string): Promise<MonthFileRecord>;
  /** Takes a file of a planned month as far as its staging table. */
  stage(ref: MonthFileRef): Promise<void>;
  /** Everything that is asked of a month of one table, to its end. */
  load(input?: Partial<MonthBatchInput>): Promise<Omit<MonthFileRef, 'fileId'>>;
  task(task: MonthTask, more?: Partial<MonthTaskInput>): Promise<MonthTaskResult>;
  /** Writes a file with a row for each day of January 2024, `rows` of each, unless told which lines. */
  write(name: string, lines?: string[]): string;
  sql(text: string): Promise<Record<string, unknown>[]>;
  /** Replaces what the warehouse does. */
  override(methods: Partial<Warehouse>): void;
  /** Lines of the log of a run. */
  log(runId: string): Promise<string[]>;
  close(): Promise<void>;
}

export type Activities = ReturnType<typeof createMonthActivities> & ReturnType<typeof createMonthFileActivities>;

type AnyActivity = (...all: unknown[]) => Promise<unknown>;

export const HEADER = 'day\tid\tname';

/** `2` rows of each day of January 2024. */
export const january = (rows = 2, days = 31): string[] =>
  Array.from({ length: days * rows }, (_, index) => {
    const day = String(Math.floor(index / rows) + 1).padStart(2, '0');
    return `2024-01-${day}\t${index + 1}\tname ${index + 1}`;
  });

export const TRADES = { files: 'trades_{month}*.tsv', dateColumn: 'day', keyColumns: ['id'] };

/** A catalog of its own for a file of tests, and rigs on it that are closed with it. */
export function monthRigs(): (options?: Omit<RigOptions, 'catalog'>) => Promise<MonthRig> {
  let url = '';
  let catalog: Catalog;
  const rigs: MonthRig[] = [];
  beforeAll(async () => {
    url = await (await testPostgres()).createDatabase('month_activities');
    catalog = await openCatalog({ url });
  });
  afterAll(async () => {
    await Promise.all(rigs.map(async (rig) => rig.close()));
    await catalog.close();
    await (await testPostgres()).dropDatabase(url);
  });
  return async (options = {}) => {
    const rig = await monthRig({ catalog, ...options });
    rigs.push(rig);
    return rig;
  };
}

/** The error that something fails with. */
export async function errorOf(work: Promise<unknown>): Promise<LongshoreError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof LongshoreError) return error;
  throw new Error(error === undefined ? 'it did not fail' : 'it failed with something else', { cause: error });
}

export interface RigOptions {
  catalog: Catalog;
  tables?: Record<string, object>;
  batch?: object;
  environment?: object;
}

async function monthRig({ catalog, tables, batch, environment }: RigOptions): Promise<MonthRig> {
  const name = `trades-${randomUUID().slice(0, 8)}`;
  // Rigs share a catalog, which knows what was loaded into which environment.
  const to = `dwh-${name}`;
  const config = {
    version: 1,
    environments: { [to]: { kind: 'duckdb', path: 'dwh.duckdb', ...environment } },
    monthBatches: {
      [name]: {
        to,
        basePath: 'in',
        stage: { partSize: '5KB' },
        ...batch,
        tables: tables ?? { trades: TRADES },
      },
    },
  };
  const folder = folderWith({ 'longshore.yaml': stringify(config) });
  mkdirSync(join(folder, 'in'));
  const configPath = join(folder, 'longshore.yaml');
  const database = join(folder, 'dwh.duckdb');
  await plainSql(database, 'CREATE TABLE trades (day DATE, id BIGINT, name VARCHAR)');
  const { version } = await catalog.configurations.register({
    document: redact(loadConfig(configPath, { env: process.env }).config),
    source: 'longshore.yaml',
    by: 'ann',
  });
  const { configurations, warehouseEnvironment, environmentRules } = createEnvironments(
    catalog.configurations,
    configPath,
  );
  const batches = createMonthBatches(configurations, configPath);
  const staging = join(folder, 'staging');
  const warehouses = createWarehouses({
    // Paths of environments count from where a process runs, and this one runs elsewhere.
    environment: async (ref) => atPath(await warehouseEnvironment(ref), database),
    batch: async (ref) => (await batches.monthBatch(ref)).batch,
    staging,
    memoryLimit: '300MB',
    pollMs: 20,
  });
  let overrides: Partial<Warehouse> = {};
  const deps: MonthDependencies & NotifyDependencies = {
    catalog,
    configurations,
    environmentRules,
    ...createNotifications(configurations, configPath),
    ...batches,
    ...createMonthFolders({ staging, parts: localPartStore({ root: staging, minFreeBytes: 0 }), configPath }),
    warehouses: {
      use: async <T>(ref: WarehouseRef, of: (warehouse: Warehouse) => Promise<T>): Promise<T> =>
        warehouses.use(ref, async (warehouse) => of(withOverrides(warehouse, overrides))),
      release: async (runId: string) => warehouses.release(runId),
    },
    files: {
      ...createMonthFiles({ tempDirectory: join(folder, 'temp') }, inThisThread),
      // Read a few bytes at a time, so that small files have several parts.
      pack: async (request, onPart, progress, signal) =>
        packFile(request, onPart, progress, signal, { blockBytes: 16_384 }),
    },
    expectedDays,
    // Runs go on, and their months have ended.
    isRunOpen: async (id) => !/\/\d{4}-\d{2}$/.test(id),
    now: () => new Date(),
  };
  const activities = { ...createMonthActivities(deps), ...createMonthFileActivities(deps) };
  const run = ((activity: keyof Activities, ...args: unknown[]) =>
    new MockActivityEnvironment({ activityId: randomUUID() }, { logger: new DefaultLogger('ERROR') }).run<
      unknown[],
      unknown,
      AnyActivity
    >(activities[activity] as AnyActivity, ...args)) as MonthRig['run'];
  let runs = 0;
  const rig: MonthRig = {
    deps,
    folder,
    to,
    run,
    input: (more = {}) => ({
      batch: name,
      configVersion: version,
      action: 'load',
      batchId: `${name}-1`,
      resume: false,
      months: [],
      quality: 'file',
      triggeredBy: 'ann',
      ...more,
    }),
    async plan(more = {}) {
      const input = rig.input(more);
      runs += 1;
      const runId = `month/${name}/${runs}`;
      await run('planBatch', { runId, temporalRunId: `${runId}-t`, input });
      const { batchId, action, quality, replace } = input;
      const month = more.months?.[0] ?? '2024-01';
      const ref = { runId, batch: name, batchId, configVersion: version, month, quality, action };
      return { runId, ref: { ...ref, ...(replace && { replace }) } };
    },
    async file(batchId, file) {
      const found = (await catalog.months.files(batchId)).find(({ path }) => path.endsWith(`/${file}`));
      if (!found) throw new Error(`${batchId} has no ${file}`);
      return found;
    },
    async stage(ref) {
      if ((await run('packFile', ref)).skipped !== undefined) return;
      if (ref.quality === 'file') await run('judgeFile', ref);
      if (ref.action === 'check') return;
      await run('copyFile', ref);
      if (ref.quality === 'warehouse') await run('judgeStaged', ref);
    },
    async load(more = {}) {
      const { ref, runId } = await rig.plan(more);
      const files = await run('openMonth', ref);
      for (const { fileId } of files) await rig.stage({ ...ref, fileId });
      for (const table of new Set(files.map((file) => file.table))) await run('publishTable', { ...ref, table });
      const { status } = await run('closeMonth', ref);
      await run('endBatch', { runId, batchId: ref.batchId, status: status === 'skipped' ? 'done' : status });
      return ref;
    },
    async task(task, more = {}) {
      runs += 1;
      const runId = `month-task/${name}/${task.kind}/${runs}`;
      const input = { batch: name, configVersion: version, task, triggeredBy: 'ann', ...more };
      const at = { runId, temporalRunId: `${runId}-t`, input };
      await run('beginTask', at);
      try {
        if (task.kind === 'widen' || task.kind === 'clean-file') return await run('runFileTask', { ...at, task });
        return await run('runMonthTask', { ...at, task });
      } finally {
        await run('endTask', { runId, status: 'done' });
      }
    },
    write(file, lines = january()) {
      const path = join(folder, 'in', file);
      writeFileSync(path, `${[HEADER, ...lines].join('\n')}\n`);
      return path;
    },
    sql: async (text) => plainSql(database, text),
    override: (methods) => void (overrides = methods),
    log: async (runId) =>
      (await catalog.months.events({ runId, limit: 1000 })).map(({ level, message }) => `${level} ${message}`),
    close: async () => warehouses.close(),
  };
  return rig;
}

/** Makes a file look as if it had been written a minute later. */
export function touch(path: string): void {
  const { mtimeMs } = statSync(path);
  utimesSync(path, new Date(), new Date(mtimeMs + 60_000));
}

const atPath = (settings: EnvironmentConfig, path: string): EnvironmentConfig =>
  settings.kind === 'duckdb' ? { ...settings, path } : settings;

const withOverrides = (warehouse: Warehouse, overrides: Partial<Warehouse>): Warehouse =>
  new Proxy(warehouse, {
    get: (target, key) => {
      const own: unknown = Reflect.get(overrides, key) ?? Reflect.get(target, key);
      return typeof own === 'function' ? (own.bind(target) as unknown) : own;
    },
  });
