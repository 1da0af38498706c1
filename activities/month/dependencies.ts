import type { Catalog } from '../../catalog/catalog';
import type { ProgressCounter } from '../../connectors/connector';
import type { Warehouse } from '../../connectors/warehouse';
import type { MonthBatch } from '../../core/types/month-batch';
import type { DayRange, Month } from '../../core/types/month';
import type {
  CalendarSettings,
  CheckColumn,
  DuplicateFacts,
  ExpectedDays,
  QualityRule,
  RuleFacts,
} from '../../core/types/quality';
import type { RowBoundary, ScanPlan } from '../../core/types/scan';
import type { TargetRules } from '../../core/plan/safety';
import type { PackRequest, PackedPart, DuplicateRequest, CleanRequest, CleanedFile } from '../../storage/month/types';
import type { Configurations } from '../dependencies';

/** Which warehouse of which configuration, on behalf of which run. */
export interface WarehouseRef {
  runId: string;
  configVersion: number;
  batch: string;
}

/** Open warehouses, shared by the activities of a run in this process and closed when nobody has used them for a while. */
export interface Warehouses {
  use<T>(ref: WarehouseRef, work: (warehouse: Warehouse) => Promise<T>): Promise<T>;
  release(runId: string): Promise<void>;
}

export interface RuleRequest {
  path: string;
  plan: ScanPlan;
  rules: QualityRule[];
}

export type { PackRequest, PackedPart, DuplicateRequest, CleanRequest, CleanedFile };

/** Reads huge files in worker threads. */
export interface MonthFileWorkers {
  /** Header of a file as names of columns, and where its first row begins. FILE_EMPTY, FILE_ENCODING, FILE_NOT_FOUND. */
  header(
    path: string,
    format: ScanPlan['format'],
  ): Promise<{ columns: string[]; firstRow: RowBoundary; size: number; mtimeMs: number }>;
  /** `onPart` is awaited before more than two further parts are written: the disk holds what is not uploaded yet. */
  pack(
    request: PackRequest,
    onPart: (part: PackedPart) => Promise<void>,
    progress: ProgressCounter,
    signal: AbortSignal,
  ): Promise<void>;
  /** Exact; memory is bounded whatever the size of the file. */
  duplicates(request: DuplicateRequest, progress: ProgressCounter, signal: AbortSignal): Promise<DuplicateFacts>;
  rules(request: RuleRequest, progress: ProgressCounter, signal: AbortSignal): Promise<RuleFacts[]>;
  clean(request: CleanRequest, progress: ProgressCounter, signal: AbortSignal): Promise<CleanedFile>;
  /** Types of the columns of a file that no table knows, from its first rows. */
  inferTypes(path: string, plan: ScanPlan): Promise<CheckColumn[]>;
}

export interface MonthDependencies {
  catalog: Catalog;
  configurations: Configurations;
  warehouses: Warehouses;
  files: MonthFileWorkers;
  /** A batch of a configuration with everything filled in, and where its files lie on this machine. */
  monthBatch(ref: { batch: string; configVersion: number }): Promise<{ batch: MonthBatch; basePath?: string }>;
  /** What the environment of the batch forbids. */
  environmentRules(ref: { configVersion: number; environment: string }): Promise<TargetRules>;
  /** Days that must have rows, by calendar and holidays. */
  expectedDays(range: DayRange | Month, calendar: CalendarSettings): ExpectedDays;
  /** Folder for parts and keys of a load that no other load uses; made when missing. */
  loadFolder(loadId: string): Promise<string>;
  removeLoadFolder(loadId: string): Promise<void>;
  /** Free bytes below which nothing more is packed: DISK_FULL. */
  checkSpace(): Promise<void>;
  backupFolder(batch: MonthBatch): string;
  isRunOpen(runId: string): Promise<boolean>;
  now(): Date;
}

export type { CheckColumn };
