/** Rows of the reference tables as they come from a database, under the known names of their columns. */
import type { ReferenceRecord, TrackingRecord } from '../core/types/drop';

/** Whatever a driver gives: texts, numbers, booleans, Dates. Columns that the table lacks are absent. */
export type PlainRow = Readonly<Record<string, unknown>>;

export function trackingRecord(row: PlainRow): TrackingRecord {
  const fileHash = text(row['file_hash']);
  const tableName = text(row['table_name']);
  const detectedDelimiter = text(row['detected_delimiter']);
  const detectedHeaders = text(row['detected_headers']);
  const processedAt = time(row['processed_at']);
  const errorMessage = text(row['error_message']);
  return {
    id: Number(row['id']),
    filePath: text(row['file_path']) ?? '',
    fileName: text(row['file_name']) ?? '',
    fileSize: Number(row['file_size'] ?? 0),
    ...(fileHash !== undefined && { fileHash }),
    loadType: text(row['load_type']) ?? '',
    ...(tableName !== undefined && { tableName }),
    ...(detectedDelimiter !== undefined && { detectedDelimiter }),
    ...(detectedHeaders !== undefined && { detectedHeaders }),
    isReferenceData: flag(row['is_reference_data']) ?? false,
    referenceConfigInserted: flag(row['reference_config_inserted']) ?? false,
    status: text(row['status']) ?? '',
    ...(processedAt !== undefined && { processedAt }),
    ...(errorMessage !== undefined && { errorMessage }),
    createdAt: time(row['created_at']) ?? UNKNOWN,
  };
}

export function referenceRecord(row: PlainRow): ReferenceRecord {
  const createdAt = time(row['created_at']) ?? time(row['updated_at']) ?? UNKNOWN;
  return {
    id: Number(row['id']),
    schemaName: text(row['schema_name']) ?? '',
    tableName: text(row['table_name']) ?? '',
    loadType: text(row['load_type']) ?? '',
    sourceFile: text(row['source_file']) ?? '',
    isActive: flag(row['is_active']) ?? true,
    createdAt,
    updatedAt: time(row['updated_at']) ?? createdAt,
  };
}

/** Time of a row in a table that keeps none. */
const UNKNOWN = new Date(0);

const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;

/** Milliseconds since 1970, as number or text, where it is no Date. */
const time = (value: unknown): Date | undefined =>
  value instanceof Date ? value : value === null || value === undefined ? undefined : new Date(Number(value));

const YES = new Set<unknown>([true, 1, '1', 't', 'true', 'y', 'Y']);

const flag = (value: unknown): boolean | undefined =>
  value === null || value === undefined ? undefined : YES.has(value);
