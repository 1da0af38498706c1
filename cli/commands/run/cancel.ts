import { createCommand } from '../../core/create-command';
import { required, text } from '../../core/options';

export const runCancel = createCommand({
  path: ['run', 'cancel'],
  summary: 'Cancel a run',
  details:
    'Stops the run and removes what it has staged. Tables that are already published stay. The target is otherwise untouched.',
  args: {
    run: required(
      'RUN',
      'id of the run, with or without `transfer/` or `month/`; a set or month batch: its latest run; or a drop folder',
    ),
  },
  options: { reason: text('TEXT', 'why, for the audit') },
  examples: [['run cancel sales-daily --reason "wrong filter"', 'cancel the latest run of a set']],
  async run(context, { args, options }) {
    const client = await context.connect();
    const runId = await client.runs.cancel(args.run, { by: context.user(), reason: options.reason });
    context.result(
      { runId, action: 'cancel' },
      () => `The run stops and tidies up. Watch it: longshore run watch ${runId}`,
    );
  },
});
