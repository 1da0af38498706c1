/**
 * Longshore's own state: what ran, what of it is finished, under which configuration, and who asked. Activities write
 * it, the client reads it. The ledger of parts is what makes a run resumable. Every write is idempotent, because a
 * retried activity writes again.
 */
import type { ErrorReport } from '../core/errors/longshore-error';
import type {
  PartResult,
  RangeSpec,
  SetPlan,
  TableAggregates,
  TablePlan,
  TableVerification,
} from '../core/types/transfer';
import type { NotifyEvent, RunKind, RunStatus, TablePhase } from '../schemas/constants';
import type { DropFileStore } from './drop-files';
import type { MonthStore } from './month';

export interface Catalog {
  readonly configurations: ConfigurationStore;
  readonly runs: RunStore;
  readonly tables: RunTableStore;
  readonly parts: PartLedger;
  readonly snapshots: SnapshotStore;
  readonly audit: AuditLog;
  readonly notifications: NotificationStore;
  readonly dropFiles: DropFileStore;
  readonly months: MonthStore;
  /** The same for everybody who works with this catalog, and nobody else's. */
  installationId(): Promise<string>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface ConfigurationVersion {
  version: number;
  /** SHA-256 of the canonical document: the same text registered twice is one version. */
  hash: string;
  /** The merged document with secrets as references (`${env:…}` or `{ $secret: path }`), never values. */
  document: unknown;
  /** Name of the file it came from, without folders. */
  source: string;
  /** Why, in the words of who stored it. */
  reason?: string;
  /** What stored it. */
  origin?: ConfigurationOrigin;
  createdBy: string;
  createdAt: Date;
}

/** `run`: the start of a run or a schedule, with the file as it was. The rest are commands of `longshore config`. */
export type ConfigurationOrigin = 'run' | 'import' | 'promote' | 'rollback';

export interface ConfigurationStore {
  /**
   * Keeps a document. One that is there already is not stored again: its latest version is returned. With `anew` only
   * the latest version of all counts as there, so that an older document can become the latest again.
   */
  register(input: {
    document: unknown;
    source: string;
    by: string;
    reason?: string;
    origin?: ConfigurationOrigin;
    anew?: boolean;
  }): Promise<{ version: number; isNew: boolean }>;
  get(version: number): Promise<ConfigurationVersion | undefined>;
  latest(): Promise<ConfigurationVersion | undefined>;
  /** The newest first. */
  list(limit: number): Promise<ConfigurationVersion[]>;
}

export interface RunRecord {
  /** The Temporal workflow id. */
  runId: string;
  temporalRunId: string;
  kind: RunKind;
  /** Name of the transfer set. */
  name: string;
  target: string;
  configVersion: number;
  status: RunStatus;
  triggeredBy: string;
  reason?: string;
  dryRun: boolean;
  /** The arguments it was started with, to start it again as it was. */
  input: unknown;
  plan?: Omit<SetPlan, 'tables'>;
  error?: ErrorReport;
  startedAt: Date;
  finishedAt?: Date;
}

/** Which runs that ended `done` are meant. */
export interface GoodRunFilter {
  kind: RunKind;
  name: string;
  target: string;
  /** Id of a run that does not count, e.g. the one that asks. */
  except?: string;
}

export interface RunStore {
  /** Records the start. Throws RUN_IN_PROGRESS when another unfinished, not-dry run has this name and target. */
  begin(
    run: Pick<
      RunRecord,
      | 'runId'
      | 'temporalRunId'
      | 'kind'
      | 'name'
      | 'target'
      | 'configVersion'
      | 'triggeredBy'
      | 'reason'
      | 'dryRun'
      | 'input'
    >,
  ): Promise<void>;
  savePlan(runId: string, plan: Omit<SetPlan, 'tables'>): Promise<void>;
  setStatus(runId: string, status: RunStatus): Promise<void>;
  finish(runId: string, outcome: { status: RunStatus; error?: ErrorReport }): Promise<void>;
  get(runId: string): Promise<RunRecord | undefined>;
  list(filter: { kind?: RunKind; name?: string; status?: RunStatus; limit: number }): Promise<RunRecord[]>;
  /** Seconds that the latest runs that ended `done` took, newest first; dry runs left out. */
  durations(filter: GoodRunFilter & { limit: number }): Promise<number[]>;
  /** The latest run of this name and target that ended `done`, dry runs left out. */
  lastGood(filter: GoodRunFilter): Promise<RunRecord | undefined>;
}

export interface RunTableRecord {
  runId: string;
  /** `schema.name` of the target. */
  tableId: string;
  position: number;
  phase: TablePhase;
  plan: TablePlan;
  /** Rows and bytes of the extracted and loaded parts, derived from the ledger. */
  rowsExtracted: number;
  rowsLoaded: number;
  bytes: number;
  parts: number;
  partsLoaded: number;
  sourceAggregates?: TableAggregates;
  targetAggregates?: TableAggregates;
  /** What was compared before publishing, and what came of it. */
  verification?: TableVerification;
  /** Milliseconds readers had to wait at the switch. */
  lockedMs?: number;
  warnings: string[];
  error?: ErrorReport;
  startedAt?: Date;
  finishedAt?: Date;
}

/** A table as the latest run that published it left it. */
export interface PublishedTable {
  runId: string;
  finishedAt?: Date;
  rows: number;
  plan: TablePlan;
}

export interface RunTableStore {
  /** The latest run, other than `runId`, of this name and target that published the table; dry runs never do. */
  lastPublished(filter: {
    runId: string;
    name: string;
    target: string;
    tableId: string;
  }): Promise<PublishedTable | undefined>;
  /** Saves the plans of a run in load order; a second call replaces plans that have not started. */
  save(runId: string, plans: TablePlan[]): Promise<void>;
  get(runId: string, tableId: string): Promise<RunTableRecord | undefined>;
  list(runId: string): Promise<RunTableRecord[]>;
  update(
    runId: string,
    tableId: string,
    patch: Partial<
      Pick<
        RunTableRecord,
        | 'phase'
        | 'sourceAggregates'
        | 'targetAggregates'
        | 'verification'
        | 'lockedMs'
        | 'warnings'
        | 'error'
        | 'startedAt'
        | 'finishedAt'
      >
    >,
  ): Promise<void>;
}

export interface PartRecord {
  runId: string;
  tableId: string;
  part: number;
  range: RangeSpec;
  /** Snapshot under which it was read (or proven unchanged); undefined until then. */
  epoch?: number;
  result?: PartResult;
  loaded: boolean;
}

export interface PartLedger {
  /** Records the slices of a table, once: a second call returns how many there are and changes nothing. */
  plan(runId: string, tableId: string, ranges: RangeSpec[]): Promise<number>;
  get(runId: string, tableId: string, part: number): Promise<PartRecord | undefined>;
  list(runId: string, tableId: string): Promise<PartRecord[]>;
  extracted(runId: string, tableId: string, part: number, epoch: number, result: PartResult): Promise<void>;
  loaded(runId: string, tableId: string, part: number): Promise<void>;
  /** Parts proven unchanged get the new epoch. */
  renew(runId: string, tableId: string, parts: number[], epoch: number): Promise<void>;
  /** Parts to be read again lose their result, and every part of the table counts as not loaded. */
  invalidate(runId: string, tableId: string, parts: number[]): Promise<void>;
}

export interface SnapshotRecord {
  runId: string;
  epoch: number;
  token: string;
}

export interface SnapshotStore {
  /** A new snapshot of this run; epochs count from 1. */
  open(runId: string, token: string): Promise<number>;
  current(runId: string): Promise<SnapshotRecord | undefined>;
  get(runId: string, epoch: number): Promise<SnapshotRecord | undefined>;
}

export interface AuditEntry {
  at: Date;
  actor: string;
  /** `run.start`, `run.pause`, `run.cancel`, `schedule.create`, `config.register`, … */
  action: string;
  subject: string;
  details: Record<string, unknown>;
}

export interface AuditLog {
  /** Appends; rows are never changed. `id` makes a repeated call harmless. */
  record(entry: Omit<AuditEntry, 'at'> & { id: string }): Promise<void>;
  list(filter: { subject?: string; limit: number }): Promise<AuditEntry[]>;
}

export interface NotificationRecord {
  runId: string;
  event: NotifyEvent;
  /** Name of the channel in the configuration. */
  channel: string;
  delivered: boolean;
  /** Why not. */
  error?: ErrorReport;
  at: Date;
}

export interface NotificationStore {
  /** Keeps what came of a message; the latest attempt for run, event and channel counts. */
  record(entry: Omit<NotificationRecord, 'at'>): Promise<void>;
  list(runId: string): Promise<NotificationRecord[]>;
}
