import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { companionName, numberedName } from '../../core/drop/filing';
import type { FileErrorReport } from '../../core/drop/error-report';
import { isMissing } from '../disk-errors';
import { writeAtomically } from './atomic-file';
import { folderError } from './folder-errors';

const MOST_ATTEMPTS = 1000;

/** Writes what was wrong with a file beside it, as JSON; see `writeBeside`. */
export const writeCompanion = (filed: string, report: FileErrorReport): Promise<string> =>
  writeBeside(companionName(filed), `${JSON.stringify(report, null, 2)}\n`);

/**
 * Writes a file that explains another; answers its path. The same content again is there already; that of an earlier file
 * is not overwritten, and a number makes the difference. Throws DISK_FULL, FOLDER_UNAVAILABLE.
 */
export async function writeBeside(wanted: string, content: string): Promise<string> {
  const first = basename(wanted);
  try {
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      const path = join(dirname(wanted), attempt === 1 ? first : numberedName(first, attempt));
      if ((await contentOf(path)) === content) return path;
      if (await writeAtomically(path, content, { replace: false })) return path;
    }
  } catch (error) {
    throw folderError(dirname(wanted), 'written to', error);
  }
  throw folderError(dirname(wanted), 'written to', new Error(`every name for ${first} is taken`));
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
