import type { Configurations } from '../activities/dependencies';
import type { NotifyDependencies } from '../activities/notify/dependencies';
import { loadConfig } from '../config/load';
import { resolveChannel } from '../config/notifications';
import { createNotifier, type NotifierOptions } from '../notify';
import type { Config } from '../schemas/config';
import type { ResolvedChannel } from '../schemas/notifications';

/**
 * The channels of a configuration by name, each resolved here and now when it is asked for, so that a secret that is
 * missing for one does not silence the others: references in the process's environment, literal secrets in the worker's
 * own configuration file.
 */
export function resolveNotifications(config: Config, configPath: string): (channel: string) => ResolvedChannel {
  return (channel) => {
    const { config: own, baseDir } = loadConfig(configPath, { env: process.env });
    return resolveChannel(config, channel, process.env, { own, baseDir });
  };
}

/** What `createNotifyActivities` needs beside the catalog. */
export function createNotifications(
  configurations: Configurations,
  configPath: string,
  options?: NotifierOptions,
): Pick<NotifyDependencies, 'channel' | 'notifier'> {
  return {
    channel: async ({ configVersion, channel }) =>
      resolveNotifications(await configurations.get(configVersion), configPath)(channel),
    notifier: createNotifier(options),
  };
}
