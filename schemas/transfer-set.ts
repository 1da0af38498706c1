/** Transfer sets: which tables go from one environment to another, how, and when. */
import { z } from 'zod';
import {
  CODECS,
  DATE_PRESETS,
  LOAD_MODES,
  NEW_COLUMN_POLICIES,
  PERSONAL_DATA_POLICIES,
  REFERENCE_POLICIES,
  PUBLISH_SCOPES,
  SCHEMA_POLICIES,
  STRATEGY_CHOICES,
  VERIFY_LEVELS,
} from './constants';
import { duration, name, size, word } from './fields';
import { maskRuleSchema } from './mask';

const mode = z
  .enum(LOAD_MODES)
  .describe(
    'What happens to the rows that the target has: `replace` them when the new ones are ready, `truncate` before the load, or `append`.',
  );
const strategy = z
  .enum(STRATEGY_CHOICES)
  .describe(
    'How loaded rows take the place of the old ones. `auto` chooses the one that preserves all that hangs on the table; the preview says which and why.',
  );
const schema = z
  .enum(SCHEMA_POLICIES)
  .describe(
    'When columns differ: `stop` before anything is written, `ignore` columns that the other side lacks, or `evolve` the target by adding columns.',
  );
const verify = z
  .enum(VERIFY_LEVELS)
  .describe(
    'Proof before publishing: `none`, row `counts`, `aggregates` of every column (nulls, sums, smallest and largest value), or these and a `fingerprint` of every value, read back from the target.',
  );
const minPercentOfLast = z
  .number()
  .min(0)
  .max(100)
  .describe(
    'A table with fewer rows than this per cent of its last good run is taken for a fault of the source and not published; 0 for no such check.',
  );
const references = z
  .enum(REFERENCE_POLICIES)
  .describe(
    'Rows whose foreign key points at nothing after filters and masks: `warn` of them, `stop` the table, or `off`: do not look.',
  );
const personalData = z
  .enum(PERSONAL_DATA_POLICIES)
  .describe(
    'Columns that look like personal data by name or content and have no mask: `warn` with a suggested rule, `refuse` the run, or `ignore`.',
  );
const newColumns = z
  .enum(NEW_COLUMN_POLICIES)
  .describe(
    'Columns that the last good run of a masked table did not have and that no rule names: `refuse` the run, `exclude` the column, or `copy` it with a warning.',
  );
const maxRows = z.number().int().positive().describe('A table with more rows than this, after its filter, is refused.');
const partSize = size.describe('Source bytes per part, the unit of checkpoint: `128MB`. At least 8 kB, at most 4 GB.');
const batchRows = z
  .number()
  .int()
  .min(1)
  .max(1_000_000)
  .describe('Rows per batch in memory and per row group of the Parquet files.');
const parallelParts = z.number().int().min(1).max(64).describe('Parts of one table in flight at once.');

const compression = z
  .strictObject({
    codec: z.enum(CODECS).default('zstd').describe('Compression of the staged Parquet files.'),
    level: z
      .number()
      .int()
      .min(0)
      .max(22)
      .optional()
      .describe(
        'Level of the codec: zstd 1–22, gzip 0–9, brotli 0–11. Each has its fastest sensible level when left out.',
      ),
  })
  .describe('Compression of the staged Parquet files.');

const dates = z
  .strictObject({
    column: word.describe('Date or timestamp column that is compared.'),
    preset: z.enum(DATE_PRESETS).optional().describe('A range that moves with the day of the run.'),
    days: z.number().int().min(1).max(36_500).optional().describe('Today and this many days before it.'),
    from: z
      .string()
      .optional()
      .describe('First moment of the range, included: `2026-01-31`, or with a time and an offset.'),
    until: z.string().optional().describe('End of the range, not included.'),
  })
  .describe('Only rows of a range of dates: a `preset`, a number of `days`, or `from` and `until`.');

