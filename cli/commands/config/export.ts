import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { withoutDefaults } from '../../../config/defaults';
import { exportDocument, type ExportFormat } from '../../../config/export';
import { exportFile } from '../../../config/export-file';
import { writeAtomically } from '../../../config/file-edit';
import { requireSets, sharedPart } from '../../../config/sets';
import { LongshoreError } from '../../../core/errors/longshore-error';
import { createCommand } from '../../core/create-command';
import { choice, flag, list, optional, text } from '../../core/options';
import { parseVersion } from '../../core/versions';

export const configExport = createCommand({
  path: ['config', 'export'],
  summary: 'Print a configuration, or some of its sets, to give to others',
  details:
    'From the catalog: any stored version, the latest when none is named, complete with defaults. With `--from file`: the configuration file as it ' +
    'is written, comments included. Secrets are references, or say where they stood; `config import` reads what this writes.',
  args: { version: optional('VERSION', 'number of the version, see `config history`') },
  options: {
    set: list('SET', 'only this transfer set and the environments it needs; may be repeated', 's'),
    from: choice(['catalog', 'file'], 'what is exported (default: catalog)'),
    format: choice(['yaml', 'json'], 'how it is written (default: yaml, or json for a file named .json)'),
    compact: flag('leave out settings that have their default'),
    output: text('FILE', 'write to a file', 'o'),
    replace: flag('overwrite the file'),
  },
  examples: [
    ['config export', 'the latest version, as YAML'],
    ['config export 3 --output old.json', 'version 3 into a file'],
    ['config export --from file --set sales-daily -o sales.yaml', 'one set of the configuration file, for a colleague'],
  ],
  async run(context, { args, options }) {
    if (options.from === 'file' && args.version !== undefined)
      throw new LongshoreError('USAGE', 'A file has no versions: leave out VERSION, or `--from file`.');
    const file = options.output === undefined ? undefined : resolve(context.io.cwd, options.output);
    if (file !== undefined && existsSync(file) && !options.replace)
      throw new LongshoreError(
        'CONFIG_CONFLICT',
        `${options.output} is there already.`,
        { file },
        { next: 'Choose another name, or overwrite it with --replace.' },
      );
    const isJson =
      options.format === 'json' ||
      (options.format === undefined && (context.global.json || options.output?.endsWith('.json') === true));
    const format = isJson ? 'json' : 'yaml';
    const { text: exported, name } =
      options.from === 'file'
        ? {
            text: exportFile(context.configPath, options.set, format, context.io.env),
            name: basename(context.configPath),
          }
        : await fromCatalog(args.version, format);
    if (file === undefined) {
      context.io.out(exported);
      return;
    }
    writeAtomically(file, exported);
    const version = Number(/^version (\d+)$/.exec(name)?.[1]);
    context.result(
      { ...(Number.isNaN(version) ? { from: name } : { version }), file },
      () => `${name.charAt(0).toUpperCase()}${name.slice(1)} is in ${options.output}.`,
    );

    async function fromCatalog(wanted: string | undefined, as: ExportFormat): Promise<{ text: string; name: string }> {
      const version = wanted === undefined ? 'latest' : parseVersion(wanted);
      const found = await (await context.configurations()).get(version);
      const title = `version ${found.version}`;
      requireSets(found.document, options.set, title);
      const part = options.set.length === 0 ? found.document : sharedPart(found.document, options.set);
      return { text: exportDocument(options.compact ? withoutDefaults(part) : part, as), name: title };
    }
  },
});
