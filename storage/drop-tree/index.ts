export { cleanUpTree, type CleanUpOptions, type CleanUpOutcome } from './clean-up';
export { writeBeside, writeCompanion } from './companion';
export { ensureTree, type FolderProblem, folderProblems } from './ensure-tree';
export { moveFile, type MoveOutcome, type MoveRequest } from './file-away';
export { folderHealth, type DropFolderHealth } from './health';
export { identityAt } from './identity';
export { LOCK_NAME, type LockOptions, releaseLock, takeLock } from './lock';
export { scanTree, type ScanTreeOptions, type TreeScan } from './scan-tree';
