import { createCommand } from '../../core/create-command';
import { integer, optional, text } from '../../core/options';
import { parseMonth } from '../../../core/month/months';
import { deletionsText } from '../../output/month-delete';

export const monthDeletions = createCommand({
  path: ['month', 'deletions'],
  summary: 'List what was deleted, by whom, why, and how it comes back',
  args: { batch: optional('BATCH', 'only of this batch') },
  options: {
    month: text('MONTH', 'only of this month'),
    table: text('TABLE', 'only of this table'),
    limit: integer('N', 20, 'how many at most'),
  },
  examples: [['month deletions trades', 'the latest']],
  async run(context, { args: { batch }, options: { month, table, limit } }) {
    const client = await context.connect();
    const deletions = await client.months.deletions({
      limit,
      ...(batch !== undefined && { batch }),
      ...(table !== undefined && { table }),
      ...(month !== undefined && { month: parseMonth(month) }),
    });
    context.result(deletions, () => deletionsText(deletions, { colours: context.colours, width: context.width }));
  },
});
