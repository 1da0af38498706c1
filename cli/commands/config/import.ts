import { basename, resolve } from 'node:path';
import { type Change, diffDocuments } from '../../../config/diff';
import { documentOf, planEdit } from '../../../config/file-edit';
import { parseDocument } from '../../../config/load';
import { redact } from '../../../config/secrets';
import { CONFLICT_POLICIES, mergeDocuments, type Merged, requireSets, sharedPart } from '../../../config/sets';
import { LongshoreError } from '../../../core/errors/longshore-error';
import type { CommandContext } from '../../core/context';
import { createCommand } from '../../core/create-command';
import { choice, flag, list, required, text, toggle } from '../../core/options';
import { carryOut } from './change';
import { readSource, type Source } from './source';

export const configImport = createCommand({
  path: ['config', 'import'],
  summary: 'Store a configuration in the catalog as a new version, or lay it into a file',
  details:
    'The configuration is checked first. Without --set, --on-conflict or --into it is stored as it stands. With one of these its ' +
    'environments and transfer sets are laid into what is there: the latest version, or the file that --into names, ' +
    'whose comments and order stay. Masking and notifications come along where there are none; servers and folders of one machine never do. ' +
    'The same document stored twice in a row is one version.',
  args: { file: required('FILE', 'YAML or JSON; `-` for standard input, `catalog:VERSION` for a stored version') },
  options: {
    set: list('SET', 'only this transfer set and the environments it needs; may be repeated', 's'),
    into: text('FILE', 'lay it into this file, which is made when it is not there'),
    onConflict: choice(
      CONFLICT_POLICIES,
      'when a name is taken by something else: `stop` (default), `replace` it, or `rename` what comes in',
    ),
    dryRun: flag('only show what would change'),
    register: toggle('store the result in the catalog (default)', 'change the file only; no catalog is needed'),
    reason: text('TEXT', 'why, for the history'),
    yes: flag('do not ask', 'y'),
  },
  examples: [
    ['config import longshore.yaml --reason "first version"', 'store the file, so that others can pull it'],
    [
      'config import theirs.yaml --set sales-daily --into longshore.yaml --dry-run',
      'what one of their sets would change here',
    ],
    ['config import - --into longshore.yaml --on-conflict rename --yes', 'from another program'],
  ],
  async run(context, { args, options }) {
    const source = await readSource(context, args.file);
    requireSets(source.document, options.set, source.name);
    const policy = options.onConflict ?? 'stop';
    const { reason, dryRun, yes } = options;
    const store = { source: source.name, origin: 'import' as const, reason, details: { sets: options.set } };
    if (options.into === undefined) {
      if (!options.register)
        throw new LongshoreError(
          'USAGE',
          '--no-register without --into would do nothing.',
          {},
          { next: 'Name a file with --into.' },
        );
      const { document, changes, renamed, left = [] } = await forCatalog(context, source, options);
      return carryOut(context, {
        changes,
        store: { ...store, document },
        warnings: [...(renamed ? renamedWarnings(renamed) : []), ...leftWarnings(left)],
        dryRun,
        yes,
        asks: false,
        extra: { renamed },
      });
    }
    const path = resolve(context.io.cwd, options.into);
    const part = sharedPart(source.document, options.set);
    const own = documentOf(path, context.io.env);
    const { document: wanted, renamed, left } = mergeDocuments(own ?? { version: 1 }, part, policy);
    const edit = planEdit(path, redact(parseDocument(wanted)), {
      env: context.io.env,
      nodeFor: nodesFor(source, renamed),
    });
    return carryOut(context, {
      changes: edit.changes,
      edit,
      ...(options.register && {
        store: {
          ...store,
          document: edit.document,
          source: basename(path),
          file: path,
          details: { ...store.details, from: source.name },
        },
      }),
      warnings: [...renamedWarnings(renamed), ...leftWarnings(left)],
      dryRun,
      yes,
      asks: own !== undefined,
      extra: { renamed },
    });
  },
});

/** What the catalog is to have: all of the source, or its part laid into the latest version. */
async function forCatalog(
  context: CommandContext,
  { document }: Source,
  { set, onConflict }: { set: string[]; onConflict: (typeof CONFLICT_POLICIES)[number] | undefined },
): Promise<{ document: unknown; changes: Change[]; renamed?: Merged['renamed']; left?: string[] }> {
  const latest = await (await context.configurations()).latest();
  const before = latest?.document ?? redact(parseDocument({ version: 1 }));
  if (set.length === 0 && onConflict === undefined) return { document, changes: diffDocuments(before, document) };
  const merged = mergeDocuments(latest?.document ?? { version: 1 }, sharedPart(document, set), onConflict ?? 'stop');
  const checked = redact(parseDocument(merged.document));
  return { document: checked, changes: diffDocuments(before, checked), renamed: merged.renamed, left: merged.left };
}

/** An entry that got another name, or whose environments did, is not taken over as it was written. */
function nodesFor({ nodeFor }: Source, renamed: Merged['renamed']): Source['nodeFor'] {
  return Object.values(renamed).some((names) => Object.keys(names).length > 0) ? undefined : nodeFor;
}

const leftWarnings = (sections: readonly string[]): string[] =>
  sections.map((section) => `\`${section}\` does not come along: there is one already, and it says something else.`);

const renamedWarnings = (renamed: Merged['renamed']): string[] => [
  ...renamedIn('environment', renamed.environments),
  ...renamedIn('transfer set', renamed.transferSets),
  ...renamedIn('drop folder', renamed.dropFolders),
  ...renamedIn('month template', renamed.monthTemplates),
  ...renamedIn('month batch', renamed.monthBatches),
];

const renamedIn = (what: string, names: Readonly<Record<string, string>>): string[] =>
  Object.entries(names).map(([old, name]) => `The ${what} \`${old}\` that comes in is called \`${name}\` here.`);
