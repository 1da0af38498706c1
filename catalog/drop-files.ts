/**
 * What drop folders remember: every file that was seen, how long it has stood still, and what became of it. A file is
 * one row from the first sight to its end; the same path dropped again is another row.
 */
import type { ErrorReport } from '../core/errors/longshore-error';
import type { FolderFigures } from '../core/drop/performance';
import type { RejectedRow } from '../core/types/file';
import type { ColumnAggregate, TableVerification } from '../core/types/transfer';
import type { FileIdentity, FileDataset, FileLoadType, FilePlan, FileState, ScannedFile } from '../core/types/drop';

export interface DropFile extends ScannedFile {
  id: number;
  folder: string;
  dataset: FileDataset;
  loadType: FileLoadType;
  state: FileState;
  /** Files of one group are loaded one after the other, the oldest first: `schema.table` as the name says. */
  groupKey: string;
  /** Scan in which it was first seen as it is now: unchanged checks are the scans since. */
  firstScan: number;
  firstSeenAt: Date;
  md5?: string;
  sha256?: string;
  /** `schema.table` it is loaded into. */
  table?: string;
  plan?: FilePlan;
  rows?: number;
  rejected?: number;
  workflowId?: string;
  /** How far the load has come: each is done once. */
  step?: FileStep;
  /** What was compared before publishing, and what came of it. */
  verification?: TableVerification;
  /** Milliseconds readers had to wait at the switch. */
  lockedMs?: number;
  /** Relative to the folder. */
  movedTo?: string;
  error?: ErrorReport;
  /** Committed in the target; the rest is putting the file away. */
  publishedAt?: Date;
  startedAt?: Date;
  finishedAt?: Date;
}

/** recognised: planned. verified: staged, and proven. published: visible. direct: visible, without having been staged. */
export const FILE_STEPS = ['recognised', 'verified', 'published', 'direct'] as const;
export type FileStep = (typeof FILE_STEPS)[number];

/** A slice of a file that is in staging. */
export interface DropPart {
  part: number;
  rows: number;
  bytes: number;
  rejectedCount: number;
  /** The first twenty. */
  rejected: RejectedRow[];
  repairedCount: number;
  figures?: ColumnAggregate[];
  fingerprint?: string;
}

/** What a scan changes, in one transaction. */
export interface ScanChanges {
  folder: string;
  scan: number;
  /** New files, and those that changed since: their checks begin again. */
  seen: (ScannedFile & Pick<DropFile, 'dataset' | 'loadType' | 'groupKey'>)[];
  /** Ids of `watching` files that have settled. */
  ready: number[];
  /** Ids of `watching` and `ready` files that are gone. */
  vanished: number[];
}

export type DropFilePatch = Partial<
  Pick<
    DropFile,
    | 'state'
    | 'md5'
    | 'sha256'
    | 'table'
    | 'plan'
    | 'rows'
    | 'rejected'
    | 'workflowId'
    | 'step'
    | 'verification'
    | 'lockedMs'
    | 'movedTo'
    | 'error'
    | 'publishedAt'
    | 'startedAt'
    | 'finishedAt'
  >
>;

/** A file as a scan compares it with the disk: nothing more is read for a hundred thousand of them. */
export type WatchedFile = ScannedFile & Pick<DropFile, 'id' | 'state' | 'firstScan' | 'firstSeenAt'>;

export interface DropFileStore {
  /** Number of the next scan of this folder; counts on over restarts. */
  nextScan(folder: string): Promise<number>;
  /** Files of the folder that are `watching`, `ready` or `processing`. */
  watched(folder: string): Promise<WatchedFile[]>;
  applyScan(changes: ScanChanges): Promise<void>;
  /**
   * Takes up to `limit` ready files, the oldest of each group that has none `processing`, and makes them `processing`.
   * Two callers never get the same file. With `by` the call can be repeated: while files that it took are still
   * `processing`, the same `by` gets them again, and no others.
   */
  claim(folder: string, limit: number, by?: string): Promise<DropFile[]>;
  /**
   * Registers a file that did not come by a scan, ready at once or claimed by whoever adds it; a path that is at work
   * already stays one file.
   */
  add(
    file: ScannedFile & Pick<DropFile, 'folder' | 'dataset' | 'loadType' | 'groupKey'>,
    state?: 'ready' | 'processing',
  ): Promise<number>;
  get(id: number): Promise<DropFile | undefined>;
  update(id: number, patch: DropFilePatch): Promise<void>;
  /** Records a slice, again where an attempt is repeated. */
  savePart(id: number, sha256: string, part: DropPart): Promise<void>;
  /** Slices of this content, in order. */
  parts(id: number, sha256: string): Promise<DropPart[]>;
  /** Back to `watching` from now on: the file changed while it was worked on. */
  rewatch(id: number, identity: FileIdentity): Promise<void>;
  /** The latest loaded file with this content and table. */
  duplicateOf(file: { folder: string; sha256: string; table: string; except: number }): Promise<DropFile | undefined>;
  list(filter: { folder: string; states?: FileState[]; path?: string; limit: number }): Promise<DropFile[]>;
  /** Files by state, and the errors of failed ones by code. */
  summary(
    folder: string,
    since?: Date,
  ): Promise<{
    states: Partial<Record<FileState, number>>;
    rows: number;
    errors: { code: string; count: number; latest: DropFile }[];
    lastScanAt?: Date;
    oldestReadyAt?: Date;
  }>;
  /** How fast files went, and how long they waited: those that ended since a moment, or ever. */
  figures(folder: string, since?: Date): Promise<FolderFigures>;
  /** Removes ended files that ended before `before`, or with `dryRun` only counts them; answers how many. */
  purge(folder: string, before: Date, dryRun?: boolean): Promise<number>;
}
