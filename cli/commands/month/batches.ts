import { createCommand } from '../../core/create-command';
import { integer, optional } from '../../core/options';
import { batchesText } from '../../output/month-batches';

export const monthBatches = createCommand({
  path: ['month', 'batches'],
  summary: 'List batches with their checkpoints, the newest first',
  details:
    'What `longshore month resume` goes on with: months that are completed, failed and under way, and how many files of all.',
  args: { batch: optional('BATCH', 'only those of this name') },
  options: { limit: integer('N', 20, 'how many at most') },
  examples: [
    ['month batches', 'the latest'],
    ['month batches trades --json', 'checkpoints of one batch, for a script'],
  ],
  async run(context, { args: { batch }, options: { limit } }) {
    const client = await context.connect();
    const batches = await client.months.batches({ limit, ...(batch !== undefined && { batch }) });
    context.result(batches, () => batchesText(batches, { colours: context.colours, width: context.width }));
  },
});
