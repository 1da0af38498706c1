import { createCommand } from '../../core/create-command';
import { followToEnd } from '../../core/follow';
import { required, text, toggle } from '../../core/options';

export const runAgain = createCommand({
  path: ['run', 'again'],
  summary: 'Run once more, as it was',
  details:
    'Starts a run with the tables and the version of the configuration that an earlier run had, whatever the configuration file says now.',
  args: { run: required('RUN', 'id of the run, with or without `transfer/`, or a set: its latest run') },
  options: {
    wait: toggle('watch until the run has ended (default)', 'return as soon as the run has started'),
    reason: text('TEXT', 'why, for the audit'),
  },
  examples: [['run again sales-daily/2026-11-20T05:00Z', 'repeat that run']],
  async run(context, { args, options }) {
    const client = await context.connect();
    const earlier = await client.runs.resolve(args.run);
    const started = await client.transfers.again(earlier, { triggeredBy: context.user(), reason: options.reason });
    if (!options.wait) {
      context.result(started, () => started.runId);
      return;
    }
    context.note(started.runId);
    return followToEnd(context, client, started.runId);
  },
});
