import { basename, resolve } from 'node:path';
import { documentOf, planEdit } from '../../../config/file-edit';
import { parseDocument } from '../../../config/load';
import { promoteSet } from '../../../config/promote';
import { redact } from '../../../config/secrets';
import { CONFLICT_POLICIES, type ConflictPolicy, fieldsOf, freeName, requireSets, setsOf } from '../../../config/sets';
import { LongshoreError } from '../../../core/errors/longshore-error';
import { createCommand } from '../../core/create-command';
import { choice, flag, list, required, text, toggle } from '../../core/options';
import { carryOut } from './change';

export const configPromote = createCommand({
  path: ['config', 'promote'],
  summary: 'Copy a transfer set for other environments',
  details:
    'The copy reads and writes the environments that the map gives for those of the set; all else stays. What the new environments ' +
    'allow is checked: a read-only target is refused, and protected tables, row limits, another kind of database and what SQL or ' +
    'strategy may not carry over are warned of. The file keeps its comments and order, and the result is stored as a new version.',
  args: { set: required('SET', 'transfer set of the configuration') },
  options: {
    from: text('ENVIRONMENT', 'environment of the set that is exchanged, together with --to'),
    to: text('ENVIRONMENT', 'environment that takes the place of --from'),
    map: list('OLD=NEW', 'the same as --from OLD --to NEW; may be repeated', 'm'),
    as: text('NAME', 'name of the copy (default: the name of the set and of its new target, `sales-daily-staging`)'),
    into: text('FILE', 'put the copy into another configuration file, and into its catalog'),
    onConflict: choice(CONFLICT_POLICIES, 'when the name is taken: `stop` (default), `replace`, or `rename` the copy'),
    dryRun: flag('only show what would change'),
    register: toggle('store the result in the catalog (default)', 'change the file only; no catalog is needed'),
    reason: text('TEXT', 'why, for the history'),
    yes: flag('do not ask', 'y'),
  },
  examples: [
    ['config promote sales-daily --from uat --to staging', 'the set that fills uat, for staging'],
    [
      'config promote sales-daily --map prod=replica --map uat=qa --as sales-qa --dry-run',
      'other source, other target',
    ],
    [
      'config promote sales-daily --from uat --to preprod --into preprod.yaml --as sales-daily',
      'into the configuration of another place',
    ],
  ],
  async run(context, { args: { set }, options }) {
    const { env, cwd } = context.io;
    const map = mapOf(options);
    const own = documentOf(context.configPath, env);
    if (own === undefined)
      throw new LongshoreError('CONFIG_NOT_FOUND', `There is no file ${context.configPath}.`, {
        file: context.configPath,
      });
    requireSets(own, [set], basename(context.configPath));
    const path = options.into === undefined ? context.configPath : resolve(cwd, options.into);
    const into = path === context.configPath ? own : documentOf(path, env);
    if (into === undefined)
      throw new LongshoreError(
        'CONFIG_NOT_FOUND',
        `There is no file ${path}.`,
        { file: path },
        { next: 'Promote into a file that defines the new environments.' },
      );
    const target = fieldsOf(setsOf(own)[set])['to'];
    const wish = options.as ?? `${set}-${String(map[String(target)] ?? Object.values(map)[0] ?? 'copy')}`;
    const as = nameFor(wish, into, options.onConflict ?? 'stop', path);
    const { set: copy, warnings } = promoteSet(own, into, { set, as, map });
    const wanted = redact(parseDocument({ ...fieldsOf(into), transferSets: { ...setsOf(into), [as]: copy } }));
    const edit = planEdit(path, wanted, { env });
    await carryOut(context, {
      changes: edit.changes,
      edit,
      ...(options.register && {
        store: {
          document: edit.document,
          source: basename(path),
          origin: 'promote',
          reason: options.reason,
          file: path,
          details: { set, as, map, from: basename(context.configPath) },
        },
      }),
      warnings,
      dryRun: options.dryRun,
      yes: options.yes,
      asks: true,
      extra: { set, as, map },
    });
  },
});

function mapOf({
  from,
  to,
  map,
}: {
  from: string | undefined;
  to: string | undefined;
  map: string[];
}): Record<string, string> {
  if ((from === undefined) !== (to === undefined))
    throw new LongshoreError(
      'USAGE',
      '--from and --to belong together: the environment that goes, and the one that comes.',
    );
  const pairs = [...(from !== undefined && to !== undefined ? [`${from}=${to}`] : []), ...map];
  if (pairs.length === 0)
    throw new LongshoreError('USAGE', 'Nothing says where the set goes: give --from and --to, or --map OLD=NEW.');
  const entries = pairs.map((pair): [string, string] => {
    const [, old, next] = /^([^=]+)=([^=]+)$/.exec(pair) ?? [];
    if (old === undefined || next === undefined)
      throw new LongshoreError('USAGE', `${pair} is no pair of environments: write OLD=NEW.`);
    return [old, next];
  });
  const twice = entries.find(([old], index) => entries.findIndex(([other]) => other === old) !== index);
  if (twice) throw new LongshoreError('USAGE', `${twice[0]} is mapped twice.`);
  return Object.fromEntries(entries);
}

function nameFor(wish: string, into: unknown, policy: ConflictPolicy, path: string): string {
  const taken = setsOf(into);
  if (!Object.hasOwn(taken, wish) || policy === 'replace') return wish;
  if (policy === 'rename') return freeName(wish, new Set(Object.keys(taken)));
  throw new LongshoreError(
    'CONFIG_CONFLICT',
    `${basename(path)} already has a transfer set \`${wish}\`.`,
    { file: path, path: `transferSets.${wish}` },
    { next: 'Give the copy another name with --as, or choose `--on-conflict replace` or `rename`.' },
  );
}
