export { cleanFile } from './clean-file';
export { findDuplicates } from './duplicates';
export { readHeader, type FileHeader } from './header';
export { inferColumns } from './infer-types';
export { packFile, takesHelpers } from './pack';
export { scanBlock, type ScanHelper, type ScannedRows, type SharedBlock } from './row-scan';
export type * from './types';
export { withUtf8File } from './utf8-copy';
