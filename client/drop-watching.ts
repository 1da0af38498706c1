/** Starting and stopping the workflow that watches a drop folder. */
import { randomUUID } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { dropRunId } from '../core/drop/ids';
import { LongshoreError } from '../core/errors/longshore-error';
import { scanNowSignal, pauseFolderSignal, resumeFolderSignal } from '../workflows/drop-folder/messages';
import type { DropFolderInput } from '../workflows/drop-folder/messages';
import { TRANSFER_QUEUE } from '../workflows/queues';
import { ask } from './ask';
import { type ConfigurationInput, folderEnds } from './configuration';
import type { ClientContext } from './context';
import { pause } from './patience';
import { registerConfiguration } from './register';
import { describeRun, type Request } from './runs';
import { runAttributes, withSearchAttributes } from './search-attributes';
import { hasWorker } from './workers';

export interface WatchRequest {
  /** Secrets as references, never values. */
  configuration: ConfigurationInput;
  folder: string;
  triggeredBy: string;
  reason?: string;
  /** Stop a watch that is under way, and start anew with this configuration. */
  restart?: boolean;
  /** How long a watch that is stopped may take to end, in milliseconds. Default two minutes. */
  patienceMs?: number;
}

export interface Watching {
  runId: string;
  configVersion: number;
  /** False when the folder was watched already, with this very configuration. */
  started: boolean;
  /** False when nobody works on drop folders: files wait for a worker. */
  workerListens: boolean;
}

const PATIENCE_MS = 120_000;

/** Registers the configuration and starts watching. Throws CONFIG_UNKNOWN_NAME, RUN_IN_PROGRESS. */
export async function watchFolder(context: ClientContext, request: WatchRequest): Promise<Watching> {
  const { temporal, catalog } = context;
  const { configuration, folder, triggeredBy, reason, restart = false, patienceMs = PATIENCE_MS } = request;
  const { path, to } = folderEnds(configuration, folder);
  const configVersion = await registerConfiguration(context, configuration, triggeredBy);
  const runId = dropRunId(folder);
  const workerListens = await hasWorker(temporal);
  const running = await watchedVersion(context, folder);
  if (running && !restart) {
    if (running.configVersion === configVersion) return { runId, configVersion, started: false, workerListens };
    throw inProgress(
      folder,
      `with version ${running.configVersion ?? '?'} of the configuration; this is ${configVersion}`,
    );
  }
  if (running) await stopFolder(context, folder, { by: triggeredBy, reason: reason ?? 'restart' }, patienceMs);
  const input: DropFolderInput = { folder, configVersion, triggeredBy };
  const details = [
    `**${folder}**: files dropped in ${path} go into ${to}`,
    `- configuration: version ${configVersion} (${configuration.source})`,
    `- started by: ${triggeredBy}${reason ? ` — ${reason}` : ''}`,
  ];
  try {
    await withSearchAttributes(temporal, () =>
      temporal.call(() =>
        temporal.client.workflow.start('dropFolder', {
          workflowId: runId,
          taskQueue: TRANSFER_QUEUE,
          args: [input],
          memo: { configVersion, to, triggeredBy },
          typedSearchAttributes: new TypedSearchAttributes(
            runAttributes({ kind: 'drop', name: folder, target: to, triggeredBy }),
          ),
          staticSummary: `${folder}: ${path} → ${to}`,
          staticDetails: details.join('\n'),
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          workflowIdConflictPolicy: 'FAIL',
        }),
      ),
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const other = await watchedVersion(context, folder);
    if (other?.configVersion !== configVersion)
      throw inProgress(folder, 'by somebody who started it at the same moment');
    return { runId, configVersion, started: false, workerListens };
  }
  await catalog.audit.record({
    id: randomUUID(),
    actor: triggeredBy,
    action: 'drop.watch',
    subject: runId,
    details: { folder, configVersion, restart, reason: reason ?? null },
  });
  return { runId, configVersion, started: true, workerListens };
}

/** Asks the watch to end, and waits until it has. Throws FOLDER_NOT_WATCHED, or RUN_IN_PROGRESS when it takes too long. */
export async function stopFolder(
  context: ClientContext,
  folder: string,
  request: Request,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  await tellFolder(context, folder, 'drop.stop', request, (workflow) => workflow.cancel());
  const until = Date.now() + patienceMs;
  while (await watchedVersion(context, folder)) {
    if (Date.now() > until) throw inProgress(folder, 'and has been asked to stop, but has not ended yet');
    await pause(250);
  }
}

export const pauseFolder = (context: ClientContext, folder: string, { by, reason }: Request): Promise<void> =>
  tellFolder(context, folder, 'drop.pause', { by, reason }, (workflow) =>
    workflow.signal(pauseFolderSignal, { by, reason }),
  );

export const resumeFolder = (context: ClientContext, folder: string, { by, reason }: Request): Promise<void> =>
  tellFolder(context, folder, 'drop.resume', { by, reason }, (workflow) => workflow.signal(resumeFolderSignal, { by }));

export const scanFolder = (context: ClientContext, folder: string, request: Request): Promise<void> =>
  tellFolder(context, folder, 'drop.scan', request, (workflow) => workflow.signal(scanNowSignal));

/** The version of the configuration that a folder is watched with; undefined when nobody watches it. */
export async function watchedVersion(
  context: ClientContext,
  folder: string,
): Promise<{ configVersion?: number } | undefined> {
  const runId = dropRunId(folder);
  const description = await describeRun(context, runId);
  if (description?.status.name !== 'RUNNING') return undefined;
  const known = Number(description.memo?.['configVersion']);
  if (Number.isInteger(known)) return { configVersion: known };
  return { configVersion: (await context.catalog.runs.get(runId))?.configVersion };
}

async function tellFolder(
  context: ClientContext,
  folder: string,
  action: string,
  { by, reason }: Request,
  send: (workflow: WorkflowHandle) => Promise<unknown>,
): Promise<void> {
  const isWatched = (await watchedVersion(context, folder)) !== undefined;
  if (!isWatched || !(await ask(context, { runId: dropRunId(folder), action, by, reason }, send)))
    throw notWatched(folder);
}

const notWatched = (folder: string): LongshoreError =>
  new LongshoreError(
    'FOLDER_NOT_WATCHED',
    `Nobody watches the drop folder ${folder}.`,
    {},
    { next: `Start it with \`longshore drop watch ${folder}\`.` },
  );

const inProgress = (folder: string, how: string): LongshoreError =>
  new LongshoreError(
    'RUN_IN_PROGRESS',
    `The drop folder ${folder} is watched already, ${how}.`,
    {},
    { next: `Start it anew with \`longshore drop watch ${folder} --restart\`.` },
  );
