/** Runs that are under way or over: found, read, paused, resumed and cancelled. */
import { WorkflowNotFoundError, type WorkflowExecutionDescription, type WorkflowHandle } from '@temporalio/client';
import type { NotificationRecord, RunRecord, RunTableRecord } from '../catalog';
import { dropRunId } from '../core/drop/ids';
import { LongshoreError } from '../core/errors/longshore-error';
import { RUN_KINDS, type RunKind, type RunStatus } from '../schemas/constants';
import { pauseSignal, resumeSignal } from '../workflows/transfer-set/messages';
import { ask } from './ask';
import type { ClientContext } from './context';
import { report, reportOf, statusOf } from './failures';
import { isBatchRun, runIdCandidates } from './run-id';

export interface RunDetails {
  run: RunRecord;
  tables: RunTableRecord[];
  /** Who was told of the run, and who could not be. */
  notifications: NotificationRecord[];
}

export interface RunFilter {
  /** Default: of every kind. */
  kind?: RunKind;
  name?: string;
  status?: RunStatus;
  limit: number;
}

export interface Request {
  by: string;
  reason?: string;
}

export interface RunsClient {
  /** Newest first. Runs that Temporal has ended without the catalog hearing of it are closed on the way. */
  list(filter: RunFilter): Promise<RunRecord[]>;
  /**
   * A run with its tables. `run` is an id, with or without `transfer/`, a set's name: its latest run, or the name of a
   * drop folder. Throws RUN_NOT_FOUND.
   */
  show(run: string): Promise<RunDetails>;
  /** The id that `show` would use. Throws RUN_NOT_FOUND. */
  resolve(run: string): Promise<string>;
  /** No new part is started until the run is resumed. Throws RUN_NOT_FOUND, RUN_ENDED. */
  pause(run: string, request: Request): Promise<string>;
  resume(run: string, request: Request): Promise<string>;
  /** Asks the run to stop and to remove what it has staged. Throws RUN_NOT_FOUND, RUN_ENDED. */
  cancel(run: string, request: Request): Promise<string>;
}

export function runsClient(context: ClientContext): RunsClient {
  const { catalog } = context;

  async function resolve(text: string): Promise<string> {
    for (const runId of runIdCandidates(text)) {
      if ((await catalog.runs.get(runId)) || (await describeRun(context, runId))) return runId;
    }
    const [latest] = await catalog.runs.list({ kind: 'transfer', name: text, limit: 1 });
    if (latest) return latest.runId;
    const ofBatch = await catalog.runs.list({ kind: 'month', name: text, limit: 200 });
    // Whoever names a batch means its months, and not what was asked of it since.
    const month = ofBatch.find(({ runId }) => isBatchRun(runId)) ?? ofBatch[0];
    if (month) return month.runId;
    const watching = dropRunId(text);
    if ((await catalog.runs.get(watching)) || (await describeRun(context, watching))) return watching;
    throw new LongshoreError(
      'RUN_NOT_FOUND',
      `There is no run ${text}, no transfer set or month batch of that name has run, and no drop folder of that name is watched.`,
    );
  }

  async function tell(
    text: string,
    action: 'run.pause' | 'run.resume' | 'run.cancel',
    { by, reason }: Request,
    send: (workflow: WorkflowHandle) => Promise<unknown>,
  ): Promise<string> {
    const runId = await resolve(text);
    const description = await describeRun(context, runId);
    const record = await catalog.runs.get(runId);
    if (description?.status.name !== 'RUNNING') {
      if (record && !record.finishedAt) await reconcile(context, record, description);
      throw ended(runId, (record?.finishedAt && record.status) ?? description?.status.name.toLowerCase());
    }
    if (!(await ask(context, { runId, action, by, reason }, send))) throw ended(runId);
    return runId;
  }

  return {
    async list({ kind, name, status, limit }) {
      const unfinished = (await catalog.runs.list({ kind, status: 'running', limit: 50 })).concat(
        await catalog.runs.list({ kind, status: 'paused', limit: 50 }),
      );
      await Promise.all(unfinished.map((run) => reconcile(context, run)));
      return catalog.runs.list({ kind, name, status, limit });
    },
    async show(text) {
      const runId = await resolve(text);
      const known = await catalog.runs.get(runId);
      if (known && !known.finishedAt) await reconcile(context, known);
      const run = (await catalog.runs.get(runId)) ?? (await unrecorded(context, runId));
      const [tables, notifications] = await Promise.all([
        catalog.tables.list(runId),
        catalog.notifications.list(runId),
      ]);
      return { run, tables, notifications };
    },
    resolve,
    pause: (run, request) =>
      tell(run, 'run.pause', request, (workflow) =>
        workflow.signal(pauseSignal, { by: request.by, reason: request.reason }),
      ),
    resume: (run, request) =>
      tell(run, 'run.resume', request, (workflow) => workflow.signal(resumeSignal, { by: request.by })),
    cancel: (run, request) => tell(run, 'run.cancel', request, (workflow) => workflow.cancel()),
  };
}

