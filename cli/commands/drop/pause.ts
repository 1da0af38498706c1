import { createCommand } from '../../core/create-command';
import { required, text } from '../../core/options';

export const dropPause = createCommand({
  path: ['drop', 'pause'],
  summary: 'Pause a drop folder',
  details: 'Files in work are finished; no new one is begun until the folder is resumed.',
  args: { folder: required('FOLDER', 'drop folder that is watched') },
  options: { reason: text('TEXT', 'why, for the audit') },
  examples: [['drop pause reference', 'while the database is worked on']],
  async run(context, { args: { folder }, options: { reason } }) {
    const client = await context.connect();
    await client.drops.pause(folder, { by: context.user(), reason });
    context.result(
      { folder, action: 'pause' },
      () => `${folder} is paused. Resume it: longshore drop resume ${folder}`,
    );
  },
});
