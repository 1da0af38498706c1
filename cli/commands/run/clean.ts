import { LongshoreError } from '../../../core/errors/longshore-error';
import { parseDuration } from '../../../core/units';
import { confirm } from '../../core/confirm';
import { createCommand } from '../../core/create-command';
import { flag, text } from '../../core/options';

export const runClean = createCommand({
  path: ['run', 'clean'],
  summary: 'Remove runs of month batches that ended long ago, with their logs and checkpoints',
  details:
    'Results of checks, deletions and the audit are kept. A batch whose run is removed can no longer be resumed.',
  args: {},
  options: {
    olderThan: text('DURATION', 'runs that ended before, e.g. 90d (default: 90d)'),
    yes: flag('do not ask', 'y'),
  },
  examples: [['run clean --older-than 30d', 'runs that ended more than a month ago']],
  async run(context, { options: { olderThan = '90d', yes } }) {
    const age = parseDuration(olderThan);
    if (age === undefined)
      throw new LongshoreError('USAGE', `${olderThan} is no length of time.`, {}, { next: 'Write 30d, 12h or 2w.' });
    const before = new Date(context.io.now() - age);
    await confirm(
      context,
      `Remove runs of month batches that ended before ${before.toISOString().slice(0, 16)}Z?`,
      yes,
    );
    const client = await context.connect();
    const removed = await client.months.cleanUp(before);
    context.result(removed, () => `${removed.runs} runs and ${removed.events} lines of their logs removed.`);
  },
});