export const tableOptionsSchema = z
  .strictObject({
    where: z
      .string()
      .regex(/\S/, 'must not be empty')
      .optional()
      .describe('Condition in SQL of the source; only rows that meet it are copied.'),
    dates: dates.optional(),
    limit: z
      .number()
      .int()
      .positive()
      .optional()
      .describe('Only the first N rows, in order of the primary key where there is one.'),
    exclude: z.array(word).optional().describe('Columns that are left out; `*` stands for any run of characters.'),
    mask: z
      .record(word, maskRuleSchema)
      .optional()
      .describe('How columns are masked, before anything reaches a disk. Foreign keys follow the keys they point at.'),
    target: z
      .string()
      .regex(/^[^\u0000-\u001f.*?]+\.[^\u0000-\u001f.*?]+$/, 'must be a table as schema.table')
      .optional()
      .describe('Table in the target, `schema.table`; the same name as in the source when left out.'),
    mode: mode.optional(),
    strategy: strategy.optional(),
    schema: schema.optional(),
    verify: verify.optional(),
    maxRows: maxRows.optional(),
    minPercentOfLast: minPercentOfLast.optional(),
    references: references.optional(),
    personalData: personalData.optional(),
    newColumns: newColumns.optional(),
    partSize: partSize.optional(),
    batchRows: batchRows.optional(),
    parallel: parallelParts.optional(),
  })
  .describe('Options of a table; each replaces what the set says.');

const pattern = word.describe(
  'A table, `sales.orders`; several, `sales.*`; all, `*`; or, with `!` before it, tables to leave out. Quote it when it starts with `*` or `!`.',
);
const tableEntry = z.union([
  pattern,
  z.record(word, tableOptionsSchema.nullable()).describe('One table name or pattern with its options.'),
]);

const schedule = z
  .strictObject({
    cron: z
      .union([word, z.array(word).min(1)])
      .describe(
        'When the set runs: a cron expression, or a list of them. 5 fields, 6 with the year last, 7 with the second first; `@daily` and its like.',
      ),
    timezone: word
      .default('UTC')
      .describe('IANA time zone of the cron expressions and of date presets, e.g. `Europe/Berlin`.'),
    catchup: duration
      .default('1h')
      .describe(
        'A run that was missed because Temporal was down is made up for if it is no older than this; at least 10s.',
      ),
    paused: z.boolean().default(false).describe('The schedule exists but starts nothing.'),
  })
  .describe('When the set runs by itself.');

export const transferSetSchema = z
  .strictObject({
    from: name.describe('Environment that is read.'),
    to: name.describe('Environment that is written.'),
    description: z.string().optional().describe('For people: what the set is for.'),
    schedule: schedule.optional(),
    tables: z
      .array(tableEntry)
      .min(1)
      .describe(
        'Tables of the set, each a name or pattern, or one with options. A name beats a pattern, and a longer pattern a shorter one.',
      ),
    publish: z
      .enum(PUBLISH_SCOPES)
      .default('set')
      .describe(
        '`set`: all tables become visible in one transaction, where the database can. `table`: each as soon as it is ready.',
      ),
    mode: mode.default('replace'),
    strategy: strategy.default('auto'),
    schema: schema.default('stop'),
    verify: verify.default('aggregates'),
    parallel: z
      .strictObject({
        tables: z.number().int().min(1).max(64).default(4).describe('Tables in work at once.'),
        parts: parallelParts.default(2),
      })
      .prefault({})
      .describe('How much goes on at once.'),
    partSize: partSize.default('128MB'),
    batchRows: batchRows.default(65_536),
    compression: compression.prefault({}),
    maxRows: maxRows.optional(),
    minPercentOfLast: minPercentOfLast.default(50),
    references: references.default('warn'),
    personalData: personalData.default('warn'),
    newColumns: newColumns.default('refuse'),
    expectedDuration: duration
      .optional()
      .describe('A run that takes longer is reported as slow; from earlier runs when left out.'),
  })
  .describe('A named group of tables that is copied from one environment to another.');

export type TableOptions = z.infer<typeof tableOptionsSchema>;
export type TableEntryConfig = z.infer<typeof tableEntry>;
export type TransferSet = z.infer<typeof transferSetSchema>;
