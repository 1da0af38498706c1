/**
 * What activities need from outside. Only worker/ constructs these; tests pass their own. Each is as narrow as its use.
 */
import type { Catalog } from '../catalog/catalog';
import type { DropPart } from '../catalog/drop-files';
import type {
  BatchLoadRequest,
  Database,
  TypeSystem,
  ExtractRequest,
  LoadRequest,
  ProgressCounter,
  ReadBackRequest,
  WireLoadRequest,
} from '../connectors/connector';
import type { FileIdentity } from '../core/types/drop';
import type { FileColumn, FileFormat, FormatOptions, InferredColumn, RejectedRow, RowMark } from '../core/types/file';
import type { Bookkeeping } from '../connectors/reference-tables';
import type { Tolerance } from '../core/drop/tolerance';
import type { TableRef } from '../core/types/table';
import type { ColumnPair, PartResult, TableVerification } from '../core/types/transfer';
import type { TargetRules } from '../core/plan/safety';
import type { ScanTreeOptions, TreeScan } from '../storage/drop-tree/scan-tree';
import type { PartStore } from '../storage/part-store';
import type { Config } from '../schemas/config';
import type { DatabaseKind } from '../schemas/constants';

/** Which environment of which configuration, on behalf of which run. */
export interface EnvironmentRef {
  runId: string;
  configVersion: number;
  environment: string;
}

/** Open databases, shared by the activities of a run in this process and closed when nobody has used them for a while. */
export interface Databases {
  use<T>(ref: EnvironmentRef, work: (database: Database) => Promise<T>): Promise<T>;
  /** Closes what the run still has open here. */
  release(runId: string): Promise<void>;
}

/** Stored configurations, parsed. Secrets stay references. */
export interface Configurations {
  get(version: number): Promise<Config>;
}

export interface MovedPart {
  part: PartResult;
  /** Whether the rows stand in staging already; `doubtful`: some do, but from another snapshot. */
  staged: 'yes' | 'no' | 'doubtful';
}

/** What is found out about the rows of a part on their way into the file. */
export interface PartChecks {
  /** Target names of the columns whose figures are wanted. */
  figures: string[];
  /** All columns, where the values themselves are to be compared. */
  fingerprint?: ColumnPair[];
}

export interface Alongside {
  target: EnvironmentRef;
  request: Omit<WireLoadRequest, 'format'>;
}

/** Moves parts in worker threads, so that neither heartbeats nor workflow tasks wait for a decoder. */
export interface Movers {
  /** Reads a part, masked, and loads it in the same pass where both databases speak one format. */
  extract(
    ref: EnvironmentRef,
    request: ExtractRequest,
    options: { alongside?: Alongside; checks: PartChecks },
    progress: ProgressCounter,
    signal: AbortSignal,
  ): Promise<MovedPart>;
  load(ref: EnvironmentRef, request: LoadRequest, progress: ProgressCounter, signal: AbortSignal): Promise<void>;
  /** Fingerprint of staged rows, read back from the target. */
  fingerprint(
    ref: EnvironmentRef,
    request: ReadBackRequest & { pairs: ColumnPair[] },
    progress: ProgressCounter,
    signal: AbortSignal,
  ): Promise<{ rows: number; fingerprint: string }>;
}

export interface TransferDependencies {
  catalog: Catalog;
  configurations: Configurations;
  databases: Databases;
  movers: Movers;
  parts: PartStore;
  types(kind: DatabaseKind): TypeSystem;
  /** What an environment forbids as a target; needs no connection. */
  environmentRules(ref: EnvironmentRef): Promise<TargetRules>;
  /** Whether the run's workflow is still open in Temporal. */
  isRunOpen(runId: string): Promise<boolean>;
  /** Tells the run's workflow that a snapshot is open. */
  announceSnapshot(runId: string, epoch: number): Promise<void>;
  now(): Date;
}

/** Hex. */
export interface ContentHashes {
  md5: string;
  sha256: string;
}

/** What reading a whole file found out. */
export interface ScannedContent {
  identity: FileIdentity;
  /** Of a file that was small enough to be held in memory; others are hashed by `hash`. */
  hashes?: ContentHashes;
  format: FileFormat;
  /** By position in the file; `name` as found in the header. */
  columns: InferredColumn[];
  marks: RowMark[];
  rows: number;
  rejectedCount: number;
  rejected: RejectedRow[];
  repairedCount: number;
}

export interface HashFileRequest {
  /** Absolute. */
  path: string;
  identity: FileIdentity;
}

export interface ScanFileRequest {
  /** Absolute. */
  path: string;
  /** What the file was when it had settled; FILE_CHANGED when it no longer is. */
  identity?: FileIdentity;
  options: FormatOptions;
  /** A mark about every so many bytes. */
  markBytes: number;
}

/** A slice of a file, on its way into staging. */
export interface FilePartRequest {
  path: string;
  identity: FileIdentity;
  format: FileFormat;
  ragged: 'repair' | 'reject';
  columns: FileColumn[];
  /** Undefined: from the first row of the table. */
  from?: RowMark;
  until?: number;
  load: BatchLoadRequest;
  checks: PartChecks;
  /** For targets that load from files alone; removed afterwards. */
  parquetFile: string;
  /** All rejected rows of the part, a line of JSON each; not made where there is none. */
  rejectedFile: string;
  /** Reading stops when more rows than this are rejected. */
  maxRejected: number;
}

export type LoadedFilePart = Omit<DropPart, 'part'>;

/** A whole file that is small enough to be loaded without staging. */
export interface DirectFileRequest extends FilePartRequest {
  backup?: TableRef;
  bookkeeping: Bookkeeping;
  /** Rows, good and bad, that reading the whole file found: fewer or more are not loaded. */
  knownRows: number;
  lockTimeoutMs: number;
  tolerance: Tolerance;
}

export interface DirectlyLoaded extends LoadedFilePart {
  /** False: nothing was loaded; take the staged way, or give up where too many rows were rejected. */
  isVisible: boolean;
  verification?: TableVerification;
}

/** A look at a drop folder. */
export interface ScanTreeRequest extends ScanTreeOptions {
  /** Absolute. */
  root: string;
}

/** Reads files in worker threads. */
export interface FileWorkers {
  tree(request: ScanTreeRequest, signal: AbortSignal): Promise<TreeScan>;
  scan(request: ScanFileRequest, progress: ProgressCounter, signal: AbortSignal): Promise<ScannedContent>;
  hash(request: HashFileRequest, signal: AbortSignal): Promise<ContentHashes>;
  /** Loads and publishes at once, where the target can. */
  loadDirect(
    ref: EnvironmentRef,
    request: DirectFileRequest,
    progress: ProgressCounter,
    signal: AbortSignal,
  ): Promise<DirectlyLoaded>;
  /** Loads a slice, once: a part that is in staging already is only read for its figures. */
  load(
    ref: EnvironmentRef,
    request: FilePartRequest,
    progress: ProgressCounter,
    signal: AbortSignal,
  ): Promise<LoadedFilePart>;
}
