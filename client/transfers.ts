/** Starting transfer sets and following them. */
import { WorkflowExecutionAlreadyStartedError, WorkflowFailedError } from '@temporalio/client';
import { TypedSearchAttributes, defaultPayloadConverter } from '@temporalio/common';
import type { RunRecord } from '../catalog';
import { LongshoreError } from '../core/errors/longshore-error';
import { TRANSFER_QUEUE } from '../workflows/queues';
import { progressQuery, type RunProgress, type TransferSetInput, type TransferSetResult } from '../workflows/transfer-set/messages';
import { tableProgressQuery } from '../workflows/transfer-table/messages';
import { type ConfigurationInput, transferEnds } from './configuration';
import { isUnanswered } from './connection';
import type { ClientContext } from './context';
import { reportOf, statusOf } from './failures';
import { type LiveProgress, liveTable, recordedProgress, type Underway, underway } from './progress';
import { transferRunIds } from './run-id';
import { describeRun, reconcile } from './runs';
import { runAttributes, withSearchAttributes } from './search-attributes';
import { hasWorker } from './workers';

export interface StartRequest {
  /** Secrets as references, never values. */
  configuration: ConfigurationInput;
  set: string;
  tables?: string[];
  dryRun?: boolean;
  reason?: string;
  triggeredBy: string;
  /** For the run's id. Default: now. */
  at?: Date;
}

export interface Started {
  runId: string;
  configVersion: number;
  /** False when nobody works on transfers: the run waits for a worker. */
  workerListens: boolean;
}

export interface TransfersClient {
  /** Registers the configuration and starts a run. Throws CONFIG_UNKNOWN_NAME, RUN_IN_PROGRESS, TEMPORAL_UNAVAILABLE. */
  run(request: StartRequest): Promise<Started>;
  /** Starts a run with the arguments and the configuration of an earlier one. Throws RUN_NOT_FOUND. */
  again(runId: string, request: { triggeredBy: string; reason?: string; at?: Date }): Promise<Started>;
  /** Resolves when the run has ended, however it ended. Outlasts restarts of the Temporal server of up to two minutes. */
  wait(runId: string): Promise<TransferSetResult>;
  /** How far the run is. Throws RUN_NOT_FOUND. */
  progress(runId: string): Promise<LiveProgress>;
  /** Progress every `intervalMs` (default 1000) until the run has ended; the last value has phase `ended`. */
  watch(runId: string, options?: { intervalMs?: number; signal?: AbortSignal }): AsyncGenerator<LiveProgress>;
}

/** How long `wait` and `watch` bear with servers that do not answer. */
const PATIENCE_MS = 120_000;

export function transfersClient(context: ClientContext): TransfersClient {
  const { temporal, catalog } = context;

  async function start(ends: { from: string; to: string }, input: TransferSetInput, at: Date, source?: string): Promise<Started> {
    if (!input.dryRun) await refuseSecond(context, input.set, ends.to);
    const { set, configVersion, tables, dryRun, triggeredBy, reason } = input;
    const details = [
      `**${set}** from ${ends.from} to ${ends.to}${dryRun ? ' (dry run: plans only)' : ''}`,
      `- tables: ${tables ? tables.join(', ') : 'all of the set'}`,
      `- configuration: version ${configVersion}${source ? ` (${source})` : ''}`,
      `- triggered by: ${triggeredBy}${reason ? ` — ${reason}` : ''}`,
    ];
    const workerListens = await hasWorker(temporal);
    const options = {
      taskQueue: TRANSFER_QUEUE,
      args: [input],
      typedSearchAttributes: new TypedSearchAttributes(runAttributes({ name: set, target: ends.to, triggeredBy })),
      staticSummary: `${dryRun ? 'preview of ' : ''}${set}: ${ends.from} → ${ends.to}`,
      staticDetails: details.join('\n'),
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
    } as const;
    for (const workflowId of transferRunIds(set, at)) {
      // A server that was started anew has forgotten the ids that the catalog still keeps.
      if (await catalog.runs.get(workflowId)) continue;
      try {
        await withSearchAttributes(temporal, () => temporal.call(() => temporal.client.workflow.start('transferSet', { ...options, workflowId })));
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) continue;
        throw error;
      }
      const entry = { set, configVersion, tables: tables ?? null, dryRun: dryRun ?? false, reason: reason ?? null };
      await catalog.audit.record({ id: `${workflowId}:start`, actor: triggeredBy, action: 'run.start', subject: workflowId, details: entry });
      return { runId: workflowId, configVersion, workerListens };
    }
    throw new LongshoreError('RUN_IN_PROGRESS', `Runs of ${set} were already started at ${at.toISOString()}.`);
  }

  async function current(runId: string): Promise<LiveProgress> {
    const run = await catalog.runs.get(runId);
    if (run?.finishedAt) return recordedProgress(run, await catalog.tables.list(runId));
    const description = await describeRun(context, runId);
    if (description?.status.name === 'RUNNING') {
      const asked = await ask(context, runId);
      if (asked) return enrich(context, runId, asked);
      const missing = !(await hasWorker(temporal));
      if (run) return recordedProgress(run, await catalog.tables.list(runId), missing);
      return { runId, status: 'running', phase: 'planning', tables: [], startedAt: description.startTime.toISOString(), workerMissing: missing };
    }
    if (run) {
      await reconcile(context, run, description);
      const closed = (await catalog.runs.get(runId)) ?? run;
      return recordedProgress(closed, await catalog.tables.list(runId));
    }
    if (!description) throw new LongshoreError('RUN_NOT_FOUND', `There is no run ${runId}.`);
    const result = await result_(runId);
    const times = { startedAt: description.startTime.toISOString(), finishedAt: description.closeTime?.toISOString() };
    return { runId, status: result.status, phase: 'ended', tables: [], error: result.error, workerMissing: false, ...times };
  }

  async function result_(runId: string): Promise<TransferSetResult> {
    try {
      return (await temporal.client.workflow.getHandle(runId).result()) as TransferSetResult;
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      const failure = reportOf(error);
      const run = await catalog.runs.get(runId);
      if (run && !run.finishedAt) await reconcile(context, run);
      const tables = await catalog.tables.list(runId);
      const count = (phase: string): number => tables.filter((table) => table.phase === phase).length;
      return { status: run?.finishedAt ? run.status : statusOf(failure), tables: tables.length, published: count('published'), failed: count('failed'), rows: 0, bytes: 0, error: failure };
    }
  }

  return {
    async run({ configuration, set, tables, dryRun, reason, triggeredBy, at = new Date() }) {
      const ends = transferEnds(configuration, set);
      const { version, isNew } = await catalog.configurations.register({ ...configuration, by: triggeredBy });
      if (isNew) {
        const details = { version, source: configuration.source };
        await catalog.audit.record({ id: `config:${version}`, actor: triggeredBy, action: 'config.register', subject: `config/${version}`, details });
      }
      const input: TransferSetInput = { set, configVersion: version, triggeredBy, ...(tables?.length && { tables }), ...(dryRun && { dryRun }), ...(reason && { reason }) };
      return start(ends, input, at, configuration.source);
    },

    async again(runId, { triggeredBy, reason, at = new Date() }) {
      const earlier = await catalog.runs.get(runId);
      if (!earlier) throw new LongshoreError('RUN_NOT_FOUND', `The catalog has no run ${runId}.`);
      const stored = await catalog.configurations.get(earlier.configVersion);
      const configuration = { document: stored?.document, source: stored?.source ?? `configuration version ${earlier.configVersion}` };
      const input = { ...(earlier.input as TransferSetInput), triggeredBy, reason: reason ?? `again: ${runId}` };
      return start(transferEnds(configuration, earlier.name), input, at, configuration.source);
    },

    wait: (runId) => patiently(() => result_(runId)),

    progress: current,

    async *watch(runId, { intervalMs = 1000, signal } = {}) {
      while (!signal?.aborted) {
        const progress = await patiently(() => current(runId), signal);
        yield progress;
        if (progress.phase === 'ended') return;
        await pause(intervalMs, signal);
      }
    },
  };
}

