/** What a warehouse says of its tables, its stage, its statements and itself. Plain data. */
import type { CheckType } from './quality';

/** A table of a warehouse in its true case. */
export interface WarehouseTableRef {
  /** Left out where the connection has one database only. */
  database?: string;
  schema: string;
  name: string;
}

export interface WarehouseColumn {
  name: string;
  /** As the warehouse spells it, e.g. `VARCHAR(20)`. */
  nativeType: string;
  type: CheckType;
  width?: { limit: number; unit: 'characters' | 'bytes' };
  nullable: boolean;
  /** Filled by the warehouse when left out. */
  hasDefault: boolean;
}

export interface WarehouseTable {
  ref: WarehouseTableRef;
  columns: WarehouseColumn[];
}

export interface Statement {
  sql: string;
  /** For the placeholders of the dialect: `?` in Snowflake and DuckDB, `$1` in Postgres. */
  binds?: (string | number | null)[];
}

export interface StageFile {
  /** Path within the stage: what `put` was told, with `/` between. */
  name: string;
  bytes: number;
}

export interface CopyResult {
  /** What COPY itself said. */
  rowsLoaded: number;
  rowsParsed: number;
  /** Counted in the staging table afterwards. */
  rowsStaged: number;
  files: number;
  statementId?: string;
  seconds: number;
}

/** What is known of a statement that was submitted. */
export interface StatementReport {
  id: string;
  state: 'running' | 'queued' | 'done' | 'failed' | 'cancelled' | 'unknown';
  sql?: string;
  startedAt?: string;
  seconds?: number;
  /** By name: bytes scanned, rows produced, time queued, percentage done, … as the warehouse gives them. */
  figures: Record<string, string | number>;
  error?: string;
}

export interface ComputeInfo {
  /** Of the virtual warehouse; undefined where there is no such thing. */
  name?: string;
  /** `X-Small` … as Snowflake says; undefined: not known. */
  size?: string;
  state?: string;
}
