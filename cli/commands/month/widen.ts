import { createCommand } from '../../core/create-command';
import { confirm } from '../../core/confirm';
import { existingFile, taskRequest } from '../../core/month-request';
import { flag, required, text } from '../../core/options';
import { widenText } from '../../output/month-widen';

export const monthWiden = createCommand({
  path: ['month', 'widen'],
  summary: 'Make room in a table for texts of a file that are too long',
  details:
    'Measures the longest value of every column of the file, proposes an ALTER for each column that is too narrow, and runs it when that is confirmed. Nothing is ever made narrower.',
  args: { batch: required('BATCH', 'month batch of the configuration'), file: required('FILE', 'the file') },
  options: {
    table: text('TABLE', 'table of the batch, where the name of the file does not say'),
    yes: flag('do not ask', 'y'),
    dryRun: flag('only show what would be changed'),
    reason: text('TEXT', 'why, for the audit'),
  },
  examples: [['month widen trades ./trades_20240101-20240131.tsv', 'after a load failed for a text that is too long']],
  async run(context, { args: { batch, file }, options: { table, yes, dryRun, reason } }) {
    const client = await context.connect();
    const request = await taskRequest(context, reason);
    const task = { kind: 'widen', file: existingFile(context, file), ...(table !== undefined && { table }) } as const;
    const layout = { colours: context.colours, width: context.width };
    const found = await client.months.task<'widen'>(batch, { ...task, apply: false }, request);
    if (dryRun || found.proposals.length === 0) return context.result(found, () => widenText(found, layout));
    if (!context.global.json) context.io.err(`${widenText(found, layout)}\n`);
    await confirm(context, `Change ${found.proposals.length} columns of ${found.table}?`, yes);
    const done = await client.months.task<'widen'>(batch, { ...task, apply: true }, request);
    return context.result(done, () => widenText(done, layout));
  },
});
