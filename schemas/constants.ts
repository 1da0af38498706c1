/**
 * Names that travel between processes: database kinds, run states, error codes. Free of zod, so that workflow code
 * may import it. They are wire format: histories and catalog rows hold them, so a name is never changed, only added.
 */

export const DATABASE_KINDS = ['postgres', 'duckdb', 'mssql'] as const;
export type DatabaseKind = (typeof DATABASE_KINDS)[number];

/** Databases that take month batches. */
export const WAREHOUSE_KINDS = ['snowflake', 'duckdb', 'postgres'] as const;
export type WarehouseKind = (typeof WAREHOUSE_KINDS)[number];

/** Everything an environment can be. Transfer sets and drop folders take those of `DATABASE_KINDS`. */
export const ENVIRONMENT_KINDS = ['postgres', 'duckdb', 'mssql', 'snowflake'] as const;
export type EnvironmentKind = (typeof ENVIRONMENT_KINDS)[number];

export const RUN_KINDS = ['transfer', 'drop', 'month'] as const;
export type RunKind = (typeof RUN_KINDS)[number];

/** Where a run or a table of it stands. `partial`: some tables arrived and some did not. */
export const RUN_STATUSES = ['running', 'paused', 'done', 'partial', 'failed', 'cancelled', 'refused'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export const TABLE_PHASES = [
  'waiting',
  'copying',
  'indexing',
  'verifying',
  'ready',
  'published',
  'failed',
  'cancelled',
  'skipped',
] as const;
export type TablePhase = (typeof TABLE_PHASES)[number];

/** What happens to the rows that the target already has. */
export const LOAD_MODES = ['replace', 'truncate', 'append'] as const;
export type LoadMode = (typeof LOAD_MODES)[number];

/** `set`: every table of the set becomes visible in one transaction. `table`: each by itself, as soon as it is ready. */
export const PUBLISH_SCOPES = ['set', 'table'] as const;
export type PublishScope = (typeof PUBLISH_SCOPES)[number];

/** How loaded rows take the place of the old ones; see docs/adr for what each costs and preserves. */
export const PUBLISH_STRATEGIES = ['create', 'swap', 'delete-insert', 'truncate-insert', 'append'] as const;
export type PublishStrategy = (typeof PUBLISH_STRATEGIES)[number];

/** What a configuration may ask for; `auto` leaves the choice to the target. */
export const STRATEGY_CHOICES = ['auto', 'swap', 'delete-insert', 'truncate-insert'] as const;
export type StrategyChoice = (typeof STRATEGY_CHOICES)[number];

export const SCHEMA_POLICIES = ['stop', 'ignore', 'evolve'] as const;
export type SchemaPolicy = (typeof SCHEMA_POLICIES)[number];

export const VERIFY_LEVELS = ['none', 'counts', 'aggregates', 'fingerprint'] as const;
export type VerifyLevel = (typeof VERIFY_LEVELS)[number];

/** What happens when rows of a filtered or masked set point at rows that did not come along. */
export const REFERENCE_POLICIES = ['off', 'warn', 'stop'] as const;
export type ReferencePolicy = (typeof REFERENCE_POLICIES)[number];

/** How the value of a masked column is made; see schemas/mask.ts for what each takes. */
export const MASK_RULES = [
  'keep',
  'null',
  'redact',
  'constant',
  'keep-last',
  'hash',
  'email',
  'name',
  'first-name',
  'last-name',
  'phone',
  'address',
  'date-shift',
  'noise',
  'sql',
] as const;
export type MaskRuleName = (typeof MASK_RULES)[number];

/** What happens to columns that look like personal data and have no rule. */
export const PERSONAL_DATA_POLICIES = ['ignore', 'warn', 'refuse'] as const;
export type PersonalDataPolicy = (typeof PERSONAL_DATA_POLICIES)[number];

/** What happens to columns of a masked table that the last good run did not have. */
export const NEW_COLUMN_POLICIES = ['copy', 'exclude', 'refuse'] as const;
export type NewColumnPolicy = (typeof NEW_COLUMN_POLICIES)[number];

/** What happens to a file whose content has been loaded into the same table before. */
export const DUPLICATE_POLICIES = ['skip', 'load', 'fail'] as const;
export type DuplicatePolicy = (typeof DUPLICATE_POLICIES)[number];

/** What people can be told of. `slow`: the run takes far longer than it usually does; it goes on. */
export const NOTIFY_EVENTS = ['done', 'partial', 'failed', 'cancelled', 'refused', 'slow'] as const;
export type NotifyEvent = (typeof NOTIFY_EVENTS)[number];

export const CODECS = ['none', 'zstd', 'gzip', 'brotli'] as const;
export type Codec = (typeof CODECS)[number];

export const DATE_PRESETS = [
  'today',
  'yesterday',
  'last-7-days',
  'last-30-days',
  'last-90-days',
  'last-365-days',
  'this-month',
  'last-month',
  'this-year',
] as const;
export type DatePreset = (typeof DATE_PRESETS)[number];

/** Exit codes of the command line. They are a contract: scripts depend on them. */
export const EXIT = { done: 0, failed: 1, usage: 2, partial: 3, refused: 4, cancelled: 130 } as const;
