import { dirname } from 'node:path';
import { LongshoreError } from '../core/errors/longshore-error';

/** The system's name for an error, such as ENOENT. */
export const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT';

/** Names what the file system refused: DISK_FULL, STAGING_UNAVAILABLE; anything else comes back as it is. */
export function stagingError(error: unknown, file: string): unknown {
  const code = codeOf(error);
  const place = { file };
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new LongshoreError('DISK_FULL', `There is no room left to write ${file} (${code}).`, place, {
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new LongshoreError('STAGING_UNAVAILABLE', `The right to write ${file} is missing (${code}).`, place, {
        cause: error,
      });
    case 'ENOENT':
    case 'ENOTDIR':
      return new LongshoreError(
        'STAGING_UNAVAILABLE',
        `The folder ${dirname(file)} does not exist or is not a folder (${code}).`,
        place,
        { cause: error },
      );
    case 'EEXIST':
    case 'EIO':
    case 'EMFILE':
    case 'ENFILE':
    case 'EISDIR':
      return new LongshoreError('STAGING_UNAVAILABLE', `${file} cannot be used (${code}).`, place, { cause: error });
    default:
      return error;
  }
}
