export { bytesOfComparison, compareFiles, type CompareOptions } from './compare-files';
export type { FileComparison } from '../../../core/file/compare/result';
