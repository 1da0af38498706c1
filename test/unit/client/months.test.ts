import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure, defaultPayloadConverter, RetryState } from '@temporalio/common';
import type { MonthBatchRecord, MonthFileRecord, RunRecord } from '../../../catalog';
import type { ClientContext } from '../../../client/context';
import { liveBatch } from '../../../client/month-progress';
import { cancelMonthTask, monthTaskResult, startMonthTask } from '../../../client/month-tasks';
import { type BatchRequest, monthsClient } from '../../../client/months';
import type { BatchProgress } from '../../../workflows/month-batch/messages';
import type { MonthLoadProgress } from '../../../workflows/month-load/messages';
import { parts } from '../report/records';

const RUN = 'month/trading/2026-11-20T05:00Z';

/** A workflow as Temporal has it. */
interface Workflow {
  status: 'RUNNING' | 'COMPLETED' | 'TERMINATED';
  answer?: BatchProgress | MonthLoadProgress;
  /** Heartbeats of its activities. */
  beats?: object[];
  result?: () => Promise<unknown>;
}

interface World {
  workflows: Record<string, Workflow>;
  runs: RunRecord[];
  batches: MonthBatchRecord[];
  files: readonly MonthFileRecord[];
  worker: boolean;
}

const run = (patch: Partial<RunRecord> = {}): RunRecord => ({
  runId: RUN,
  temporalRunId: 't',
  kind: 'month',
  name: 'trading',
  target: 'dwh',
  configVersion: 1,
  triggeredBy: 'ann',
  dryRun: false,
  status: 'running',
  startedAt: new Date('2026-11-20T05:00:00Z'),
  input: { batch: 'trading', batchId: 'trading-1', action: 'load', months: ['2024-01', '2024-02', '2024-03'] },
  ...patch,
});

/** A client over a Temporal server and a catalog that exist in the test alone, and what was asked of them. */
function world(patch: Partial<World> = {}) {
  const { batch, files } = parts();
  const all: World = { workflows: {}, runs: [], batches: [batch], files, worker: true, ...patch };
  const started: { type: string; workflowId: string; args: unknown[] }[] = [];
  const audit: { action: string; subject: string }[] = [];
  const handle = (id: string) => {
    const found = (): Workflow => {
      const workflow = all.workflows[id];
      if (workflow) return workflow;
      throw new WorkflowNotFoundError('none', id, undefined);
    };
    return {
      describe: async () => ({
        status: { name: found().status },
        startTime: new Date('2026-11-20T05:00:00Z'),
        raw: {
          pendingActivities: (found().beats ?? []).map((beat) => ({
            heartbeatDetails: { payloads: [defaultPayloadConverter.toPayload(beat)] },
          })),
        },
      }),
      query: async () => {
        const { answer } = found();
        if (answer) return answer;
        throw new Error('nobody answers');
      },
      cancel: async () => void found(),
      result: async () => found().result?.(),
    };
  };
  const finish = (runId: string, { status }: { status: RunRecord['status'] }): void => {
    all.runs = all.runs.map((each) => (each.runId === runId ? { ...each, status, finishedAt: new Date() } : each));
  };
  const context = {
    temporal: {
      settings: { namespace: 'default', address: 'here:7233' },
      call: (work: () => Promise<unknown>) => work(),
      connection: {
        workflowService: {
          describeTaskQueue: async () => ({
            pollers: all.worker ? [{ lastAccessTime: { seconds: Date.now() / 1000 } }] : [],
          }),
        },
      },
      client: {
        workflow: {
          getHandle: handle,
          start: async (type: string, options: { workflowId: string; args: unknown[] }) =>
            void started.push({ type, workflowId: options.workflowId, args: options.args }),
        },
      },
    },
    catalog: {
      runs: {
        get: async (runId: string) => all.runs.find((each) => each.runId === runId),
        list: async () => all.runs,
        finish: async (runId: string, how: { status: RunRecord['status'] }) => finish(runId, how),
      },
      configurations: { register: async () => ({ version: 7 }) },
      audit: { record: async (entry: { action: string; subject: string }) => void audit.push(entry) },
      months: {
        batch: async (id: string) => all.batches.find(({ batchId }) => batchId === id),
        batches: async ({ batch: name }: { batch: string }) => all.batches.filter((each) => each.batch === name),
        files: async () => all.files,
      },
    },
  } as unknown as ClientContext;
  return { context, client: monthsClient(context), started, audit, all };
}

