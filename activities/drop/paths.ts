import { join } from 'node:path';
import { LongshoreError } from '../../core/errors/longshore-error';

/** Where a file of the folder lies on disk. `path` comes from the catalog; one that leads out of the folder is refused. */
export function filePath(root: string, path: string): string {
  if (path.split('/').some((step) => step === '..' || step === '.' || step === '') || path.includes('\0'))
    throw new LongshoreError('FILE_UNREADABLE', `${JSON.stringify(path)} leads out of the folder.`, { file: path });
  return join(root, path);
}
