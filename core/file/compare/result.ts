/** What came out of comparing two files: printed as it is with `--json`, so names are kept and only added to. */
import type { FileEncoding } from '../../types/file';

export interface ComparedFile {
  file: string;
  /** Bytes. */
  size: number;
  encoding: FileEncoding;
  delimiter: string;
  rows: number;
  /** Rows that could not be read and took no part; the first few of them. */
  rejectedRows: number;
  rejected: { line: number; message: string }[];
  repairedRows: number;
}

/** How many rows with the same key have another value in a column. */
export interface ColumnDifference {
  column: string;
  rows: number;
}

/** A row of one file that has no like in the other, or `rows` of them that are the same. */
export interface LoneRow {
  /** Of the first of them. */
  line: number;
  rows: number;
  /** By column; null is NULL. With a key, the key alone. */
  values: Record<string, string | null>;
}

export interface ChangedValue {
  key: Record<string, string | null>;
  column: string;
  a: string | null;
  b: string | null;
  lineA: number;
  lineB: number;
}

/** A key that does not tell rows apart: how many rows have it. */
export interface DuplicateKey {
  key: Record<string, string | null>;
  rowsA: number;
  rowsB: number;
  /** Of one of the rows. */
  line: number;
}

export interface FileComparison {
  equal: boolean;
  /** The rows of both that could be read are the same, one after the other. */
  sameOrder: boolean;
  /** Equal to the last byte. */
  sameBytes: boolean;
  a: ComparedFile;
  b: ComparedFile;
  /** Columns that made the key; empty: whole rows were compared. */
  key: string[];
  columns: {
    compared: string[];
    byPosition: boolean;
    onlyInA: string[];
    onlyInB: string[];
    moved: string[];
    respelled: { a: string; b: string }[];
    ignored: string[];
    /** Types that all values of a column have, where they differ. */
    types: { column: string; a: string; b: string }[];
  };
  equalRows: number;
  onlyInA: { rows: number; samples: LoneRow[] };
  onlyInB: { rows: number; samples: LoneRow[] };
  /** Rows with the same key whose values differ. */
  changed: { rows: number; columns: ColumnDifference[]; samples: ChangedValue[] };
  duplicateKeys: { keys: number; samples: DuplicateKey[] };
}

/**
 * Whether the files say the same: all rows of both could be read, each has its like, and neither has a column that the
 * other has not. The order of rows and of columns is no difference.
 */
export function isEqual({ a, b, columns, onlyInA, onlyInB, changed }: Omit<FileComparison, 'equal'>): boolean {
  const rows = onlyInA.rows + onlyInB.rows + changed.rows + a.rejectedRows + b.rejectedRows;
  return rows + columns.onlyInA.length + columns.onlyInB.length === 0;
}
