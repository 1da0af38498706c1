/**
 * What a transfer set's workflow can be told and asked. Names are wire format: recorded histories and running clients
 * hold them, so they are never renamed.
 */
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { ErrorReport } from '../../core/errors/longshore-error';
import type { RunStatus, TablePhase } from '../../schemas/constants';

/** Workflow type name: `transferSet`. Workflow id: `transfer/SET/2026-11-20T05:00Z`. */
export interface TransferSetInput {
  set: string;
  /** Version in the catalog of the configuration that this run obeys to its end. */
  configVersion: number;
  /** Only these tables of the set (names as in the configuration or `schema.table`). */
  tables?: string[];
  /** Plan, store the plan in the catalog and stop. */
  dryRun?: boolean;
  /** User, or `schedule:NAME`. */
  triggeredBy: string;
  reason?: string;
}

export interface TableProgress {
  /** `schema.name` of the target. */
  table: string;
  phase: TablePhase;
  /** Workflow id of the child that moves it, once started. */
  workflowId?: string;
  estimatedRows: number;
  rows: number;
  bytes: number;
  parts: number;
  partsLoaded: number;
  error?: ErrorReport;
}

export type SetPhase = 'planning' | 'copying' | 'publishing' | 'cleaning' | 'ended';

export interface RunProgress {
  status: RunStatus;
  phase: SetPhase;
  tables: TableProgress[];
  pausedBy?: string;
  /** ISO time; how long a rate is to be computed over. */
  startedAt: string;
}

export interface TransferSetResult {
  status: RunStatus;
  tables: number;
  published: number;
  failed: number;
  rows: number;
  bytes: number;
  error?: ErrorReport;
}

export const pauseSignal = defineSignal<[{ by: string; reason?: string }]>('pause');
export const resumeSignal = defineSignal<[{ by: string }]>('resume');
/** Sent by the activity that holds the snapshot, each time it has a new one. */
export const snapshotReadySignal = defineSignal<[{ epoch: number }]>('snapshotReady');
export const progressQuery = defineQuery<RunProgress>('progress');
