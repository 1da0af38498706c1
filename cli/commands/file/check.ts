import { rejectionCode } from '../../../core/drop/tolerance';
import { LongshoreError } from '../../../core/errors/longshore-error';
import { EXIT } from '../../../schemas/constants';
import { detectFile, type FileDetection } from '../../../storage/files';
import { createCommand } from '../../core/create-command';
import { several } from '../../core/options';
import { renderCheck } from '../../output/file-check';
import { asData, eachFile, exitOf, renderEach } from './each-file';
import { FORMAT_OPTIONS, formatOptions } from './format-options';

export const fileCheck = createCommand({
  path: ['file', 'check'],
  summary: 'Read every row of delimited files and say which could not be loaded',
  details:
    'Rejected rows with line and reason, repaired rows, columns with the types that all of their values have, NULLs, and what could be read in more than ' +
    'one way. Needs no server and no configuration. Exit code 0: every row can be loaded; 3: some rows, or some of several files, cannot; 1: nothing can.',
  args: { files: several('FILE', 'files to read') },
  options: FORMAT_OPTIONS,
  examples: [
    ['file check prices.csv', 'what a load would say'],
    ['file check exports/*.csv --ragged reject', 'without putting rows right'],
    ['file check prices.csv --json', 'for a script'],
  ],
  async run(context, { args, options }) {
    const format = formatOptions(options);
    const outcomes = await eachFile(context, args.files, 1, async (file, reading) =>
      usable(await detectFile(file, format, reading)),
    );
    if (outcomes === undefined) return EXIT.cancelled;
    context.result(
      asData(outcomes, (found, file) => ({ ...found, file })),
      () => renderEach(outcomes, context, (found) => renderCheck(found, context)),
    );
    return exitOf(outcomes, ({ rejectedRows }) => rejectedRows === 0);
  },
});

/** Throws for a file of which a load would take nothing. */
function usable(found: FileDetection): FileDetection {
  const place = { file: found.file };
  if (found.rows > 0) return found;
  if (found.rejectedRows > 0)
    throw new LongshoreError(
      rejectionCode(found.rejected),
      `None of the ${found.rejectedRows} rows of ${found.file} can be loaded; the first, line ${found.rejected[0]?.line}: ${found.rejected[0]?.message}`,
      place,
      {
        next: 'Look at how it is read with `longshore file detect`, and overrule what is wrong with the options of this command.',
      },
    );
  const what = found.size === 0 ? 'no bytes' : found.header.length > 0 ? 'a header and no rows' : 'blank lines only';
  throw new LongshoreError('FILE_EMPTY', `${found.file} has ${what}.`, place);
}