/** Two runs of a set into one target would write the same tables; the worker checks again when the run begins. */
async function refuseSecond(context: ClientContext, set: string, target: string): Promise<void> {
  const isOpen = (run: RunRecord): boolean => run.target === target && !run.finishedAt && !run.dryRun;
  const open = (await context.catalog.runs.list({ kind: 'transfer', name: set, limit: 100 })).filter(isOpen);
  for (const run of open) await reconcile(context, run);
  for (const run of open) {
    const now = await context.catalog.runs.get(run.runId);
    if (now && isOpen(now)) {
      const message = `Transfer set ${set} is already running into ${target}, as ${run.runId}, started by ${run.triggeredBy} at ${run.startedAt.toISOString()}.`;
      throw new LongshoreError('RUN_IN_PROGRESS', message, { environment: target });
    }
  }
}

/** The workflow's own answer; undefined when no worker is there to give it. */
async function ask({ temporal }: ClientContext, runId: string): Promise<RunProgress | undefined> {
  try {
    return await temporal.call(() => temporal.client.workflow.getHandle(runId).query(progressQuery), 4_000);
  } catch {
    return undefined;
  }
}

async function enrich(context: ClientContext, runId: string, progress: RunProgress): Promise<LiveProgress> {
  const records = new Map((await context.catalog.tables.list(runId)).map((record) => [record.tableId, record]));
  const tables = await Promise.all(
    progress.tables.map(async (table) => {
      const record = records.get(table.table);
      if (table.phase !== 'copying' || table.workflowId === undefined) return liveTable(table, record);
      const [child, live] = await Promise.all([askChild(context, table.workflowId), pendingWork(context, table.workflowId)]);
      return liveTable(table, record, child, live);
    }),
  );
  return { ...progress, runId, tables, workerMissing: false };
}

async function askChild({ temporal }: ClientContext, workflowId: string) {
  return temporal.call(() => temporal.client.workflow.getHandle(workflowId).query(tableProgressQuery), 2_000).catch(() => undefined);
}

async function pendingWork(context: ClientContext, workflowId: string): Promise<Underway | undefined> {
  const description = await describeRun(context, workflowId).catch(() => undefined);
  const pending = (description?.raw.pendingActivities ?? []).map(({ activityType, heartbeatDetails }) => {
    const payload = heartbeatDetails?.payloads?.[0];
    return { type: activityType?.name ?? '', heartbeat: payload ? defaultPayloadConverter.fromPayload<unknown>(payload) : undefined };
  });
  return underway(pending);
}

/** Tries again while servers do not answer, for two minutes at most. */
async function patiently<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let since: number | undefined; ; ) {
    try {
      return await work();
    } catch (error) {
      const away = isUnanswered(error) || (error instanceof LongshoreError && (error.code === 'TEMPORAL_UNAVAILABLE' || error.code === 'CATALOG_UNAVAILABLE'));
      since ??= Date.now();
      if (!away || signal?.aborted || Date.now() - since > PATIENCE_MS) throw error;
      await pause(1000, signal);
    }
  }
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
    if (signal?.aborted) done();
  });
}
