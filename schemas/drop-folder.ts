/** Drop folders: where files are dropped, what becomes of them, and into which tables they go. */
import { z } from 'zod';
import { FILE_ENCODINGS } from '../core/types/file';
import { DUPLICATE_POLICIES, SCHEMA_POLICIES, VERIFY_LEVELS } from './constants';
import { duration, name, size, word } from './fields';

const delimiter = z
  .string()
  .regex(/^[^\n\r"'A-Za-z0-9]{1,2}$/, 'must be one or two characters that are no letters, digits, quotes or line ends')
  .describe('What separates fields: `,`, `;`, `|`, a tab, …');

/** Recognition overruled: for a folder, for some of its files, and as options of `longshore file`. */
export const formatSchema = z
  .strictObject({
    encoding: z.enum(FILE_ENCODINGS).optional().describe('Encoding of the text.'),
    delimiter: delimiter.optional(),
    quote: z.enum(['"', "'", '']).optional().describe('Quotation mark; empty for none.'),
    escape: z
      .enum(['double', 'backslash', 'none'])
      .optional()
      .describe('How a quotation mark stands inside a quoted field: doubled, after a backslash, or never.'),
    headerRows: z.number().int().min(0).max(20).optional().describe('Rows of the header; 0 for none.'),
    skipLines: z.number().int().min(0).optional().describe('Lines before the header.'),
    footerLines: z.number().int().min(0).optional().describe('Lines after the last row.'),
    nullTexts: z.array(z.string()).optional().describe('Texts that stand for NULL, beside the empty field.'),
    decimalMark: z.enum(['.', ',']).optional().describe('Decimal mark, where the numbers of a file leave it open.'),
    dateOrder: z
      .enum(['dmy', 'mdy', 'ymd'])
      .optional()
      .describe('Order of day, month and year, where the dates of a file leave it open.'),
    table: z.number().int().min(1).optional().describe('Which table of a file that holds several; from 1.'),
    ragged: z
      .enum(['repair', 'reject'])
      .optional()
      .describe(
        'Rows with too few or too many fields: put right where the other rows leave one way only (when left out), or rejected.',
      ),
  })
  .describe('What files look like, instead of having it recognised.');

const columns = z
  .enum(SCHEMA_POLICIES)
  .describe(
    'When columns of a file and its table differ: `stop`, `ignore` columns that the table lacks, or `evolve`: add them, and widen those that are too narrow.',
  );

const duplicates = z
  .enum(DUPLICATE_POLICIES)
  .describe('A file whose content was loaded into the same table before: `skip` it, `load` it again, or `fail`.');

const fileRule = z
  .strictObject({
    match: word.describe(
      'Names of files, `*` for any run of characters: `airports*.csv`; letter case does not count. The first rule that fits does.',
    ),
    table: word
      .optional()
      .describe('Table they go into, `schema.table` or `table`; from the name of the file when left out.'),
    format: formatSchema.optional(),
    types: z
      .record(word, word)
      .optional()
      .describe(
        'Types of columns in the target, by name in the file: `{ code: "varchar(10)" }`. Only for a table that is made.',
      ),
    rename: z.record(word, word).optional().describe('Columns of the table by their name in the file.'),
    columns: columns.optional(),
    duplicates: duplicates.optional(),
    ignore: z.boolean().default(false).describe('These files are left alone.'),
  })
  .describe('What holds for some files of a folder.');

export const dropFolderSchema = z
  .strictObject({
    path: word.describe('The folder; relative to the folder of the configuration file. Its tree is made when missing.'),
    to: name.describe('Environment that the files are loaded into.'),
    description: z.string().optional().describe('For people: what the folder is for.'),
    schema: word.default('ref').describe('Schema of the tables; created when missing.'),
    extensions: z
      .array(z.string().regex(/^\.?[A-Za-z0-9]{1,16}$/, 'must be an extension such as csv'))
      .default(['csv', 'tsv', 'tab', 'txt', 'psv'])
      .describe('Extensions of files that are loaded; others are reported and left alone.'),
    scan: z
      .strictObject({
        interval: duration.default('15s').describe('Time between two looks at the folder.'),
        checks: z
          .number()
          .int()
          .min(1)
          .max(1000)
          .default(6)
          .describe('A file is loaded after this many looks in a row that found it unchanged.'),
        settleWithin: duration.default('1h').describe('A file that keeps changing for longer is reported.'),
        maxFiles: z.number().int().min(1).default(1_000_000).describe('More files than this are refused at one look.'),
      })
      .prefault({})
      .describe('How the folder is watched.'),
    parallel: z
      .strictObject({
        files: z
          .number()
          .int()
          .min(1)
          .max(64)
          .default(8)
          .describe('Files in work at once; those of one table never are.'),
        parts: z.number().int().min(1).max(16).default(2).describe('Parts of one large file in flight at once.'),
      })
      .prefault({})
      .describe('How much goes on at once.'),
    partSize: size.default('64MB').describe('Bytes of a part of a large file, the unit of checkpoint.'),
    format: formatSchema.prefault({}),
    columns: columns.default('stop'),
    match: z
      .number()
      .min(0)
      .max(100)
      .default(70)
      .describe('Per cent of the columns of a file that its table must have, by name, for the file to belong to it.'),
    duplicates: duplicates.default('skip'),
    tolerance: z
      .strictObject({
        rows: z.number().int().min(0).default(0).describe('Rows that may be rejected.'),
        percent: z
          .number()
          .min(0)
          .max(100)
          .default(0)
          .describe('Or this share of the rows of the file, where that is more.'),
      })
      .prefault({})
      .describe(
        'How many rows of a file may be rejected, and the others loaded; more, and the file fails. Rejected rows stand in a quarantine file.',
      ),
    verify: z.enum(VERIFY_LEVELS).default('aggregates').describe('Proof before rows become visible.'),
    backups: z
      .strictObject({
        schema: word.default('bkp').describe('Schema of the backups.'),
        keep: z
          .number()
          .int()
          .min(0)
          .max(1000)
          .default(5)
          .describe('Backups of a table that are kept; 0: none are made.'),
        maxAge: duration.default('90d').describe('Backups that are older are removed; the newest of a table stays.'),
      })
      .prefault({})
      .describe('What is kept of rows that a full load replaces.'),
    tracking: word
      .default('ref.File_Monitor_Tracking')
      .describe('Table in the target that tracks files, `schema.table`, or a table of `schema`; created when missing.'),
    referenceConfig: word
      .default('ref.Reference_Data_Cfg')
      .describe(
        'Table in the target with a record of each reference table, `schema.table`, or a table of `schema`; created when missing.',
      ),
    retention: z
      .strictObject({
        processed: duration.default('90d').describe('Files under `processed` are removed after this.'),
        error: duration.default('180d').describe('Files under `error` are removed after this.'),
        tracking: duration
          .default('365d')
          .describe('Rows of ended files, in tracking table and catalog, are removed after this.'),
      })
      .prefault({})
      .describe('What is tidied up, once a day.'),
    timeout: duration.default('4h').describe('One file may take no longer than this.'),
    alerts: z
      .strictObject({
        every: duration.default('10m').describe('Failed files are told of together, and no more often than this.'),
        backlog: z.number().int().min(1).default(10_000).describe('So many files that wait are worth a warning.'),
      })
      .prefault({})
      .describe('When people are told; whom, `notifications` says.'),
    files: z.array(fileRule).default([]).describe('What holds for some of the files, by their names.'),
  })
  .describe('A folder whose files are recognised, loaded into tables and filed away.');

export type DropFolder = z.infer<typeof dropFolderSchema>;
export type FileRule = z.infer<typeof fileRule>;
