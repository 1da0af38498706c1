/** Month batches: huge files, a month at a time, checked and loaded into a warehouse. */
import { z } from 'zod';
import { QUALITY_MODES, SEVERITIES } from '../core/types/quality';
import { duration, name, size, word } from './fields';

const ISO_DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const isoDate = z.string().regex(ISO_DATE, 'must be a date such as 2024-01-31');
const level = z.enum([...SEVERITIES, 'off']);
const percent = z.number().min(0);
const patterns = z.union([word, z.array(word).min(1)]);

const rule = z
  .strictObject({
    name: word.describe('Name, for reports.'),
    condition: word.describe(
      'One SQL expression over the columns of the file, typed as in the table. Without aggregates it must hold for every row (`amount >= 0`), with aggregates for the whole (`count(*) > 1000`).',
    ),
    severity: z
      .enum(SEVERITIES)
      .default('warning')
      .describe('`critical` stops the load; `warning` and `info` are told.'),
    description: z.string().optional().describe('For people.'),
  })
  .describe('A rule of your own.');

const calendar = z
  .strictObject({
    days: z.enum(['all', 'business']).optional().describe('Whether every day needs rows, or business days only.'),
    weekend: z
      .array(z.enum(['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']))
      .optional()
      .describe('Days of the week without business; Saturday and Sunday when left out.'),
    region: z
      .string()
      .regex(/^[A-Z]{2}(-[A-Za-z0-9]+){0,2}$/, 'must be a region such as DE, DE-BY or US-CA')
      .optional()
      .describe('Whose public holidays count: country, state, region.'),
    closed: z.array(isoDate).optional().describe('More days without business.'),
    open: z.array(isoDate).optional().describe('Business days in spite of weekend or holiday.'),
    fiscal: z
      .strictObject({
        startMonth: z.number().int().min(1).max(12).describe('Month in which the fiscal year begins.'),
        startDay: z.number().int().min(1).max(28).default(1).describe('Day on which fiscal months begin.'),
        pattern: z
          .enum(['calendar', '4-4-5', '4-5-4', '5-4-4'])
          .default('calendar')
          .describe('Fiscal months as months from that day, or as weeks of each quarter.'),
      })
      .optional()
      .describe('Months are fiscal months: `--month 2024-01` is the first of fiscal year 2024.'),
  })
  .describe('Which days must have rows.');

const quality = z
  .strictObject({
    mode: z
      .enum(QUALITY_MODES)
      .optional()
      .describe(
        '`file`: checked while the file is split, before anything is copied. `warehouse`: the same checks as SQL on the staged rows. `none`. When left out it is asked for, and `file` where nobody can be asked.',
      ),
    levels: z
      .strictObject({
        completeness: level.optional().describe('Days without rows.'),
        range: level.optional().describe('Rows of days outside the month.'),
        anomalies: level.optional().describe('Days with far fewer or more rows than the median.'),
        duplicates: level.optional().describe('Keys that occur more than once.'),
        columns: level
          .optional()
          .describe('Columns that are missing, unexpected, or rows with another number of fields.'),
        types: level.optional().describe('Values that are not of the type of their column.'),
        widths: level.optional().describe('Texts that are longer than the column of the table.'),
        nulls: level.optional().describe('More NULLs than allowed.'),
        encoding: level.optional().describe('Bytes that are no text in the encoding.'),
      })
      .optional()
      .describe('What each check does that finds something: `critical` stops the load; `off`: it is not judged.'),
    anomalies: z
      .strictObject({
        tolerance: percent.optional().describe('Per cent of the median that a day may differ by; 10 when left out.'),
        extreme: percent.optional().describe('From this difference on, in per cent, the load is stopped.'),
        minDays: z.number().int().min(1).optional().describe('Fewer days than this are not judged; 5 when left out.'),
      })
      .optional()
      .describe('Row counts per day.'),
    nulls: z
      .record(word, z.number().min(0).max(100))
      .optional()
      .describe('Highest share of NULLs, in per cent, by column; `*` for every other.'),
    calendar: calendar.optional(),
    rules: z.array(rule).optional().describe('Rules of your own.'),
    samples: z.number().int().min(0).max(1000).optional().describe('Examples kept of each fault; 20 when left out.'),
    minScore: z.number().min(0).max(100).optional().describe('A lower quality score stops the load; 0 when left out.'),
  })
  .describe('Checks before rows become visible.');

