/**
 * What a database must be able to do to take part. Each connector folder holds the same file names and implements
 * these interfaces with `satisfies`; the rest of the house knows databases only through them. Requests are plain data,
 * so that reading and loading can run in worker threads.
 */
import type { Codec, DatabaseKind, PublishStrategy } from '../schemas/constants';
import type { Bookkeeping, ReferenceTables } from './reference-tables';
import type { DatabaseEnvironment } from '../schemas/environment';
import type { Fit } from '../core/types/fit';
import type { ColumnBatch } from '../core/columnar/batch';
import type { ColumnSchema, ForeignKey, LogicalType, TableRef, TableSchema } from '../core/types/table';
import type {
  PartColumn,
  PartResult,
  RangeSpec,
  RowFilter,
  TableAggregates,
  TablePlan,
  ColumnPlan,
} from '../core/types/transfer';

/** Counters in memory shared between threads: index 0 rows, index 1 bytes. Written by the mover, read by heartbeats. */
export type ProgressCounter = BigInt64Array;

/** Makes a connector for one kind of database. `environment` has its secrets resolved and never leaves the process. */
export interface Connector {
  readonly kind: DatabaseKind;
  /** What its types are and hold; needs no connection. */
  readonly types: TypeSystem;
  open(environment: DatabaseEnvironment, options: OpenOptions): Promise<Database>;
}

/** The pure part of a connector: no server is asked. `docs/types.md` is generated from it. */
export interface TypeSystem {
  readonly kind: DatabaseKind;
  /** One native type of every sort that a user's table can have, as `describeTables` spells it, for the documentation and tests. */
  readonly examples: readonly string[];
  /** What values of a native type are on the way; throws TYPE_NOT_SUPPORTED for a type whose values cannot be read exactly. */
  logical(nativeType: string): LogicalType;
  /**
   * The type of a column that Longshore creates for values of a column elsewhere: exact for all ordinary values. Throws
   * TYPE_NOT_SUPPORTED by column name.
   */
  nativeType(column: ColumnPlan | PartColumn, sourceKind: DatabaseKind): string;
  /** How values of a source column fare in `nativeType`. */
  fits(source: { nativeType: string; logical: LogicalType; kind: DatabaseKind }, nativeType: string): Fit;
}

export interface OpenOptions {
  /** Shown in the database's own list of sessions, e.g. `longshore transfer/sales-daily/…`. */
  applicationName: string;
  /** Connections in the pool; each is checked before use and transient failures are retried with backoff. */
  poolSize?: number;
  /** For DuckDB's work files and limits; ignored by servers. */
  memoryLimit?: string;
  tempDirectory?: string;
}

export interface Database {
  readonly kind: DatabaseKind;
  readonly capabilities: Capabilities;
  readonly source: SourceDatabase;
  /** Throws READ_ONLY_ENVIRONMENT on every call when the environment is `readOnly`. */
  readonly target: TargetDatabase;
  /** What drop folders keep beside the data. */
  readonly reference: ReferenceTables;
  /** Connects, and says who answered. Throws AUTHENTICATION_FAILED, HOST_UNREACHABLE, DATABASE_NOT_FOUND. */
  ping(): Promise<ServerInfo>;
  /**
   * Every table and view a user may read, system schemas and Longshore's own staging schema left out. `database`: those
   * of another database of the server; throws DATABASE_NOT_FOUND where there is none or nothing can be read across.
   */
  listTables(database?: string): Promise<TableRef[]>;
  /** Columns, keys, foreign keys and estimates. A ref that does not exist is left out of the answer. */
  describeTables(refs: TableRef[]): Promise<TableSchema[]>;
  /** Foreign keys of any table in the database that point at one of `refs`. */
  referencingKeys(refs: TableRef[]): Promise<ForeignKey[]>;
  /** Closes every connection. Never throws. */
  close(): Promise<void>;
}

