import { createCommand } from '../../core/create-command';
import { required, text } from '../../core/options';

export const dropScan = createCommand({
  path: ['drop', 'scan'],
  summary: 'Look at a drop folder at once, without waiting for the next look',
  details: 'Files still have to stand still for as many looks as `scan.checks` says.',
  args: { folder: required('FOLDER', 'drop folder that is watched') },
  options: { reason: text('TEXT', 'why, for the audit') },
  examples: [['drop scan reference', 'look now']],
  async run(context, { args: { folder }, options: { reason } }) {
    const client = await context.connect();
    await client.drops.scanNow(folder, { by: context.user(), reason });
    context.result({ folder, action: 'scan' }, () => `${folder} is being looked at.`);
  },
});
