import { createCommand } from '../../core/create-command';
import { folderTask } from '../../core/folder-task';
import { required } from '../../core/options';
import { tableReport } from '../../output/drop-task';

export const dropTable = createCommand({
  path: ['drop', 'table'],
  summary: 'Show a table that a drop folder feeds: columns, rows, backups, its reference record',
  args: {
    folder: required('FOLDER', 'drop folder'),
    table: required('TABLE', '`schema.table`, or `table` in the schema of the folder'),
  },
  options: {},
  examples: [['drop table reference airports', 'what is in it, and what it was before']],
  async run(context, { args: { folder, table } }) {
    const info = await folderTask<'table-info'>(context, folder, { kind: 'table-info', table });
    context.result(info, () => tableReport(info, { colours: context.colours, width: context.width }));
  },
});
