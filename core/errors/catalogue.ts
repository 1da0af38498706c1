/**
 * The closed catalogue of errors. Every failure a user can meet has one of these codes; docs/errors.md is generated
 * from it and a test compares the two. `retryable` is the one place that decides whether trying again can help. One
 * long file on purpose: a closed list is read, compared and searched as a whole.
 */
export interface CatalogueEntry {
  /** One sentence: what happened. */
  readonly what: string;
  /** Why it usually happens. */
  readonly why: string;
  /** What to do next. */
  readonly next: string;
  /** Whether the same attempt may succeed later with nothing changed. */
  readonly retryable: boolean;
  /** Exit code class of the command line. */
  readonly exit: 'failed' | 'usage' | 'refused' | 'cancelled';
}

const entry = (
  exit: CatalogueEntry['exit'],
  retryable: boolean,
  what: string,
  why: string,
  next: string,
): CatalogueEntry => ({ what, why, next, retryable, exit });

export const CATALOGUE = {
  // Configuration
  CONFIG_NOT_FOUND: entry(
    'usage',
    false,
    'The configuration file does not exist.',
    'The path is wrong, or the command runs in another folder.',
    'Name the file with --config, or create it: `longshore config schema` describes it.',
  ),
  CONFIG_SYNTAX: entry(
    'usage',
    false,
    'The configuration file is not valid YAML or JSON.',
    'A bracket, quote or indentation is off near the place named.',
    'Correct the line named.',
  ),
  CONFIG_INVALID: entry(
    'usage',
    false,
    'The configuration says something that Longshore does not understand.',
    'A key is unknown or misspelt, a value has the wrong type, or a required one is missing.',
    'Correct the path named; `longshore config schema` lists what is allowed.',
  ),
  CONFIG_EXTENDS_CYCLE: entry(
    'usage',
    false,
    'Configuration files extend one another in a circle.',
    'A file names itself, directly or through others, in `extends`.',
    'Remove one of the `extends` named.',
  ),
  CONFIG_UNKNOWN_NAME: entry(
    'usage',
    false,
    'A name is used that the configuration does not define.',
    'A transfer set, environment or table entry is misspelt or was removed.',
    'Use one of the names suggested.',
  ),
  CONFIG_CONFLICT: entry(
    'usage',
    false,
    'Two configurations say different things under one name.',
    'A set or an environment of that name is there already, or another file that this one extends has the last word.',
    'Choose `--on-conflict replace` or `rename`, or change the file named by hand.',
  ),
  SECRET_MISSING: entry(
    'usage',
    false,
    'A secret that the configuration refers to is not there.',
    'The environment variable or file is not set where this process runs.',
    'Set it for the worker (and for the command line, if the command connects itself).',
  ),
  USAGE: entry(
    'usage',
    false,
    'The command was not understood.',
    'An option or argument is missing or wrong.',
    'See the command with --help.',
  ),
  // Connections
  HOST_UNREACHABLE: entry(
    'failed',
    true,
    'The database server does not answer.',
    'Wrong host or port, a firewall, or the server is down.',
    'Check host and port of the environment named, and that the server runs.',
  ),
  AUTHENTICATION_FAILED: entry(
    'failed',
    false,
    'The database refused the user or password.',
    'The password is wrong or expired, or the user may not log in from here.',
    'Check user and password of the environment named.',
  ),
  DATABASE_NOT_FOUND: entry(
    'failed',
    false,
    'The server has no such database.',
    'The database is misspelt or was dropped.',
    'Correct `database` of the environment named.',
  ),
  CONNECTION_LOST: entry(
    'failed',
    true,
    'The connection to the database broke.',
    'The server restarted, a network device cut it, or an administrator ended it.',
    'Nothing: Longshore tries again. If it keeps happening, look at the server log.',
  ),
  SERVER_BUSY: entry(
    'failed',
    true,
    'The database has no room for another connection or query.',
    'Its connection or resource limit is reached.',
    'Lower `parallel`, or raise the limit of the server.',
  ),
  DEADLOCK: entry(
    'failed',
    true,
    'The database ended the statement to resolve a deadlock.',
    'Another session used the same tables at the same time.',
    'Nothing: Longshore tries again.',
  ),
  LOCK_TIMEOUT: entry(
    'failed',
    true,
    'A table stayed locked by someone else.',
    'A long query or an open transaction holds it.',
    'End the session named, or run again when it is done.',
  ),
  PERMISSION_DENIED: entry(
    'failed',
    false,
    'The database user lacks a right.',
    'The user may not read the source or change the target as needed.',
    'Grant the right named.',
  ),
  CATALOG_UNAVAILABLE: entry(
    'failed',
    true,
    "Longshore's own catalog does not answer.",
    'Its Postgres is down or not started.',
    'Start `longshore up`, or check `catalog.url`.',
  ),
  TEMPORAL_UNAVAILABLE: entry(
    'failed',
    true,
    'The Temporal server does not answer.',
    'It is down, or the address is wrong.',
    'Start `longshore up`, or check `temporal.address`.',
  ),
  NO_WORKER: entry(
    'failed',
    true,
    'No worker listens for this work.',
    'No `longshore up` or `longshore worker` runs against this Temporal server.',
    'Start one; the run waits for it.',
  ),
  // Planning
  TABLE_NOT_FOUND: entry(
    'usage',
    false,
    'A table does not exist.',
    'It is misspelt, in another schema, or the user may not see it.',
    'Correct the entry named, or grant SELECT.',
  ),
  NO_TABLES_MATCH: entry(
    'usage',
    false,
    'A pattern matches no table.',
    'The wildcard or schema is wrong.',
    'Correct the pattern named; `longshore transfer preview` lists what matches.',
  ),
  COLUMN_NOT_FOUND: entry(
    'usage',
    false,
    'A column does not exist.',
    'It is misspelt or was dropped.',
    'Use one of the columns suggested.',
  ),
  FILTER_INVALID: entry(
    'usage',
    false,
    'A condition is not a single SQL expression, or the source does not understand it.',
    'A syntax error, an unknown column, or more than one statement.',
    'Correct the `where` named.',
  ),
  DUPLICATE_TARGET: entry(
    'usage',
    false,
    'Two entries write the same table.',
    'A wildcard and an entry, or two entries, name one target.',
    'Remove one, or give it another target.',
  ),
  CYCLE_WITHOUT_NULLABLE_KEY: entry(
    'usage',
    false,
    'Tables refer to each other in a circle that no nullable or deferrable foreign key opens.',
    'Every foreign key of the circle is NOT NULL and checked at once.',
    'Make one of the keys named nullable or DEFERRABLE in the target, or leave one table out of the set.',
  ),
  SCHEMA_MISMATCH: entry(
    'usage',
    false,
    'Source and target tables do not fit each other.',
    'Columns are missing, or types cannot hold the values.',
    'Alter the target, exclude the column, or set `schema: evolve` or `schema: ignore`.',
  ),
  TYPE_NOT_SUPPORTED: entry(
    'usage',
    false,
    'A column has a type that cannot be carried exactly to this target.',
    'The target has no type with room for every value of the source type.',
    'Exclude the column, or change its type in the target.',
  ),
  NO_KEY: entry(
    'usage',
    false,
    'A table has no primary key where one is needed.',
    'The option chosen needs rows to be told apart.',
    'Add a key, or choose another option.',
  ),
  MASK_INVALID: entry(
    'usage',
    false,
    'A masking rule does not fit its column.',
    "The rule cannot make values of the column's type, or a key and what points at it are masked differently.",
    'Choose another rule for the column named.',
  ),
  MASK_KEY_MISSING: entry(
    'usage',
    false,
    'A masking rule needs a key, and none is configured.',
    'Rules that give the same value everywhere depend on a secret.',
    'Set `masking: { key: ${env:LONGSHORE_MASK_KEY} }` to a secret of at least 16 characters.',
  ),
  // Safety
  PERSONAL_DATA: entry(
    'refused',
    false,
    'A column looks like personal data and has no masking rule.',
    'Its name or its values look like names, addresses, numbers or the like, and the set says `personalData: refuse`.',
    'Give the column the rule suggested, or `keep` when it is harmless.',
  ),
  NEW_COLUMN: entry(
    'refused',
    false,
    'A masked table has a column that nobody has decided about.',
    'The column was added since the last good run, and the set says `newColumns: refuse`.',
    'Give the column a rule under `mask` (`keep` when it is harmless), or exclude it.',
  ),
  SOURCE_SHRUNK: entry(
    'refused',
    false,
    'A table has far fewer rows than in its last good run.',
    'The source is empty or half-loaded, or rows were deleted on purpose. The target keeps its old rows.',
    'Look at the source; if it is right, run with a lower `minPercentOfLast` (0 for no such check).',
  ),
  READ_ONLY_ENVIRONMENT: entry(
    'refused',
    false,
    'This environment is read-only.',
    'It is marked `readOnly: true`, so Longshore writes nothing to it.',
    'Choose another target.',
  ),
  PROTECTED_TABLE: entry(
    'refused',
    false,
    'A table is protected in the target.',
    'The environment lists it under `protectedTables`.',
    'Exclude the table from the set, or take it off the list.',
  ),
  MAX_ROWS_EXCEEDED: entry(
    'refused',
    false,
    'A table has more rows than allowed.',
    'The table or the environment sets `maxRows`/`maxRowsPerTable`.',
    'Filter or limit the table, or raise the maximum.',
  ),
  SAME_DATABASE: entry(
    'refused',
    false,
    'Source and target are the same table.',
    'Both environments name one database.',
    'Correct the environments.',
  ),
  RUN_IN_PROGRESS: entry(
    'refused',
    false,
    'This transfer set is already running into this target.',
    'An earlier run has not ended.',
    'Wait for it, or cancel it: `longshore run list`.',
  ),
  // Moving
  SNAPSHOT_LOST: entry(
    'failed',
    true,
    'The snapshot of the source is gone.',
    'The session that held it ended.',
    'Nothing: Longshore takes a new one and proves or reads again what it had.',
  ),
  PART_CORRUPT: entry(
    'failed',
    false,
    'A staged part is not what was written.',
    'The file was changed or damaged on disk.',
    'Run again: the part is read anew.',
  ),
  VALUE_NOT_REPRESENTABLE: entry(
    'failed',
    false,
    'A value does not fit the type it must travel or arrive in.',
    'The source holds a value that the target type cannot hold exactly.',
    'Correct the value, widen the target column, or exclude the column.',
  ),
  VALUE_TOO_LONG: entry(
    'failed',
    false,
    'A value is longer than the target column.',
    'The target column is narrower than the source.',
    'Widen the target column, or exclude it.',
  ),
  DUPLICATE_KEY: entry(
    'failed',
    false,
    'Two rows have the same key.',
    'The source has no such key, or rows were added by other means to an append target.',
    'Remove the duplicate named, or drop the key.',
  ),
  NULL_IN_NOT_NULL: entry(
    'failed',
    false,
    'A NULL meets a column that allows none.',
    'The target column is NOT NULL and the source is not.',
    'Allow NULL in the target, or filter the rows.',
  ),
  CONSTRAINT_VIOLATED: entry(
    'failed',
    false,
    'A row breaks a check constraint of the target.',
    'The target checks what the source does not.',
    'Correct the row named, or the constraint.',
  ),
  FOREIGN_KEY_VIOLATED: entry(
    'failed',
    false,
    'A row points at a row that is not there.',
    'A filter left the parent out, or a table outside the set still points at rows that are gone.',
    'Widen the filter, add the parent table, or remove the rows named.',
  ),
  DISK_FULL: entry(
    'failed',
    false,
    'There is no room on the disk.',
    'The staging folder or the database ran out of space.',
    'Free space where named, then resume.',
  ),
  STAGING_UNAVAILABLE: entry(
    'failed',
    false,
    'The staging folder cannot be written.',
    'It does not exist, or rights are missing.',
    'Correct `staging.path` or its rights.',
  ),
  FILE_LOCKED: entry(
    'failed',
    true,
    'The database file is in use by another process.',
    'DuckDB lets one process write at a time.',
    'Close the other program; Longshore tries again.',
  ),
  QUERY_FAILED: entry(
    'failed',
    false,
    'The database refused a statement.',
    'See the message of the database.',
    'Correct what the message names; if the statement is ours, report it.',
  ),
  // Verification and publishing
  COUNT_MISMATCH: entry(
    'failed',
    false,
    'Source and target do not have the same number of rows.',
    'Rows were lost or doubled on the way; nothing was published.',
    'Report it with the run id. The old rows are untouched.',
  ),
  VALUES_MISMATCH: entry(
    'failed',
    false,
    'A column differs between source and target.',
    'A value changed on the way; nothing was published.',
    'Report it with the run id. The old rows are untouched.',
  ),
  FINGERPRINT_MISMATCH: entry(
    'failed',
    false,
    'Source and target do not hold the same values.',
    'A value changed on the way; nothing was published.',
    'Report it with the run id. The old rows are untouched.',
  ),
  PUBLISH_BLOCKED: entry(
    'failed',
    true,
    'The switch could not get its locks.',
    'Sessions kept using the tables.',
    'End the sessions named, or run when the target is quiet.',
  ),
  TARGET_CHANGED: entry(
    'failed',
    false,
    'The target table changed while it was loaded.',
    'Someone altered it during the run.',
    'Run again.',
  ),
  // Files
  FILE_EMPTY: entry(
    'failed',
    false,
    'The file has no rows.',
    'It has no bytes, only blank lines, or only a header.',
    'Look at what wrote it, and drop it again. A table is never emptied by an empty file.',
  ),
  FILE_NOT_DELIMITED: entry(
    'failed',
    false,
    'The file is not a delimited text file.',
    'It is a workbook, an archive, a web page, a picture or other binary data under a wrong name.',
    'Export it as CSV with the program that made it.',
  ),
  FILE_ENCODING: entry(
    'failed',
    false,
    'The file has bytes that are no text in its encoding.',
    'It was cut, put together from files of different encodings, or its encoding was named wrongly.',
    'Save it as UTF-8, or name its encoding as `format.encoding`.',
  ),
  FILE_FORMAT_UNCLEAR: entry(
    'failed',
    false,
    'How the file is to be read could not be recognised for certain.',
    'Its rows fit more than one delimiter, or none.',
    'Look at it with `longshore file detect FILE`, and say what is open in `format`.',
  ),
  FILE_REJECTED_ROWS: entry(
    'failed',
    false,
    'The file has rows that cannot be loaded, more than are tolerated.',
    'Rows have too few or too many fields, or values that their columns cannot hold.',
    'The rows and the reasons stand in the quarantine file beside it. Correct them, or raise `tolerance`.',
  ),
  FILE_SCHEMA_MISMATCH: entry(
    'failed',
    false,
    'The columns of the file do not fit the table.',
    'The table has other columns, or the file belongs to another table.',
    'Compare the columns named; rename the file, correct its header, or set `columns: evolve` or a rule under `files`.',
  ),
  FILE_DUPLICATE: entry(
    'failed',
    false,
    'A file with this very content was loaded into this table before.',
    'It was dropped twice, and `duplicates: fail` is set.',
    'Drop the new file, or set `duplicates: load`.',
  ),
  FILE_CHANGED: entry(
    'failed',
    false,
    'The file changed while it was read.',
    'Somebody still writes to it, or replaced it.',
    'Nothing: what was loaded is thrown away, and the file is watched again until it stands still.',
  ),
  FILE_UNREADABLE: entry(
    'failed',
    false,
    'The file cannot be read.',
    'It is gone, a folder or a link, or its permissions do not let Longshore read it.',
    'Give the user of the worker the right to read it, and drop it again.',
  ),
  FILE_NAME_UNUSABLE: entry(
    'failed',
    false,
    'No table name can be made of the name of the file.',
    'It has no letters, only a date or a number.',
    'Rename the file, or name a table for it under `files`.',
  ),
  FILE_TIMED_OUT: entry(
    'failed',
    false,
    'Loading the file took longer than allowed.',
    'The file is very large, the target is slow or locked, or `timeout` of the folder is short.',
    'Look at what the target was doing, raise `timeout`, and put the file back with `longshore drop retry`.',
  ),
  FILE_TOO_WIDE: entry(
    'failed',
    false,
    'The file has more columns than a table of the target can have.',
    'A wrong delimiter, or a file that is wider than the database allows.',
    'Check the delimiter with `longshore file detect FILE`, or leave columns out.',
  ),
  FILE_NOT_FOUND: entry(
    'usage',
    false,
    'There is no such file.',
    'The path is wrong, or the file was moved.',
    'Check the path.',
  ),
  FOLDER_UNAVAILABLE: entry(
    'failed',
    true,
    'The drop folder cannot be used.',
    'A network drive is away, the disk is full, or permissions are missing.',
    'Make the folder named readable and writable for the user of the worker.',
  ),
  FOLDER_WATCHED: entry(
    'refused',
    false,
    'Another Longshore watches this folder already.',
    'Two configurations or two catalogs name the same folder.',
    'Stop one of the two, or give each a folder of its own.',
  ),
  FOLDER_NOT_WATCHED: entry(
    'failed',
    false,
    'Nobody watches this drop folder.',
    'It was never started, or was stopped.',
    'Start it with `longshore drop watch FOLDER`.',
  ),
  NOTIFICATION_FAILED: entry(
    'failed',
    true,
    'A message could not be delivered.',
    'The mail server or the webhook does not answer, or refuses the message. The run itself is not touched by it.',
    'Check the channel named under `notifications`; `longshore notify test CHANNEL` tries it.',
  ),
  // Runs
  RUN_NOT_FOUND: entry(
    'usage',
    false,
    'There is no such run.',
    'The id is misspelt, or its history has expired.',
    'See `longshore run list`.',
  ),
  RUN_ENDED: entry(
    'usage',
    false,
    'The run has already ended.',
    'Only a running run can be paused, resumed or cancelled.',
    'See `longshore run show`.',
  ),
  CANCELLED: entry(
    'cancelled',
    false,
    'The run was cancelled.',
    'Somebody asked for it.',
    'Nothing was left behind; start it again when you like.',
  ),
  INTERNAL: entry(
    'failed',
    false,
    'Longshore made a mistake.',
    'This is a bug.',
    'Report it with the run id and the log.',
  ),
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof CATALOGUE;

export const ERROR_CODES = Object.keys(CATALOGUE) as ErrorCode[];

/** Codes that Temporal must not retry. */
export const NON_RETRYABLE: ErrorCode[] = ERROR_CODES.filter((code) => !CATALOGUE[code].retryable);

export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(CATALOGUE, text);