const CONFIGURATION = {
  source: 'longshore.yaml',
  document: {
    version: 1,
    environments: { dwh: { kind: 'duckdb', path: 'a' }, other: { kind: 'duckdb', path: 'b' } },
    monthBatches: {
      trading: { to: 'dwh', tables: { trades: { files: 't_{month}.tsv' } } },
    },
  },
};
const ASK = { configuration: CONFIGURATION, by: 'ann' };
const REQUEST: BatchRequest = { ...ASK, batch: 'trading', action: 'load', months: ['2024-01'], quality: 'file' };

const progress: BatchProgress = {
  status: 'running',
  phase: 'loading',
  batchId: 'trading-1',
  action: 'load',
  startedAt: '2026-11-20T05:00:00.000Z',
  months: [
    { month: '2024-01', state: 'done', files: 1, filesDone: 1, workflowId: `${RUN}/2024-01` },
    { month: '2024-02', state: 'running', files: 2, filesDone: 0, workflowId: `${RUN}/2024-02` },
  ],
};

describe('starting a batch', () => {
  it('names run and batch by batch and time, and says whether somebody works', async () => {
    const { client, started, audit } = world({ batches: [], worker: false });
    const at = new Date('2026-11-20T05:00:00Z');
    const result = await client.start({ ...REQUEST, months: ['2024-01', '2024-02'], at, parallel: 2, reason: 'why' });
    expect(result).toMatchObject({ runId: RUN, configVersion: 7, workerListens: false });
    expect(result.batchId).toMatch(/^trading-2026-11-20-[0-9a-f]{6}$/);
    expect(started).toMatchObject([
      {
        type: 'monthBatch',
        workflowId: RUN,
        args: [{ batchId: result.batchId, resume: false, months: ['2024-01', '2024-02'], parallel: 2, reason: 'why' }],
      },
    ]);
    expect(audit).toMatchObject([{ action: 'month.load', subject: RUN }]);
  });

  it('takes another id where the catalog has that of a server that was lost', async () => {
    const { client } = world({ runs: [run({ status: 'done', finishedAt: new Date() })] });
    const { runId } = await client.start({ ...REQUEST, at: new Date('2026-11-20T05:00:00Z') });
    expect(runId).not.toBe(RUN);
    expect(runId.startsWith('month/trading/2026-11-20T05:00')).toBe(true);
  });

  it('is refused beside a load of it that runs, and not beside one that no longer does, or a check', async () => {
    const busy = world({ runs: [run()], workflows: { [RUN]: { status: 'RUNNING' } } });
    await expect(busy.client.start(REQUEST)).rejects.toMatchObject({ code: 'RUN_IN_PROGRESS' });
    await busy.client.start({ ...REQUEST, action: 'check' });
    const dead = world({ runs: [run()], workflows: { [RUN]: { status: 'TERMINATED' } } });
    await dead.client.start(REQUEST);
    expect(dead.all.runs[0]).toMatchObject({ status: 'cancelled' });
  });

  it('of a batch that there is not is refused', async () => {
    await expect(world().client.start({ ...REQUEST, batch: 'tradin' })).rejects.toMatchObject({
      code: 'CONFIG_UNKNOWN_NAME',
    });
  });
});

