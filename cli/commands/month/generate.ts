import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { writeAtomically } from '../../../config/file-edit';
import { definitionText } from '../../../config/month-definition';
import { LongshoreError } from '../../../core/errors/longshore-error';
import { generateDefinition } from '../../../core/month/generate';
import { joinDefinitions } from '../../../core/month/join-definitions';
import { sampleFile } from '../../../storage/month/sample-file';
import { createCommand } from '../../core/create-command';
import { flag, several, text } from '../../core/options';
import { plural } from '../../output/format';
import { printable } from '../../output/text';

export const monthGenerate = createCommand({
  path: ['month', 'generate'],
  summary: 'Write definitions for files that have none, from their names and their first rows',
  details:
    'Delimiter, header, columns, date column, key columns and the pattern of the names are made out from the first 4 MiB of each file; what was guessed, and why, is said on ' +
    'stderr. Files of the same table become one definition. The result is a section of a configuration: put it into the file, or name it in `extends`. Needs no server.',
  args: { files: several('FILE', 'files to look at') },
  options: {
    batch: text('BATCH', 'name of the batch (default: monthly)'),
    output: text('FILE', 'write to a file', 'o'),
    replace: flag('overwrite the file'),
  },
  examples: [
    ['month generate trades_20240101-20240131.tsv', 'print a definition'],
    ['month generate incoming/*.tsv --batch trades -o trades.yaml', 'a batch for a folder'],
  ],
  async run(context, { args, options }) {
    const { cwd } = context.io;
    const batch = options.batch ?? 'monthly';
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(batch))
      throw new LongshoreError('USAGE', `\`${batch}\` is no name: letters, digits, - and _, at most 64 of them.`);
    const output = options.output === undefined ? undefined : resolve(cwd, options.output);
    if (output !== undefined && existsSync(output) && !options.replace)
      throw new LongshoreError(
        'CONFIG_CONFLICT',
        `${options.output} is there already.`,
        { file: output },
        { next: 'Choose another name, or overwrite it with --replace.' },
      );
    const found = [];
    for (const file of args.files) found.push(generateDefinition(await sampleFile(resolve(cwd, file))));
    const { tables, notes } = joinDefinitions(found);
    for (const note of notes) context.note(printable(note));
    const yaml = definitionText(batch, tables);
    const data = { batch, tables, notes };
    if (output === undefined) {
      context.result(data, () => yaml.trimEnd());
      return;
    }
    writeAtomically(output, `version: 1\n${yaml}`);
    context.result({ ...data, file: output }, () => {
      const count = plural(Object.keys(tables).length, 'definition');
      return `${count} in ${options.output}. Give the batch \`to\` and \`basePath\`, and look at what was guessed.`;
    });
  },
});
