import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { diffDocuments } from '../../../config/diff';
import { changesOfSet } from '../../../config/history';
import { createCommand } from '../../core/create-command';
import type { CommandContext } from '../../core/context';
import { list, optional } from '../../core/options';
import { formatChanges } from '../../output/changes';
import { plural } from '../../output/format';
import { readSource, type Source, versionSource } from './source';

export const configDiff = createCommand({
  path: ['config', 'diff'],
  summary: 'Show what differs between two configurations',
  details:
    'Each is a version (`12`, `latest`) or a file. Without arguments: the latest version and the configuration file; with one: that and ' +
    'the configuration file. Both are compared complete, with defaults. A secret that differs is a change that does not show it.',
  args: {
    before: optional('BEFORE', 'a version, `latest`, or a file'),
    after: optional('AFTER', 'a version, `latest`, or a file'),
  },
  options: { set: list('SET', 'only what touches this transfer set; may be repeated', 's') },
  examples: [
    ['config diff', 'what the file has that nobody stored yet'],
    ['config diff 11 12', 'what version 12 changed'],
    ['config diff latest theirs.yaml --set sales-daily --json', 'one set, for a script'],
  ],
  async run(context, { args, options }) {
    const before = await side(context, args.before ?? 'latest');
    const after =
      args.after === undefined ? await readSource(context, context.configPath) : await side(context, args.after);
    const documents = [before.document, after.document];
    const all = diffDocuments(before.document, after.document);
    const changes =
      options.set.length === 0
        ? all
        : all.filter((change) => options.set.some((name) => changesOfSet([change], name, documents).length > 0));
    context.result({ before: before.name, after: after.name, changes }, () =>
      changes.length === 0
        ? `${before.name} and ${after.name} say the same${options.set.length > 0 ? ' there' : ''}.`
        : `${formatChanges(changes, context.colours)}\n${plural(changes.length, 'change')} from ${before.name} to ${after.name}.`,
    );
  },
});

/** A number is a version unless there is a file of that name. */
function side(context: CommandContext, name: string): Promise<Source> {
  const isVersion = /^(\d+|latest)$/.test(name) && !existsSync(resolve(context.io.cwd, name));
  return isVersion ? versionSource(context, name) : readSource(context, name);
}
