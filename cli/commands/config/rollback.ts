import { basename } from 'node:path';
import { diffDocuments } from '../../../config/diff';
import { documentOf, planEdit } from '../../../config/file-edit';
import { parseDocument } from '../../../config/load';
import { redact } from '../../../config/secrets';
import { fieldsOf, sharedPart } from '../../../config/sets';
import { createCommand } from '../../core/create-command';
import { flag, required, text } from '../../core/options';
import { parseVersion } from '../../core/versions';
import { carryOut } from './change';

export const configRollback = createCommand({
  path: ['config', 'rollback'],
  summary: 'Make an earlier version of the configuration the latest again',
  details:
    'The old version is stored once more, as a new one: nothing of the history is lost. Schedules keep the version they were saved ' +
    'with until `longshore transfer schedule SET`. With --file the configuration file is changed too, its comments kept.',
  args: { version: required('VERSION', 'number of the version, see `config history`') },
  options: {
    file: flag('change the configuration file as well'),
    dryRun: flag('only show what would change'),
    reason: text('TEXT', 'why, for the history'),
    yes: flag('do not ask', 'y'),
  },
  examples: [
    ['config rollback 7 --reason "limits were too low"', 'version 7 becomes the latest'],
    ['config rollback 7 --file --dry-run', 'what that would change in the file'],
  ],
  async run(context, { args, options }) {
    const configurations = await context.configurations();
    const { version, document } = await configurations.get(parseVersion(args.version));
    const latest = await configurations.get('latest');
    // It was sound when it was stored, which may have been under another version of Longshore.
    const checked = redact(parseDocument(document, `version ${version}`));
    const { env } = context.io;
    const edit = options.file
      ? planEdit(
          context.configPath,
          { ...fieldsOf(documentOf(context.configPath, env)), ...sharedPart(checked) },
          { env, comment: `Pulled from the catalog: version ${version}.` },
        )
      : undefined;
    const changes = diffDocuments(latest.document, checked);
    await carryOut(context, {
      changes: changes.length === 0 && edit ? edit.changes : changes,
      ...(edit && { edit }),
      store: {
        document: checked,
        source: edit ? basename(edit.path) : `version ${version}`,
        origin: 'rollback',
        reason: options.reason,
        details: { to: version, instead: latest.version },
      },
      dryRun: options.dryRun,
      yes: options.yes,
      asks: true,
      extra: { from: latest.version, to: version },
    });
  },
});
