import type { Configurations } from '../activities/dependencies';
import type { DropDependencies } from '../activities/drop/dependencies';
import { dropFolderPath, requireFolder } from '../config/drop-folders';
import { loadConfig } from '../config/load';

/** Folders of stored configurations; their relative paths count from the configuration file of this process. */
export function createDropFolders(configurations: Configurations, configPath: string): DropDependencies['dropFolder'] {
  return async ({ folder, configVersion }) => {
    const settings = requireFolder(await configurations.get(configVersion), folder);
    const { baseDir } = loadConfig(configPath, { env: process.env });
    return { settings, root: dropFolderPath(settings, baseDir) };
  };
}
