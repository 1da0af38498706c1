import { createCommand } from '../../core/create-command';
import { required, text } from '../../core/options';

export const runResume = createCommand({
  path: ['run', 'resume'],
  summary: 'Resume a paused run',
  args: {
    run: required(
      'RUN',
      'id of the run, with or without `transfer/` or `month/`; a set or month batch: its latest run; or a drop folder',
    ),
  },
  options: { reason: text('TEXT', 'why, for the audit') },
  examples: [['run resume sales-daily --reason "nightly jobs are done"', 'resume the latest run of a set']],
  async run(context, { args, options }) {
    const client = await context.connect();
    const runId = await client.runs.resume(args.run, { by: context.user(), reason: options.reason });
    context.result({ runId, action: 'resume' }, () => `The run goes on. Watch it: longshore run watch ${runId}`);
  },
});
