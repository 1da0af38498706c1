/**
 * Delimited files as Longshore talks about them: what was recognised, rows as they stand in the file, and what is made
 * of their values. Plain data throughout, so that it passes through JSON and between threads unharmed.
 */
import type { ErrorReport } from '../errors/longshore-error';
import type { LogicalType } from './table';

export const FILE_ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'iso-8859-1', 'iso-8859-15'] as const;
export type FileEncoding = (typeof FILE_ENCODINGS)[number];

export interface Dialect {
  /** One character, or two such as `, `. Empty: one column. */
  delimiter: string;
  /** Any number of blanks in a row separate as one does, as where columns are aligned. */
  runs?: true;
  /** Empty: nothing is quoted. */
  quote: '"' | "'" | '';
  /** How a quote stands inside a quoted field. */
  escape: 'double' | 'backslash' | 'none';
  /** How lines end; the reader takes every kind in any file, this says which was found. */
  newline: '\n' | '\r\n' | '\r' | 'mixed';
}

/** One thing that was recognised: how sure (0 to 1) and why, in a sentence for people. */
export interface FormatFinding {
  trait: 'encoding' | 'delimiter' | 'quote' | 'escape' | 'newline' | 'header' | 'preamble' | 'footer' | 'tables';
  value: string;
  confidence: number;
  why: string;
  /** Said by configuration or options, not found. */
  given?: boolean;
}

/** Where one of the tables in a file lies, in bytes of the file and physical lines from 1. */
export interface FileTable {
  /** First byte of the header, or of the first row where there is no header. */
  start: number;
  startLine: number;
  /** One past its last byte; undefined: to the end of the file. */
  end?: number;
  headerRows: number;
  /** Header as found, rows of a header of several joined by a space; empty where there is none. */
  header: string[];
  /** Fields of a row. */
  width: number;
  /** Where the first row after the header begins. */
  firstRow: RowMark;
  /** Rows end with this many separators that nothing follows, as is this file's way: no field, and no fault. */
  trailing?: number;
  /** What the values of each column look like, by which a ragged row is put right; absent where that is not known. */
  shapes?: ColumnShape[];
}

/** What the values of a column look like, learned from a sample of rows that are as they should be. */
export interface ColumnShape {
  /** Values seen. */
  seen: number;
  /** Share of them that is empty, and of the others that is quoted. */
  empty: number;
  quoted: number;
  /** Shortest and longest that is not empty, in bytes. */
  min: number;
  max: number;
  /** The forms of most values with their shares: `9{2}:9{2}` is two digits, a colon and two digits. */
  forms: [form: string, share: number][];
  /** Share of values with too many parts for a form: prose. */
  prose: number;
  /** Every value there is, where there are few. */
  words?: string[];
  /** Marks and kinds of first characters that were seen in values, as `a`, `A`, `9` and the marks themselves. */
  marks: string;
  firsts: string;
}

/** What was recognised of a file: everything a reader needs. */
export interface FileFormat {
  encoding: FileEncoding;
  /** Bytes of a byte order mark. */
  bom: number;
  dialect: Dialect;
  /** Lines before the table that are not part of it, and after it. */
  preambleLines: number;
  footerLines: number;
  /** The first is the one that is loaded. Empty: the file holds no rows and no header. */
  tables: FileTable[];
  findings: FormatFinding[];
  /** The smallest that matters of `findings`. */
  confidence: number;
}

/** What configuration or options say of a file instead of having it recognised. */
export interface FormatOptions {
  encoding?: FileEncoding;
  delimiter?: string;
  quote?: Dialect['quote'];
  escape?: Dialect['escape'];
  /** Rows of header; 0 for none. */
  headerRows?: number;
  /** Lines before the header. */
  skipLines?: number;
  /** Lines after the last row. */
  footerLines?: number;
  /** Texts, beside the empty field, that stand for NULL; undefined: the common ones where the rest of a column says so. */
  nullTexts?: string[];
  /** Marks of numbers, where the file's own numbers leave it open. */
  decimalMark?: '.' | ',';
  /** Order of dates such as 03/04/2024, where the file's own leave it open. */
  dateOrder?: 'dmy' | 'mdy' | 'ymd';
  /** Which table of a file with several; from 1. */
  table?: number;
  /** Rows with too few or too many fields: put right where there is one way only, or rejected. */
  ragged?: 'repair' | 'reject';
}

/** The bytes that recognition looks at. `head` is the whole file where `size` says so. */
export interface FileSample {
  head: Uint8Array;
  /** The last bytes of a file that is larger than `head`. */
  tail?: Uint8Array;
  size: number;
}

