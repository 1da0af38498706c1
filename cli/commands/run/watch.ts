import { folderOfRun } from '../../../client';
import { createCommand } from '../../core/create-command';
import { followToEnd } from '../../core/follow';
import { followFolder } from '../../core/follow-folder';
import { required } from '../../core/options';

export const runWatch = createCommand({
  path: ['run', 'watch'],
  summary: 'Watch a run until it ends',
  details:
    'A drop folder is watched until it is stopped. Ctrl-C stops watching, not the run. The exit code is that of the run.',
  args: { run: required('RUN', 'id of the run, with or without `transfer/`; a set: its latest run; or a drop folder') },
  options: {},
  examples: [['run watch sales-daily', 'the latest run of a set']],
  async run(context, { args }) {
    const client = await context.connect();
    const runId = await client.runs.resolve(args.run);
    const folder = folderOfRun(runId);
    return folder === undefined ? followToEnd(context, client, runId) : followFolder(context, client, folder);
  },
});
