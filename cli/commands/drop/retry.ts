import { isErrorCode } from '../../../core/errors/catalogue';
import { LongshoreError } from '../../../core/errors/longshore-error';
import { EXIT } from '../../../schemas/constants';
import { createCommand } from '../../core/create-command';
import { taskRequest } from '../../core/folder-task';
import { list, required, text } from '../../core/options';
import { retryReport } from '../../output/drop-task';

export const dropRetry = createCommand({
  path: ['drop', 'retry'],
  summary: 'Put failed files back to where they were dropped, to be tried again',
  details:
    'A worker moves them out of `error`, with their reports removed; they are loaded when they have stood still. ' +
    'Exit code 0: all went back; 3: some did; 1: none did.',
  args: { folder: required('FOLDER', 'drop folder') },
  options: {
    file: list('PATH', 'only this file, by its path as it was dropped; may be repeated', 'f'),
    code: text('CODE', 'only files that failed with this error'),
    reason: text('TEXT', 'why, for the audit'),
  },
  examples: [
    ['drop retry reference', 'all that failed'],
    ['drop retry reference --code HOST_UNREACHABLE', 'after the database was away'],
    ['drop retry reference --file reference_data_table/fullload/airports.csv', 'one file'],
  ],
  async run(context, { args: { folder }, options: { file, code, reason } }) {
    if (code !== undefined && !isErrorCode(code))
      throw new LongshoreError(
        'USAGE',
        `${code} is no code of an error.`,
        {},
        { next: `\`longshore drop errors ${folder}\` shows which there are.` },
      );
    const client = await context.connect();
    const request = await taskRequest(context, client, folder, reason);
    const files = await client.drops.retry(folder, { files: file, ...(code !== undefined && { code }) }, request);
    context.result(files, () => retryReport(files, { colours: context.colours, width: context.width }));
    const back = files.filter(({ ok }) => ok).length;
    return back === files.length ? EXIT.done : back > 0 ? EXIT.partial : EXIT.failed;
  },
});
