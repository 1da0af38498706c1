/** What is to be moved and how: made by planning, kept in the catalog, handed to activities. Plain JSON data. */
import type {
  Codec,
  DatabaseKind,
  LoadMode,
  PublishStrategy,
  ReferencePolicy,
  SchemaPolicy,
  VerifyLevel,
} from '../../schemas/constants';
import type { ColumnMask } from './mask';
import type { ForeignKey, LogicalType, TableRef, TableSchema } from './table';

/** One column of a transfer: where its values come from, what they are on the way, where they go. */
export interface ColumnPlan {
  source: string;
  target: string;
  sourceType: string;
  /** Native type in the target; for a table that is to be created, the type it is created with. */
  targetType: string;
  logical: LogicalType;
  /** Part of a primary or unique key of the source: a type that is created for it must be one that can be indexed. */
  inKey?: boolean;
  /** Applied between the source and anything that keeps values. */
  mask?: ColumnMask;
  /** Longest text that both sides take, in characters; planned for masked columns. */
  maxLength?: number;
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
  sourceKind: DatabaseKind;
  targetKind: DatabaseKind;
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
  /** Fewer rows than this per cent of the last good run are taken for a fault of the source; 0 for none. */
  minPercentOfLast: number;
  references: ReferencePolicy;
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

/** The same column on both sides, as fingerprints compare it. */
export interface ColumnPair {
  source: PartColumn;
  target: PartColumn;
}

export interface PartResult {
  rows: number;
  /** Size of the part's file. */
  bytes: number;
  /** SHA-256 of the part's file, hex. */
  sha256: string;
  columns: PartColumn[];
  /** Figures of the rows in the file, where the databases' own do not compare: masked columns, text across kinds. */
  figures?: ColumnAggregate[];
  /** Fingerprint of the rows in the file, where the plan asks for one; see core/verify/fingerprint. */
  fingerprint?: string;
}

/** Figures of one column, as exact text so that they compare across databases; null where there is no value. */
export interface ColumnAggregate {
  column: string;
  nulls: string;
  /** Exact sum of numbers; of lengths for text and bytes; of true values for booleans; null for other kinds. */
  sum: string | null;
  /** What lengths of text are counted in: octets of UTF-8 unless told. */
  unit?: 'utf16';
  /** Smallest and largest: numbers in plain notation, dates in ISO; null for text, bytes and booleans. */
  min: string | null;
  max: string | null;
}

export interface TableAggregates {
  rows: string;
  columns: ColumnAggregate[];
}

/** What was found about one column on both sides, as the run's report shows it. */
export interface ColumnFinding {
  source: string;
  target: string;
  verdict: 'equal' | 'different' | 'not-compared';
  /** How the source's figures reached the target's: by both databases' SQL, or by those of the parts in between. */
  by: 'databases' | 'parts';
  nulls?: string;
  /** Name of the masking rule, if any. */
  mask?: string;
}

export interface ReferenceFinding {
  /** Name of the foreign key. */
  key: string;
  columns: string[];
  /** `schema.name` in the target. */
  to: string;
  orphans: number;
  samples: string[][];
}

/** All that was compared of one table before it was published. */
export interface TableVerification {
  level: VerifyLevel;
  rows: { source: string; target: string };
  columns: ColumnFinding[];
  references: ReferenceFinding[];
  fingerprint?: { source: string; target: string };
}
