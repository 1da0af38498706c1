import { LongshoreError } from '../../core/errors/longshore-error';
import { codeOf, stagingError } from '../disk-errors';

const REASONS: Record<string, string> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'it is not a folder',
  ELOOP: 'it is a circle of links',
  EACCES: 'the user of the worker has no right to',
  EPERM: 'the user of the worker has no right to',
  EROFS: 'its file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the user is used up',
  EIO: 'the disk or network drive reports an error',
  ESTALE: 'the network drive is away',
  EHOSTDOWN: 'the network drive is away',
  ETIMEDOUT: 'the network drive does not answer',
  ENOTCONN: 'the network drive is away',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};

/** What the file system says of itself, in words, with its own name for it. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === undefined) return error instanceof Error ? error.message : String(error);
  return `${REASONS[code] ?? 'the system refused'} (${code})`;
}

/** DISK_FULL, or FOLDER_UNAVAILABLE for a folder or file that cannot be, e.g., `listed`. A LongshoreError stays as it is. */
export function folderError(folder: string, doing: string, error: unknown): LongshoreError {
  if (error instanceof LongshoreError) return error;
  const known = stagingError(error, folder);
  if (known instanceof LongshoreError && known.code === 'DISK_FULL') return known;
  return new LongshoreError(
    'FOLDER_UNAVAILABLE',
    `${folder} cannot be ${doing}: ${reasonOf(error)}.`,
    { file: folder },
    { cause: error },
  );
}
