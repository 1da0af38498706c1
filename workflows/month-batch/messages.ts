/** A month batch: a run that takes months one by one, or several at once. Names are wire format. */
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { ErrorReport } from '../../core/errors/longshore-error';
import type { Month, MonthAction, MonthOutcome } from '../../core/types/month';
import type { QualityMode } from '../../core/types/quality';
import type { RunStatus } from '../../schemas/constants';

/** Workflow type name: `monthBatch`. Workflow id: `month/BATCH/2026-11-20T05:00Z`. */
export interface MonthBatchInput {
  batch: string;
  configVersion: number;
  action: MonthAction;
  /** Names the checkpoint. A batch that is resumed keeps it, and everything it has finished. */
  batchId: string;
  /** True: the checkpoint is there, and what is left of it is done. */
  resume: boolean;
  months: Month[];
  /** Only these tables, by name of the definition. */
  tables?: string[];
  /** Absolute paths on the worker: only these files. */
  files?: string[];
  /** Instead of the configured folder. */
  basePath?: string;
  quality: QualityMode;
  /** Rows of the months give way, whatever the definitions say. */
  replace?: boolean;
  /** Months at once, instead of the configured number. */
  parallel?: number;
  triggeredBy: string;
  reason?: string;
}

export interface MonthProgress {
  month: Month;
  state: 'waiting' | 'running' | MonthOutcome['status'];
  workflowId?: string;
  files: number;
  filesDone: number;
  error?: ErrorReport;
}

export interface BatchProgress {
  status: RunStatus;
  phase: 'planning' | 'loading' | 'cleaning' | 'ended';
  batchId: string;
  action: MonthAction;
  months: MonthProgress[];
  pausedBy?: string;
  /** ISO time. */
  startedAt: string;
}

export interface MonthBatchResult {
  status: RunStatus;
  batchId: string;
  months: MonthOutcome[];
  rows: number;
  bytes: number;
  error?: ErrorReport;
}

export const pauseBatchSignal = defineSignal<[{ by: string; reason?: string }]>('pause');
export const resumeBatchSignal = defineSignal<[{ by: string }]>('resume');
export const batchProgressQuery = defineQuery<BatchProgress>('progress');
