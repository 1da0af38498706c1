import {
  CancellationScope,
  ContinueAsNew,
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  condition,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { ErrorReport } from '../../core/errors/longshore-error';
import type { FileState } from '../../core/types/drop';
import type { ClaimedFile, WatchSettings } from '../../activities';
import { dropScanning, dropWatching } from '../drop-proxies';
import type { dropFile } from '../drop-file/workflow';
import { errorReport, failureOf } from '../errors';
import { OUTCOME_ATTRIBUTE } from '../search-attributes';
import { folderDetails } from './details';
import {
  type DropFolderInput,
  type DropFolderProgress,
  type DropFolderState,
  folderProgressQuery,
  pauseFolderSignal,
  resumeFolderSignal,
  scanNowSignal,
} from './messages';

/** Files of one run of this workflow, after which it continues as new: each costs about ten events. */
const FILES_PER_RUN = 400;
/** Files that are claimed at once, for each that may be in work: asking for every file by itself would cost more than small files do. */
const FILES_AHEAD = 8;

/**
 * Watches a folder: looks at it, starts the lifecycle of every file that has settled, and looks again. What it knows of
 * files stands in the catalog; here is only which are in work, so that any number may lie in the folder.
 */
export async function dropFolder(input: DropFolderInput): Promise<DropFolderState> {
  const { folder, configVersion } = input;
  const ref = { folder, configVersion, runId: workflowInfo().workflowId };
  const state: DropFolderProgress = {
    ...(input.resume ?? {
      running: [],
      queued: [],
      loaded: 0,
      failed: 0,
      skipped: 0,
      rows: 0,
      startedAt: workflowInfo().startTime.toISOString(),
    }),
    status: input.resume?.pausedBy ? 'paused' : 'running',
    watching: 0,
    ready: 0,
    problems: [],
  };
  let scanNow = false;
  let started = 0;
  /** Failures, or too many waiting, that nobody has been told of. */
  let untold = input.resume?.untold ?? false;
  let worried = input.resume?.worried ?? false;
  let toldAt = input.resume?.toldAt ?? workflowInfo().startTime.toISOString();
  let changes = 0;
  /** Those whose end this run of the workflow does not hear of: started before it continued as new. */
  let adopted = new Set(state.running.map(({ fileId }) => fileId));

  setHandler(folderProgressQuery, () => state);
  setHandler(scanNowSignal, () => void (scanNow = true));
  setHandler(pauseFolderSignal, ({ by }) => setPaused(by));
  setHandler(resumeFolderSignal, () => setPaused(undefined));

  try {
    const settings = await dropWatching.openFolder.executeWithOptions({ summary: `open ${folder}` }, [
      {
        ...ref,
        triggeredBy: input.triggeredBy,
        temporalRunId: workflowInfo().firstExecutionRunId,
        first: !input.resume,
      },
    ]);
    let scanAt = 0;
    let tellAt = 0;
    let tidyAt = input.resume?.tidyAt ?? 0;
    for (;;) {
      const seen = changes;
      const now = Date.now();
      if (now >= scanAt || scanNow) {
        scanNow = false;
        scanAt = now + settings.intervalMs;
        await look();
      }
      if (!state.pausedBy && state.ready + state.queued.length > 0) await startFiles(settings);
      if (untold && Date.now() >= tellAt) {
        tellAt = Date.now() + settings.tellEveryMs;
        await tell();
      }
      if (Date.now() >= tidyAt) {
        tidyAt = Date.now() + DAY_MS;
        await dropWatching.tidyFolder.executeWithOptions({ summary: 'remove what is old' }, [ref]).catch(quiet);
      }
      describe();
      if (started >= FILES_PER_RUN || workflowInfo().continueAsNewSuggested)
        await continueAsNew<typeof dropFolder>({ ...input, resume: { ...carried(), untold, worried, toldAt, tidyAt } });
      // A ready file may wait for one of its own table: nothing to do until something ends, or the next look.
      await condition(() => changes !== seen || scanNow, Math.max(1, scanAt - Date.now()));
    }
  } catch (thrown) {
    if (thrown instanceof ContinueAsNew) throw thrown;
    const error = isCancellation(thrown) ? undefined : errorReport(thrown);
    return await CancellationScope.nonCancellable(() => end(error));
  }

  /** Files in work come to their end by themselves. */
  async function end(error: ErrorReport | undefined): Promise<DropFolderState> {
    if (error) state.error = error;
    if (untold || error) await tell();
    state.status = 'ended';
    const unstarted = state.queued.splice(0).map(({ fileId }) => fileId);
    await dropWatching.closeFolder.executeWithOptions({ summary: `close ${folder}` }, [
      { ...ref, unstarted, ...(error && { error }) },
    ]);
    upsertSearchAttributes([{ key: OUTCOME_ATTRIBUTE, value: error ? 'failed' : 'cancelled' }]);
    describe();
    if (error) throw failureOf(error);
    return carried();
  }

  /** What cannot be delivered stands in the catalog; nothing here depends on it. */
  async function tell(): Promise<void> {
    const since = toldAt;
    const { problems, error } = state;
    untold = false;
    toldAt = new Date().toISOString();
    await dropWatching.notifyDrop
      .executeWithOptions({ summary: 'tell what happened' }, [{ ...ref, since, problems, ...(error && { error }) }])
      .catch(quiet);
  }

  async function look(): Promise<void> {
    try {
      const found = await dropScanning.scanFolder.executeWithOptions({ summary: 'look at the folder' }, [
        { ...ref, running: [...state.running, ...state.queued].map(({ fileId }) => fileId), adopted: [...adopted] },
      ]);
      for (const { fileId, ...end } of found.ended) ended(fileId, end);
      Object.assign(state, {
        watching: found.watching,
        ready: found.ready,
        problems: found.problems,
        lastScanAt: found.at,
        error: undefined,
      });
      if (found.worrying && !worried) untold = true;
      worried = found.worrying;
    } catch (thrown) {
      if (isCancellation(thrown)) throw thrown;
      if (!state.error) untold = true;
      state.error = errorReport(thrown);
      if (state.error.code === 'FOLDER_WATCHED') throw thrown;
    }
  }

  async function startFiles(settings: WatchSettings): Promise<void> {
    const parallel = settings.parallelFiles;
    if (state.running.length >= parallel) return;
    if (state.queued.length === 0 && state.ready > 0) {
      const limit = parallel * FILES_AHEAD;
      const { files, ready } = await dropWatching.claimFiles.executeWithOptions({ summary: 'take files' }, [
        { ...ref, limit },
      ]);
      state.ready = ready;
      state.queued.push(...files);
    }
    const files = state.queued.splice(0, parallel - state.running.length);
    await Promise.all(files.map((file) => startFile(file, settings)));
  }

  async function startFile(
    { fileId, path, size, workflowId }: ClaimedFile,
    { parallelParts: parallel, timeoutMs }: WatchSettings,
  ): Promise<void> {
    started += 1;
    state.running.push({ fileId, path, workflowId });
    const child = await startChild<typeof dropFile>('dropFile', {
      workflowId,
      args: [{ fileId, folder, configVersion, path, size, parallel, timeoutMs }],
      // Stopping to watch lets files in work come to their end.
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `${path} of ${folder}`,
    }).catch((thrown: unknown) => {
      if (isCancellation(thrown)) throw thrown;
      // It runs already, started before this workflow was ended and started anew: the next look tells of its end.
      adopted.add(fileId);
    });
    child
      ?.result()
      .then((outcome) => ended(fileId, outcome))
      .catch((thrown: unknown) => ended(fileId, undefined, errorReport(thrown)));
  }

  function ended(fileId: number, outcome?: { state?: FileState; rows: number }, error?: ErrorReport): void {
    state.running = state.running.filter((file) => file.fileId !== fileId);
    adopted = new Set([...adopted].filter((id) => id !== fileId));
    changes += 1;
    if (outcome?.state === 'loaded') state.loaded += 1;
    if (outcome?.state === 'skipped') state.skipped += 1;
    state.rows += outcome?.state === 'loaded' ? outcome.rows : 0;
    if (outcome?.state !== 'failed' && !error) return;
    state.failed += 1;
    untold = true;
  }

  function setPaused(by: string | undefined): void {
    state.status = by ? 'paused' : 'running';
    if (by) state.pausedBy = by;
    else delete state.pausedBy;
    changes += 1;
    dropWatching.noteFolder
      .executeWithOptions({ summary: by ? `paused by ${by}` : 'resumed' }, [{ ...ref, status: state.status }])
      .catch(quiet);
    describe();
  }

  function carried(): DropFolderState {
    const { pausedBy, running, queued, loaded, failed, skipped, rows, startedAt } = state;
    return { ...(pausedBy && { pausedBy }), running, queued, loaded, failed, skipped, rows, startedAt };
  }

  function describe(): void {
    setCurrentDetails(folderDetails(state));
  }
}

const DAY_MS = 86_400_000;

/** For what is worth a try and nothing depends on. */
const quiet = (thrown: unknown): void => {
  if (isCancellation(thrown)) throw thrown;
};
