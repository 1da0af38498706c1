import { existsSync, writeFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { writeAtomically } from '../../../config/file-edit';
import { LongshoreError } from '../../../core/errors/longshore-error';
import type { MonthReport } from '../../../core/types/month-report';
import { monthReportCsv, monthReportWorkbook } from '../../../report/month-report-files';
import { monthReportHtml } from '../../../report/month-report-html';
import { REPORT_DETAILS, type ReportDetail } from '../../../report/month-report-sheets';
import { EXIT } from '../../../schemas/constants';
import { coloursFor } from '../../core/colours';
import { createCommand } from '../../core/create-command';
import { monthsOf, taskRequest } from '../../core/month-request';
import { choice, flag, list, required, text } from '../../core/options';
import { monthReportText } from '../../output/month-report-text';

const FORMATS = ['text', 'json', 'csv', 'xlsx', 'html'] as const;
type Format = (typeof FORMATS)[number];

const BY_ENDING: Record<string, Format> = {
  '.json': 'json',
  '.csv': 'csv',
  '.xlsx': 'xlsx',
  '.html': 'html',
  '.htm': 'html',
  '.txt': 'text',
};

export const monthReport = createCommand({
  path: ['month', 'report'],
  summary: 'Report on tables of a batch: rows, dates, gaps, anomalies, duplicates, NULLs, size',
  details:
    'Asked of the warehouse by SQL. An HTML report is one page with charts and without scripts; an Excel file has a sheet each for tables, days, gaps, anomalies, duplicates and columns. ' +
    'Exit code 3 where a table could not be reported on.',
  args: { batch: required('BATCH', 'month batch of the configuration') },
  options: {
    table: list('TABLE', 'only this table of the batch; may be repeated', 't'),
    month: list('MONTH', 'only these months; may be repeated (default: all rows)', 'm'),
    format: choice(FORMATS, 'how it is written (default: by the name of the file, else text)'),
    detail: choice(REPORT_DETAILS, 'which of its tables a CSV holds (default: tables)'),
    output: text('FILE', 'write to a file', 'o'),
    replace: flag('overwrite the file'),
    summary: flag('a line for each table, without days, anomalies and duplicates'),
  },
  examples: [
    ['month report trades', 'all tables, to read'],
    ['month report trades --month 2024-01 --table TRADES --output trades.html', 'one table, to pass on'],
    ['month report trades --output trades.xlsx', 'for Excel'],
    ['month report trades --format csv --detail days', 'rows of every day'],
  ],
  async run(context, { args: { batch }, options }) {
    const file = options.output === undefined ? undefined : resolve(context.io.cwd, options.output);
    if (file !== undefined && existsSync(file) && !options.replace)
      throw new LongshoreError(
        'USAGE',
        `${options.output} is there already.`,
        { file },
        { next: 'Choose another name, or overwrite it with --replace.' },
      );
    const format = options.format ?? formatOf(options.output, context.global.json);
    if (format === 'xlsx' && file === undefined)
      throw new LongshoreError(
        'USAGE',
        'An Excel file is not for the terminal.',
        {},
        { next: 'Name a file with --output.' },
      );
    const client = await context.connect();
    const months = monthsOf(context, options.month);
    const { report } = await client.months.task<'report'>(
      batch,
      {
        kind: 'report',
        ...(options.table.length > 0 && { tables: options.table }),
        ...(months.length > 0 && { months }),
      },
      await taskRequest(context),
    );
    const isPartial = report.tables.some(({ status }) => status === 'failed');
    if (file === undefined) {
      const layout = { colours: context.colours, width: context.width, summary: options.summary };
      context.io.out(
        format === 'text' ? `${monthReportText(report, layout)}\n` : written(report, format, options.detail),
      );
    } else {
      if (format === 'xlsx') writeFileSync(file, await monthReportWorkbook(report));
      else if (format === 'text')
        writeAtomically(
          file,
          `${monthReportText(report, { colours: coloursFor({ env: {}, outIsTerminal: false }, false), width: undefined, summary: options.summary })}\n`,
        );
      else writeAtomically(file, written(report, format, options.detail));
      context.note(`The report of ${report.tables.length} tables is in ${file}.`);
      if (context.global.json) context.result({ file, format, tables: report.tables.length }, () => '');
    }
    return isPartial ? EXIT.partial : EXIT.done;
  },
});

function formatOf(name: string | undefined, json: boolean): Format {
  const known = name === undefined ? undefined : BY_ENDING[extname(name).toLowerCase()];
  return known ?? (json ? 'json' : 'text');
}

function written(
  report: MonthReport,
  format: Exclude<Format, 'text' | 'xlsx'> | Format,
  detail?: ReportDetail,
): string {
  switch (format) {
    case 'csv':
      return monthReportCsv(report, detail);
    case 'html':
      return monthReportHtml(report);
    default:
      return `${JSON.stringify(report, null, 2)}\n`;
  }
}
