import { EXIT } from '../../../schemas/constants';
import { detectFile } from '../../../storage/files';
import { createCommand } from '../../core/create-command';
import { several } from '../../core/options';
import { renderDetection } from '../../output/file-detection';
import { asData, eachFile, exitOf, renderEach } from './each-file';
import { FORMAT_OPTIONS, formatOptions } from './format-options';

export const fileDetect = createCommand({
  path: ['file', 'detect'],
  summary: 'Say how delimited files are to be read, how surely, and why',
  details:
    'Encoding, delimiter, quotes, line ends, header, lines around the table, several tables in a file, and the types of its columns, for which the ' +
    'whole file is read. Needs no server and no configuration. Options overrule what would be recognised. With --json: one object for one file, a list for several.',
  args: { files: several('FILE', 'files to look at') },
  options: FORMAT_OPTIONS,
  examples: [
    ['file detect prices.csv', 'everything that was recognised'],
    ['file detect exports/*.txt --json', 'for a script'],
    ['file detect dump.txt --delimiter soh --header-rows 0', 'with two things known beforehand'],
  ],
  async run(context, { args, options }) {
    const format = formatOptions(options);
    const outcomes = await eachFile(context, args.files, 1, (file, reading) => detectFile(file, format, reading));
    if (outcomes === undefined) return EXIT.cancelled;
    context.result(
      asData(outcomes, (found, file) => ({ ...found, file })),
      () => renderEach(outcomes, context, (found) => renderDetection(found, context)),
    );
    return exitOf(outcomes, () => true);
  },
});
