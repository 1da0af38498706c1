/** Watching a run until it ends or the user has seen enough. */
import type { LiveProgress, LongshoreClient, RunDetails } from '../../client';
import { EXIT } from '../../schemas/constants';
import { progressDisplay } from '../output/progress-display';
import { runReport } from '../output/run-report';
import type { CommandContext } from './context';
import { exitOfRun } from './exit';

/** Shows progress until the run ends. Resolves with undefined when the user let go of it first; the run then goes on. */
export async function follow(
  context: CommandContext,
  client: LongshoreClient,
  runId: string,
  { planOnly = false } = {},
): Promise<LiveProgress | undefined> {
  const { io, global, colours } = context;
  const interrupts = context.interrupts();
  const display = progressDisplay(io, colours, global.quiet || global.json);
  let last: LiveProgress | undefined;
  let warned = false;
  try {
    for await (const progress of client.transfers.watch(runId, {
      intervalMs: planOnly ? 200 : 1000,
      signal: interrupts.signal,
    })) {
      last = progress;
      if (interrupts.signal.aborted) break;
      if (progress.workerMissing && !warned) {
        warned = true;
        display.clear();
        context.warn(
          'NO_WORKER No worker listens for transfers: the run waits. Start `longshore worker` or `longshore up`.',
        );
      }
      if (!planOnly || progress.phase === 'planning') display.show(progress);
    }
  } finally {
    display.clear();
    interrupts.dispose();
  }
  if (last?.phase === 'ended') return last;
  context.note(
    `The run goes on. Watch it again: longshore run watch ${runId}    Stop it: longshore run cancel ${runId}`,
  );
  return undefined;
}

/** Follows a run and prints what became of it. Resolves with the exit code. */
export async function followToEnd(context: CommandContext, client: LongshoreClient, runId: string): Promise<number> {
  const last = await follow(context, client, runId);
  if (!last) {
    if (context.global.json) context.result({ runId, detached: true }, () => '');
    return EXIT.cancelled;
  }
  const details = await client.runs.show(runId);
  printRun(context, details, false);
  return exitOfRun(details.run.status, details.run.error?.code);
}

export function printRun(context: CommandContext, details: RunDetails, figures: boolean): void {
  context.result(details, () => runReport(details, { colours: context.colours, width: context.width, figures }));
}
