import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { writeAtomically } from '../../../config/file-edit';
import { migrateMonthConfig, type OldFile } from '../../../config/month-migrate';
import { LongshoreError } from '../../../core/errors/longshore-error';
import { listWords } from '../../../core/plan/suggest';
import { createCommand } from '../../core/create-command';
import { flag, several, text } from '../../core/options';
import { plural } from '../../output/format';
import { printable } from '../../output/text';

export const monthMigrate = createCommand({
  path: ['month', 'migrate'],
  summary: 'Turn JSON files of the old loader, with `snowflake` and `files`, into a configuration',
  details:
    'Each file becomes a month batch named like it, equal connections one environment. Passwords are never copied: a reference to a variable takes their place. ' +
    'What has no place is named on stderr. The result passes `config check`. Needs no server.',
  args: { files: several('FILE', 'old configuration files') },
  options: {
    name: text('NAME', 'name of the batch; for one file'),
    output: text('FILE', 'write to a file', 'o'),
    replace: flag('overwrite the file'),
  },
  examples: [
    ['month migrate config.json', 'look at the result'],
    ['month migrate config/*.json -o longshore.yaml', 'one batch for each file'],
  ],
  run(context, { args, options }) {
    if (options.name !== undefined && args.files.length > 1)
      throw new LongshoreError('USAGE', '--name is for one file; several are named like their files.');
    const output = options.output === undefined ? undefined : resolve(context.io.cwd, options.output);
    if (output !== undefined && existsSync(output) && !options.replace)
      throw new LongshoreError(
        'CONFIG_CONFLICT',
        `${options.output} is there already.`,
        { file: output },
        { next: 'Choose another name, or overwrite it with --replace.' },
      );
    const files = args.files.map((file) => readOld(resolve(context.io.cwd, file), file, options.name));
    const { text: yaml, batches, environments, warnings } = migrateMonthConfig(files);
    for (const warning of warnings) context.warn(printable(warning));
    const data = { batches, environments, warnings };
    if (output === undefined) context.result({ ...data, configuration: yaml }, () => yaml.trimEnd());
    else {
      writeAtomically(output, yaml);
      context.result({ ...data, file: output }, () => {
        const tables = Object.values(batches).flat().length;
        return `${options.output} has ${plural(Object.keys(batches).length, 'month batch', 'month batches')} (${listWords(Object.keys(batches))}) with ${plural(tables, 'table')}, into ${listWords(environments)}.`;
      });
    }
    return Promise.resolve();
  },
});

function readOld(path: string, shown: string, name: string | undefined): OldFile {
  try {
    return { path: shown, text: readFileSync(path, 'utf8'), name: name ?? nameOf(path) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LongshoreError('FILE_NOT_FOUND', `${shown} cannot be read: ${why}.`, { file: path }, { cause: error });
  }
}

/** A name that a batch may have, from that of a file. */
function nameOf(path: string): string {
  const words = basename(path)
    .replace(/\.json$/i, '')
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replaceAll(/^[-_]+|[-_]+$/g, '')
    .slice(0, 64);
  return words === '' ? 'monthly' : words;
}
