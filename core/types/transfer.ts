/** What is to be moved and how: made by planning, kept in the catalog, handed to activities. Plain JSON data. */
import type {
  Codec,
  DatabaseKind,
  LoadMode,
  PublishStrategy,
  SchemaPolicy,
  VerifyLevel,
} from '../../schemas/constants';
import type { ForeignKey, LogicalType, TableRef, TableSchema } from './table';

/** One column of a transfer: where its values come from, what they are on the way, where they go. */
export interface ColumnPlan {
  source: string;
  target: string;
  sourceType: string;
  /** Native type in the target; for a table that is to be created, the type it is created with. */
  targetType: string;
  logical: LogicalType;
}

/** Which rows of a table: all conditions are ANDed. */
export interface RowFilter {
  /** The user's own condition, SQL of the source. Checked by `SourceDatabase.checkFilter` before it is used. */
  where?: string;
  /** Half-open range `[from, until)` on a date or timestamp column, ISO text, resolved when the run was planned. */
  dates?: { column: string; from?: string; until?: string };
  /** First N rows, in primary-key order where there is a key. */
  limit?: number;
}

/**
 * A slice of a source table that is read in one go: the unit of checkpoint. Its content is the connector's business
 * (Postgres: a range of pages; SQL Server: a range of keys), the rest of the house only keeps it.
 */
export interface RangeSpec {
  /** For people: `pages 0–16383`, `all rows`. */
  label: string;
  /** Connector's own JSON. */
  spec: unknown;
  estimatedRows: number;
  estimatedBytes: number;
}

export interface TablePlan {
  source: TableSchema;
  /** Kind of the source database: SQL text in `source` (defaults, indexes) carries over only to a target of its kind. */
  sourceKind?: DatabaseKind;
  /** Undefined when the target has no such table and Longshore creates it. */
  target?: TableSchema;
  targetRef: TableRef;
  columns: ColumnPlan[];
  filter: RowFilter;
  mode: LoadMode;
  strategy: PublishStrategy;
  /** Why this strategy, in words for the preview. */
  strategyReason: string;
  schemaPolicy: SchemaPolicy;
  /** Statements that `evolve` will run on the target before the load. */
  evolve: string[];
  verify: VerifyLevel;
  codec: Codec;
  codecLevel: number;
  /** Source bytes per part. */
  partBytes: number;
  /** Rows per batch in memory and per Parquet row group. */
  batchRows: number;
  /** Parts of this table in flight at once. */
  parallel: number;
  maxRows?: number;
  /** For people: what the filter leaves by the source's estimate, and the statements as they will run. Filled by planning. */
  preview?: { rows: number; bytes: number; select: string; create?: string };
  warnings: string[];
}

export interface SetPlan {
  set: string;
  from: string;
  to: string;
  publish: 'set' | 'table';
  /** In load order: a table stands after the tables that its foreign keys point at, cycles aside. */
  tables: TablePlan[];
  /** Foreign keys that close a cycle; they are nullable or deferrable, or planning would have refused. */
  cycleKeys: ForeignKey[];
  parallelTables: number;
  warnings: string[];
}

/** A column as it stands in a Parquet part; usually the plan's, except where a value forced it to travel as text. */
export interface PartColumn {
  name: string;
  nativeType: string;
  logical: LogicalType;
}

export interface PartResult {
  rows: number;
  /** Size of the part's file. */
  bytes: number;
  /** SHA-256 of the part's file, hex. */
  sha256: string;
  columns: PartColumn[];
}

/** Figures of one column, as exact text so that they compare across databases; null where there is no value. */
export interface ColumnAggregate {
  column: string;
  nulls: string;
  /** Exact sum of numbers; of octet lengths for text and bytes; of true values for booleans; null for other kinds. */
  sum: string | null;
  /** Smallest and largest: numbers in plain notation, dates in ISO; null for text, bytes and booleans. */
  min: string | null;
  max: string | null;
}

export interface TableAggregates {
  rows: string;
  columns: ColumnAggregate[];
}
