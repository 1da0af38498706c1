import { createCommand } from '../../core/create-command';
import { required, text } from '../../core/options';

export const dropCancel = createCommand({
  path: ['drop', 'cancel'],
  summary: 'Stop loading one file of a drop folder',
  details:
    'What was loaded of it goes away, the table is as it was, and the file lies under `error`. The folder goes on.',
  args: {
    folder: required('FOLDER', 'drop folder'),
    file: required('FILE', 'path as it was dropped, or id as `drop files` shows it'),
  },
  options: { reason: text('TEXT', 'why, for the audit') },
  examples: [
    ['drop cancel reference none_reference_data_table/append/flights.csv --reason "wrong month"', 'stop one file'],
  ],
  async run(context, { args: { folder, file }, options: { reason } }) {
    const client = await context.connect();
    const { id, path } = await client.drops.cancelFile(folder, file, { by: context.user(), reason });
    context.result({ folder, id, path, action: 'cancel' }, () => `Loading ${path} stops.`);
  },
});
