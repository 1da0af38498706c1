import type { DropFolder } from '../../schemas/drop-folder';
import type { FileWorkers, TransferDependencies } from '../dependencies';

/** What drop folders need from outside. */
export interface DropDependencies extends Pick<
  TransferDependencies,
  'catalog' | 'configurations' | 'databases' | 'movers' | 'parts' | 'types' | 'environmentRules' | 'isRunOpen' | 'now'
> {
  files: FileWorkers;
  lockTimeoutMs: number;
  /** Settings of a folder, and where it lies on this machine. Throws CONFIG_UNKNOWN_NAME. */
  dropFolder(ref: { folder: string; configVersion: number }): Promise<{ settings: DropFolder; root: string }>;
  /** Rejected rows that are written down of one part, before reading it any further is given up. */
  maxRejectedRows: number;
}
