/** Runs the real workflows against a real Temporal server with activities that a test can script. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { ApplicationFailure } from '@temporalio/common';
import { Context } from '@temporalio/activity';
import type { ControlActivities, PartActivities, PlannedRun, PlannedTable } from '../../activities';
import type { ErrorCode } from '../../core/errors/catalogue';
import type { ErrorReport } from '../../core/errors/longshore-error';
import { snapshotReadySignal, type TransferSetInput } from '../../workflows/transfer-set/messages';
import { partsQueue } from '../../workflows/queues';
import { findTemporalCli } from '../../dev/temporal-cli';
import { testTemporal, workflowBundle } from '../helpers/temporal';

Runtime.install({ logger: new DefaultLogger('ERROR') });

export type Activities = ControlActivities & PartActivities;

export interface Harness {
  client: Client;
  /** Names and main arguments of the activities in the order they were started. */
  calls: string[];
  start(input?: Partial<TransferSetInput>): Promise<WorkflowHandle>;
  /** Tells the workflow of a new snapshot, as the holder does. */
  announce(runId: string, epoch: number): Promise<void>;
}

export const table = (name: string, more: Partial<PlannedTable> = {}): PlannedTable => ({
  table: name,
  estimatedRows: 10,
  parallel: 2,
  verify: 'aggregates',
  checkReferences: false,
  after: [],
  ...more,
});

export const plan = (tables: PlannedTable[], more: Partial<PlannedRun> = {}): PlannedRun => ({
  from: 'prod',
  to: 'uat',
  publish: 'set',
  parallelTables: 2,
  tables,
  ...more,
});

/** What an activity throws when it ends with an error of the catalogue. */
export const failure = (code: ErrorCode, message: string, place: object = {}): Error =>
  ApplicationFailure.create({
    type: code,
    message,
    nonRetryable: true,
    details: [{ code, message, place, next: 'do something' }],
  });

/** What `failure` says, as activities return it. */
export const reportOf = (error: Error): ErrorReport => (error as ApplicationFailure).details?.[0] as ErrorReport;

/** Waits like an activity that observes cancellation. */
export async function untilCancelled(): Promise<never> {
  const { info, cancelled } = Context.current();
  const timer = info.isLocal ? undefined : setInterval(() => Context.current().heartbeat(), 100);
  try {
    return await cancelled;
  } finally {
    clearInterval(timer);
  }
}

/** Waits until something is so. */
export async function eventually(condition: () => boolean | Promise<boolean>, seconds = 20): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition never came true');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Starts workers with default activities, `script` replacing some of them, and stops them after `test`. */
export async function withWorkflows(
  script: (harness: Harness) => Partial<Activities>,
  test: (harness: Harness) => Promise<void>,
): Promise<void> {
  await withWorkers(async (client, queue, run) => {
    const calls: string[] = [];
    const harness: Harness = {
      client,
      calls,
      start: (input = {}) =>
        client.workflow.start('transferSet', {
          taskQueue: queue,
          workflowId: `transfer/test/${randomUUID()}`,
          args: [{ set: 'test', configVersion: 1, triggeredBy: 'tester', ...input }],
        }),
      announce: (runId, epoch) => client.workflow.getHandle(runId).signal(snapshotReadySignal, { epoch }),
    };
    const activities = { ...defaultsOf(harness), ...script(harness) };
    await run(noted(activities, calls, calledWith), () => test(harness));
  });
}

function defaultsOf(harness: Harness): Activities {
  return {
    planRun: async () => plan([table('public.a'), table('public.b')]),
    holdSnapshot: async ({ runId }) => {
      await harness.announce(runId, 1);
      await untilCancelled();
    },
    prepareTable: async () => ({ parts: 3 }),
    measureSource: async () => ({ epoch: 1 }),
    settleParts: async () => ({ epoch: 1, stale: 0 }),
    finishTable: async () => undefined,
    verifyTable: async () => undefined,
    fingerprintTable: async () => undefined,
    checkReferences: async () => ({ failed: [] }),
    notifyRun: async () => ({ delivered: [], failed: [] }),
    publishTables: async () => undefined,
    noteStatus: async () => undefined,
    cleanUp: async () => undefined,
    endRun: async () => undefined,
    extractPart: async () => ({ rows: 10, bytes: 100 }),
    loadPart: async () => undefined,
  };
}

