/** What a file of the corpus is known to be, since it was made so. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252' | 'iso-8859-1' | 'iso-8859-15';

/**
 * What values of a column are; `integer` of any width, `decimal` exact or floating. `percent` and `currency` are numbers
 * with a sign that a number cannot keep: they may stay texts as long as it is known what they are.
 */
export type Kind =
  'text' | 'integer' | 'decimal' | 'percent' | 'currency' | 'date' | 'time' | 'timestamp' | 'boolean' | 'uuid';

/** A row as it must come out; or a spoiled one, for which each of `either` is right, `rejected` being no row at all. */
export type TruthRow = readonly string[] | { either: readonly (readonly string[] | 'rejected')[] };

/** Undefined: nothing in the file tells, or more than one answer is right. */
export interface Truth {
  /** More than one where the bytes mean the same text in each. */
  encodings: readonly Encoding[];
  bom: boolean;
  delimiter?: string;
  quote?: '"' | "'" | '';
  escape?: 'double' | 'backslash' | 'none';
  newline?: '\n' | '\r\n' | '\r' | 'mixed';
  headerRows?: number;
  header?: readonly string[];
  /** Physical line, from 1, on which the header or the first row begins. */
  startLine?: number;
  /** Whether lines after the last row are no rows. */
  footer?: boolean;
  tables?: number;
  /** Of the first table. */
  rows?: readonly TruthRow[];
  kinds?: readonly (Kind | undefined)[];
  /** Positions of columns that can be read in more than one way. */
  ambiguous?: readonly number[];
  /** The file is no delimited text and must be refused. */
  refused?: boolean;
}

export interface CorpusFile {
  /** Unlike any other, with an extension. */
  name: string;
  bytes: Uint8Array;
  truth: Truth;
}
