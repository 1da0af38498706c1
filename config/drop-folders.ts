/** Drop folders of a checked configuration. */
import { resolve } from 'node:path';
import { LongshoreError } from '../core/errors/longshore-error';
import { didYouMean } from '../core/plan/suggest';
import type { Config } from '../schemas/config';
import type { DropFolder } from '../schemas/drop-folder';
import { formatPath } from './path';

/** The drop folder of this name. Throws CONFIG_UNKNOWN_NAME with what it may have been meant to be. */
export function requireFolder(config: Config, name: string): DropFolder {
  const folder = Object.hasOwn(config.dropFolders, name) ? config.dropFolders[name] : undefined;
  if (folder) return folder;
  const known = Object.keys(config.dropFolders);
  const hint =
    didYouMean(name, known) || (known.length > 0 ? ` Defined are ${known.join(', ')}.` : ' None is defined.');
  throw new LongshoreError('CONFIG_UNKNOWN_NAME', `There is no drop folder \`${name}\`.${hint}`, {
    path: formatPath(['dropFolders', name]),
  });
}

/** Where the folder lies, absolute. `baseDir` is the folder of the configuration file of the process that asks. */
export const dropFolderPath = ({ path }: Pick<DropFolder, 'path'>, baseDir: string): string => resolve(baseDir, path);
