/** What the workflow that moves one table can be told and asked. Names are wire format. */
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { TablePhase, VerifyLevel } from '../../schemas/constants';

/** Workflow type name: `transferTable`. Workflow id: parent's id, a slash, `schema.table`. */
export interface TransferTableInput {
  runId: string;
  /** `schema.name` of the target. */
  table: string;
  /** Parts in flight at once. */
  parallel: number;
  verify: VerifyLevel;
  paused: boolean;
  /** Set when the workflow continues as new: the parts below `next` are done. */
  resume?: { parts: number; next: number; rows: number; bytes: number };
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
  /** The snapshot that all of its parts belong to. */
  epoch: number;
}

export const pauseTableSignal = defineSignal<[]>('pause');
export const resumeTableSignal = defineSignal<[]>('resume');
export const tableProgressQuery = defineQuery<TransferTableProgress>('progress');
