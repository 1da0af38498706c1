import { basename } from 'node:path';
import type { ConfigurationInput } from '../../client';
import { type LoadedConfig, loadConfig } from '../../config/load';
import { redact } from '../../config/secrets';
import type { CommandContext } from './context';

/** The configuration file, checked. Throws one error with everything that is wrong with it. */
export async function loadedConfig(context: Pick<CommandContext, 'configPath' | 'io'>): Promise<LoadedConfig> {
  return loadConfig(context.configPath, { env: context.io.env });
}

/** What the catalog keeps of it: secrets as references, never values. */
export async function configurationOf(context: CommandContext): Promise<ConfigurationInput> {
  const { config } = await loadedConfig(context);
  return { document: redact(config), source: basename(context.configPath) };
}
