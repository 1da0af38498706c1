import { folderOfRun, isBatchRun, isMonthTask } from '../../../client';
import { createCommand } from '../../core/create-command';
import { printRun } from '../../core/follow';
import { printBatch } from '../../core/follow-batch';
import { printTask } from '../../core/follow-task';
import { flag, required } from '../../core/options';
import { folderReport } from '../../output/drop-status';
import { verdictOf } from '../../output/verification';

export const runShow = createCommand({
  path: ['run', 'show'],
  summary: 'Show a run: its tables, and the proof that they arrived unchanged',
  details:
    'Rows of source and target and, column by column, the figures of both that were compared before publishing; how each table was published and how long readers waited; warnings; errors with what to do next.',
  args: {
    run: required(
      'RUN',
      'id of the run, with or without `transfer/` or `month/`; a set or month batch: its latest run; or a drop folder',
    ),
  },
  options: { summary: flag('leave out the figures of the columns') },
  examples: [
    ['run show sales-daily/2026-11-20T05:00Z', 'one run'],
    ['run show sales-daily --summary', 'the latest run of a set, without the figures'],
    ['run show sales-daily --json', 'everything, for a script'],
  ],
  async run(context, { args, options }) {
    const client = await context.connect();
    const details = await client.runs.show(args.run);
    const { runId } = details.run;
    if (isBatchRun(runId)) return void (await printBatch(context, client, runId));
    if (isMonthTask(runId)) return printTask(context, client, runId);
    const folder = folderOfRun(runId);
    if (folder !== undefined) {
      const status = await client.drops.status(folder);
      context.result({ ...details, status }, () =>
        folderReport(status, { colours: context.colours, width: context.width }),
      );
      return undefined;
    }
    if (context.global.json) {
      const tables = details.tables.map((table) => ({
        ...table,
        verification: { ...table.verification, ...verdictOf(table) },
      }));
      context.result({ ...details, tables }, () => '');
    } else printRun(context, details, !options.summary);
    return undefined;
  },
});
