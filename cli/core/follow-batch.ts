/** Watching a batch until it ends or the user has seen enough, and what is printed then. */
import type { LiveBatch, LongshoreClient } from '../../client';
import type { BatchSummary } from '../../report/batch-summary';
import { EXIT } from '../../schemas/constants';
import { BatchRates, batchLines, plainBatchLine } from '../output/batch-view';
import { monthSummaryText } from '../output/month-summary';
import { renderQuality } from '../output/quality-text';
import { canRedraw, redraw } from '../output/redraw';
import { oneLine, printable } from '../output/text';
import { batchOutcomeOf } from './batch-outcome';
import type { CommandContext } from './context';
import { printRun } from './follow';
import { exitOfRun } from './exit';

/** A plain line this often where there is no terminal. */
const PLAIN_EVERY_MS = 5_000;

/** Shows progress until the run ends. Resolves with undefined when the user let go of it first; the run then goes on. */
export async function followBatch(
  context: CommandContext,
  client: LongshoreClient,
  runId: string,
): Promise<LiveBatch | undefined> {
  const { io, global, colours } = context;
  const interrupts = context.interrupts();
  const isSilent = global.quiet || global.json;
  const view = !isSilent && canRedraw(io) ? redraw(io) : undefined;
  const rates = new BatchRates();
  const told = new Set<string>();
  let lastLine = Number.NEGATIVE_INFINITY;
  let last: LiveBatch | undefined;
  let warned = false;
  try {
    for await (const progress of client.months.watch(runId, { intervalMs: 1000, signal: interrupts.signal })) {
      last = progress;
      if (interrupts.signal.aborted) break;
      const now = io.now();
      if (progress.workerMissing && !warned) {
        warned = true;
        view?.clear();
        context.warn('NO_WORKER No worker listens: the run waits. Start `longshore worker` or `longshore up`.');
      }
      rates.add(progress, now);
      if (progress.phase === 'ended') break;
      if (view) view.draw(batchLines(progress, rates, { width: (io.columns() ?? 80) - 1, height: 10, colours, now }));
      else if (!isSilent) {
        for (const { month, state, error } of progress.months) {
          if (state !== 'failed' || told.has(month)) continue;
          told.add(month);
          io.err(
            `${month} failed: ${error ? `${error.code}: ${printable(oneLine(error.message))}` : 'no reason given'}\n`,
          );
        }
        if (now - lastLine >= PLAIN_EVERY_MS) {
          lastLine = now;
          io.err(`${plainBatchLine(progress, rates, now)}\n`);
        }
      }
    }
  } finally {
    view?.clear();
    interrupts.dispose();
  }
  if (last?.phase === 'ended') return last;
  context.note(
    `The run goes on. Watch it again: longshore run watch ${runId}    Stop it: longshore run cancel ${runId}`,
  );
  return undefined;
}

/** Follows a batch and prints its summary. Resolves with the exit code. */
export async function followBatchToEnd(
  context: CommandContext,
  client: LongshoreClient,
  runId: string,
): Promise<number> {
  const last = await followBatch(context, client, runId);
  if (!last) {
    if (context.global.json) context.result({ runId, detached: true }, () => '');
    return EXIT.cancelled;
  }
  return printBatch(context, client, runId);
}

/** The summary of a batch: months, results of checks, errors with what to do next. Resolves with the exit code. */
export async function printBatch(context: CommandContext, client: LongshoreClient, runId: string): Promise<number> {
  const outcome = await batchOutcomeOf(client, runId);
  const { run } = await client.runs.show(runId);
  if (outcome) context.result(outcome, () => batchText(context, outcome));
  else printRun(context, await client.runs.show(runId), false);
  return exitOfRun(run.status, run.error?.code);
}

/** With every result in full that is not spotless, and all of them where nothing but checking was asked. */
function batchText({ colours, width, io }: CommandContext, outcome: BatchSummary): string {
  const isCheck = outcome.action === 'check';
  const results = Object.values(outcome.quality).filter(
    ({ verdict }) =>
      verdict === 'failed' || (isCheck && verdict !== 'passed') || (isCheck && outcome.files.length === 1),
  );
  const details = results.map(({ result }) => renderQuality(result, { colours, width }));
  return [
    ...details,
    monthSummaryText(outcome, { colours, ...(width !== undefined && { width }), now: new Date(io.now()) }),
  ].join('\n\n');
}
