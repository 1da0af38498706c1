import { documentOf, planEdit } from '../../../config/file-edit';
import { type Fields, fieldsOf, missingSecrets, SHARED_SECTIONS, sharedPart } from '../../../config/sets';
import { createCommand } from '../../core/create-command';
import { flag, optional } from '../../core/options';
import { carryOut } from './change';
import { versionSource } from './source';

export const configPull = createCommand({
  path: ['config', 'pull'],
  summary: 'Bring a version of the catalog into the configuration file',
  details:
    'For team members: the file then has the environments, transfer sets, masking and notifications of the version, and nothing else of them. ' +
    'What it says about Temporal, catalog, staging and workers stays, as do comments. A file that is not there is made. ' +
    'Where the catalog is comes from the file, from LONGSHORE_CATALOG_URL, or from a running `longshore up`. ' +
    'To run a stored version without any file, give `--config catalog:latest` or `--config catalog:VERSION`.',
  args: { version: optional('VERSION', 'number of the version; the latest when left out') },
  options: { dryRun: flag('only show what would change'), yes: flag('do not ask', 'y') },
  examples: [
    ['config pull', 'bring longshore.yaml up to the latest version'],
    ['config pull 12 --config uat.yaml --dry-run', 'what version 12 would change in another file'],
  ],
  async run(context, { args, options }) {
    const path = context.configPath;
    const { document, name } = await versionSource(context, args.version ?? 'latest');
    const own = documentOf(path, context.io.env);
    const shared = sharedPart(document);
    const wanted = own === undefined ? forNewFile(document, shared) : { ...fieldsOf(own), ...shared };
    const edit = planEdit(path, wanted, { env: context.io.env, comment: `Pulled from the catalog: ${name}.` });
    await carryOut(context, {
      changes: edit.changes,
      edit,
      dryRun: options.dryRun,
      yes: options.yes,
      asks: own !== undefined,
      extra: { from: name },
    });
  },
});

/** A new file needs to know where to go, as far as that can be said without a secret; the sets, which grow, come last. */
function forNewFile(document: unknown, { version, transferSets, ...shared }: Fields): Fields {
  const local = Object.entries(fieldsOf(document)).filter(
    ([key, value]) => !SHARED_SECTIONS.some((name) => name === key) && missingSecrets(value).length === 0,
  );
  return { version, ...Object.fromEntries(local), ...shared, transferSets };
}
