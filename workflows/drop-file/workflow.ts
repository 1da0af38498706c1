import {
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { CATALOGUE } from '../../core/errors/catalogue';
import { formatDuration } from '../../core/units';
import { isSmallFile } from '../../core/drop/small';
import type { FileOutcome } from '../../core/types/drop';
import type { ErrorReport } from '../../core/errors/longshore-error';
import { errorReport } from '../errors';
import { dropControl, dropFiling, dropParts, dropSmall } from '../drop-proxies';
import { partsQueue } from '../queues';
import { OUTCOME_ATTRIBUTE } from '../search-attributes';
import {
  type DropFileInput,
  type DropFileProgress,
  type DropFileResult,
  fileProgressQuery,
  pauseFileSignal,
  resumeFileSignal,
} from './messages';

/**
 * The life of one file that has settled: recognised, loaded into staging, verified, published, filed away. It ends in
 * exactly one place whatever happens. A small file goes through all of it in one step, which is as safe: every step
 * leaves its mark in target and catalog, and does nothing the second time.
 */
export async function dropFile(input: DropFileInput): Promise<DropFileResult> {
  const { fileId, path } = input;
  const ref = { folder: input.folder, configVersion: input.configVersion, fileId, runId: workflowInfo().workflowId };
  const progress: DropFileProgress = { step: 'recognising', state: 'processing', rows: 0, parts: 0, partsLoaded: 0 };
  let paused = false;
  setHandler(fileProgressQuery, () => progress);
  setHandler(pauseFileSignal, () => void (paused = true));
  setHandler(resumeFileSignal, () => void (paused = false));

  let error: ErrorReport | undefined;
  try {
    await CancellationScope.withTimeout(input.timeoutMs, () =>
      isSmallFile(input.size) ? dropSmall.processFile(ref) : large(),
    );
  } catch (thrown) {
    const isAsked = CancellationScope.current().consideredCancelled;
    error = isCancellation(thrown) && !isAsked ? timedOut(input) : errorReport(thrown);
    // A step that nobody worked on any more when it was cancelled ends as lost, which says nothing of the file.
    if (isAsked && error.code === 'INTERNAL') error = cancelled();
  }
  return CancellationScope.nonCancellable(async () => {
    enter('filing');
    const summary = error ? `${path}: file away (${error.code})` : `${path}: file away`;
    const outcome = isSmallFile(input.size)
      ? await dropSmall.fileAway({ ...ref, ...(error && { error }) })
      : await dropFiling.fileAway.executeWithOptions({ summary }, [{ ...ref, ...(error && { error }) }]);
    progress.state = outcome.state;
    progress.rows = outcome.rows;
    enter('ended');
    upsertSearchAttributes([{ key: OUTCOME_ATTRIBUTE, value: outcomeName(outcome) }]);
    return outcome;
  });

  async function large(): Promise<void> {
    const found = await dropControl.recogniseFile.executeWithOptions({ summary: `${path}: recognise` }, [ref]);
    if (found.decision === 'skip') return;
    Object.assign(progress, { table: found.table, totalRows: found.rows, parts: found.parts });
    enter('loading');
    await dropControl.prepareFile.executeWithOptions({ summary: `${path}: prepare ${found.table}` }, [ref]);
    await lanes(found.parts);
    enter('publishing');
    await condition(() => !paused);
    await dropControl.verifyFile.executeWithOptions({ summary: `${path}: verify` }, [ref]);
    await dropControl.publishFile.executeWithOptions({ summary: `${path}: publish ${found.table}` }, [ref]);
  }

  async function lanes(parts: number): Promise<void> {
    const taskQueue = partsQueue(workflowInfo().taskQueue);
    const scope = new CancellationScope();
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < parts) {
        await condition(() => !paused);
        if (next >= parts) return;
        const part = next++;
        const summary = `${path}: load part ${part + 1} of ${parts}`;
        const { rows } = await dropParts.loadFilePart.executeWithOptions({ taskQueue, summary }, [{ ...ref, part }]);
        progress.rows += rows;
        progress.partsLoaded += 1;
        describe();
      }
    };
    await scope.run(async () => {
      const running = Array.from({ length: Math.max(1, Math.min(input.parallel, parts)) }, lane);
      try {
        await Promise.all(running);
      } catch (thrown) {
        if (!isCancellation(thrown)) scope.cancel();
        await Promise.allSettled(running);
        throw thrown;
      }
    });
  }

  function enter(step: DropFileProgress['step']): void {
    progress.step = step;
    describe();
  }

  function describe(): void {
    const { step, table, rows, totalRows, parts, partsLoaded } = progress;
    const of = totalRows === undefined ? '' : ` of ${totalRows.toLocaleString('en')}`;
    const pieces = parts > 1 ? ` · part ${partsLoaded} of ${parts}` : '';
    setCurrentDetails(
      `**${step}**${table ? ` → ${table}` : ''} · ${rows.toLocaleString('en')}${of} rows${pieces}${paused ? ' · paused' : ''}`,
    );
  }
}

const cancelled = (): ErrorReport => errorReport(new CancelledFailure('The file was cancelled.'));

const timedOut = ({ path, timeoutMs }: DropFileInput): ErrorReport => ({
  code: 'FILE_TIMED_OUT',
  message: `${path} was not loaded within ${formatDuration(timeoutMs)}.`,
  place: { file: path },
  next: CATALOGUE.FILE_TIMED_OUT.next,
});

/** As runs call their ends, so that one search finds both. */
const outcomeName = ({ state, rejected }: FileOutcome): string =>
  state === 'loaded' ? (rejected > 0 ? 'partial' : 'done') : state;
