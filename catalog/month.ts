/**
 * What the catalog keeps of month batches: checkpoints, files and their parts, results of checks, deletions, and the log of
 * runs. Every write is idempotent.
 */
import type { ErrorReport } from '../core/errors/longshore-error';
import type {
  DeletionRecord,
  Month,
  MonthAction,
  MonthCheckpoint,
  MonthFile,
  MonthFileState,
  MonthPart,
} from '../core/types/month';
import type { QualityMode, QualityResult, QualityVerdict } from '../core/types/quality';
import type { ScanFigures } from '../core/types/scan';
import type { CopyResult } from '../core/types/warehouse';

export type { DeletionRecord };

export interface MonthBatchRecord extends MonthCheckpoint {
  action: MonthAction;
  target: string;
  configVersion: number;
  qualityMode: QualityMode;
  /** Runs (workflow ids) that worked on it, the latest last. */
  runs: string[];
  /** Of the request, so that a resumed batch does the same. */
  options: MonthOptions;
  createdAt: Date;
}

export interface MonthOptions {
  tables?: string[];
  /** Absolute paths: only these files. */
  files?: string[];
  basePath?: string;
  replace?: boolean;
  parallel?: number;
}

export interface MonthFileRecord extends MonthFile {
  id: number;
  batchId: string;
  batch: string;
  state: MonthFileState;
  /** Names staging, stage prefix and marks. */
  loadId: string;
  /** SHA-256 over the checksums of the file's blocks, once it was read whole. */
  fingerprint?: string;
  rows?: number;
  /** All parts are written and in the ledger. */
  packed: boolean;
  figures?: ScanFigures;
  copyStatement?: string;
  /** Of the transaction that was to publish it, written down before that was begun. */
  publishMark?: string;
  copied?: CopyResult;
  qualityId?: number;
  warnings: string[];
  error?: ErrorReport;
  startedAt?: Date;
  finishedAt?: Date;
}

export interface MonthPartRecord {
  fileId: number;
  result: MonthPart;
  figures: ScanFigures;
  uploaded: boolean;
}

/** Parts of a file that are in the ledger, and what they take. */
export interface PartTotals {
  fileId: number;
  parts: number;
  bytes: number;
}

export interface QualityRecord {
  id: number;
  batch: string;
  batchId?: string;
  table: string;
  month: Month;
  file: string;
  mode: QualityMode;
  verdict: QualityVerdict;
  score?: number;
  rows: number;
  at: Date;
  result: QualityResult;
}

export interface RunEvent {
  id: number;
  runId: string;
  at: Date;
  level: 'info' | 'warning' | 'error';
  message: string;
  details?: Record<string, unknown>;
}

export interface MonthStore {
  /** Makes the batch, or answers the one that is there. */
  begin(
    batch: Omit<MonthBatchRecord, 'runs' | 'createdAt' | 'lastUpdate'> & { runId: string },
  ): Promise<MonthBatchRecord>;
  batch(batchId: string): Promise<MonthBatchRecord | undefined>;
  /** The newest first. */
  batches(filter: { batch?: string; status?: MonthCheckpoint['status']; limit: number }): Promise<MonthBatchRecord[]>;
  /** Sets what is given and `lastUpdate`; counts of files are taken from the files. */
  checkpoint(
    batchId: string,
    patch: Partial<Pick<MonthCheckpoint, 'status' | 'completedMonths' | 'failedMonths' | 'currentMonths'>>,
  ): Promise<void>;
  /** Moves a month between the three lists in one statement, so that months that run at once do not overwrite each other. */
  moveMonth(batchId: string, month: Month, to: 'current' | 'completed' | 'failed'): Promise<void>;

  /** Adds files that are not there yet (by path, size and time), as `waiting`, and answers all of them. */
  addFiles(batchId: string, files: (MonthFile & { loadId: string })[]): Promise<MonthFileRecord[]>;
  files(batchId: string, month?: Month): Promise<MonthFileRecord[]>;
  file(fileId: number): Promise<MonthFileRecord | undefined>;
  updateFile(
    fileId: number,
    patch: Partial<
      Pick<
        MonthFileRecord,
        | 'state'
        | 'fingerprint'
        | 'rows'
        | 'packed'
        | 'figures'
        | 'copyStatement'
        | 'publishMark'
        | 'copied'
        | 'qualityId'
        | 'warnings'
        | 'error'
        | 'startedAt'
        | 'finishedAt'
      >
    >,
  ): Promise<void>;
  /** Forgets the parts of a file and what came of it, e.g. since the file has changed: back to `waiting` with a new load id. */
  resetFile(fileId: number, file: Pick<MonthFile, 'size' | 'mtimeMs'> & { loadId: string }): Promise<void>;
  /** A published file of the same content in the same table and environment, of another batch or this one. */
  loadedBefore(filter: {
    fingerprint: string;
    table: string;
    target: string;
    exceptFile: number;
  }): Promise<MonthFileRecord | undefined>;

  /** Files whose rows were deleted from their table, or came back: the deleted ones may be loaded again. Answers how many. */
  noteRemoval(filter: {
    table: string;
    target: string;
    month: Month;
    from: 'published' | 'removed';
    to: 'published' | 'removed';
  }): Promise<number>;

  addPart(fileId: number, part: MonthPart, figures: ScanFigures): Promise<void>;
  parts(fileId: number): Promise<MonthPartRecord[]>;
  partUploaded(fileId: number, part: number): Promise<void>;
  /** Of every file of a batch that has any. */
  partTotals(batchId: string): Promise<PartTotals[]>;

  addQuality(result: Omit<QualityRecord, 'id' | 'at'>): Promise<number>;
  quality(id: number): Promise<QualityRecord | undefined>;
  /** The newest first, without the facts of columns and days where `summary`. */
  qualityHistory(filter: {
    batch?: string;
    batchId?: string;
    table?: string;
    month?: Month;
    summary?: boolean;
    limit: number;
  }): Promise<QualityRecord[]>;

  saveDeletion(record: Omit<DeletionRecord, 'at'>): Promise<void>;
  deletion(id: string): Promise<DeletionRecord | undefined>;
  deletions(filter: { batch?: string; table?: string; month?: Month; limit: number }): Promise<DeletionRecord[]>;

  /** Appends to the log of a run; `key` makes a repeated call harmless. */
  log(event: Omit<RunEvent, 'id' | 'at'> & { key?: string }): Promise<void>;
  /** In order, those after `after`. */
  events(filter: { runId: string; after?: number; limit: number }): Promise<RunEvent[]>;
  /** Removes runs of month batches that ended before, with their events, files and parts; answers how many runs. Deletions and results of checks stay. */
  cleanUp(before: Date): Promise<{ runs: number; events: number }>;
}
