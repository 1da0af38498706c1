/** Drop folders: files that people drop, what is known of each, and what the target keeps of it. Plain JSON data. */
import type { ErrorReport } from '../errors/longshore-error';
import type { FileColumn, FileFormat, RowMark } from './file';
import type { TableRef } from './table';
import type { TablePlan } from './transfer';

export const FILE_DATASETS = ['reference', 'none-reference'] as const;
export type FileDataset = (typeof FILE_DATASETS)[number];

export const FILE_LOAD_TYPES = ['fullload', 'append'] as const;
export type FileLoadType = (typeof FILE_LOAD_TYPES)[number];

/**
 * watching: seen, not yet stable. ready: stable, waits for its turn. processing: a lifecycle works on it. Ends: loaded,
 * failed, skipped (a duplicate), cancelled, vanished (taken away before it was loaded), retried (failed, and put back to
 * be tried again as another). Wire format.
 */
export const FILE_STATES = [
  'watching',
  'ready',
  'processing',
  'loaded',
  'failed',
  'skipped',
  'cancelled',
  'vanished',
  'retried',
] as const;
export type FileState = (typeof FILE_STATES)[number];

/** What of a file on disk must not change between two looks for it to be the same. */
export interface FileIdentity {
  size: number;
  /** Milliseconds since 1970, with fractions. */
  mtimeMs: number;
  inode: string;
}

/** A file as a scan found it. `path` is relative to the folder, with slashes. */
export interface ScannedFile extends FileIdentity {
  path: string;
}

/** Where a file lies in the tree, from its path alone. */
export interface FilePlacement {
  dataset: FileDataset;
  loadType: FileLoadType;
  /** Name without folders. */
  name: string;
}

/** How a file is loaded: made by `recogniseFile`, kept in the catalog, so that every retry does the same. */
export interface FilePlan {
  format: FileFormat;
  columns: FileColumn[];
  table: TablePlan;
  /** Parts are read from these marks on. */
  marks: RowMark[];
  /** Data rows in the file, rejected ones left out. */
  rows: number;
  rejected: number;
  repaired: number;
  /** Columns of the file that are not loaded (`columns: ignore`). */
  ignored: string[];
  /** Where the rows that the load replaces are kept; undefined: nothing is replaced, or no backups are wanted. */
  backup?: TableRef;
  matchPercent?: number;
  warnings: string[];
}

/** Row of `File_Monitor_Tracking`, in the target. Names are those of its columns, in camel case. */
export interface TrackingEntry {
  filePath: string;
  fileName: string;
  fileSize: number;
  /** MD5, hex. */
  fileHash?: string;
  loadType: string;
  tableName?: string;
  detectedDelimiter?: string;
  /** JSON array of the header. */
  detectedHeaders?: string;
  isReferenceData: boolean;
  referenceConfigInserted: boolean;
  status: string;
  processedAt?: Date;
  errorMessage?: string;
}

export interface TrackingRecord extends TrackingEntry {
  id: number;
  createdAt: Date;
}

/** Row of `Reference_Data_Cfg`: one for each table that is fed by reference files. */
export interface ReferenceRecord {
  id: number;
  schemaName: string;
  tableName: string;
  loadType: string;
  /** File that fed it last. */
  sourceFile: string;
  isActive: boolean;
  createdAt: Date;
  updatedAt: Date;
}

export interface BackupTable {
  ref: TableRef;
  /** Table it was taken of, and when; from its name. */
  of: string;
  takenAt: Date;
  rows: number;
}

/** Something in the tree that is not a file to be loaded, by its name. */
export interface TreeProblem {
  path: string;
  code: 'misplaced' | 'link' | 'unreadable' | 'not-a-file' | 'name-not-text' | 'never-settles' | 'extension';
  message: string;
}

/** How a file's processing ended: what the companion file, tracking, CLI and API tell. */
export interface FileOutcome {
  fileId: number;
  path: string;
  state: Extract<FileState, 'loaded' | 'failed' | 'skipped' | 'cancelled' | 'vanished' | 'retried'> | 'watching';
  table?: string;
  rows: number;
  rejected: number;
  /** Where the file lies now, relative to the folder. */
  movedTo?: string;
  error?: ErrorReport;
}
