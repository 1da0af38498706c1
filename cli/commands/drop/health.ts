import { EXIT } from '../../../schemas/constants';
import { createCommand } from '../../core/create-command';
import { folderTask } from '../../core/folder-task';
import { required } from '../../core/options';
import { healthReport } from '../../output/drop-task';

export const dropHealth = createCommand({
  path: ['drop', 'health'],
  summary: 'Check all that a drop folder needs: databases, Temporal, folders, disk, memory, backlog',
  details:
    'A worker looks, from where it runs. Exit code 0: all is well, or worth no more than a warning; 1: something has failed.',
  args: { folder: required('FOLDER', 'drop folder') },
  options: {},
  examples: [
    ['drop health reference', 'before somebody calls'],
    ['drop health reference --json', 'for what watches machines'],
  ],
  async run(context, { args: { folder } }) {
    const health = await folderTask<'health'>(context, folder, { kind: 'health' });
    context.result(health, () => healthReport(health, { colours: context.colours, width: context.width }));
    return health.status === 'failed' ? EXIT.failed : EXIT.done;
  },
});
