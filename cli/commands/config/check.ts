import { loadConfig } from '../../../config/load';
import { listWords } from '../../../core/plan/suggest';
import { createCommand } from '../../core/create-command';
import { plural } from '../../output/format';
import { printable } from '../../output/text';

export const configCheck = createCommand({
  path: ['config', 'check'],
  summary: 'Check the configuration file',
  details:
    'Reads the file and what it extends, and names every mistake with file, line and path. Nothing is connected to.',
  args: {},
  options: {},
  examples: [
    ['config check', 'check longshore.yaml'],
    ['config check --config uat.yaml --json', 'check another file, from a script'],
  ],
  async run(context) {
    const { config, files, warnings } = loadConfig(context.configPath, { env: context.io.env, strict: true });
    const sets = Object.keys(config.transferSets);
    const folders = Object.keys(config.dropFolders);
    const batches = Object.keys(config.monthBatches);
    const environments = Object.keys(config.environments);
    const found = { environments, transferSets: sets, dropFolders: folders, monthBatches: batches };
    context.result({ ok: true, files, ...found, warnings }, () => {
      const lines = warnings.map(
        ({ file, line, path, message }) =>
          `${context.colours.yellow('warning')} ${printable([file, line].filter(Boolean).join(':'))} ${path ? `${printable(path)}: ` : ''}${printable(message)}`,
      );
      const parts = [
        plural(environments.length, 'environment'),
        plural(sets.length, 'transfer set'),
        ...(folders.length > 0 ? [plural(folders.length, 'drop folder')] : []),
        ...(batches.length > 0 ? [plural(batches.length, 'month batch', 'month batches')] : []),
      ];
      const summary = `${listWords(parts)} in ${plural(files.length, 'file')}`;
      return [...lines, `${context.colours.green('✓')} ${summary}, no mistakes.`].join('\n');
    });
  },
});