/**
 * Rows as they stand in a file: fields are slices of UTF-8 text, unquoted and unescaped, row after row. All rows have
 * `columns` fields. The batch belongs to whoever got it; nothing is reused.
 */
export interface FieldBatch {
  rows: number;
  columns: number;
  data: Uint8Array;
  /** Field c of row r is `data[starts[r * columns + c] .. ends[r * columns + c])`. */
  starts: Uint32Array;
  ends: Uint32Array;
  /** 1 where the field was quoted: '' is then a text of no length, and not a missing value. */
  quoted: Uint8Array;
  /** Physical line, from 1, on which each row begins. */
  lines: Float64Array;
}

/** A row, or a value of it, that cannot be loaded. */
export interface RejectedRow {
  line: number;
  /** Name of the column, where it is one value's fault. */
  column?: string;
  value?: string;
  reason: RejectReason;
  /** For people: what is wrong, in one sentence. */
  message: string;
  /** The row as it stands in the file, cut to a bearable length. */
  text: string;
}

export const REJECT_REASONS = [
  'too-few-fields',
  'too-many-fields',
  'unbalanced-quote',
  'line-too-long',
  'invalid-encoding',
  'nul-byte',
  'not-a-number',
  'not-a-date',
  'not-a-boolean',
  'not-a-uuid',
  'out-of-range',
  'too-precise',
  'too-long',
  'missing-value',
  'not-storable',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/** A row whose fields were put back in place. */
export interface RepairedRow {
  line: number;
  /** `a separator was missing between TIME and Qty`. */
  message: string;
}

/** A place between two rows from which reading can go on: for parts and for retries. */
export interface RowMark {
  /** Bytes from the start of the file. */
  offset: number;
  /** Physical line, from 1. */
  line: number;
  /** Rows of the table before it. */
  rows: number;
}

/** How the texts of a column are read: the same for inference, parsing and the message about a value that does not fit. */
export type ValueFormat =
  | { kind: 'text' }
  | { kind: 'integer'; thousands?: string; affix?: 'percent' | 'currency' }
  | { kind: 'decimal'; decimalMark: '.' | ','; thousands?: string; affix?: 'percent' | 'currency' }
  | { kind: 'float'; decimalMark: '.' | ',' }
  | { kind: 'boolean'; trueTexts: string[]; falseTexts: string[] }
  /** Pattern of tokens: `YYYY-MM-DD`, `DD.MM.YYYY`, `M/D/YY`, `DD-MON-YYYY`, `YYYYMMDD`. */
  | { kind: 'date'; pattern: string }
  | { kind: 'time'; pattern: string }
  | { kind: 'timestamp'; date: string; time: string; zoned: boolean }
  | { kind: 'uuid' };

/** What was found out about a column by reading every row. */
export interface InferredColumn {
  name: string;
  logical: LogicalType;
  format: ValueFormat;
  rows: number;
  nulls: number;
  /** Longest value, in characters (UTF-16 units, as SQL Server counts) and bytes of UTF-8. */
  maxChars: number;
  maxBytes: number;
  /** Smallest and largest value of a column of integers; 0 where none is smaller, or larger. */
  smallest?: string;
  largest?: string;
  /** Most digits seen before and after the decimal mark, for a column of numbers. */
  wholeDigits?: number;
  fractionDigits?: number;
  /** Texts that count as NULL beside the empty field. */
  nullTexts: string[];
  /** What else the values could mean, where the file leaves it open: `03/04/2024: day or month first`. */
  ambiguity?: string;
  /** Other formats that many of the values have, the commonest first: for tables whose column says which it is. */
  alternatives?: ValueFormat[];
  /** Spellings of NULL that were found and not configured: texts in a column of texts, NULL in every other. */
  possibleNulls?: string[];
}

/** A column on its way from a file into a table. */
export interface FileColumn {
  /** Position in the file, from 0. */
  index: number;
  /** As found in the header; for messages. */
  name: string;
  /** What comes out: type of the vector in the batch. */
  logical: LogicalType;
  format: ValueFormat;
  nullTexts: string[];
  nullable: boolean;
  /** Longest text the target takes, in characters. */
  maxChars?: number;
  /** Smallest and largest integer the target takes, where narrower than the logical type (e.g. tinyint). */
  range?: { min: string; max: string };
}

/** A file's outcome in one line: what `file check` and the tracking table show. */
export interface FileFindings {
  rows: number;
  repaired: RepairedRow[];
  repairedCount: number;
  /** The first hundred; all of them stand in the quarantine file. */
  rejected: RejectedRow[];
  rejectedCount: number;
  columns: InferredColumn[];
  error?: ErrorReport;
}
