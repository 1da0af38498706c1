/**
 * The tables that drop folders keep in a target, column by column, whatever the database: what is made where there is no
 * such table, and what is used of one that is there already.
 */
import { createHash } from 'node:crypto';
import { LongshoreError } from '../core/errors/longshore-error';
import type { ReferenceRecord, TrackingEntry } from '../core/types/drop';
import { tableId, type TableRef } from '../core/types/table';

/** `id`: whole number that the database counts up. `flag`: yes or no. `time`: in UTC. */
export type ReferenceKind = 'id' | 'text' | 'int64' | 'flag' | 'time';

export interface ReferenceColumn {
  name: string;
  kind: ReferenceKind;
  /** Longest text in characters; left out: any length. */
  length?: number;
  notNull?: boolean;
  /** `now`: as the server's clock shows it; `utc`: in UTC, where the two differ. Rows that Longshore writes have UTC in both. */
  default?: 'now' | 'utc' | 'no' | 'yes';
}

export interface ReferenceTable {
  /** Columns that get the present time: of a new row, and of one that is there. */
  stamped: { inserted: readonly string[]; updated: readonly string[] };
  columns: readonly ReferenceColumn[];
  /** Without these a table that is there already is of no use. */
  required: readonly string[];
  /** One row for each value of these. */
  key: readonly string[];
  /** Columns by which people look for rows: each has an index. */
  indexed: readonly string[];
}

export const TRACKING_TABLE: ReferenceTable = {
  columns: [
    { name: 'id', kind: 'id' },
    { name: 'file_path', kind: 'text', length: 500, notNull: true },
    { name: 'file_name', kind: 'text', length: 255 },
    { name: 'file_size', kind: 'int64' },
    { name: 'file_hash', kind: 'text', length: 64 },
    { name: 'load_type', kind: 'text', length: 50 },
    { name: 'table_name', kind: 'text', length: 255 },
    { name: 'detected_delimiter', kind: 'text', length: 5 },
    { name: 'detected_headers', kind: 'text' },
    { name: 'is_reference_data', kind: 'flag' },
    { name: 'reference_config_inserted', kind: 'flag', default: 'no' },
    { name: 'status', kind: 'text', length: 50 },
    { name: 'created_at', kind: 'time', default: 'now' },
    { name: 'processed_at', kind: 'time' },
    { name: 'error_message', kind: 'text' },
  ],
  stamped: { inserted: ['created_at'], updated: [] },
  required: ['id', 'file_path', 'status'],
  key: ['file_path'],
  indexed: ['status', 'processed_at', 'table_name'],
};

export const CONFIG_TABLE: ReferenceTable = {
  columns: [
    { name: 'id', kind: 'id' },
    { name: 'schema_name', kind: 'text', length: 128, notNull: true },
    { name: 'table_name', kind: 'text', length: 255, notNull: true },
    { name: 'load_type', kind: 'text', length: 50 },
    { name: 'source_file', kind: 'text', length: 500 },
    { name: 'is_active', kind: 'flag', notNull: true, default: 'yes' },
    { name: 'created_at', kind: 'time', notNull: true, default: 'utc' },
    { name: 'updated_at', kind: 'time', notNull: true, default: 'utc' },
  ],
  stamped: { inserted: ['created_at', 'updated_at'], updated: ['updated_at'] },
  required: ['id', 'schema_name', 'table_name'],
  key: ['schema_name', 'table_name'],
  indexed: [],
};

/** A column as the catalog of the database has it. */
export interface FoundColumn {
  name: string;
  /** As it can stand in a statement. */
  type: string;
  /** Longest text in characters, where the type limits it. */
  maxLength?: number;
  /** A row without a value for it is refused: NOT NULL, and neither a default nor a number of the database's own. */
  needsValue: boolean;
}

/** What a table that is there has of the columns that are known, by their known names. */
export type ReferenceShape = ReadonlyMap<string, FoundColumn>;

/**
 * Finds the known columns among those of the table; capitals make no difference. Throws SCHEMA_MISMATCH for a required one
 * that is missing, and for one that must have a value that nobody here knows: a table of somebody else is never altered.
 */
export function shapeOf(ref: TableRef, wanted: ReferenceTable, found: readonly FoundColumn[]): ReferenceShape {
  const shape = new Map<string, FoundColumn>();
  for (const { name } of wanted.columns) {
    const column = found.find((each) => each.name === name) ?? found.find((each) => each.name.toLowerCase() === name);
    if (column) shape.set(name, column);
  }
  for (const name of wanted.required)
    if (!shape.has(name)) throw mismatch(ref, name, `has no column ${name}, which drop folders need`);
  const used = new Set([...shape].filter(([name]) => name !== 'id').map(([, column]) => column));
  const unknown = found.find((column) => column.needsValue && !used.has(column));
  if (unknown?.name === shape.get('id')?.name)
    throw mismatch(ref, 'id', 'has a column id that the database does not number by itself');
  if (unknown)
    throw mismatch(ref, unknown.name, `wants a value for column ${unknown.name}, which drop folders do not know`);
  return shape;
}

