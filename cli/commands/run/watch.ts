import { createCommand } from '../../core/create-command';
import { followToEnd } from '../../core/follow';
import { required } from '../../core/options';

export const runWatch = createCommand({
  path: ['run', 'watch'],
  summary: 'Watch a run until it ends',
  details: 'Ctrl-C stops watching, not the run. The exit code is that of the run.',
  args: { run: required('RUN', 'id of the run, with or without `transfer/`, or a set: its latest run') },
  options: {},
  examples: [['run watch sales-daily', 'the latest run of a set']],
  async run(context, { args }) {
    const client = await context.connect();
    return followToEnd(context, client, await client.runs.resolve(args.run));
  },
});
