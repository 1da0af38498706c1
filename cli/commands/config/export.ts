import { resolve } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { exportDocument } from '../../../config/export';
import { LongshoreError } from '../../../core/errors/longshore-error';
import { createCommand } from '../../core/create-command';
import { choice, optional, text } from '../../core/options';

export const configExport = createCommand({
  path: ['config', 'export'],
  summary: 'Print a configuration as the catalog keeps it',
  details: 'Complete, with defaults; secrets are references. Without a version: the latest.',
  args: { version: optional('VERSION', 'number of the version, see `config history`') },
  options: {
    format: choice(['yaml', 'json'], 'how it is written (default: yaml, or json for a file named .json)'),
    output: text('FILE', 'write to a file', 'o'),
  },
  examples: [
    ['config export', 'the latest version, as YAML'],
    ['config export 3 --output old.json', 'version 3 into a file'],
  ],
  async run(context, { args, options }) {
    const wanted = args.version === undefined ? undefined : Number(args.version);
    if (wanted !== undefined && !(Number.isSafeInteger(wanted) && wanted > 0)) {
      throw new LongshoreError('USAGE', `${args.version} is not a version: versions are numbers from 1.`);
    }
    const client = await context.connect();
    const { configurations } = client.catalog;
    const found = wanted === undefined ? await configurations.latest() : await configurations.get(wanted);
    if (!found) {
      const what =
        wanted === undefined
          ? 'The catalog has no configuration yet.'
          : `The catalog has no configuration version ${wanted}.`;
      throw new LongshoreError(
        'CONFIG_UNKNOWN_NAME',
        what,
        {},
        {
          next: 'See `longshore config history`; a version is stored with each new run, or by `longshore config import`.',
        },
      );
    }
    const json =
      options.format === 'json' ||
      (options.format === undefined && (context.global.json || options.output?.endsWith('.json') === true));
    const document = exportDocument(found.document, json ? 'json' : 'yaml');
    if (options.output === undefined) {
      context.io.out(document);
      return;
    }
    const file = resolve(context.io.cwd, options.output);
    await writeFile(file, document);
    context.result({ version: found.version, file }, () => `Version ${found.version} is in ${options.output}.`);
  },
});
