import { createCommand } from '../../core/create-command';
import { taskRequest } from '../../core/month-request';
import { flag, required, text } from '../../core/options';
import { formatBytes } from '../../../core/units';

export const monthStageClean = createCommand({
  path: ['month', 'stage-clean'],
  summary: 'Remove what no load needs from the stage of a batch',
  args: { batch: required('BATCH', 'month batch of the configuration') },
  options: {
    all: flag('also what a batch that failed would be resumed from'),
    dryRun: flag('only show what would be removed'),
    reason: text('TEXT', 'why, for the audit'),
  },
  examples: [
    ['month stage-clean trades --dry-run', 'what would go'],
    ['month stage-clean trades --all --reason "starting over"', 'everything'],
  ],
  async run(context, { args: { batch }, options: { all, dryRun, reason } }) {
    const client = await context.connect();
    const request = await taskRequest(context, reason);
    const result = await client.months.task<'stage-clean'>(batch, { kind: 'stage-clean', all, dryRun }, request);
    const bytes = result.removed.reduce((sum, file) => sum + file.bytes, 0);
    context.result({ ...result, dryRun }, () =>
      result.removed.length === 0
        ? 'Nothing lies there that is not needed.'
        : [
            ...result.removed.map(({ name }) => name),
            `${result.removed.length} files, ${formatBytes(bytes)}, ${dryRun ? 'would be removed' : 'removed'}`,
          ].join('\n'),
    );
  },
});
