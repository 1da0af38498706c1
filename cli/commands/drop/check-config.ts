import { EXIT } from '../../../schemas/constants';
import { createCommand } from '../../core/create-command';
import { folderTask } from '../../core/folder-task';
import { flag, required } from '../../core/options';
import { findingsReport } from '../../output/drop-task';

export const dropCheckConfig = createCommand({
  path: ['drop', 'check-config'],
  summary: 'Compare the records of reference tables with the tables there are',
  details:
    'Finds records without a table, tables without a record, and two records of one table. Exit code 1 when something is left to be mended.',
  args: { folder: required('FOLDER', 'drop folder') },
  options: { repair: flag('mend what can be mended') },
  examples: [
    ['drop check-config reference', 'look'],
    ['drop check-config reference --repair', 'look, and mend'],
  ],
  async run(context, { args: { folder }, options: { repair } }) {
    const result = await folderTask<'check-config'>(context, folder, { kind: 'check-config', repair });
    context.result(result.findings, () => findingsReport(result, { colours: context.colours, width: context.width }));
    return result.findings.every(({ repaired }) => repaired) ? EXIT.done : EXIT.failed;
  },
});
