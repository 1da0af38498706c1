import { createCommand } from '../../core/create-command';
import { required, text } from '../../core/options';

export const dropResume = createCommand({
  path: ['drop', 'resume'],
  summary: 'Resume a paused drop folder',
  args: { folder: required('FOLDER', 'drop folder that is watched') },
  options: { reason: text('TEXT', 'why, for the audit') },
  examples: [['drop resume reference', 'go on loading']],
  async run(context, { args: { folder }, options: { reason } }) {
    const client = await context.connect();
    await client.drops.resume(folder, { by: context.user(), reason });
    context.result({ folder, action: 'resume' }, () => `${folder} goes on. See it: longshore drop status ${folder}`);
  },
});
