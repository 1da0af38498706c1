/**
 * Month batches as Longshore talks about them: months, the files of a month, and how far each of them is. Plain data
 * throughout: it passes through JSON (catalog, workflow messages) and between threads unharmed.
 */
import type { ErrorReport } from '../errors/longshore-error';
import type { QualityMode, QualityVerdict } from './quality';

/** `2024-01`. */
export type Month = string;

/** Days since 1970-01-01, both included. */
export interface DayRange {
  from: number;
  to: number;
}

/** How values stand in the files of a table, with every default filled in; `checkMonthFormat` says what is impossible. */
export interface MonthFormat {
  /** One byte in UTF-8. */
  delimiter: string;
  /** Empty: nothing is quoted, and a quotation mark is a character like any other. */
  quote: '"' | "'" | '';
  /** Files are read in this encoding; parts are always UTF-8. */
  encoding: 'utf-8' | 'windows-1252' | 'iso-8859-1';
  /** Lines before the first row; the last of them names the columns. 0: no header, and columns are those of the definition. */
  headerLines: number;
  /** Texts, beside the empty field, that stand for NULL. */
  nullTexts: string[];
  /**
   * How dates are written, of `YYYY`, `MM`, `DD`, `MON` and marks, e.g. `YYYYMMDD`, `DD.MM.YYYY`. Undefined: ISO 8601
   * (`YYYY-MM-DD`) or `YYYYMMDD`, whichever each value is.
   */
  dateFormat?: string;
  /** `dateFormat` followed by a time, `HH24:MI:SS` with an optional fraction. Undefined: ISO 8601, with a blank or a T. */
  timestampFormat?: string;
}

/** A table of a batch, with defaults, templates and the batch's own settings filled in. */
export interface MonthTable {
  /** Name of the definition: unique in the batch, and the table's name in the warehouse unless `table` says otherwise. */
  name: string;
  /** In the warehouse; schema undefined: that of the environment. Case as configured: the warehouse resolves it. */
  table: string;
  schema?: string;
  /** Patterns of file names: `*`, `?`, `{month}`, `{date_range}`. */
  files: string[];
  format: MonthFormat;
  /** Expected names of the columns, in order; undefined: those of the header. */
  columns?: string[];
  /** Columns of the table by their name in the file, where they differ. */
  rename: Record<string, string>;
  dateColumn?: string;
  keyColumns: string[];
  /** `month`: every day of the month; `file`: the range in the name of the file; `none`: dates are not judged. */
  expectedRange: 'month' | 'file' | 'none' | { from: string; to: string };
  /** `replace`: rows of the month that the table has give way, in the same transaction. */
  load: 'append' | 'replace';
  /** A file whose content was loaded before. */
  duplicates: 'skip' | 'load' | 'fail';
  /** A table that is missing in the warehouse is made from the file. */
  createTable: boolean;
  /** Types of columns, in words of the warehouse, for a table that is made. */
  types: Record<string, string>;
  /** Settings of the checks, complete. */
  quality: import('./quality').QualitySettings;
}

/** A file on disk that belongs to a table and a month. */
export interface MonthFile {
  /** Absolute, on the worker. */
  path: string;
  size: number;
  mtimeMs: number;
  /** Name of the definition. */
  table: string;
  month: Month;
  /** From the name of the file. */
  range?: DayRange;
}

/** Where the load of one file stands. Wire format. */
export const MONTH_FILE_STATES = [
  'waiting',
  'packing',
  'checking',
  'copying',
  'staged',
  'published',
  'checked',
  'skipped',
  'failed',
  'cancelled',
  // Its rows were deleted from the table afterwards.
  'removed',
] as const;
export type MonthFileState = (typeof MONTH_FILE_STATES)[number];

/** A piece of a file: rows from one row boundary to the next, compressed. The unit of checkpoint and of upload. */
export interface MonthPart {
  /** From 0. */
  part: number;
  /** Bytes of the source file, [from, to). */
  from: number;
  to: number;
  /** Physical line, from 1, on which its first row begins. */
  line: number;
  rows: number;
  /** Of the packed file. */
  name: string;
  bytes: number;
  sha256: string;
  /** CRC-32 of each block of 64 MiB of the source file that ends in this part. */
  blocks?: number[];
}

/** What a batch is asked to do. `check` looks at the files and loads nothing. */
export type MonthAction = 'check' | 'load';

/** The checkpoint of a batch, as `month resume` finds it. */
export interface MonthCheckpoint {
  batchId: string;
  batch: string;
  status: 'in_progress' | 'completed' | 'partial' | 'failed' | 'cancelled';
  months: Month[];
  completedMonths: Month[];
  failedMonths: Month[];
  currentMonths: Month[];
  /** Files that have ended, published or not, and all there are. */
  currentFile: number;
  totalFiles: number;
  lastUpdate: Date;
}

export interface MonthFileOutcome {
  fileId: number;
  file: string;
  table: string;
  month: Month;
  state: MonthFileState;
  /** Rows of the file, of the COPY, and of the table it was staged in: proven equal before publishing. */
  rows: number;
  rowsCopied?: number;
  rowsStaged?: number;
  bytes: number;
  parts: number;
  quality?: { mode: QualityMode; verdict: QualityVerdict; score?: number; sentence: string };
  warnings: string[];
  error?: ErrorReport;
}

export interface MonthOutcome {
  month: Month;
  status: 'done' | 'partial' | 'failed' | 'cancelled' | 'skipped';
  files: number;
  loaded: number;
  failed: number;
  skipped: number;
  rows: number;
  bytes: number;
  seconds: number;
  /** First error of the month. */
  error?: ErrorReport;
}

export interface DeletionRecord {
  id: string;
  batch: string;
  table: string;
  month: Month;
  environment: string;
  rows: number;
  by: string;
  reason?: string;
  at: Date;
  state: 'deleting' | 'deleted' | 'restored';
  /** Parquet file with the rows, on the worker. */
  backup?: string;
  /** How to get the rows back by hand. */
  restoreSql?: string;
  restoredAt?: Date;
}
