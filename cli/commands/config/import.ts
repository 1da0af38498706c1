import { basename, resolve } from 'node:path';
import { loadConfig } from '../../../config/load';
import { redact } from '../../../config/secrets';
import { createCommand } from '../../core/create-command';
import { required } from '../../core/options';

export const configImport = createCommand({
  path: ['config', 'import'],
  summary: 'Store a configuration file in the catalog as a new version',
  details: 'The file is checked first. The same document stored twice is one version.',
  args: { file: required('FILE', 'YAML or JSON') },
  options: {},
  examples: [['config import longshore.yaml', 'store the file, so that others can export it']],
  async run(context, { args }) {
    const { config } = loadConfig(resolve(context.io.cwd, args.file), { env: context.io.env });
    const client = await context.connect();
    const by = context.user();
    const source = basename(args.file);
    const { version, isNew } = await client.catalog.configurations.register({ document: redact(config), source, by });
    if (isNew)
      await client.catalog.audit.record({
        id: `config:${version}`,
        actor: by,
        action: 'config.register',
        subject: `config/${version}`,
        details: { version, source },
      });
    context.result({ version, isNew }, () =>
      isNew ? `Stored as version ${version}.` : `The catalog has it already, as version ${version}.`,
    );
  },
});
