export { bytesOfComparison, compareFiles, type CompareOptions, type FileComparison } from './compare';
export { convertToCsv, convertToParquet, type Conversion, type ConvertOptions } from './convert';
export { describe, detectFile, type DetectedColumn, type FileDetection } from './detection';
export { examineFile, examineTable, type Examination } from './examine';
export { hashFile, type FileHashes } from './hash';
export { openTable, type OpenTable, type ReadingOptions } from './open-table';
export { readRows, type ReadRowsOptions } from './read-rows';
export { readSample, type SampleOptions, type StampedSample } from './sample';
export { typeText } from './type-text';