/** Runs activities on a task queue of their own, and on that of its parts, for as long as `test` takes. */
export type RunWorkers = (activities: object, test: () => Promise<void>) => Promise<void>;

/** Gives `use` a client, a name for a task queue, and a way to start workers on it. */
export async function withWorkers(
  use: (client: Client, queue: string, run: RunWorkers) => Promise<void>,
): Promise<void> {
  const temporal = await testTemporal();
  const native = await NativeConnection.connect({ address: temporal.address });
  const queue = `${randomUUID()}-transfers`;
  try {
    await use(temporal.client, queue, async (activities, test) => {
      const common = {
        connection: native,
        namespace: 'default',
        identity: 'worker',
        activities,
        maxHeartbeatThrottleInterval: '100ms',
        shutdownGraceTime: 0,
      } as const;
      const workers = await Promise.all([
        Worker.create({ ...common, taskQueue: queue, workflowBundle: workflowBundle() }),
        Worker.create({ ...common, taskQueue: partsQueue(queue) }),
      ]);
      const running = Promise.all(workers.map((worker) => worker.run()));
      try {
        await test();
      } finally {
        for (const worker of workers) worker.shutdown();
        await running;
      }
    });
  } finally {
    await Promise.all([native.close(), temporal.close()]);
  }
}

interface TransferArgument {
  table?: string;
  tables?: string[];
  part?: number;
  status?: string;
  event?: string;
}

const calledWith = ({ table: one, tables, part, status, event }: TransferArgument): (string | number | undefined)[] => [
  one ?? tables?.join('+') ?? status ?? event,
  part,
];

/** Activities that write down their names and what `words` says of their argument, when they are started. */
export function noted<A extends object, T>(
  activities: A,
  calls: string[],
  words: (argument: T) => (string | number | undefined)[],
): A {
  const entries = Object.entries(activities).map(([name, run]) => {
    const call = run as (argument: T) => Promise<unknown>;
    const wrapped: typeof call = async (argument) => {
      calls.push([name, ...words(argument)].filter((word) => word !== undefined).join(' '));
      return call(argument);
    };
    return [name, wrapped];
  });
  return Object.fromEntries(entries) as A;
}

/** With LONGSHORE_RECORD_HISTORIES set, keeps the history of a scenario for the replay tests: of its latest run, or of one. */
export async function record(handle: WorkflowHandle, scenario: string, runId?: string): Promise<void> {
  const folder = process.env.LONGSHORE_RECORD_HISTORIES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  const file = await findTemporalCli();
  const address = process.env.LONGSHORE_TEST_TEMPORAL ?? '';
  const history: unknown = JSON.parse(
    execFileSync(
      file,
      ['workflow', 'show', '--output', 'json', '--address', address, '--workflow-id', handle.workflowId].concat(
        runId === undefined ? [] : ['--run-id', runId],
      ),
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    ),
  );
  const text = `${JSON.stringify({ workflowId: handle.workflowId, history }, withoutTraces, 1)}\n`;
  const isLong = text.length > LONG;
  writeFileSync(join(folder, `${scenario}.json${isLong ? '.gz' : ''}`), isLong ? gzipSync(text, { level: 9 }) : text);
}

/** Characters of a history that is better kept compressed. */
const LONG = 256 * 1024;

/** Stacks and identities name the machine that a history was recorded on, and replaying needs neither. */
const withoutTraces = (key: string, value: unknown): unknown =>
  key === 'stackTrace' || key === 'identity' ? undefined : value;
