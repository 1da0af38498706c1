/** The composition root: everything Longshore's worker needs is made here, handed down, and closed in reverse order. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection, WorkflowNotFoundError, type ConnectionOptions } from '@temporalio/client';
import { NativeConnection, Runtime, Worker, type WorkerOptions as TemporalWorkerOptions } from '@temporalio/worker';
import type { Logger } from 'pino';
import {
  createControlActivities,
  createDropActivities,
  createFilePartActivities,
  createMonthActivities,
  createMonthFileActivities,
  createPartActivities,
} from '../activities';
import type { DropDependencies } from '../activities/drop/dependencies';
import type { TransferDependencies } from '../activities/dependencies';
import type { MonthDependencies } from '../activities/month/dependencies';
import type { NotifyDependencies } from '../activities/notify/dependencies';
import { openCatalog } from '../catalog';
import { connectorFor, typeSystemFor } from '../connectors/registry';
import { localPartStore } from '../storage';
import { TRANSFER_QUEUE, partsQueue } from '../workflows/queues';
import { snapshotReadySignal } from '../workflows/transfer-set/messages';
import { createDatabases } from './databases';
import { createDropFolders } from './drop-folders';
import { createEnvironments } from './environments';
import { expectedDays } from './expected-days';
import { inEnvironment, withEnvironment } from './in-environment';
import { FailureInterceptor } from './interceptor';
import { createLog, temporalLogger } from './log';
import { ensureSearchAttributes } from './search-attributes';
import { createMonthBatches, createMonthFolders } from './months';
import { createNotifications } from './notifications';
import { createMovers } from './threads/movers';
import { createWarehouses } from './warehouses';

export interface WorkerOptions {
  temporal: { address: string; namespace: string; apiKey?: string; tls?: ConnectionOptions['tls'] };
  catalogUrl: string;
  /** Where literal secrets and relative paths of a stored configuration are looked up. */
  configPath: string;
  staging: { path: string; minFreeBytes: number };
  /** Parts that are read or loaded at once. */
  threads: number;
  /** Other activities that run at once; those of a table mostly wait for a database. */
  parallelActivities: number;
  /** How long a stopping worker lets running activities go on. */
  shutdownGraceMs: number;
  /** Limit of each DuckDB instance, e.g. `300MB`. */
  memoryLimit: string;
  /** How long one attempt to publish may keep readers waiting for locks. */
  lockTimeoutMs: number;
  logLevel: string;
  logFile?: string;
}

export interface RunningWorker {
  /** Stops taking work, lets what runs reach its next checkpoint, closes everything. */
  stop(): Promise<void>;
  /** Settles when the worker has ended; rejects when it ended by itself. */
  done: Promise<void>;
}

