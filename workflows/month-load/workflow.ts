import {
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { isSettled, isStaging, tablesOf } from '../../core/month/steps';
import type { ErrorReport } from '../../core/errors/longshore-error';
import { errorReport } from '../errors';
import { inLanes } from '../in-lanes';
import { monthControl, monthCopying, monthFiles, monthPlanning, monthTidying } from '../month-proxies';
import { partsQueue } from '../queues';
import { OUTCOME_ATTRIBUTE } from '../search-attributes';
import { fileDetails } from './details';
import {
  type MonthFileProgress,
  type MonthLoadInput,
  type MonthLoadProgress,
  type MonthLoadResult,
  monthProgressQuery,
  pauseMonthSignal,
  resumeMonthSignal,
} from './messages';

/** Once a month is cancelled, what a dead worker leaves unanswered is the cancellation's echo. */
const echoOf = (thrown: unknown): unknown =>
  CancellationScope.current().consideredCancelled && !isCancellation(thrown)
    ? new CancelledFailure('The run was cancelled.')
    : thrown;

/**
 * One month: each file is read once, checked and packed while it is uploaded, judged, and copied into a staging table. A
 * table is published when all of its files are staged. What is finished stands in the catalog, so that a month that is
 * begun again does only what is left.
 */
export async function monthLoad(input: MonthLoadInput): Promise<MonthLoadResult> {
  const ref = {
    runId: input.runId,
    batch: input.batch,
    batchId: input.batchId,
    configVersion: input.configVersion,
    month: input.month,
    quality: input.quality,
    action: input.action,
    ...(input.replace && { replace: true }),
  };
  const progress: MonthLoadProgress = { month: input.month, files: [], paused: input.paused };
  setHandler(monthProgressQuery, () => progress);
  setHandler(pauseMonthSignal, () => void (progress.paused = true));
  setHandler(resumeMonthSignal, () => void (progress.paused = false));

  let error: ErrorReport | undefined;
  let isSuspended = false;
  // Two files of a table may be staged at the same moment, and each then sees that all of them are.
  const published = new Set<string>();
  try {
    progress.files = await monthPlanning.openMonth.executeWithOptions({ summary: `files of ${input.month}` }, [
      { ...ref, ...(input.continued && { continued: true }) },
    ]);
    for (const files of tablesOf(progress.files)) {
      await inLanes(files, input.parallelFiles, takeFile);
      if (workflowInfo().continueAsNewSuggested) {
        isSuspended = true;
        break;
      }
    }
  } catch (thrown) {
    error = errorReport(thrown);
  }
  // Everything that is finished stands in the catalog.
  if (isSuspended && !error)
    await continueAsNew<typeof monthLoad>({ ...input, paused: progress.paused, continued: true });
  return CancellationScope.nonCancellable(async () => {
    const outcome = await monthTidying.closeMonth.executeWithOptions({ summary: `close ${input.month}` }, [
      { ...ref, ...(error && { error }) },
    ]);
    upsertSearchAttributes([{ key: OUTCOME_ATTRIBUTE, value: outcome.status }]);
    return outcome;
  });

  /** Takes a file as far as its staging table, and its table into the open when it was the last. */
  async function takeFile(file: MonthFileProgress): Promise<void> {
    await condition(() => !progress.paused);
    const at = { ...ref, fileId: file.fileId };
    const siblings = progress.files.filter(({ table }) => table === file.table);
    try {
      if (!isSettled(file.state) && file.state !== 'staged') await stageFile(file, at);
    } catch (caught) {
      const thrown = echoOf(caught);
      const report = errorReport(thrown);
      Object.assign(file, { state: report.code === 'CANCELLED' ? 'cancelled' : 'failed', error: report });
      await CancellationScope.nonCancellable(() =>
        monthTidying.failFile.executeWithOptions({ summary: `${file.file}: ${report.code}` }, [
          { ...at, error: report },
        ]),
      );
      if (isCancellation(thrown)) throw thrown;
    } finally {
      describe();
    }
    if (siblings.every(({ state }) => isSettled(state) || state === 'staged')) await publish(siblings);
  }

  async function stageFile(file: MonthFileProgress, at: typeof ref & { fileId: number }): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await read(file, at);
      if (isSettled(file.state)) return;
      enter(file, 'copying');
      await condition(() => !progress.paused);
      try {
        await monthCopying.copyFile.executeWithOptions({ summary: `${file.file}: copy into ${file.table}` }, [at]);
        break;
      } catch (thrown) {
        // Parts that somebody removed from the stage are packed and uploaded again.
        if (attempt > 2 || errorReport(thrown).code !== 'STAGE_INCOMPLETE') throw thrown;
      }
    }
    if (input.quality === 'warehouse') {
      enter(file, 'checking');
      const { verdict } = await monthControl.judgeStaged.executeWithOptions(
        { summary: `${file.file}: check in warehouse` },
        [at],
      );
      file.verdict = verdict;
    }
    enter(file, input.action === 'check' ? 'checked' : 'staged');
  }

  async function read(file: MonthFileProgress, at: typeof ref & { fileId: number }): Promise<void> {
    const taskQueue = partsQueue(workflowInfo().taskQueue);
    enter(file, 'packing');
    const summary = `${file.file}: ${isStaging(input) ? 'read, pack and upload' : 'read'}`;
    const packed = await monthFiles.packFile.executeWithOptions({ taskQueue, summary }, [at]);
    Object.assign(file, { rows: packed.rows, parts: packed.parts });
    if (packed.skipped) return enter(file, 'skipped');
    if (input.quality === 'file') {
      enter(file, 'checking');
      const judged = await monthFiles.judgeFile.executeWithOptions({ taskQueue, summary: `${file.file}: judge` }, [at]);
      file.verdict = judged.verdict;
    }
    if (!isStaging(input)) enter(file, 'checked');
  }

  async function publish(files: MonthFileProgress[]): Promise<void> {
    const staged = files.filter(({ state }) => state === 'staged');
    const table = files[0]?.table ?? '';
    // All files of a table and a month become visible together; what is staged waits for the batch to be resumed.
    if (files.some(({ state }) => state === 'failed' || state === 'cancelled')) return;
    if (staged.length === 0 && !files.some(({ state }) => state === 'checked')) return;
    if (published.has(table)) return;
    published.add(table);
    await condition(() => !progress.paused);
    try {
      await monthControl.publishTable.executeWithOptions({ summary: `publish ${table}, ${input.month}` }, [
        { ...ref, table },
      ]);
      for (const file of staged) enter(file, 'published');
    } catch (caught) {
      const thrown = echoOf(caught);
      if (isCancellation(thrown)) throw thrown;
      const report = errorReport(thrown);
      for (const file of staged.length > 0 ? staged : files.slice(0, 1)) {
        Object.assign(file, { state: 'failed', error: report });
        await monthTidying.failFile.executeWithOptions({ summary: `${file.file}: ${report.code}` }, [
          { ...ref, fileId: file.fileId, error: report },
        ]);
      }
    } finally {
      describe();
    }
  }

  function enter(file: MonthFileProgress, state: MonthFileProgress['state']): void {
    file.state = state;
    describe();
  }

  function describe(): void {
    setCurrentDetails(fileDetails(progress));
  }
}
