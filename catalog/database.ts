/** The catalog's tables as Kysely sees them. Names are those of the migrations, in schema `longshore`. */
import type { ColumnType, Generated, Kysely } from 'kysely';

export const CATALOG_SCHEMA = 'longshore';

/** Written as JSON text, read back parsed. */
type Json<T> = ColumnType<T, string, string>;
type JsonOrNull<T> = ColumnType<T | null, string | null | undefined, string | null>;
type Moment = ColumnType<Date, Date | undefined, Date>;
type MomentOrNull = ColumnType<Date | null, Date | null | undefined, Date | null>;

interface ConfigurationsTable {
  version: number;
  hash: string;
  document: Json<unknown>;
  source: string;
  reason: string | null;
  origin: Generated<string>;
  created_by: string;
  created_at: Moment;
}

interface RunsTable {
  run_id: string;
  temporal_run_id: string;
  kind: string;
  name: string;
  target: string;
  config_version: number;
  status: string;
  triggered_by: string;
  reason: string | null;
  dry_run: boolean;
  input: Json<unknown>;
  plan: JsonOrNull<unknown>;
  error: JsonOrNull<unknown>;
  started_at: Moment;
  finished_at: MomentOrNull;
}

interface RunTablesTable {
  run_id: string;
  table_id: string;
  position: number;
  phase: Generated<string>;
  plan: Json<unknown>;
  /** How many slices the ledger holds; null until they are planned. An empty table has 0. */
  parts_planned: number | null;
  source_aggregates: JsonOrNull<unknown>;
  target_aggregates: JsonOrNull<unknown>;
  verification: JsonOrNull<unknown>;
  locked_ms: number | null;
  warnings: ColumnType<string[], string | undefined, string>;
  error: JsonOrNull<unknown>;
  started_at: MomentOrNull;
  finished_at: MomentOrNull;
}

interface PartsTable {
  run_id: string;
  table_id: string;
  part: number;
  range: Json<unknown>;
  epoch: number | null;
  rows: number | null;
  bytes: number | null;
  sha256: string | null;
  columns: JsonOrNull<unknown>;
  figures: JsonOrNull<unknown>;
  fingerprint: string | null;
  loaded: Generated<boolean>;
}

interface SnapshotsTable {
  run_id: string;
  epoch: number;
  token: string;
  opened_at: Moment;
}

interface AuditTable {
  seq: Generated<number>;
  id: string;
  at: Moment;
  actor: string;
  action: string;
  subject: string;
  details: Json<Record<string, unknown>>;
}

interface NotificationsTable {
  run_id: string;
  event: string;
  channel: string;
  delivered: boolean;
  error: JsonOrNull<unknown>;
  at: Moment;
}

interface DropFoldersTable {
  folder: string;
  scan: Generated<number>;
  /** The latest scan whose changes are in; an earlier one that comes late changes nothing. */
  applied_scan: Generated<number>;
  last_scan_at: MomentOrNull;
}

interface DropFilesTable {
  id: Generated<number>;
  folder: string;
  path: string;
  size: number;
  mtime_ms: number;
  inode: string;
  dataset: string;
  load_type: string;
  group_key: string;
  state: string;
  first_scan: number;
  first_seen_at: Moment;
  ready_at: MomentOrNull;
  /** Which call of `claim` took it: the call repeated finds what it took. */
  claimed_by: string | null;
  md5: string | null;
  sha256: string | null;
  table_id: string | null;
  plan: JsonOrNull<unknown>;
  rows: number | null;
  rejected: number | null;
  workflow_id: string | null;
  step: string | null;
  verification: JsonOrNull<unknown>;
  locked_ms: number | null;
  moved_to: string | null;
  error: JsonOrNull<unknown>;
  /** Of `error`: taken out of it by Postgres, a text with a NUL character in it would be refused. */
  error_code: string | null;
  published_at: MomentOrNull;
  started_at: MomentOrNull;
  finished_at: MomentOrNull;
}

interface InstallationTable {
  id: string;
}

interface DropPartsTable {
  file_id: number;
  part: number;
  /** Content of the file that the part belongs to. */
  sha256: string;
  result: Json<unknown>;
}

interface MonthBatchesTable {
  batch_id: string;
  batch: string;
  action: string;
  target: string;
  config_version: number;
  quality_mode: string;
  status: string;
  runs: string[];
  options: Json<unknown>;
  created_at: Moment;
  last_update: Moment;
}

interface MonthBatchMonthsTable {
  batch_id: string;
  month: string;
  position: number;
  state: Generated<string>;
}

interface MonthFilesTable {
  id: Generated<number>;
  batch_id: string;
  path: string;
  size: number;
  mtime_ms: number;
  table_name: string;
  month: string;
  range: JsonOrNull<unknown>;
  state: Generated<string>;
  load_id: string;
  fingerprint: string | null;
  rows: number | null;
  packed: Generated<boolean>;
  figures: JsonOrNull<unknown>;
  copy_statement: string | null;
  publish_mark: string | null;
  copied: JsonOrNull<unknown>;
  quality_id: number | null;
  warnings: ColumnType<string[], string | undefined, string>;
  error: JsonOrNull<unknown>;
  started_at: MomentOrNull;
  finished_at: MomentOrNull;
}

interface MonthPartsTable {
  file_id: number;
  part: number;
  /** Of the packed part: one that is uploaded stays so while it is the same. */
  sha256: string;
  result: Json<unknown>;
  figures: Json<unknown>;
  uploaded: Generated<boolean>;
}

interface MonthQualityTable {
  id: Generated<number>;
  /** Of everything but id and time: a result that is told twice is one. */
  hash: string;
  batch: string;
  batch_id: string | null;
  table_name: string;
  month: string;
  file: string;
  mode: string;
  verdict: string;
  score: number | null;
  rows: number;
  at: Moment;
  result: Json<unknown>;
}

interface MonthDeletionsTable {
  id: string;
  batch: string;
  table_name: string;
  month: string;
  environment: string;
  rows: number;
  by: string;
  reason: string | null;
  at: Moment;
  state: string;
  backup: string | null;
  restore_sql: string | null;
  restored_at: MomentOrNull;
}

interface RunEventsTable {
  id: Generated<number>;
  run_id: string;
  key: string | null;
  at: Moment;
  level: string;
  message: string;
  details: JsonOrNull<Record<string, unknown>>;
}

export interface CatalogTables {
  configurations: ConfigurationsTable;
  runs: RunsTable;
  run_tables: RunTablesTable;
  parts: PartsTable;
  snapshots: SnapshotsTable;
  audit: AuditTable;
  notifications: NotificationsTable;
  drop_folders: DropFoldersTable;
  drop_files: DropFilesTable;
  drop_parts: DropPartsTable;
  installation: InstallationTable;
  month_batches: MonthBatchesTable;
  month_batch_months: MonthBatchMonthsTable;
  month_files: MonthFilesTable;
  month_parts: MonthPartsTable;
  month_quality: MonthQualityTable;
  month_deletions: MonthDeletionsTable;
  run_events: RunEventsTable;
}

export type CatalogDatabase = Kysely<CatalogTables>;

/** Drops keys without a value: optional fields of records are absent rather than null. */
export const orUndefined = <T>(value: T | null): T | undefined => value ?? undefined;
