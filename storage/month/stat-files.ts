import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { FoundFile } from '../../core/month/match-files';
import { isMissing } from '../disk-errors';

/** Files that were named one by one, by absolute path. Throws FILE_NOT_FOUND, FILE_UNREADABLE. */
export async function statFiles(paths: readonly string[]): Promise<FoundFile[]> {
  return Promise.all(
    paths.map(async (path) => {
      const found = await stat(path).catch((error: unknown) => {
        if (isMissing(error))
          throw new LongshoreError('FILE_NOT_FOUND', `There is no file ${path} on the machine of the worker.`, {
            file: path,
          });
        throw new LongshoreError('FILE_UNREADABLE', `${path} cannot be looked at.`, { file: path }, { cause: error });
      });
      if (!found.isFile()) throw new LongshoreError('FILE_UNREADABLE', `${path} is no file.`, { file: path });
      return { path, relative: basename(path), size: found.size, mtimeMs: found.mtimeMs };
    }),
  );
}
