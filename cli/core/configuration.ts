import { basename } from 'node:path';
import type { ConfigurationInput } from '../../client';
import { type LoadedConfig, loadConfig, parseDocument } from '../../config/load';
import { redact } from '../../config/secrets';
import type { CommandContext } from './context';

type Context = Pick<CommandContext, 'configPath' | 'configVersion' | 'configurations' | 'io'>;

/** The configuration, checked: the file, or the version of the catalog that `--config` names. Throws one error with everything that is wrong with it. */
export async function loadedConfig(context: Context): Promise<LoadedConfig> {
  if (context.configVersion === undefined) return loadConfig(context.configPath, { env: context.io.env });
  const { document, source, version } = await stored(context, context.configVersion);
  const config = parseDocument(document, `${source}, version ${version}`);
  return { config, files: [], baseDir: context.io.cwd, warnings: [] };
}

/** What the catalog keeps of it: secrets as references, never values. */
export async function configurationOf(context: Context): Promise<ConfigurationInput> {
  if (context.configVersion !== undefined) {
    const { document, source } = await stored(context, context.configVersion);
    return { document, source };
  }
  const { config } = await loadedConfig(context);
  return { document: redact(config), source: basename(context.configPath) };
}

async function stored(context: Context, version: NonNullable<Context['configVersion']>) {
  const configurations = await context.configurations();
  return configurations.get(version);
}
