import type { FileIdentity } from '../../core/types/drop';
import type { FileStamp } from './open-file';

/** A file that is open, as looks at folders know it. */
export const identityOf = ({ size, modified, inode }: FileStamp): FileIdentity => ({
  size,
  mtimeMs: Number(modified / 1000n) / 1000,
  inode: String(inode),
});
