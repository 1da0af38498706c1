import { EXIT } from '../../../schemas/constants';
import { LongshoreError } from '../../../core/errors/longshore-error';
import { createCommand } from '../../core/create-command';
import { confirmTyped } from '../../core/confirm-typed';
import { monthsOf, taskRequest } from '../../core/month-request';
import { flag, list, required, text } from '../../core/options';
import { deletePreviewText, deletionsText } from '../../output/month-delete';

export const monthDelete = createCommand({
  path: ['month', 'delete'],
  summary: 'Delete months from the tables of a batch, with a way back',
  details:
    'Shows the rows of each day first, and asks for the name of the batch to be typed; --yes with --reason does without. Each table and month is one transaction, recorded in the audit. ' +
    'Snowflake can travel back in time; of other warehouses the rows are kept in a Parquet file. Either way `longshore month restore` brings them back. ' +
    'When rows came or went since the preview, nothing is deleted.',
  args: { batch: required('BATCH', 'month batch of the configuration') },
  options: {
    month: list('MONTH', 'these months: 2024-01, 012024, 2024-01..2024-03; may be repeated', 'm'),
    table: list('TABLE', 'only this table of the batch; may be repeated', 't'),
    dryRun: flag('only show what would be deleted'),
    yes: flag('do not ask; needs --reason', 'y'),
    reason: text('TEXT', 'why, for the audit'),
  },
  examples: [
    ['month delete trades --month 2024-01 --dry-run', 'what would be deleted, day by day'],
    ['month delete trades --month 2024-01 --table TRADES', 'one table, after asking'],
    ['month delete trades --month 2024-01 --yes --reason "delivered twice"', 'from a script'],
  ],
  async run(context, { args: { batch }, options: { month, table, dryRun, yes, reason } }) {
    const months = monthsOf(context, month);
    if (months.length === 0)
      throw new LongshoreError(
        'USAGE',
        'Which months are to be deleted is open.',
        {},
        { next: 'Name them with --month.' },
      );
    if (yes && reason === undefined)
      throw new LongshoreError(
        'USAGE',
        '--yes deletes without asking, so the audit needs a reason.',
        {},
        { next: 'Give --reason.' },
      );
    const client = await context.connect();
    const tables = table.length > 0 ? { tables: table } : {};
    const request = await taskRequest(context, reason);
    const preview = await client.months.task<'delete-preview'>(
      batch,
      { kind: 'delete-preview', months, ...tables },
      request,
    );
    const layout = { colours: context.colours, width: context.width };
    const rows = preview.tables.reduce((sum, each) => sum + each.rows, 0);
    if (dryRun || rows === 0) {
      context.result({ ...preview, deleted: false }, () => deletePreviewText(preview.tables, layout));
      return;
    }
    if (!context.global.json) context.io.err(`${deletePreviewText(preview.tables, layout)}\n`);
    await confirmTyped(context, `This deletes ${rows.toLocaleString('en')} rows. Type ${batch} to go on: `, batch, yes);
    const expected = Object.fromEntries(preview.tables.map((each) => [`${each.table}/${each.month}`, each.rows]));
    const result = await client.months.task<'delete'>(batch, { kind: 'delete', months, ...tables, expected }, request);
    // As the catalog has them: what a workflow answers has its dates as text.
    const ids = new Set(result.deletions.map(({ id }) => id));
    const deletions = (await client.months.deletions({ batch, limit: 1000 })).filter(({ id }) => ids.has(id));
    context.result({ deletions }, () => deletionsText(deletions, layout));
    return EXIT.done;
  },
});