const ended = (runId: string, how?: string): LongshoreError =>
  new LongshoreError('RUN_ENDED', `Run ${runId} has already ended${how ? ` (${how})` : ''}.`);

/** What Temporal knows of a run; undefined when it has none. */
export async function describeRun(
  { temporal }: ClientContext,
  runId: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await temporal.call(() => temporal.client.workflow.getHandle(runId).describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/**
 * Closes a run in the catalog that Temporal has ended behind the workflow's back (terminated, timed out, or forgotten with
 * its server), so that the set can run again.
 */
export async function reconcile(
  context: ClientContext,
  run: RunRecord,
  known?: WorkflowExecutionDescription,
): Promise<void> {
  const description = known ?? (await describeRun(context, run.runId));
  if (
    description?.status.name === 'RUNNING' ||
    description?.status.name === 'PAUSED' ||
    description?.status.name === 'CONTINUED_AS_NEW'
  )
    return;
  const fresh = await context.catalog.runs.get(run.runId);
  if (!fresh || fresh.finishedAt) return;
  const error =
    description === undefined
      ? report('CANCELLED', 'Temporal no longer knows this run: its server was replaced, or its history has expired.')
      : description.status.name === 'TERMINATED'
        ? report('CANCELLED', 'The run was terminated in Temporal, so nothing was tidied up.')
        : report(
            'INTERNAL',
            `The run's workflow ended (${description.status.name.toLowerCase()}) without recording its outcome.`,
          );
  await context.catalog.runs.finish(run.runId, { status: statusOf(error), error });
}

/** A run that Temporal has and the catalog has not: just started, or refused before it was recorded. */
async function unrecorded(context: ClientContext, runId: string): Promise<RunRecord> {
  const description = await describeRun(context, runId);
  if (!description) throw new LongshoreError('RUN_NOT_FOUND', `There is no run ${runId}.`);
  const attribute = (name: string): string =>
    String(description.typedSearchAttributes.getAll().find(({ key }) => key.name === name)?.value ?? '');
  const open = description.status.name === 'RUNNING';
  const error = open
    ? undefined
    : await context.temporal.client.workflow
        .getHandle(runId)
        .result()
        .then(() => undefined, reportOf);
  return {
    runId,
    temporalRunId: description.runId,
    kind: RUN_KINDS.find((kind) => kind === attribute('LongshoreKind')) ?? 'transfer',
    name: attribute('LongshoreName'),
    target: attribute('LongshoreTarget'),
    configVersion: 0,
    status: error ? statusOf(error) : open ? 'running' : 'done',
    triggeredBy: attribute('LongshoreTriggeredBy'),
    dryRun: false,
    input: null,
    error,
    startedAt: description.startTime,
    finishedAt: description.closeTime,
  };
}
