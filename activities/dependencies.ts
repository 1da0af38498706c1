/**
 * What activities need from outside. Only worker/ constructs these; tests pass their own. Each is as narrow as its use.
 */
import type { Catalog } from '../catalog/catalog';
import type {
  Database,
  TypeSystem,
  ExtractRequest,
  LoadRequest,
  ProgressCounter,
  ReadBackRequest,
  WireLoadRequest,
} from '../connectors/connector';
import type { ColumnPair, PartResult } from '../core/types/transfer';
import type { TargetRules } from '../core/plan/safety';
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
