/** Something asked of a drop folder that a worker must do, since only workers reach databases and folders. Wire format. */
import type {
  BackupTable,
  FileDataset,
  FileLoadType,
  FileOutcome,
  ReferenceRecord,
  TrackingRecord,
} from '../../core/types/drop';
import type { ErrorReport } from '../../core/errors/longshore-error';
import type { TableSchema } from '../../core/types/table';

/** Workflow type name: `dropTask`. Workflow id: `drop-task/FOLDER/TASK/UUID`. */
export interface DropTaskInput {
  folder: string;
  configVersion: number;
  task: DropTask;
}

export type DropTask =
  | { kind: 'health' }
  | { kind: 'table-info'; table: string }
  /** Compares the records of reference tables with the tables there are; `repair` mends what can be mended. */
  | { kind: 'check-config'; repair: boolean }
  /** Removes processed files, error files, backups, tracking rows and catalog rows that are older than configured. */
  | { kind: 'clean-up'; dryRun: boolean }
  | { kind: 'tracking'; status?: string; limit: number }
  /**
   * Puts failed files back to where they were dropped, to be tried again: those of `paths` (as they were dropped, relative
   * to the folder), those that failed with `code`, or all.
   */
  | { kind: 'retry'; paths?: string[]; code?: string }
  /**
   * Loads one file at once, without waiting for a scan, and answers when it has ended. `path` is absolute, on the disk of
   * the worker; with `keep` a file outside of the tree stays where it is, and a copy is loaded.
   */
  | { kind: 'process'; path: string; dataset: FileDataset; loadType: FileLoadType; keep: boolean };

export interface HealthCheck {
  name: 'target' | 'catalog' | 'temporal' | 'folders' | 'disk' | 'memory' | 'backlog';
  status: 'ok' | 'warning' | 'failed';
  message: string;
  details: Record<string, string | number>;
  error?: ErrorReport;
}

export interface ConfigFinding {
  record: Pick<ReferenceRecord, 'id' | 'schemaName' | 'tableName'>;
  problem: 'table-missing' | 'duplicate' | 'not-recorded' | 'inactive-but-present';
  message: string;
  repaired: boolean;
}

export interface CleanUpCount {
  what: 'processed files' | 'error files' | 'backups' | 'tracking rows' | 'catalog rows';
  removed: number;
  bytes: number;
}

export type DropTaskResult =
  | { kind: 'health'; status: HealthCheck['status']; checks: HealthCheck[] }
  | { kind: 'table-info'; table: TableSchema; rows: number; backups: BackupTable[]; reference?: ReferenceRecord }
  | { kind: 'check-config'; findings: ConfigFinding[] }
  | { kind: 'clean-up'; removed: CleanUpCount[] }
  | { kind: 'tracking'; rows: TrackingRecord[] }
  | { kind: 'retry'; files: { path: string; ok: boolean; message?: string }[] }
  | { kind: 'process'; outcome: FileOutcome };