/** What a definition, a template and the defaults of a batch may say. */
const tableFields = {
  table: word.optional().describe('Table in the warehouse, when it is not named like the definition.'),
  schema: word.optional().describe('Schema of the table; that of the environment when left out.'),
  files: patterns
    .optional()
    .describe(
      'Names of the files, below `basePath`: `*`, `?`, `{month}` (2024-01, 202401 or 012024) and `{date_range}` (20240101-20240131), e.g. `trades_{date_range}.tsv`.',
    ),
  delimiter: z
    .string()
    .min(1)
    .max(4)
    .optional()
    .describe('What separates fields; a tab when left out. `\\t`, `|`, `,`, …'),
  quote: z.enum(['"', "'", '']).optional().describe('Quotation mark; none when left out.'),
  encoding: z
    .enum(['utf-8', 'windows-1252', 'iso-8859-1'])
    .optional()
    .describe('Encoding of the files; utf-8 when left out.'),
  headerLines: z
    .number()
    .int()
    .min(0)
    .max(100)
    .optional()
    .describe('Lines before the first row, the last of which names the columns; 1 when left out, 0 for none.'),
  nullTexts: z
    .array(z.string())
    .optional()
    .describe('Texts that stand for NULL, beside the empty field; `\\N` when left out.'),
  dateFormat: word
    .optional()
    .describe('How dates are written: `YYYYMMDD`, `DD.MM.YYYY`, …; ISO or YYYYMMDD when left out.'),
  timestampFormat: word
    .optional()
    .describe('How timestamps are written: `YYYY-MM-DD HH24:MI:SS`, …; ISO when left out.'),
  columns: z
    .array(word)
    .min(1)
    .optional()
    .describe('Columns of the file, in order; those of its header when left out.'),
  rename: z.record(word, word).optional().describe('Columns of the table by their name in the file.'),
  dateColumn: word
    .optional()
    .describe('Column with the date of a row: for completeness, anomalies, and deleting a month.'),
  keyColumns: z.array(word).optional().describe('Columns that tell rows apart; for duplicates.'),
  expectedRange: z
    .union([
      z.enum(['month', 'file', 'none']),
      z.strictObject({ from: isoDate.describe('First day.'), to: isoDate.describe('Last day.') }),
    ])
    .optional()
    .describe(
      'Days that must be there: of the `month` (when left out), of the range in the name of the `file`, `none`, or from and to.',
    ),
  load: z
    .enum(['append', 'replace'])
    .optional()
    .describe('`append` (when left out) to the table, or `replace` the rows of the month in the same transaction.'),
  duplicates: z
    .enum(['skip', 'load', 'fail'])
    .optional()
    .describe('A file whose content was loaded before: `skip` (when left out), `load` it again, or `fail`.'),
  createTable: z
    .boolean()
    .optional()
    .describe('Whether a table that is missing is made from the file; false when left out.'),
  types: z
    .record(word, word)
    .optional()
    .describe('Types of columns of a table that is made, in words of the warehouse.'),
  quality: quality.optional(),
};

export const monthTableSchema = z
  .strictObject({
    template: z
      .union([name, z.array(name).min(1)])
      .optional()
      .describe('Templates that this definition builds on, of `monthTemplates`; later ones win.'),
    ...tableFields,
  })
  .describe('A table and the files that go into it.');

export const monthTemplateSchema = z.strictObject(tableFields).describe('Settings that several tables share.');

export const monthBatchSchema = z
  .strictObject({
    extends: name
      .optional()
      .describe('Another batch that this one builds on: maps merge, everything else is replaced.'),
    to: name.optional().describe('Environment that the files are loaded into: snowflake, duckdb or postgres.'),
    description: z.string().optional().describe('For people: what the batch is for.'),
    basePath: word
      .optional()
      .describe('Folder of the files, searched with its subfolders; relative to the folder of the configuration file.'),
    defaults: monthTemplateSchema.optional().describe('Settings of every table of the batch.'),
    tables: z.record(name, monthTableSchema).optional().describe('Tables of the batch by name.'),
    parallel: z
      .strictObject({
        months: z.number().int().min(1).max(32).optional().describe('Months in work at once; 2 when left out.'),
        files: z
          .number()
          .int()
          .min(1)
          .max(16)
          .optional()
          .describe('Files of a month in work at once; 1 when left out.'),
        uploads: z
          .number()
          .int()
          .min(1)
          .max(16)
          .optional()
          .describe('Parts of a file that are uploaded at once; 2 when left out.'),
      })
      .optional()
      .describe('How much goes on at once.'),
    stage: z
      .strictObject({
        name: z
          .string()
          .regex(/^[A-Za-z_][A-Za-z0-9_$]{0,100}$/, 'must be a plain identifier')
          .optional()
          .describe('Internal stage, made when missing; LONGSHORE_STAGE when left out.'),
        compression: z.enum(['zstd', 'gzip']).optional().describe('Compression of the parts; zstd when left out.'),
        level: z.number().int().min(1).max(19).optional().describe('Level of compression; 1 when left out.'),
        partSize: size.optional().describe('Compressed size at which a part is closed; 160MB when left out.'),
      })
      .optional()
      .describe('How files travel into the warehouse.'),
    ledger: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_$]{0,100}$/, 'must be a plain identifier')
      .optional()
      .describe(
        'Table in the warehouse with what was loaded and deleted, made when missing; LONGSHORE_LEDGER when left out.',
      ),
    warnAbove: size
      .optional()
      .describe('A file larger than this on a small warehouse is worth a warning; 5GB when left out.'),
    quality: quality.optional(),
    backups: z
      .strictObject({
        path: word.optional().describe('Folder for backups of deleted rows; below the staging folder when left out.'),
        keep: duration.optional().describe('How long they are kept; 90d when left out.'),
      })
      .optional()
      .describe('What is kept of deleted months where the warehouse cannot travel back in time.'),
  })
  .describe('Tables whose files come a month at a time.');

export type MonthBatchEntry = z.infer<typeof monthBatchSchema>;
export type MonthTableEntry = z.infer<typeof monthTableSchema>;
export type MonthTemplate = z.infer<typeof monthTemplateSchema>;
export type QualityEntry = z.infer<typeof quality>;
