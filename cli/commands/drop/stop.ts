import { createCommand } from '../../core/create-command';
import { required, text } from '../../core/options';

export const dropStop = createCommand({
  path: ['drop', 'stop'],
  summary: 'Stop watching a drop folder',
  details:
    'No new file is begun, and the watch ends. Files in work come to their end; all others stay where they are, and are found again when the folder is watched anew.',
  args: { folder: required('FOLDER', 'drop folder that is watched') },
  options: { reason: text('TEXT', 'why, for the audit') },
  examples: [['drop stop reference', 'no file is loaded any more']],
  async run(context, { args: { folder }, options: { reason } }) {
    const client = await context.connect();
    await client.drops.stop(folder, { by: context.user(), reason });
    context.result(
      { folder, action: 'stop' },
      () => `${folder} is no longer watched. Watch it again: longshore drop watch ${folder}`,
    );
  },
});
