/**
 * DuckDB reports by message only. This is the one place that reads those messages and gives them a code of the
 * catalogue; everything above matches on codes.
 */
import { LongshoreError, type ErrorPlace } from '../../core/errors/longshore-error';
import type { ErrorCode } from '../../core/errors/catalogue';

interface Rule {
  code: ErrorCode;
  pattern: RegExp;
  /** What the groups of the pattern tell about the place. */
  place?: (groups: string[]) => ErrorPlace;
  next?: string;
}

const RULES: Rule[] = [
  { code: 'CANCELLED', pattern: /^INTERRUPT Error/i },
  {
    code: 'FILE_LOCKED',
    pattern: /Could not set lock on file|being used by another process|Unique file handle conflict/i,
  },
  {
    code: 'DISK_FULL',
    pattern: /ENOSPC|No space left on device|max_temp_directory_size|not enough space|Disk quota exceeded/i,
  },
  {
    code: 'DISK_FULL',
    pattern: /no temporary directory is specified/i,
    next: 'Give DuckDB more memory (`memoryLimit` of the worker), or leave out the row limit of the table.',
  },
  {
    code: 'QUERY_FAILED',
    pattern: /Out of Memory Error|failed to pin block|could not allocate block|failed to allocate/i,
    next: 'Give DuckDB more memory (`memoryLimit` of the worker), or lower the number of tables moved at once.',
  },
  {
    code: 'DATABASE_NOT_FOUND',
    pattern:
      /not a valid DuckDB database file|database does not exist|Trying to read a database file with version number/i,
  },
  { code: 'STAGING_UNAVAILABLE', pattern: /^(ENOENT|EACCES|EPERM|EROFS|ENOTDIR)\b/ },
  {
    code: 'DATABASE_NOT_FOUND',
    pattern: /Cannot open file .*No such file or directory|Is a directory|Not a directory/i,
  },
  { code: 'PERMISSION_DENIED', pattern: /Permission denied|Read-only file system|Operation not permitted/i },
  { code: 'DUPLICATE_KEY', pattern: /duplicate key "(.+?)"/i, place: ([key]) => ({ key: keyText(key ?? '') }) },
  { code: 'DUPLICATE_KEY', pattern: /Data contains duplicates on indexed column|violates unique constraint/i },
  {
    code: 'NULL_IN_NOT_NULL',
    pattern: /NOT NULL constraint failed: (.+)\.([^.\s]+)/i,
    place: ([, column]) => ({ column: column ?? '' }),
  },
  { code: 'CONSTRAINT_VIOLATED', pattern: /CHECK constraint failed/i },
  {
    code: 'FOREIGN_KEY_VIOLATED',
    pattern: /foreign key constraint because key "(.+?)"/i,
    place: ([key]) => ({ key: keyText(key ?? '') }),
  },
  { code: 'FOREIGN_KEY_VIOLATED', pattern: /foreign key constraint|main key table/i },
  { code: 'CONSTRAINT_VIOLATED', pattern: /^Constraint Error/i },
  { code: 'VALUE_NOT_REPRESENTABLE', pattern: /^(Conversion|Out of Range) Error|Could not convert|Could not cast/i },
  { code: 'LOCK_TIMEOUT', pattern: /Transaction conflict|write-write conflict/i },
  {
    code: 'TABLE_NOT_FOUND',
    pattern: /Table with name (.+?) does not exist/i,
    place: ([table]) => ({ table: table ?? '' }),
  },
  {
    code: 'COLUMN_NOT_FOUND',
    pattern: /Referenced column "(.+?)" not found/i,
    place: ([column]) => ({ column: column ?? '' }),
  },
];

/** `id: 17, day: 2` as DuckDB writes keys → `id=17, day=2` as Longshore does. */
const keyText = (text: string): string => text.replaceAll(/(^|, )([^:,]+): /g, '$1$2=');

/** What an error says, by its shape: those of the driver may come from another realm than this one. */
export const textOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
    ? error.message
    : String(error);

/** First line of DuckDB's message, which repeats the statement and gives advice on the following ones. */
export const firstLine = (error: unknown): string => {
  const message = textOf(error);
  return message.split('\n')[0]?.trim() ?? message;
};

/** The process that DuckDB says holds a file, when its message has it. */
const holder = (message: string): string => {
  const found = /held in (.+?) \(PID (\d+)\)/.exec(message);
  return found ? ` by process ${found[2]} (${found[1]})` : '';
};

/** Gives an error of DuckDB its code; a LongshoreError passes through with the place filled in where it was silent. */
export function mapError(error: unknown, place: ErrorPlace = {}): LongshoreError {
  if (error instanceof LongshoreError) {
    const merged = { ...place, ...error.place };
    return new LongshoreError(error.code, error.message, merged, { cause: error.cause, next: error.next });
  }
  const message = textOf(error);
  for (const rule of RULES) {
    const found = rule.pattern.exec(message);
    if (!found) continue;
    const where = { ...place, ...rule.place?.(found.slice(1)) };
    if (place.table !== undefined) where.table = place.table;
    return new LongshoreError(rule.code, describe(rule.code, message, where), where, {
      cause: error,
      ...(rule.next && { next: rule.next }),
    });
  }
  return new LongshoreError('QUERY_FAILED', `${PREFIX}${firstLine(error)}`, place, { cause: error });
}

/** Says so on a later line. */
const UNSPILLED = /no temporary directory is specified/i;

/** Whether the text of an error is DuckDB's own. */
export const fromDuckdb = ({ message }: LongshoreError): boolean => message.startsWith(PREFIX);

const PREFIX = 'DuckDB: ';

function describe(code: ErrorCode, message: string, place: ErrorPlace): string {
  const line = firstLine(message);
  if (code === 'CANCELLED') return 'The DuckDB statement was interrupted because the run was cancelled.';
  if (UNSPILLED.test(message))
    return 'DuckDB needs more memory than it may use for rows with masked columns, and such rows are never spilled to its work files.';
  if (code === 'FILE_LOCKED')
    return `The DuckDB file ${place.file ?? ''} is in use${holder(message)}.`.replace('  ', ' ');
  return /^E[A-Z]+:/.test(line) ? `The staging folder cannot be used: ${line}` : `${PREFIX}${line}`;
}
