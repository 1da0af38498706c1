import { createCommand } from '../../core/create-command';
import { folderTask } from '../../core/folder-task';
import { flag, required } from '../../core/options';
import { cleanUpReport } from '../../output/drop-task';

export const dropCleanUp = createCommand({
  path: ['drop', 'clean-up'],
  summary: 'Remove what is older than the configuration keeps',
  details:
    'Files under `processed` and `error`, backups, rows of the tracking table and of the catalog, by `retention` and `backups`. The watch does the same once a day.',
  args: { folder: required('FOLDER', 'drop folder') },
  options: { dryRun: flag('only count what would go') },
  examples: [
    ['drop clean-up reference --dry-run', 'what would go'],
    ['drop clean-up reference', 'when the disk is full today'],
  ],
  async run(context, { args: { folder }, options: { dryRun } }) {
    const result = await folderTask<'clean-up'>(context, folder, { kind: 'clean-up', dryRun });
    context.result({ dryRun, removed: result.removed }, () =>
      cleanUpReport(result, dryRun, { colours: context.colours, width: context.width }),
    );
  },
});
