/**
 * Tables as Longshore talks about them, whatever database they live in. Plain data: everything here passes through
 * JSON (catalog, workflow messages) and structured clone (worker threads) unharmed.
 */

/**
 * What a column's values are, independent of any database: the vocabulary in which connectors, Parquet parts and
 * verification understand one another. A type with no room here travels as `text` in its database's own notation,
 * with the native type kept beside it.
 *
 * Units: date = days since 1970-01-01; time = microseconds since midnight; timestamp and timestamptz = microseconds
 * since 1970-01-01 00:00 (UTC for timestamptz). Infinities are ±(2^31-1) days and ±(2^63-1) microseconds, as in DuckDB.
 */
export type LogicalType =
  | {
      kind:
        | 'boolean'
        | 'int16'
        | 'int32'
        | 'int64'
        | 'float32'
        | 'float64'
        | 'date'
        | 'time'
        | 'timestamp'
        | 'timestamptz'
        | 'uuid'
        | 'bytes';
    }
  /** An exact decimal with 1 ≤ precision ≤ 38 and 0 ≤ scale ≤ precision. */
  | { kind: 'decimal'; precision: number; scale: number }
  /** `json` is text that is JSON; `other` is a type that travels in its own textual notation (interval, array, …). */
  | { kind: 'text'; of: 'text' | 'json' | 'other' };

export type LogicalKind = LogicalType['kind'];

/** A table or view by its name, unquoted and in its true case. */
export interface TableRef {
  /** Another database of the same server, where a source can read across; left out for the environment's own. */
  database?: string;
  schema: string;
  name: string;
}

export interface ColumnSchema {
  name: string;
  /** As the database spells it, e.g. `numeric(12,2)`. */
  nativeType: string;
  logical: LogicalType;
  nullable: boolean;
  /** Filled by the database from a sequence; `always` refuses explicit values unless told otherwise. */
  identity?: 'always' | 'by-default';
  /** Computed from other columns; never written. */
  generated?: boolean;
  /** Default expression as SQL of its own database. */
  defaultSql?: string;
  /** Longest value in characters, for types that limit it. */
  maxLength?: number;
  comment?: string;
}

export interface KeySchema {
  name: string;
  columns: string[];
}

export interface ForeignKey {
  name: string;
  from: TableRef;
  columns: string[];
  to: TableRef;
  toColumns: string[];
  deferrable: boolean;
  /** False for a constraint the database has not checked (NOT VALID, WITH NOCHECK). */
  validated: boolean;
}

export interface IndexSchema {
  name: string;
  columns: string[];
  unique: boolean;
  /** Full CREATE INDEX text in its own database's SQL, where it has one. */
  definition?: string;
}

export interface TableSchema {
  ref: TableRef;
  kind: 'table' | 'partitioned' | 'view' | 'materialized-view' | 'foreign';
  columns: ColumnSchema[];
  primaryKey?: KeySchema;
  uniqueKeys: KeySchema[];
  indexes: IndexSchema[];
  foreignKeys: ForeignKey[];
  /** The database's own estimates; -1 where it has none. */
  estimatedRows: number;
  estimatedBytes: number;
  comment?: string;
}

/** `schema.name`, for messages and for keys of maps. Not SQL: see each connector's `sql.ts` for quoting. */
export const tableId = ({ database, schema, name }: TableRef): string =>
  database === undefined ? `${schema}.${name}` : `${database}.${schema}.${name}`;

export const sameTable = (a: TableRef, b: TableRef): boolean => tableId(a) === tableId(b);
