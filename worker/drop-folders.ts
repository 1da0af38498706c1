import { dirname, resolve } from 'node:path';
import type { Configurations } from '../activities/dependencies';
import type { DropDependencies } from '../activities/drop/dependencies';
import { dropFolderPath, requireFolder } from '../config/drop-folders';

/** Folders of stored configurations; their relative paths count from the configuration file of this process. */
export function createDropFolders(configurations: Configurations, configPath: string): DropDependencies['dropFolder'] {
  return async ({ folder, configVersion }) => {
    const settings = requireFolder(await configurations.get(configVersion), folder);
    return { settings, root: dropFolderPath(settings, dirname(resolve(configPath))) };
  };
}
