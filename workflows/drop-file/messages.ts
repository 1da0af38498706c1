/** The life of one file, from stable to filed away. Names are wire format. */
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { FileOutcome, FileState } from '../../core/types/drop';

/** Workflow type name: `dropFile`. Workflow id: `drop/FOLDER/PATH/FILEID`. */
export interface DropFileInput {
  fileId: number;
  folder: string;
  configVersion: number;
  /** Relative to the folder; for people. */
  path: string;
  size: number;
  /** Parts in flight at once, for a file of several. */
  parallel: number;
  /** Milliseconds after which the load is given up. */
  timeoutMs: number;
}

export interface DropFileProgress {
  step: 'recognising' | 'loading' | 'publishing' | 'filing' | 'ended';
  state: FileState;
  table?: string;
  rows: number;
  totalRows?: number;
  parts: number;
  partsLoaded: number;
}

export type DropFileResult = FileOutcome;

export const pauseFileSignal = defineSignal<[]>('pause');
export const resumeFileSignal = defineSignal<[]>('resume');
export const fileProgressQuery = defineQuery<DropFileProgress>('progress');
