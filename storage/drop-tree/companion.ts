import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { companionName, numberedName } from '../../core/drop/filing';
import type { FileErrorReport } from '../../core/drop/error-report';
import { isMissing } from '../disk-errors';
import { writeAtomically } from './atomic-file';
import { folderError } from './folder-errors';

const MOST_ATTEMPTS = 1000;

/**
 * Writes what was wrong with a file beside it, as JSON; answers the path. The same report again is there already; the
 * companion of an earlier file is not overwritten. Throws DISK_FULL, FOLDER_UNAVAILABLE.
 */
export async function writeCompanion(filed: string, report: FileErrorReport): Promise<string> {
  const content = `${JSON.stringify(report, null, 2)}\n`;
  const first = companionName(basename(filed));
  try {
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      const path = join(dirname(filed), attempt === 1 ? first : numberedName(first, attempt));
      if ((await contentOf(path)) === content) return path;
      if (await writeAtomically(path, content, { replace: false })) return path;
    }
  } catch (error) {
    throw folderError(dirname(filed), 'written to', error);
  }
  throw folderError(dirname(filed), 'written to', new Error(`every name for ${first} is taken`));
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
