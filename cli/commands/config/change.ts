/** What `import`, `pull`, `promote` and `rollback` do alike: show what will change, ask, write the file, store the version. */
import { basename } from 'node:path';
import type { ConfigurationOrigin } from '../../../client';
import type { Change } from '../../../config/diff';
import { commitEdit, type FileEdit } from '../../../config/file-edit';
import { describeProblem } from '../../../config/problems';
import { environmentsOf, missingSecrets } from '../../../config/sets';
import type { CommandContext } from '../../core/context';
import { confirm } from '../../core/confirm';
import { formatChanges } from '../../output/changes';
import { plural } from '../../output/format';
import { printable, shorten } from '../../output/text';

export interface ConfigChange {
  changes: readonly Change[];
  /** The file to change, if one is. */
  edit?: FileEdit;
  /** What to store in the catalog, if anything. */
  store?: {
    document: unknown;
    source: string;
    origin: Exclude<ConfigurationOrigin, 'run'>;
    reason: string | undefined;
    /** File whose catalog it is; that of the command's configuration when left out. */
    file?: string;
    details?: Record<string, unknown>;
  };
  warnings?: readonly string[];
  dryRun: boolean;
  yes: boolean;
  /** Whether something that is there already will say something else, so that somebody has to agree. */
  asks: boolean;
  /** More for `--json`. */
  extra?: Record<string, unknown>;
}

/** Carries the change out, or only shows it. */
export async function carryOut(context: CommandContext, change: ConfigChange): Promise<void> {
  const { changes, edit, store, dryRun } = change;
  const catalog = store && !dryRun ? await context.configurations(store.file) : undefined;
  const needed = changes.flatMap(({ path, after }) => missingSecrets(after).map((inner) => join(path, inner)));
  const warnings = [
    ...(change.warnings ?? []),
    ...(edit?.warnings.map(describeProblem) ?? []),
    ...(edit ? needed.map((path) => `${path} was written out where it comes from: put a reference in its place.`) : []),
  ];
  warnings.push(...movedSecrets(changes, edit?.document));
  for (const warning of warnings) context.warn(printable(warning));
  const shown = formatChanges(changes, context.colours);
  const data = { changes, warnings, secretsNeeded: needed, dryRun, ...change.extra };
  if (dryRun) {
    context.result({ ...data, ...(edit && { file: edit.path }) }, () =>
      changes.length === 0
        ? 'Nothing would change.'
        : `${shown}\n${plural(changes.length, 'change')}; nothing was done.`,
    );
    return;
  }
  // Where nothing that exists changes, what changed is enough; `config diff` shows how.
  if (changes.length > 0)
    context.note(
      edit || change.asks ? shown : `Changed: ${shorten(changes.map(({ path }) => path).join(', '), 1000)}.`,
    );
  if (change.asks && changes.length > 0)
    await confirm(context, `Make ${changes.length === 1 ? 'this change' : 'these changes'}?`, change.yes);
  if (edit) commitEdit(edit);
  const stored =
    catalog && store
      ? await catalog.store({
          document: store.document,
          source: store.source,
          origin: store.origin,
          by: context.user(),
          ...(store.reason !== undefined && { reason: store.reason }),
          details: { ...store.details, changed: changes.map(({ path }) => path) },
        })
      : undefined;
  const isWritten = edit !== undefined && edit.before !== edit.after;
  context.result({ ...data, ...stored, ...(edit && { file: edit.path, written: isWritten }) }, () => {
    const lines = [
      ...(edit ? [isWritten ? `${basename(edit.path)} is written.` : `${basename(edit.path)} says so already.`] : []),
      ...(stored
        ? [
            stored.isNew
              ? `Stored as version ${stored.version}.`
              : `The catalog has it already, as version ${stored.version}.`,
          ]
        : []),
    ];
    return lines.join('\n');
  });
}

/** A password that is written out in the file stays there when its environment becomes another server. */
function movedSecrets(changes: readonly Change[], document: unknown): string[] {
  const moved = changes.flatMap(({ path, before }) => {
    const name = /^environments\.([\w-]+)\.(?:host|port|instance)$/.exec(path)?.[1];
    return name === undefined || before === undefined ? [] : [name];
  });
  return [...new Set(moved)]
    .filter((name) => missingSecrets(environmentsOf(document)[name]).length > 0)
    .map((name) => `The secret that the file has for \`${name}\` will be sent to another server than before.`);
}

const join = (path: string, inner: string): string =>
  inner === '' ? path : inner.startsWith('[') || path === '' ? `${path}${inner}` : `${path}.${inner}`;
