import { resolve } from 'node:path';
import { createCommand } from '../../core/create-command';
import { existingFile, taskRequest } from '../../core/month-request';
import { flag, required, text } from '../../core/options';

export const monthCleanFile = createCommand({
  path: ['month', 'clean-file'],
  summary: 'Write the good rows of a file beside it, and the others, with what is wrong, into another',
  details:
    'Good rows stand in the clean file byte for byte as they were. Rows with too few or too many fields, values that are not of their type, too long, or missing where none may be, stand in the other with line and reason. The file itself is left alone.',
  args: { batch: required('BATCH', 'month batch of the configuration'), file: required('FILE', 'the file') },
  options: {
    table: text('TABLE', 'table of the batch, where the name of the file does not say'),
    folder: text('FOLDER', 'write there instead of beside the file'),
    replace: flag('overwrite files that are there'),
  },
  examples: [['month clean-file trades ./trades_20240101-20240131.tsv', 'then load the clean file with --files']],
  async run(context, { args: { batch, file }, options: { table, folder, replace } }) {
    const client = await context.connect();
    const result = await client.months.task<'clean-file'>(
      batch,
      {
        kind: 'clean-file',
        file: existingFile(context, file),
        replace,
        ...(table !== undefined && { table }),
        ...(folder !== undefined && { folder: resolve(context.io.cwd, folder) }),
      },
      await taskRequest(context),
    );
    context.result(result, () =>
      [
        `${result.rows.toLocaleString('en')} good rows: ${result.clean}`,
        result.rejected === undefined
          ? 'No row was rejected.'
          : `${result.rejectedRows.toLocaleString('en')} rejected rows: ${result.rejected}`,
      ].join('\n'),
    );
  },
});
