import { folderOfRun, isBatchRun, isMonthTask } from '../../../client';
import { createCommand } from '../../core/create-command';
import { followToEnd } from '../../core/follow';
import { followBatchToEnd } from '../../core/follow-batch';
import { followFolder } from '../../core/follow-folder';
import { followTask } from '../../core/follow-task';
import { required } from '../../core/options';

export const runWatch = createCommand({
  path: ['run', 'watch'],
  summary: 'Watch a run until it ends',
  details:
    'A drop folder is watched until it is stopped. Ctrl-C stops watching, not the run. The exit code is that of the run.',
  args: {
    run: required(
      'RUN',
      'id of the run, with or without `transfer/` or `month/`; a set or month batch: its latest run; or a drop folder',
    ),
  },
  options: {},
  examples: [['run watch sales-daily', 'the latest run of a set']],
  async run(context, { args }) {
    const client = await context.connect();
    const runId = await client.runs.resolve(args.run);
    if (isBatchRun(runId)) return followBatchToEnd(context, client, runId);
    if (isMonthTask(runId)) return followTask(context, client, runId);
    const folder = folderOfRun(runId);
    return folder === undefined ? followToEnd(context, client, runId) : followFolder(context, client, folder);
  },
});
