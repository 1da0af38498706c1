import {
  CancellationScope,
  ContinueAsNew,
  condition,
  continueAsNew,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { control, moving } from '../proxies';
import { partsQueue } from '../queues';
import { together } from '../together';
import { errorReport, failureOf } from '../errors';
import {
  pauseTableSignal,
  resumeTableSignal,
  tableProgressQuery,
  type TransferTableInput,
  type TransferTableProgress,
  type TransferTableResult,
} from './messages';

/**
 * Moves one table into staging, checked and ready to be published: parts are read and loaded in parallel lanes, then
 * keys are built and the figures of both sides compared. The ledger remembers finished parts; this only sequences.
 */
export async function transferTable(input: TransferTableInput): Promise<TransferTableResult> {
  const { runId, table, resume } = input;
  const target = { runId, table };
  let paused = input.paused;
  const progress: TransferTableProgress = {
    phase: 'copying',
    rows: resume?.rows ?? 0,
    bytes: resume?.bytes ?? 0,
    parts: resume?.parts ?? 0,
    partsLoaded: resume?.next ?? 0,
  };
  setHandler(pauseTableSignal, () => void (paused = true));
  setHandler(resumeTableSignal, () => void (paused = false));
  setHandler(tableProgressQuery, () => progress);
  const measured = input.verify === 'aggregates' || input.verify === 'fingerprint';
  const measurement = new CancellationScope();
  let measuring: Promise<{ epoch: number }> | undefined;

  try {
    if (!resume)
      progress.parts = (
        await control.prepareTable.executeWithOptions({ summary: `${table}: prepare` }, [target])
      ).parts;
    measuring = measured && !resume ? measurement.run(measure) : undefined;
    // Handled where it is awaited; a failing lane must not leave it unobserved.
    measuring?.catch(() => undefined);

    let next = progress.partsLoaded;
    for (;;) {
      const reached = await copyParts(next);
      if (reached < progress.parts) {
        await measuring;
        return await continueAsNew<typeof transferTable>({
          ...input,
          paused,
          resume: { parts: progress.parts, next: reached, rows: progress.rows, bytes: progress.bytes },
        });
      }
      const { epoch, stale } = await control.settleParts.executeWithOptions({ summary: `${table}: check snapshot` }, [
        target,
      ]);
      if (stale === 0) {
        await complete(epoch, (await measuring)?.epoch);
        return { rows: progress.rows, bytes: progress.bytes, parts: progress.parts, epoch };
      }
      next = progress.rows = progress.bytes = progress.partsLoaded = 0;
    }
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    // A long statement in the source must not go on when nobody waits for its answer.
    measurement.cancel();
    await CancellationScope.nonCancellable(async () => measuring?.catch(() => undefined));
    throw failureOf(errorReport(error));
  }

  function measure(): Promise<{ epoch: number }> {
    return control.measureSource.executeWithOptions({ summary: `${table}: figures of the source` }, [target]);
  }

  async function complete(epoch: number, measuredEpoch: number | undefined): Promise<void> {
    enter('indexing');
    // Both only read what is staged; the end of an index build leaves all processors but one idle.
    await together([build, ...(input.verify === 'none' ? [] : [verify])]);
    enter('ready');

    async function build(): Promise<void> {
      await control.finishTable.executeWithOptions({ summary: `${table}: build keys and indexes` }, [target]);
      if (input.verify !== 'none') enter('verifying');
    }

    async function verify(): Promise<void> {
      if (measured && measuredEpoch !== epoch) await measure();
      await control.verifyTable.executeWithOptions({ summary: `${table}: compare figures` }, [target]);
      if (input.verify === 'fingerprint')
        await control.fingerprintTable.executeWithOptions({ summary: `${table}: read back every value` }, [target]);
    }
  }

  /** Reads and loads the parts from `first` on. Returns the part to go on with: short of the end when history is long. */
  async function copyParts(first: number): Promise<number> {
    let next = first;
    enter('copying');
    const taskQueue = partsQueue(workflowInfo().taskQueue);
    const lane = async (): Promise<void> => {
      while (next < progress.parts && !workflowInfo().continueAsNewSuggested) {
        await condition(() => !paused);
        if (next >= progress.parts) return;
        const part = next++;
        const which = `part ${part + 1} of ${progress.parts}`;
        const { rows, bytes } = await moving.extractPart.executeWithOptions(
          { taskQueue, summary: `${table}: read ${which}` },
          [{ ...target, part }],
        );
        await condition(() => !paused);
        await moving.loadPart.executeWithOptions({ taskQueue, summary: `${table}: load ${which}` }, [
          { ...target, part },
        ]);
        progress.rows += rows;
        progress.bytes += bytes;
        progress.partsLoaded += 1;
        describe();
      }
    };
    await together(Array.from({ length: Math.max(1, input.parallel) }, () => lane));
    return next;
  }

  function enter(phase: TransferTableProgress['phase']): void {
    progress.phase = phase;
    describe();
  }

  function describe(): void {
    setCurrentDetails(
      `**${progress.phase}** · ${progress.partsLoaded} of ${progress.parts} parts · ${progress.rows.toLocaleString('en')} rows`,
    );
  }
}