/** Starts a worker for every task queue. Resolves once it listens. */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const log = createLog({ level: options.logLevel, file: options.logFile });
  installRuntime(log);
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.reverse())
      await closer().catch((error: unknown) => log.warn({ err: error }, 'closing'));
  };
  try {
    const { address, namespace, apiKey, tls } = options.temporal;
    const connection = await NativeConnection.connect({ address, apiKey, tls });
    closers.push(() => connection.close());
    const clientConnection = await Connection.connect({ address, apiKey, tls });
    closers.push(() => clientConnection.close());
    await ensureSearchAttributes(clientConnection, namespace, log);
    const { deps, months } = await dependencies(
      options,
      new Client({ connection: clientConnection, namespace }),
      closers,
    );

    const common = {
      connection,
      namespace,
      shutdownGraceTime: options.shutdownGraceMs,
      maxHeartbeatThrottleInterval: '250ms',
      interceptors: interceptors(log),
    } as const;
    const workers = [
      await Worker.create({
        ...common,
        ...workflowCode(),
        taskQueue: TRANSFER_QUEUE,
        maxCachedWorkflows: 100,
        // The holder of each run's snapshot takes a place for as long as the run copies.
        maxConcurrentActivityTaskExecutions: options.parallelActivities + SNAPSHOTS,
        maxConcurrentLocalActivityExecutions: options.parallelActivities,
        activities: {
          ...createControlActivities(deps),
          ...createDropActivities(deps),
          ...createMonthActivities(months),
        },
      }),
      await Worker.create({
        ...common,
        taskQueue: partsQueue(TRANSFER_QUEUE),
        activities: {
          ...createPartActivities(deps),
          ...createFilePartActivities(deps),
          ...createMonthFileActivities(months),
        },
        maxConcurrentActivityTaskExecutions: options.threads,
      }),
    ];
    const done = runAll(workers, close);
    done.catch((error: unknown) => log.error({ err: error }, 'worker ended'));
    return {
      done,
      async stop() {
        for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
        await done.catch(() => undefined);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function runAll(workers: readonly Worker[], close: () => Promise<void>): Promise<void> {
  try {
    await Promise.all(workers.map((worker) => worker.run()));
  } finally {
    await close();
  }
}

async function dependencies(
  options: WorkerOptions,
  client: Client,
  closers: (() => Promise<unknown>)[],
): Promise<{
  deps: TransferDependencies & NotifyDependencies & DropDependencies;
  months: MonthDependencies & NotifyDependencies;
}> {
  const catalog = await openCatalog({ url: options.catalogUrl });
  closers.push(() => catalog.close());
  const { configurations, environment, warehouseEnvironment, environmentRules, maskKey } = createEnvironments(
    catalog.configurations,
    options.configPath,
  );
  const parts = localPartStore({ root: options.staging.path, minFreeBytes: options.staging.minFreeBytes });
  const open = { memoryLimit: options.memoryLimit, tempDirectory: join(options.staging.path, 'duckdb') };
  const databases = createDatabases(async (ref) => {
    try {
      const settings = await environment(ref);
      const connector = connectorFor(settings.kind);
      const database = await connector.open(settings, {
        ...open,
        applicationName: `longshore ${ref.runId}`,
        poolSize: 8,
      });
      return inEnvironment(database, ref.environment);
    } catch (error) {
      throw withEnvironment(error, ref.environment);
    }
  });
  closers.push(() => databases.close());
  const movers = createMovers({ threads: options.threads, open, environment, maskKey });
  closers.push(() => movers.close());
  const batches = createMonthBatches(configurations, options.configPath);
  const warehouses = createWarehouses({
    environment: warehouseEnvironment,
    batch: async (ref) => (await batches.monthBatch(ref)).batch,
    staging: options.staging.path,
    memoryLimit: options.memoryLimit,
    pollMs: POLL_MS,
  });
  closers.push(() => warehouses.close());
  const common = {
    catalog,
    configurations,
    environmentRules,
    ...createNotifications(configurations, options.configPath),
    isRunOpen: (runId: string) => isOpen(client, runId),
    now: () => new Date(),
  };
  const months = {
    ...common,
    ...batches,
    ...createMonthFolders({ staging: options.staging.path, parts, configPath: options.configPath }),
    warehouses,
    files: movers.monthFiles,
    expectedDays,
  };
  const deps = {
    ...common,
    databases,
    movers,
    files: movers.files,
    parts,
    types: typeSystemFor,
    lockTimeoutMs: options.lockTimeoutMs,
    maxRejectedRows: MAX_REJECTED_ROWS,
    dropFolder: createDropFolders(configurations, options.configPath),
    announceSnapshot: (runId: string, epoch: number) =>
      client.workflow.getHandle(runId).signal(snapshotReadySignal, { epoch }),
  };
  return { deps, months };
}

async function isOpen(client: Client, workflowId: string): Promise<boolean> {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** The bundle made at build time; without a build, Temporal bundles the sources itself. */
function workflowCode(): Pick<TemporalWorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  const codePath = join(__dirname, '..', 'workflow-bundle.js');
  return existsSync(codePath) ? { workflowBundle: { codePath } } : { workflowsPath: require.resolve('../workflows') };
}

function interceptors(log: Logger): TemporalWorkerOptions['interceptors'] {
  return { activity: [(context) => ({ inbound: new FailureInterceptor(context, log) })] };
}

/** Rejected rows of a part that are written down; about 30 MB of memory. */
const MAX_REJECTED_ROWS = 100_000;

/** Between two looks at a statement that runs in a warehouse. */
const POLL_MS = 1000;

/** Room for snapshot holders beside the activities that do something. */
const SNAPSHOTS = 64;

let installed = false;

/** Temporal allows one runtime a process. */
function installRuntime(log: Logger): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    logger: temporalLogger(log),
    shutdownSignals: [],
    telemetryOptions: { logging: { forward: {}, filter: 'WARN' } },
  });
}
