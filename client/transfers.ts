/** Starting transfer sets and following them. */
import { WorkflowExecutionAlreadyStartedError, WorkflowFailedError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { RunRecord } from '../catalog';
import { LongshoreError } from '../core/errors/longshore-error';
import { TRANSFER_QUEUE } from '../workflows/queues';
import type { TransferSetInput, TransferSetResult } from '../workflows/transfer-set/messages';
import { type ConfigurationInput, transferEnds } from './configuration';
import type { ClientContext } from './context';
import { reportOf, statusOf } from './failures';
import { askWorkflow, liveProgress } from './live';
import { patiently, pause } from './patience';
import { type LiveProgress, recordedProgress } from './progress';
import { registerConfiguration } from './register';
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

export function transfersClient(context: ClientContext): TransfersClient {
  const { temporal, catalog } = context;

  async function start(
    ends: { from: string; to: string },
    input: TransferSetInput,
    at: Date,
    source?: string,
  ): Promise<Started> {
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
        await withSearchAttributes(temporal, () =>
          temporal.call(() => temporal.client.workflow.start('transferSet', { ...options, workflowId })),
        );
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) continue;
        throw error;
      }
      const entry = { set, configVersion, tables: tables ?? null, dryRun: dryRun ?? false, reason: reason ?? null };
      await catalog.audit.record({
        id: `${workflowId}:start`,
        actor: triggeredBy,
        action: 'run.start',
        subject: workflowId,
        details: entry,
      });
      return { runId: workflowId, configVersion, workerListens };
    }
    throw new LongshoreError('RUN_IN_PROGRESS', `Runs of ${set} were already started at ${at.toISOString()}.`);
  }

  async function current(runId: string): Promise<LiveProgress> {
    const run = await catalog.runs.get(runId);
    if (run?.finishedAt) return recordedProgress(run, await catalog.tables.list(runId));
    const description = await describeRun(context, runId);
    if (description?.status.name === 'RUNNING') {
      const asked = await askWorkflow(context, runId);
      if (asked) return liveProgress(context, runId, asked);
      const missing = !(await hasWorker(temporal));
      if (run) return recordedProgress(run, await catalog.tables.list(runId), missing);
      return {
        runId,
        status: 'running',
        phase: 'planning',
        tables: [],
        startedAt: description.startTime.toISOString(),
        workerMissing: missing,
      };
    }
    if (run) {
      await reconcile(context, run, description);
      const closed = (await catalog.runs.get(runId)) ?? run;
      return recordedProgress(closed, await catalog.tables.list(runId));
    }
    if (!description) throw new LongshoreError('RUN_NOT_FOUND', `There is no run ${runId}.`);
    const result = await resultOf(runId);
    const times = { startedAt: description.startTime.toISOString(), finishedAt: description.closeTime?.toISOString() };
    return {
      runId,
      status: result.status,
      phase: 'ended',
      tables: [],
      error: result.error,
      workerMissing: false,
      ...times,
    };
  }

  async function resultOf(runId: string): Promise<TransferSetResult> {
    try {
      return (await temporal.client.workflow.getHandle(runId).result()) as TransferSetResult;
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      const failure = reportOf(error);
      const run = await catalog.runs.get(runId);
      if (run && !run.finishedAt) await reconcile(context, run);
      const tables = await catalog.tables.list(runId);
      const count = (phase: string): number => tables.filter((table) => table.phase === phase).length;
      return {
        status: run?.finishedAt ? run.status : statusOf(failure),
        tables: tables.length,
        published: count('published'),
        failed: count('failed'),
        rows: 0,
        bytes: 0,
        error: failure,
      };
    }
  }

  return {
    async run({ configuration, set, tables, dryRun, reason, triggeredBy, at = new Date() }) {
      const ends = transferEnds(configuration, set);
      const input: TransferSetInput = {
        set,
        configVersion: await registerConfiguration(context, configuration, triggeredBy),
        triggeredBy,
        ...(tables?.length && { tables }),
        ...(dryRun && { dryRun }),
        ...(reason && { reason }),
      };
      return start(ends, input, at, configuration.source);
    },

    async again(runId, { triggeredBy, reason, at = new Date() }) {
      const earlier = await catalog.runs.get(runId);
      if (!earlier) throw new LongshoreError('RUN_NOT_FOUND', `The catalog has no run ${runId}.`);
      if (earlier.kind !== 'transfer')
        throw new LongshoreError(
          'USAGE',
          `${runId} is no run of a transfer set, so it cannot be run again.`,
          {},
          {
            next:
              earlier.kind === 'month'
                ? `Load the months with \`longshore month load ${earlier.name}\`.`
                : `Watch the drop folder with \`longshore drop watch ${earlier.name}\`.`,
          },
        );
      const stored = await catalog.configurations.get(earlier.configVersion);
      const configuration = {
        document: stored?.document,
        source: stored?.source ?? `configuration version ${earlier.configVersion}`,
      };
      const input = { ...(earlier.input as TransferSetInput), triggeredBy, reason: reason ?? `again: ${runId}` };
      return start(transferEnds(configuration, earlier.name), input, at, configuration.source);
    },

    wait: (runId) => patiently(() => resultOf(runId)),

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
