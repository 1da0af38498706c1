/**
 * What a warehouse must be able to do to take month batches. Snowflake, DuckDB and Postgres implement it with `satisfies`,
 * each in `connectors/<kind>/warehouse.ts`. Everything that can be said in SQL is built by `core/warehouse/`, in the
 * dialect named by `kind`, and run by `query` and `transaction`.
 */
import type { MonthFormat } from '../core/types/month';
import type { WarehouseKind } from '../schemas/constants';
import type {
  ComputeInfo,
  CopyResult,
  StageFile,
  Statement,
  StatementReport,
  WarehouseColumn,
  WarehouseTable,
  WarehouseTableRef,
} from '../core/types/warehouse';
import type { ProgressCounter } from './connector';

export type {
  ComputeInfo,
  CopyResult,
  StageFile,
  Statement,
  StatementReport,
  WarehouseColumn,
  WarehouseTable,
  WarehouseTableRef,
};

/** Values as text, in the warehouse's own notation; NULL is null. */
export type TextRow = (string | null)[];

/** Where parts wait to be copied: an internal stage, or a folder on the worker. */
export interface StageArea {
  /** Whether `name` with so many bytes is there already is looked up first: then nothing is uploaded, and false answered. */
  put(localFile: string, name: string, options: { signal?: AbortSignal; progress?: ProgressCounter }): Promise<boolean>;
  /** Files below a prefix such as `trades/load-17/`; '' for all. */
  list(prefix: string): Promise<StageFile[]>;
  /** Removes everything below a prefix, and answers how many files there were. Harmless when there is nothing. */
  remove(prefix: string): Promise<number>;
}

export interface CopyRequest {
  /** Names staging, marks and statements; the same on every attempt. */
  loadId: string;
  /** The live table. */
  table: WarehouseTable;
  /** Columns of the table, in the order of the fields of the file. */
  columns: string[];
  /** Below which the parts lie in the stage, with a final `/`; and their names below it. */
  prefix: string;
  parts: { name: string; rows: number; bytes: number }[];
  format: MonthFormat;
  compression: 'zstd' | 'gzip';
}

export interface CopyControl {
  /** Statement of an earlier attempt, to go on with where it still runs or has ended well. */
  known?: string;
  /** Called with the id of the statement as soon as the warehouse has accepted it; awaited. */
  onSubmitted(statementId: string): Promise<void>;
  /** Index 0 rows, 1 bytes, as far as the warehouse says. */
  progress?: ProgressCounter;
  signal?: AbortSignal;
}

export interface Warehouse {
  readonly kind: WarehouseKind;
  readonly stage: StageArea;
  /** Throws AUTHENTICATION_FAILED, HOST_UNREACHABLE, DATABASE_NOT_FOUND. */
  ping(): Promise<{ product: string; version: string; user: string; database: string }>;
  /**
   * The table that a configured name means: the exact name first, then the name as the warehouse folds unquoted ones, then
   * letter case aside. Undefined: there is none. `schema` undefined: that of the environment.
   */
  describe(name: string, schema?: string): Promise<WarehouseTable | undefined>;
  /** Tables and views of the schema. */
  list(schema?: string): Promise<WarehouseTableRef[]>;
  /** A ref for a table that does not exist yet, as `describe` would spell it. */
  refFor(name: string, schema?: string): WarehouseTableRef;
  /** The virtual warehouse that does the work. */
  compute(): Promise<ComputeInfo>;
  /** Runs one statement that only reads; NULL as null, all else as text. */
  query(statement: Statement, options?: { signal?: AbortSignal; maxRows?: number }): Promise<TextRow[]>;
  /**
   * Runs statements in one transaction, and answers the rows that each changed. `mark`: written into the ledger table in
   * the same transaction; where it is there already nothing is run and undefined answered. DDL is never among them.
   * `verify` sees the rows that each statement changed before anything is committed: when it throws, everything is rolled
   * back and its error comes out. `onStatement` hears the id of each statement, in order, where the warehouse gives them ids.
   */
  transaction(
    statements: Statement[],
    mark?: LoadMark,
    options?: {
      signal?: AbortSignal;
      verify?: (changed: number[]) => void;
      onStatement?: (index: number, id: string) => void;
    },
  ): Promise<number[] | undefined>;
  /** Runs one statement of DDL by itself. */
  execute(statement: Statement): Promise<void>;
  /**
   * Fills the staging table of `loadId` with the rows of the parts, once, and counts it. It is made anew unless `known` can
   * be gone on with. Long statements are submitted, polled with a keepalive, and aborted in the warehouse when `signal` is.
   * Throws COPY_FAILED, VALUE_NOT_REPRESENTABLE, VALUE_TOO_LONG, NULL_IN_NOT_NULL with what the warehouse said of the place.
   */
  copy(request: CopyRequest, control: CopyControl): Promise<CopyResult>;
  /** The staging table of a load; for `core/warehouse/` to read from. */
  stagingTable(loadId: string, table: WarehouseTable): WarehouseTableRef;
  /** Removes the staging table of a load. Harmless when there is none. */
  dropStaging(loadId: string, table: WarehouseTable): Promise<void>;
  /** A mark by its id, whoever wrote it. */
  findMark(id: string): Promise<LoadMark | undefined>;
  /** Running or finished statement, for diagnosis. */
  statement(id: string): Promise<StatementReport>;
  /** Aborts a statement. Harmless when it has ended. */
  cancel(id: string): Promise<void>;
  /** Statements of Longshore that ran lately, the newest first; empty where the warehouse keeps no account. */
  recentStatements(limit: number): Promise<StatementReport[]>;
  /**
   * Writes rows of a table that `where` picks into one Parquet file, every column as text in the warehouse's own notation,
   * and answers how many. Left out where the warehouse can travel back in time by itself.
   */
  exportRows?(table: WarehouseTable, where: Statement, file: string, signal?: AbortSignal): Promise<number>;
  /** Puts exported rows back, in one transaction with the mark; undefined where the mark is there already. */
  importRows?(table: WarehouseTable, file: string, mark: LoadMark, signal?: AbortSignal): Promise<number | undefined>;
  /** Never throws. */
  close(): Promise<void>;
}

/** A row of the ledger table that Longshore keeps in the warehouse beside the data: visible if and only if they are. */
export interface LoadMark {
  /** Unique. */
  id: string;
  kind: 'load' | 'delete' | 'restore';
  batch: string;
  table: string;
  month: string;
  rows: number;
  by: string;
  reason?: string;
  /** Names of the files, for people. */
  files?: string;
}

/** Makes warehouses of one kind. `environment` has its secrets resolved. */
export interface WarehouseConnector<E> {
  readonly kind: WarehouseKind;
  open(environment: E, options: WarehouseOptions): Promise<Warehouse>;
}

export interface WarehouseOptions {
  /** Shown in the warehouse's own list of sessions and statements. */
  applicationName: string;
  /** Of the batch; undefined: that of the environment. */
  schema?: string;
  /** Name of the internal stage, made when missing. */
  stageName: string;
  /** Folder on the worker that stands in for a stage where the warehouse has none. */
  stageFolder: string;
  /** Name of the ledger table, made when missing, in the same schema. */
  ledgerTable: string;
  /** Ids of statements that are asked for only every so often, in milliseconds. */
  pollMs: number;
  memoryLimit?: string;
  tempDirectory?: string;
}
