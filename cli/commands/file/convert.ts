import { LongshoreError } from '../../../core/errors/longshore-error';
import { EXIT } from '../../../schemas/constants';
import { convertToCsv, convertToParquet, type Conversion } from '../../../storage/files';
import { createCommand } from '../../core/create-command';
import { choice, several, text } from '../../core/options';
import { renderConversions } from '../../output/file-conversion';
import { eachFile, exitOf, type Outcome } from './each-file';
import { FORMAT_OPTIONS, formatOptions } from './format-options';
import { makeFolders, OUTPUT_FORMATS, planOutputs } from './outputs';

export const fileConvert = createCommand({
  path: ['file', 'convert'],
  summary: 'Write delimited files anew, as clean CSV or as Parquet',
  details:
    'What is written are the rows that a load would load, every value as it stands in the file. CSV is UTF-8 by RFC 4180: commas, double quotes, lines ' +
    'that end with CRLF, the header as found (rows of a header of several joined by a blank). Parquet has the types that all values of a column have. ' +
    'A file becomes NAME.csv or NAME.parquet, complete or not at all, in place of one that was there; a file without content becomes an empty CSV. ' +
    'Two files of one name are refused before anything is written. A file that cannot be converted does not keep the others. Needs no server and no configuration. ' +
    'Exit code 0: all rows of all files; 3: some rows or some files were left out; 1: no file was converted.',
  args: { files: several('FILE', 'files to convert') },
  options: {
    output: text('FILE', 'where one file goes; .csv or .parquet', 'o'),
    outputDir: text('FOLDER', 'where files go, as NAME.csv or NAME.parquet; made when missing'),
    format: choice(OUTPUT_FORMATS, 'what is written (default: by the name of --output, else csv)'),
    header: choice(['found', 'always'], 'header of a CSV: as found (default), or column_1, … where the file has none'),
    rejected: text('FOLDER', 'list the rows that were left out in NAME.rejected.csv, with line and reason'),
    ...FORMAT_OPTIONS,
  },
  examples: [
    ['file convert prices.txt --output prices.csv', 'one file, as clean CSV'],
    [
      'file convert exports/*.csv --output-dir clean --rejected clean/rejected',
      'many, with lists of what was left out',
    ],
    ['file convert bank.csv -o bank.parquet --date-order dmy', 'with types, and with days before months'],
  ],
  async run(context, { args, options }) {
    const format = formatOptions(options);
    const plan = planOutputs({
      cwd: context.io.cwd,
      files: args.files,
      output: options.output,
      outputDir: options.outputDir,
      rejected: options.rejected,
      format: options.format,
    });
    if (plan.format === 'csv') refuseTypes(options);
    else if (options.header === 'always')
      throw new LongshoreError('USAGE', '--header is for CSV: columns of a Parquet file always have names.');
    await makeFolders(plan.outputs);
    const outcomes = await eachFile(context, args.files, plan.format === 'csv' ? 1 : 2, (file, reading, index) => {
      const { to, rejected } = plan.outputs[index]!;
      const how = { ...reading, format, rejected, alwaysHeader: options.header === 'always' };
      return plan.format === 'csv' ? convertToCsv(file, to, how) : convertToParquet(file, to, how);
    });
    if (outcomes === undefined) return EXIT.cancelled;
    context.result(
      summary(
        outcomes,
        plan.outputs.map(({ to }) => to),
        plan.format,
      ),
      () => renderConversions(outcomes, context),
    );
    return exitOf(outcomes, ({ rejected }) => rejected === 0);
  },
});

/** Options that say what values mean change nothing in a CSV, where values stay as they stand. */
function refuseTypes(options: { null: string[]; decimalMark?: string; dateOrder?: string }): void {
  const given = [
    options.null.length > 0 && '--null',
    options.decimalMark !== undefined && '--decimal-mark',
    options.dateOrder !== undefined && '--date-order',
  ].find(Boolean);
  if (given)
    throw new LongshoreError(
      'USAGE',
      `${given} has no meaning for CSV: values are written as they stand.`,
      {},
      { next: 'Leave it out, or convert to Parquet.' },
    );
}

/** What `--json` prints. */
function summary(outcomes: readonly Outcome<Conversion>[], outputs: readonly string[], format: string): object {
  const files = outcomes.map((outcome, index) =>
    'error' in outcome
      ? { file: outcome.file, error: outcome.error }
      : { file: outcome.file, output: outputs[index], format, ...outcome.result },
  );
  const done = outcomes.flatMap((outcome) => ('error' in outcome ? [] : [outcome.result]));
  return {
    converted: done.length,
    failed: outcomes.length - done.length,
    rows: done.reduce((sum, { rows }) => sum + rows, 0),
    rejected: done.reduce((sum, { rejected }) => sum + rejected, 0),
    files,
  };
}