const mismatch = (ref: TableRef, column: string, what: string): LongshoreError =>
  new LongshoreError(
    'SCHEMA_MISMATCH',
    `Table ${tableId(ref)} is there already and ${what}.`,
    { table: tableId(ref), column },
    { next: 'Alter the table, or name another one for the drop folder.' },
  );

/** Throws SCHEMA_MISMATCH where the table lacks a column that only this call needs. */
export function columnFor(ref: TableRef, shape: ReferenceShape, name: string): FoundColumn {
  const column = shape.get(name);
  if (!column) throw mismatch(ref, name, `has no column ${name}, which this needs`);
  return column;
}

/** The table was asked for before `ensure` made it, or was dropped since. */
export const notThere = (ref: TableRef): LongshoreError =>
  new LongshoreError('TABLE_NOT_FOUND', `The target has no table ${tableId(ref)}.`, { table: tableId(ref) });

export type ReferenceValue = string | number | boolean | Date | null;

/** Values of a row by known names of columns. */
export type ReferenceValues = Readonly<Record<string, ReferenceValue>>;

/** A row that is to be there once, by its key. */
export interface Upsert<Shape = ReferenceShape> {
  ref: TableRef;
  table: ReferenceTable;
  shape: Shape;
  values: ReferenceValues;
}

export const trackingValues = (entry: TrackingEntry): ReferenceValues => ({
  file_path: entry.filePath,
  file_name: entry.fileName,
  file_size: entry.fileSize,
  file_hash: entry.fileHash ?? null,
  load_type: entry.loadType,
  table_name: entry.tableName ?? null,
  detected_delimiter: entry.detectedDelimiter ?? null,
  detected_headers: entry.detectedHeaders ?? null,
  is_reference_data: entry.isReferenceData,
  reference_config_inserted: entry.referenceConfigInserted,
  status: entry.status,
  processed_at: entry.processedAt ?? null,
  error_message: entry.errorMessage ?? null,
});

export const configValues = (
  record: Pick<ReferenceRecord, 'schemaName' | 'tableName' | 'loadType' | 'sourceFile'>,
): ReferenceValues => ({
  schema_name: record.schemaName,
  table_name: record.tableName,
  load_type: record.loadType,
  source_file: record.sourceFile,
});

/** What rows of the tracking table must have in which column to be among those asked for. */
export function trackedFilter(
  ref: TableRef,
  shape: ReferenceShape,
  { status, filePath }: { status?: string; filePath?: string },
): { column: FoundColumn; value: string }[] {
  const path = columnFor(ref, shape, 'file_path');
  return [
    ...(status === undefined ? [] : [{ column: columnFor(ref, shape, 'status'), value: status }]),
    ...(filePath === undefined ? [] : [{ column: path, value: fitKey(filePath, path.maxLength) }]),
  ];
}

/** The tables that a drop folder wants, with what they are. */
export const wantedTables = (wanted: { tracking?: TableRef; config?: TableRef }): WantedTable[] => [
  ...(wanted.tracking ? [{ ref: wanted.tracking, table: TRACKING_TABLE }] : []),
  ...(wanted.config ? [{ ref: wanted.config, table: CONFIG_TABLE }] : []),
];

export interface WantedTable {
  ref: TableRef;
  table: ReferenceTable;
}

export interface FittedValue {
  /** Known name of the column. */
  name: string;
  column: FoundColumn;
  value: ReferenceValue;
}

/** Values to be written, of those columns that the table has; texts no longer than the columns hold. */
export function fitValues({ key }: ReferenceTable, shape: ReferenceShape, values: ReferenceValues): FittedValue[] {
  return Object.entries(values).flatMap(([name, value]): FittedValue[] => {
    const column = shape.get(name);
    if (!column) return [];
    if (typeof value !== 'string') return [{ name, column, value }];
    const { maxLength } = column;
    return [{ name, column, value: key.includes(name) ? fitKey(value, maxLength) : fitText(value, maxLength) }];
  });
}

/** The beginning of a text, at most so many UTF-16 units and no half character. */
export function fitText(text: string, maxLength = Infinity): string {
  if (text.length <= maxLength) return text;
  const kept = text.slice(0, maxLength);
  return /[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept;
}

const MARK_LENGTH = 17;

/** The same for a text that names a row: two long ones of one beginning stay two. */
export function fitKey(text: string, maxLength = Infinity): string {
  if (text.length <= maxLength) return text;
  const mark = `~${createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, MARK_LENGTH - 1)}`;
  return `${fitText(text, Math.max(0, maxLength - MARK_LENGTH))}${mark}`;
}