export interface ServerInfo {
  product: string;
  version: string;
  user: string;
  database: string;
  /** Equal for two connections to the same database, different for any other. */
  identity: string;
}

/** Asked of the server, not known of the product. */
export interface Capabilities {
  /** Many tables can be published in one transaction. */
  atomicSet: boolean;
  /** A snapshot can be shared by several connections. */
  sharedSnapshot: boolean;
  /** Tables of other databases of the same server can be read, by their three-part names. */
  crossDatabase?: boolean;
  /** Unchanged parts can be recognised after a snapshot was lost. */
  revalidation: boolean;
}

export interface Snapshot {
  /** What other connections need to see the same rows; opaque to everyone but the connector. */
  readonly token: string;
  /** Rejects when the snapshot is lost (connection cut); never resolves. */
  readonly lost: Promise<never>;
  close(): Promise<void>;
}

export interface ReadRequest {
  table: TableRef;
  columns: ColumnPlan[];
  filter: RowFilter;
  /** From `Snapshot.token`. */
  snapshot: string;
  /** Primary key columns, for a deterministic `limit`. */
  orderBy: string[];
}

export interface ExtractRequest extends ReadRequest {
  range: RangeSpec;
  /** File to write. It appears under this name only when it is complete. */
  file: string;
  codec: Codec;
  codecLevel: number;
  batchRows: number;
}

/** What is done to the rows of a part between the database and its file. Made anew for each attempt to read it. */
export type BatchStage = (columns: readonly PartColumn[]) => (batch: ColumnBatch) => ColumnBatch | Promise<ColumnBatch>;

export interface ExtractOptions {
  progress: ProgressCounter;
  signal?: AbortSignal;
  /** Takes the rows in the source's own format as they come; never together with `stage` on masked columns. */
  alongside?: WireLoad;
  stage?: BatchStage;
}

export interface SourceDatabase {
  /** One consistent view for a whole set. Stays open until closed. */
  openSnapshot(): Promise<Snapshot>;
  /** Rejects a user's condition that is not one boolean expression, or that the source does not understand. */
  checkFilter(table: TableSchema, filter: RowFilter): Promise<void>;
  /** The same for an expression that stands in for a column; FILTER_INVALID, also where it cannot be cast to the column's type. */
  checkExpression(table: TableSchema, column: ColumnSchema, sql: string): Promise<void>;
  /** Up to `rows` rows from anywhere in the table, cheap: text values by column, for the detection of personal data. Never stored. */
  sampleText(table: TableRef, columns: string[], rows: number): Promise<Record<string, string[]>>;
  /** Rows that the filter leaves, by the database's estimate or, when `exact`, by counting. */
  countRows(request: Omit<ReadRequest, 'snapshot'> & { snapshot?: string }, exact: boolean): Promise<number>;
  /** The statement that `extractPart` runs, for people to read and run themselves. */
  selectSql(request: Omit<ReadRequest, 'snapshot'>, range?: RangeSpec): string;
  /** Cuts a table into slices of about `partBytes`. Never reads the table itself. */
  planRanges(request: ReadRequest & { schema: TableSchema }, partBytes: number): Promise<RangeSpec[]>;
  /**
   * Reads one slice within the snapshot into a Parquet file, through `stage` where there is one, and passes the rows on to
   * `alongside` as they come. Columns with a `sql` mask are read as `CAST((expression) AS column's type)`, here and in
   * `aggregates`; every other mask is the stage's business. Throws SNAPSHOT_LOST when the snapshot is gone.
   */
  extractPart(request: ExtractRequest, options: ExtractOptions): Promise<PartResult>;
  /** Name of the format in which `alongside` gets the rows; undefined where there is none that fits these columns. */
  wireFormat(columns: ColumnPlan[]): string | undefined;
  /** Column figures by the source's own SQL, within the snapshot. */
  aggregates(request: ReadRequest, signal?: AbortSignal): Promise<TableAggregates>;
  /**
   * After a snapshot was lost: do these slices, read under `oldToken`, hold exactly the rows that they would hold under
   * `request.snapshot`? Answers per slice; false where it cannot be proven.
   */
  unchangedSince(
    request: ReadRequest,
    oldToken: string,
    slices: { range: RangeSpec; rows: number }[],
  ): Promise<boolean[]>;
}

