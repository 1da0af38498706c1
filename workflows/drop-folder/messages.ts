/** What the workflow that watches a drop folder can be told and asked. Names are wire format. */
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { ErrorReport } from '../../core/errors/longshore-error';
import type { TreeProblem } from '../../core/types/drop';

/** Workflow type name: `dropFolder`. Workflow id: `drop/FOLDER`; it runs until it is cancelled. */
export interface DropFolderInput {
  folder: string;
  configVersion: number;
  triggeredBy: string;
  /** Set when the workflow continues as new. */
  resume?: DropFolderState & {
    /** There is something that nobody has been told of. */
    untold: boolean;
    worried: boolean;
    /** ISO time until which people have been told. */
    toldAt: string;
    /** When what is old is removed next, in milliseconds since 1970. */
    tidyAt: number;
  };
}

/** Carried over when the workflow continues as new: bounded by the number of files in work at once. */
export interface DropFolderState {
  pausedBy?: string;
  /** Files in work: id and workflow id. */
  running: { fileId: number; path: string; workflowId: string }[];
  /** Files that are claimed and not yet started. */
  queued: { fileId: number; path: string; size: number; workflowId: string }[];
  loaded: number;
  failed: number;
  skipped: number;
  rows: number;
  startedAt: string;
}

export interface DropFolderProgress extends DropFolderState {
  status: 'running' | 'paused' | 'ended';
  watching: number;
  ready: number;
  /** ISO time of the latest scan. */
  lastScanAt?: string;
  /** The first twenty. */
  problems: TreeProblem[];
  /** The folder cannot be scanned at the moment. */
  error?: ErrorReport;
}

export const pauseFolderSignal = defineSignal<[{ by: string; reason?: string }]>('pause');
export const resumeFolderSignal = defineSignal<[{ by: string }]>('resume');
/** Look at once, without waiting for the interval; files still have to settle. */
export const scanNowSignal = defineSignal<[]>('scanNow');
export const folderProgressQuery = defineQuery<DropFolderProgress>('progress');
