import type { ConfigurationInput } from './configuration';
import type { ClientContext } from './context';

/** Keeps the configuration in the catalog, with an audit record when it is new. Answers its version. */
export async function registerConfiguration(
  { catalog }: ClientContext,
  configuration: ConfigurationInput,
  by: string,
): Promise<number> {
  const { version, isNew } = await catalog.configurations.register({ ...configuration, by });
  if (isNew)
    await catalog.audit.record({
      id: `config:${version}`,
      actor: by,
      action: 'config.register',
      subject: `config/${version}`,
      details: { version, source: configuration.source },
    });
  return version;
}
