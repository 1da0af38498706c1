/** Watching a drop folder, or one file of it, for as long as the user wants to. */
import type { FileInWork, FolderStatus, LongshoreClient } from '../../client';
import type { FileOutcome } from '../../core/types/drop';
import { addSample, rateOf, type RateState } from '../../core/progress/rate';
import { EXIT } from '../../schemas/constants';
import { dropDisplay } from '../output/drop-display';
import { folderReport } from '../output/drop-status';
import { fileLine } from '../output/drop-view';
import { canRedraw, redraw } from '../output/redraw';
import { widthOf } from '../output/text';
import type { CommandContext } from './context';
import { exitOfError } from './exit';

/** Shows the folder until Ctrl-C, or until it is stopped. Resolves with the exit code. */
export async function followFolder(context: CommandContext, client: LongshoreClient, folder: string): Promise<number> {
  const { io, global, colours } = context;
  const interrupts = context.interrupts();
  const display = dropDisplay(io, colours, global.quiet || global.json);
  let last: FolderStatus | undefined;
  let warned = false;
  try {
    for await (const status of client.drops.follow(folder, { intervalMs: 1000, signal: interrupts.signal })) {
      last = status;
      if (interrupts.signal.aborted) break;
      if (status.workerMissing && !warned) {
        warned = true;
        display.clear();
        context.warn('NO_WORKER No worker listens: files wait. Start `longshore worker` or `longshore up`.');
      }
      display.show(status);
    }
  } finally {
    display.clear();
    interrupts.dispose();
  }
  const ended = last?.state === 'stopped' ? last : undefined;
  if (ended) {
    context.result(ended, () => folderReport(ended, { colours, width: context.width }));
    return ended.error ? exitOfError(ended.error.code) : EXIT.done;
  }
  context.note(
    `The folder is still watched. See it: longshore drop status ${folder}    Stop it: longshore drop stop ${folder}`,
  );
  if (global.json) context.result({ folder, detached: true }, () => '');
  return EXIT.cancelled;
}

/** What became of a file that was loaded at once; undefined when the user let go of it first. It is then loaded all the same. */
export async function followFile(
  context: CommandContext,
  client: LongshoreClient,
  { operationId, path }: { operationId: string; path: string },
): Promise<FileOutcome | undefined> {
  const { io, global, colours } = context;
  const interrupts = context.interrupts();
  const view = !global.quiet && !global.json && canRedraw(io) ? redraw(io) : undefined;
  let rate: RateState | undefined;
  try {
    while (!interrupts.signal.aborted) {
      const found = await client.drops.taskState(operationId);
      if (found.state === 'done') return found.result.kind === 'process' ? found.result.outcome : undefined;
      if (found.state !== 'running') throw found.error;
      const file: FileInWork = { fileId: 0, path, ...(found.progress && { progress: found.progress }) };
      rate = addSample(rate, { at: io.now(), rows: file.progress?.rows ?? 0, bytes: 0 });
      const width = (io.columns() ?? 80) - 1;
      const nameWidth = Math.min(widthOf(path), Math.max(10, width - 60));
      view?.draw([fileLine(file, rateOf(rate, file.progress?.totalRows), { nameWidth, width, colours })]);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  } finally {
    view?.clear();
    interrupts.dispose();
  }
  context.note(`The file is still being loaded, as ${operationId}.`);
  return undefined;
}