/** Names a run's staging in the target. Derived from run and table, so every retry finds the same one. */
export interface StagingRequest {
  runId: string;
  plan: TablePlan;
}

export interface LoadRequest extends StagingRequest {
  part: number;
  file: string;
  sha256: string;
  rows: number;
  columns: PartColumn[];
}

export interface WireLoadRequest extends StagingRequest {
  part: number;
  /** From `SourceDatabase.wireFormat`. */
  format: string;
  /** The snapshot that the rows come from. */
  snapshot: string;
}

/** A part that is loaded while it is read. It never throws: what goes wrong is found again by loading from the file. */
export interface WireLoad {
  /** Takes a piece of the stream, cut anywhere; resolves when there is room for more. */
  write(chunk: Uint8Array): Promise<void>;
  /** Rolls back; later calls do nothing. */
  abandon(): void;
  /** Commits if exactly `rows` arrived, and says whether it did. */
  finish(rows: number): Promise<boolean>;
}

export interface BatchLoadRequest extends StagingRequest {
  part: number;
  /** The snapshot that the rows come from. */
  snapshot: string;
  /** Columns of the batches, in the order of the plan. */
  columns: PartColumn[];
}

/** Like `WireLoad`, for rows that have been decoded: masked ones, or those of another kind of database. Never throws. */
export interface BatchLoad {
  /** Resolves when there is room for more; the batch may be reused then. */
  write(batch: ColumnBatch): Promise<void>;
  abandon(): void;
  finish(rows: number): Promise<boolean>;
}

/** All rows of a load that is small enough to be held in memory. */
export interface DirectLoadRequest extends StagingRequest {
  /** Columns of the batches, in the order of the plan. */
  columns: PartColumn[];
  batches: readonly ColumnBatch[];
  rows: number;
  /** Where the rows that are replaced are kept, in the same transaction. */
  backup?: TableRef;
  /** Rows of the tables that drop folders keep in the target: visible if and only if the data is. */
  bookkeeping?: Bookkeeping;
  /** Whether the figures of the rows that were written are those of the rows that were read. */
  isRight(found: TableAggregates): boolean;
  lockTimeoutMs: number;
}

export interface ReadBackRequest extends StagingRequest {
  range: RangeSpec;
  batchRows: number;
}

/** Rows of `child` whose foreign key points at no row of `parent`. */
export interface OrphanRequest {
  runId: string;
  child: TablePlan;
  /** Undefined: the parent is not in the set, and `key.to` names the live table of the target. */
  parent?: TablePlan;
  /** In names of the target. */
  key: Pick<ForeignKey, 'name' | 'columns' | 'to' | 'toColumns'>;
}

/** Everything `publish` needs to know of one table. */
export interface PublishTable {
  plan: TablePlan;
  /** Verified rows in staging. */
  rows: number;
}

export interface PublishRequest {
  runId: string;
  tables: PublishTable[];
  /** How long one attempt may hold up readers while it waits for locks, in milliseconds. */
  lockTimeoutMs: number;
}

export interface PublishResult {
  /** Milliseconds during which readers of the tables had to wait. */
  lockedMs: number;
  strategies: Record<string, PublishStrategy>;
  /** Things done after the switch that did not work out, e.g. a foreign key from outside that no longer validates. */
  warnings: string[];
}

/** What a target remembers of a run whose rows are visible. */
export interface PublishedMark {
  /** By `loadDirect`: with what was to be written beside the rows. */
  direct: boolean;
  /** Of a direct load. */
  rows?: number;
  /** `schema.table`, of a direct load. */
  table?: string;
}

