/** What huge files are asked and what comes of it: plain data that passes between threads unharmed. */
import type { MonthPart } from '../../core/types/month';
import type { RowBoundary, ScanFigures, ScanPlan } from '../../core/types/scan';

/** A file is read once: checked, and packed where `pack` says so. */
export interface PackRequest {
  path: string;
  /** What it was; FILE_CHANGED when it no longer is. */
  stamp: { size: number; mtimeMs: number };
  plan: ScanPlan;
  /** Parts are written into `folder`, as `part-00001.tsv.zst`; left out: only checked. */
  pack?: { folder: string; compression: 'zstd' | 'gzip'; level: number; partBytes: number };
  /** Keys of each part, for duplicates, are written into this folder; left out where the plan has no key. */
  keyFolder?: string;
  /** Where an earlier attempt had come to, with the number of the next part. */
  from?: RowBoundary & { part: number };
}

/** What is told of each part as soon as it is complete on disk. Without `pack` parts are stretches of about 1 GB. */
export interface PackedPart {
  /** `name`, `bytes` and `sha256` are empty where nothing was packed. */
  part: MonthPart;
  figures: ScanFigures;
  /** CRC-32 of each block of 64 MiB of the file that ends in this part; none where nothing is packed. */
  blocks: number[];
}

export interface DuplicateRequest {
  path: string;
  plan: ScanPlan;
  keyFolder: string;
  parts: number;
  rows: number;
}

export interface CleanRequest {
  path: string;
  plan: ScanPlan;
  clean: string;
  rejected: string;
  /** Existing files are overwritten. */
  replace: boolean;
}

export interface CleanedFile {
  rows: number;
  rejectedRows: number;
  /** By line; the first 1000. */
  samples: { line: number; message: string }[];
}

/** Two 64-bit counters, rows and bytes, that others watch. */
export type Counter = BigInt64Array;
