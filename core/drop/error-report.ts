/** Failed files: the class of their error, and the report that lies beside them. */
import type { ErrorCode } from '../errors/catalogue';
import type { ErrorPlace, ErrorReport } from '../errors/longshore-error';

/** Whose turn it is: who made the file (format, content, duplicate), who owns the table (schema), who runs the servers. */
export const ERROR_CLASSES = [
  'format',
  'content',
  'schema',
  'database',
  'filesystem',
  'duplicate',
  'configuration',
  'cancelled',
  'internal',
] as const;
export type ErrorClass = (typeof ERROR_CLASSES)[number];

const CODES: Record<Exclude<ErrorClass, 'internal'>, readonly ErrorCode[]> = {
  format: [
    'FILE_EMPTY',
    'FILE_NOT_DELIMITED',
    'FILE_ENCODING',
    'FILE_FORMAT_UNCLEAR',
    'FILE_NAME_UNUSABLE',
    'MONTH_FILE_UNMATCHED',
    'MONTH_FILE_AMBIGUOUS',
    'MONTH_FILES_OVERLAP',
  ],
  content: [
    'FILE_REJECTED_ROWS',
    'VALUE_NOT_REPRESENTABLE',
    'VALUE_TOO_LONG',
    'DUPLICATE_KEY',
    'NULL_IN_NOT_NULL',
    'CONSTRAINT_VIOLATED',
    'FOREIGN_KEY_VIOLATED',
    'SOURCE_SHRUNK',
    'QUALITY_FAILED',
    'COPY_FAILED',
  ],
  schema: [
    'FILE_SCHEMA_MISMATCH',
    'FILE_TOO_WIDE',
    'SCHEMA_MISMATCH',
    'NEW_COLUMN',
    'TYPE_NOT_SUPPORTED',
    'TABLE_NOT_FOUND',
    'COLUMN_NOT_FOUND',
    'NO_TABLES_MATCH',
    'NO_KEY',
    'CYCLE_WITHOUT_NULLABLE_KEY',
    'MONTH_DEFINITION_MISMATCH',
  ],
  database: [
    'HOST_UNREACHABLE',
    'AUTHENTICATION_FAILED',
    'DATABASE_NOT_FOUND',
    'CONNECTION_LOST',
    'SERVER_BUSY',
    'DEADLOCK',
    'LOCK_TIMEOUT',
    'PERMISSION_DENIED',
    'CATALOG_UNAVAILABLE',
    'TEMPORAL_UNAVAILABLE',
    'NO_WORKER',
    'QUERY_FAILED',
    'SNAPSHOT_LOST',
    'COUNT_MISMATCH',
    'VALUES_MISMATCH',
    'FINGERPRINT_MISMATCH',
    'PUBLISH_BLOCKED',
    'TARGET_CHANGED',
    'FILE_LOCKED',
    'FILE_TIMED_OUT',
    'STAGE_UPLOAD_FAILED',
    'STAGE_INCOMPLETE',
    'STATEMENT_LOST',
    'COUNT_CHANGED',
    'RESTORE_UNAVAILABLE',
  ],
  filesystem: [
    'DISK_FULL',
    'STAGING_UNAVAILABLE',
    'PART_CORRUPT',
    'FILE_CHANGED',
    'FILE_UNREADABLE',
    'FILE_NOT_FOUND',
    'FOLDER_UNAVAILABLE',
    'FOLDER_WATCHED',
    'FOLDER_NOT_WATCHED',
  ],
  duplicate: ['FILE_DUPLICATE'],
  configuration: [
    'CONFIG_NOT_FOUND',
    'CONFIG_SYNTAX',
    'CONFIG_INVALID',
    'CONFIG_EXTENDS_CYCLE',
    'CONFIG_UNKNOWN_NAME',
    'CONFIG_CONFLICT',
    'SECRET_MISSING',
    'USAGE',
    'FILTER_INVALID',
    'DUPLICATE_TARGET',
    'MASK_INVALID',
    'MASK_KEY_MISSING',
    'PERSONAL_DATA',
    'READ_ONLY_ENVIRONMENT',
    'PROTECTED_TABLE',
    'MAX_ROWS_EXCEEDED',
    'SAME_DATABASE',
    'RUN_IN_PROGRESS',
    'RUN_NOT_FOUND',
    'RUN_ENDED',
    'NOTIFICATION_FAILED',
    'MONTH_INVALID',
    'MONTH_NO_FILES',
    'BATCH_NOT_FOUND',
    'RULE_INVALID',
    'WAREHOUSE_UNSUITABLE',
  ],
  cancelled: ['CANCELLED'],
};

const CLASS_OF = new Map<string, ErrorClass>(
  Object.entries(CODES).flatMap(([kind, codes]) => codes.map((code) => [code, kind as ErrorClass] as const)),
);

/** Class of an error by its code; what has no other is `internal`. */
export const errorClassOf = (code: string): ErrorClass => CLASS_OF.get(code) ?? 'internal';

/** What lies beside a failed file as JSON. Keys are read by others: add, never rename. */
export interface FileErrorReport {
  /** Name it lies under now. */
  file: string;
  /** Where it was dropped, relative to the folder. */
  droppedAs: string;
  folder: string;
  class: ErrorClass;
  code: ErrorCode;
  message: string;
  place: ErrorPlace;
  suggestion: string;
  table?: string;
  /** ISO 8601, UTC. */
  firstSeenAt: string;
  startedAt?: string;
  failedAt: string;
  /** Bytes. */
  size: number;
  modifiedAt: string;
  md5?: string;
  sha256?: string;
  rows?: number;
  rejectedRows?: number;
  /** Name of the file with the rejected rows. */
  quarantine?: string;
}

export interface FailedFile {
  path: string;
  folder: string;
  size: number;
  mtimeMs: number;
  firstSeenAt: Date;
  startedAt?: Date;
  md5?: string;
  sha256?: string;
  table?: string;
  rows?: number;
  rejected?: number;
}

/** The report on a failed file. `filedAs` is its name in `error`; rows of `quarantine`, if there are any, lie beside it. */
export function fileErrorReport(
  file: FailedFile,
  error: ErrorReport,
  { filedAs, failedAt, quarantine }: { filedAs: string; failedAt: Date; quarantine?: string },
): FileErrorReport {
  const { code, message, place, next } = error;
  return {
    file: filedAs,
    droppedAs: file.path,
    folder: file.folder,
    class: errorClassOf(code),
    code,
    message,
    place,
    suggestion: next,
    ...(file.table !== undefined && { table: file.table }),
    firstSeenAt: file.firstSeenAt.toISOString(),
    ...(file.startedAt !== undefined && { startedAt: file.startedAt.toISOString() }),
    failedAt: failedAt.toISOString(),
    size: file.size,
    modifiedAt: new Date(file.mtimeMs).toISOString(),
    ...(file.md5 !== undefined && { md5: file.md5 }),
    ...(file.sha256 !== undefined && { sha256: file.sha256 }),
    ...(file.rows !== undefined && { rows: file.rows }),
    ...(file.rejected !== undefined && { rejectedRows: file.rejected }),
    ...(quarantine !== undefined && { quarantine }),
  };
}
