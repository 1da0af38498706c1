import type { FileFormat, InferredColumn } from '../types/file';

/** What the beginning of a file shows of it. */
export interface SampledFile {
  /** Without folders. */
  name: string;
  path: string;
  /** Bytes of the file. */
  size: number;
  /** The sample is all of it. */
  isWhole: boolean;
  format: FileFormat;
  /** One for each column, unique: from the header where there is one. */
  names: string[];
  /** What the values of the sample are. */
  columns: InferredColumn[];
  /** Some field of the sample is quoted. */
  isQuoted: boolean;
  /** Rows of the sample as texts; NULL is the empty text. */
  rows: string[][];
}
