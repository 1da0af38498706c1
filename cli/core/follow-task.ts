/** Something that was asked of a batch, as a run: watched with its log, and shown. */
import type { LongshoreClient } from '../../client';
import { EXIT } from '../../schemas/constants';
import { eventLine } from '../output/run-log';
import type { CommandContext } from './context';
import { exitOfRun } from './exit';
import { printRun } from './follow';

/** Shows the log as it is written, until the task has ended. Resolves with the exit code. */
export async function followTask(context: CommandContext, client: LongshoreClient, runId: string): Promise<number> {
  const interrupts = context.interrupts();
  try {
    for (let after = 0; !interrupts.signal.aborted;) {
      const { run } = await client.runs.show(runId);
      const events = await client.months.events(runId, { after });
      after = events.at(-1)?.id ?? after;
      if (!context.global.quiet && !context.global.json)
        for (const event of events) context.io.err(`${eventLine(event, context.colours)}\n`);
      if (run.finishedAt) {
        context.result(run, () => `${runId} ended ${run.status}.`);
        return exitOfRun(run.status, run.error?.code);
      }
      await new Promise((resume) => setTimeout(resume, 500));
    }
    return EXIT.cancelled;
  } finally {
    interrupts.dispose();
  }
}

/** How a task stands, and its log. */
export async function printTask(context: CommandContext, client: LongshoreClient, runId: string): Promise<void> {
  const details = await client.runs.show(runId);
  const events = await client.months.events(runId);
  if (context.global.json) return context.result({ run: details.run, events }, () => '');
  printRun(context, details, false);
  for (const event of events) context.io.out(`${eventLine(event, context.colours)}\n`);
}
