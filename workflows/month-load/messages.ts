/** One month of a batch: its files are checked, packed, copied and published, table by table. Names are wire format. */
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { ErrorReport } from '../../core/errors/longshore-error';
import type { Month, MonthAction, MonthFileState, MonthOutcome } from '../../core/types/month';
import type { QualityMode } from '../../core/types/quality';

/** Workflow type name: `monthLoad`. Workflow id: `RUN/2024-01`. */
export interface MonthLoadInput {
  runId: string;
  batch: string;
  batchId: string;
  configVersion: number;
  action: MonthAction;
  month: Month;
  quality: QualityMode;
  replace?: boolean;
  /** Files in work at once. */
  parallelFiles: number;
  paused: boolean;
  /** The run before this one grew too long: what it gave up is not tried again. */
  continued?: boolean;
}

export interface MonthFileProgress {
  fileId: number;
  /** Name without folders. */
  file: string;
  table: string;
  state: MonthFileState;
  bytes: number;
  /** Known once the file has been read. */
  rows?: number;
  parts?: number;
  verdict?: string;
  error?: ErrorReport;
}

export interface MonthLoadProgress {
  month: Month;
  files: MonthFileProgress[];
  paused: boolean;
}

export type MonthLoadResult = MonthOutcome;

export const pauseMonthSignal = defineSignal<[]>('pause');
export const resumeMonthSignal = defineSignal<[]>('resume');
export const monthProgressQuery = defineQuery<MonthLoadProgress>('progress');
