/** What the workflow that moves one table can be told and asked. Names are wire format. */
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { TablePhase } from '../../schemas/constants';

/** Workflow type name: `transferTable`. Workflow id: parent's id, a slash, `schema.table`. */
export interface TransferTableInput {
  runId: string;
  /** `schema.name` of the target. */
  table: string;
  estimatedRows: number;
  parallel: number;
  /** Set when the workflow continues as new: where it had got to. */
  resume?: { parts: number };
  paused?: boolean;
}

export interface TransferTableProgress {
  phase: TablePhase;
  rows: number;
  bytes: number;
  parts: number;
  partsLoaded: number;
}

export interface TransferTableResult {
  rows: number;
  bytes: number;
  parts: number;
}

export const pauseTableSignal = defineSignal<[]>('pause');
export const resumeTableSignal = defineSignal<[]>('resume');
export const tableProgressQuery = defineQuery<TransferTableProgress>('progress');
