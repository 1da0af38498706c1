import type { ErrorCode } from '../errors/catalogue';
import type { RejectedRow } from '../types/file';

export interface Tolerance {
  rows: number;
  percent: number;
}

/** How many of `total` rows may be rejected: the number or the share, whichever is more. */
export const toleratedRows = ({ rows, percent }: Tolerance, total: number): number =>
  Math.max(rows, Math.floor((total * percent) / 100));

/** What a file failed of whose rows were rejected: where none of them is text, it is not the rows that want mending. */
export const rejectionCode = (rejected: readonly Pick<RejectedRow, 'reason'>[]): ErrorCode =>
  rejected.length > 0 && rejected.every(({ reason }) => reason === 'invalid-encoding')
    ? 'FILE_ENCODING'
    : 'FILE_REJECTED_ROWS';