export interface TargetDatabase {
  /** Which strategies keep everything that hangs on this table, and why not the others. Called while planning. */
  chooseStrategy(
    table: TableSchema | undefined,
    plan: Pick<TablePlan, 'mode' | 'targetRef'> & { estimatedRows: number; forced?: PublishStrategy },
  ): Promise<{ strategy: PublishStrategy; reason: string }>;
  /** ALTER statements that give the target the columns it lacks. */
  addColumnSql(table: TableRef, column: { name: string; nativeType: string }): string;
  /** CREATE TABLE text for a table the target lacks, for the preview. */
  createTableSql(plan: TablePlan): string;
  /** Makes the staging table, unindexed. Idempotent. */
  prepare(request: StagingRequest): Promise<void>;
  /** Loads one part, once: a part that is already there is left alone. Throws with table, key and column on a bad value. */
  loadPart(request: LoadRequest, progress: ProgressCounter, signal?: AbortSignal): Promise<void>;
  /**
   * Opens a load of rows in the source's own format. `loaded`: the part is there, from the same snapshot. `doubtful`: it
   * is there, from another one. Undefined: this target does not take the format.
   */
  openWireLoad(request: WireLoadRequest): Promise<WireLoad | 'loaded' | 'doubtful' | undefined>;
  /** The same for batches. Left out by targets that load from files alone; undefined where these columns do not fit. */
  openBatchLoad?(request: BatchLoadRequest): Promise<BatchLoad | 'loaded' | 'doubtful' | undefined>;
  /**
   * Writes all rows into the live table and makes them visible, in one transaction and once, where nothing hangs on the
   * table that only the staged way preserves. False: nothing was done, for whatever reason. Throws when nobody knows, as
   * when the connection is lost: the next call finds out. Left out by targets to which the staged way is no detour.
   */
  loadDirect?(request: DirectLoadRequest, signal?: AbortSignal): Promise<boolean>;
  /**
   * Forgets the marks by which a second `loadDirect` of a run knows that it is done: of runs whose id begins with `prefix`,
   * but for those that may not know it yet.
   */
  forgetDirect?(prefix: string, except: readonly string[]): Promise<void>;
  /** Builds keys, indexes and statistics on staging. Idempotent. Throws DUPLICATE_KEY with the key. */
  finish(request: StagingRequest, signal?: AbortSignal): Promise<void>;
  /** Column figures of the staged rows, in the same notation as `SourceDatabase.aggregates`. */
  aggregates(request: StagingRequest, signal?: AbortSignal): Promise<TableAggregates>;
  /** Cuts staged rows into slices that can be read back by themselves. */
  planReadBack(request: StagingRequest, partBytes: number): Promise<RangeSpec[]>;
  /** Hands the staged rows of a slice to `stage`, columns in the order of the plan under their names in the target. */
  readBack(request: ReadBackRequest, stage: BatchStage, signal?: AbortSignal): Promise<void>;
  /**
   * Counts orphans among the staged rows of `child` (live ones too when it is appended to), looking for parents among the
   * staged rows of `parent`, else among live ones. Rows with a NULL in the key point at nothing. At most 5 sample keys,
   * each a list of the key's values as text.
   */
  countOrphans(request: OrphanRequest, signal?: AbortSignal): Promise<{ orphans: number; samples: string[][] }>;
  /** Throws away what is staged of one table, so that it can be loaded anew. */
  reset(request: StagingRequest): Promise<void>;
  /** The switch. Atomic for everything in the request; idempotent: a request that is already published returns. */
  publish(request: PublishRequest, signal?: AbortSignal): Promise<PublishResult>;
  /** Whether rows of this run are visible already, whatever became of who made them so. undefined after `cleanup`, too. */
  publishedMark(runId: string): Promise<PublishedMark | undefined>;
  /** Removes every trace of a run's staging. Idempotent; also after a crash. */
  cleanup(runId: string): Promise<void>;
  /** Rows now visible in a table, for verification after publishing and for the preview. */
  countRows(ref: TableRef): Promise<number>;
}