describe('resuming a batch', () => {
  it('asks for what is left of it, as it was asked for before', async () => {
    const [record] = [parts().batch];
    const { client, started, audit } = world({
      batches: [{ ...record, options: { tables: ['trades'], basePath: '/in', replace: true, parallel: 3 } }],
    });
    await client.resume('trading', { by: 'bob', quality: 'warehouse' });
    expect(started[0]?.args).toMatchObject([
      {
        batchId: 'trading-1',
        resume: true,
        months: ['2024-02', '2024-03'],
        quality: 'warehouse',
        tables: ['trades'],
        basePath: '/in',
        replace: true,
        parallel: 3,
        configVersion: 1,
        triggeredBy: 'bob',
      },
    ]);
    expect(audit).toMatchObject([{ action: 'month.resume' }]);
  });

  it('may have the configuration as it is now, unless that goes elsewhere', async () => {
    const { client, started } = world();
    await client.resume('trading-1', ASK);
    expect(started[0]?.args).toMatchObject([{ configVersion: 7, quality: 'file' }]);
    const document = { ...CONFIGURATION.document, monthBatches: { trading: { to: 'other', tables: {} } } };
    const elsewhere = client.resume('trading-1', { by: 'ann', configuration: { ...CONFIGURATION, document } });
    await expect(elsewhere).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('is refused for one that has completed, and one that there is not', async () => {
    const { client } = world({ batches: [{ ...parts().batch, status: 'completed' }] });
    for (const name of ['trading-1', 'nobody'])
      await expect(client.resume(name, { by: 'ann' })).rejects.toMatchObject({ code: 'BATCH_NOT_FOUND' });
  });
});

describe('how far a batch is', () => {
  it('comes from its workflows: months, files of those that run, and what their steps reported', async () => {
    const file = { table: 'trades', bytes: 1000 };
    const { context } = world({
      runs: [run()],
      workflows: {
        [RUN]: { status: 'RUNNING', answer: progress },
        [`${RUN}/2024-02`]: {
          status: 'RUNNING',
          beats: [
            { fileId: 3, rows: 7, bytes: 70 },
            { fileId: 2, rows: 10, bytes: 500 },
          ],
          answer: {
            month: '2024-02',
            paused: false,
            files: [
              { ...file, fileId: 1, file: 'a.tsv', state: 'published' },
              { ...file, fileId: 2, file: 'b.tsv', state: 'packing' },
              { ...file, fileId: 3, file: 'c.tsv', state: 'copying' },
            ],
          },
        },
      },
    });
    expect(await liveBatch(context, RUN)).toMatchObject({
      runId: RUN,
      phase: 'loading',
      workerMissing: false,
      files: [
        { fileId: 1, month: '2024-02', rowsUnderway: 0, bytesUnderway: 0 },
        { fileId: 2, month: '2024-02', rowsUnderway: 10, bytesUnderway: 500 },
        { fileId: 3, month: '2024-02', rowsUnderway: 7, bytesUnderway: 70 },
      ],
    });
  });

  it('comes from the catalog while nobody answers, and when it has ended', async () => {
    const away = world({ runs: [run()], workflows: { [RUN]: { status: 'RUNNING' } }, worker: false });
    expect(await liveBatch(away.context, RUN)).toMatchObject({
      phase: 'loading',
      workerMissing: true,
      months: [
        { month: '2024-01', state: 'done', files: 1 },
        { month: '2024-02', state: 'failed', files: 1, error: { code: 'QUALITY_FAILED' } },
        { month: '2024-03', state: 'waiting', files: 0 },
      ],
    });
    const error = { code: 'COPY_FAILED', message: 'm', place: {}, next: 'n' } as const;
    const over = world({ runs: [run({ status: 'partial', finishedAt: new Date('2026-11-20T06:00:00Z'), error })] });
    expect(await liveBatch(over.context, RUN)).toMatchObject({
      status: 'partial',
      phase: 'ended',
      finishedAt: '2026-11-20T06:00:00.000Z',
      error: { code: 'COPY_FAILED' },
    });
  });

  it('is known also of a run that nobody recorded, and of none that there is not', async () => {
    const waiting = world({ workflows: { [RUN]: { status: 'RUNNING' } }, worker: false });
    expect(await liveBatch(waiting.context, RUN)).toMatchObject({ phase: 'planning', workerMissing: true, months: [] });
    const refused = world({ workflows: { [RUN]: { status: 'COMPLETED' } } });
    expect(await liveBatch(refused.context, RUN)).toMatchObject({ phase: 'ended', status: 'failed' });
    await expect(liveBatch(world().context, RUN)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  it('closes a run that was terminated, and is watched until then', async () => {
    const { client, all } = world({ runs: [run()], workflows: { [RUN]: { status: 'RUNNING', answer: progress } } });
    const seen: string[] = [];
    for await (const { phase, status } of client.watch(RUN, { intervalMs: 1 })) {
      seen.push(`${phase} ${status}`);
      all.workflows[RUN] = { status: 'TERMINATED' };
    }
    expect(seen).toEqual(['loading running', 'ended cancelled']);
  });
});

describe('waiting for a batch', () => {
  it('answers its result, also when it failed', async () => {
    const done = { status: 'done', batchId: 'trading-1', months: [], rows: 5, bytes: 6 };
    const good = world({ runs: [run()], workflows: { [RUN]: { status: 'COMPLETED', result: async () => done } } });
    expect(await good.client.wait(RUN)).toEqual(done);
    const bad = world({
      runs: [run({ status: 'failed', finishedAt: new Date() })],
      workflows: { [RUN]: { status: 'COMPLETED', result: failing } },
    });
    expect(await bad.client.wait(RUN)).toMatchObject({
      status: 'failed',
      batchId: 'trading-1',
      error: { code: 'COUNT_CHANGED', message: 'other rows' },
    });
  });
});

async function failing(): Promise<never> {
  const cause = ApplicationFailure.create({ type: 'COUNT_CHANGED', message: 'other rows', nonRetryable: true });
  throw new WorkflowFailedError('failed', cause, RetryState.NON_RETRYABLE_FAILURE);
}

describe('asking something of a batch', () => {
  const TASK = { kind: 'stage-list' } as const;

  it('starts a run of its own, written down before it is done', async () => {
    const { context, started, audit } = world();
    const id = await startMonthTask(context, 'trading', TASK, { ...ASK, reason: 'to see' });
    expect(id).toMatch(/^month.*\/trading\/stage-list\//);
    expect(started).toMatchObject([
      {
        type: 'monthTask',
        workflowId: id,
        args: [{ batch: 'trading', configVersion: 7, task: TASK, reason: 'to see' }],
      },
    ]);
    expect(audit).toMatchObject([{ action: 'month.stage-list', subject: id }]);
  });

  it('needs a worker, and a batch that there is', async () => {
    const { context, started } = world({ worker: false });
    await expect(startMonthTask(context, 'trading', TASK, ASK)).rejects.toMatchObject({ code: 'NO_WORKER' });
    await expect(startMonthTask(context, 'nothing', TASK, ASK)).rejects.toMatchObject({ code: 'CONFIG_UNKNOWN_NAME' });
    expect(started).toEqual([]);
  });

  it('answers what was found, or throws what it failed with', async () => {
    const { context } = world({
      workflows: {
        good: { status: 'COMPLETED', result: async () => ({ kind: 'stage-list', stage: 'S', files: [] }) },
        bad: { status: 'COMPLETED', result: failing },
      },
    });
    expect(await monthTaskResult(context, 'good')).toMatchObject({ stage: 'S' });
    await expect(monthTaskResult(context, 'bad')).rejects.toMatchObject({
      code: 'COUNT_CHANGED',
      message: 'other rows',
    });
    await expect(
      monthTaskResult(
        world({
          workflows: {
            gone: {
              status: 'COMPLETED',
              result: () => Promise.reject(new WorkflowNotFoundError('none', 'gone', undefined)),
            },
          },
        }).context,
        'gone',
      ),
    ).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  it('is cancelled while it runs, and refused when it has ended', async () => {
    const { context, audit } = world({ workflows: { task: { status: 'RUNNING' } } });
    await cancelMonthTask(context, 'task', { by: 'ann' });
    expect(audit).toMatchObject([{ action: 'run.cancel', subject: 'task' }]);
    await expect(cancelMonthTask(context, 'gone', { by: 'ann' })).rejects.toMatchObject({ code: 'RUN_ENDED' });
  });
});
