/** A report on tables of a warehouse as sheets: a row per table, and in full what each row sums up. */
import type { MonthReport, TableReport } from '../core/types/month-report';
import type { Cell, CellKind, Sheet } from './sheet';

export const REPORT_DETAILS = ['tables', 'days', 'gaps', 'anomalies', 'duplicates', 'columns'] as const;
export type ReportDetail = (typeof REPORT_DETAILS)[number];

/** One of the sheets. */
export const reportSheet = (report: MonthReport, detail: ReportDetail): Sheet => SHEETS[detail](report);

/** All of them, the tables first. */
export const reportSheets = (report: MonthReport): Sheet[] =>
  REPORT_DETAILS.map((detail) => reportSheet(report, detail));

/** Days that are out of the ordinary. */
export const unusual = ({ anomalies }: TableReport): TableReport['anomalies'] =>
  anomalies.filter((each) => each.class !== 'ordinary');

/** Expected days without rows. */
export const missingDays = ({ gaps }: TableReport): number => gaps.reduce((sum, { days }) => sum + days, 0);

/** NULLs of all columns. */
export const nullsOf = ({ columns }: TableReport): number => columns.reduce((sum, { nulls }) => sum + nulls, 0);

const SHEETS: Record<ReportDetail, (report: MonthReport) => Sheet> = {
  tables: (report) =>
    sheet(
      'Summary',
      [
        ['Table', 'text'],
        ['In the warehouse', 'text'],
        ['Status', 'text'],
        ['Rows', 'figure'],
        ['Bytes', 'figure'],
        ['Date column', 'text'],
        ['First day', 'day'],
        ['Last day', 'day'],
        ['Days', 'figure'],
        ['Missing days', 'figure'],
        ['Gaps', 'figure'],
        ['Anomalies', 'figure'],
        ['Median per day', 'fraction'],
        ['Mean per day', 'fraction'],
        ['Deviation', 'fraction'],
        ['Least per day', 'figure'],
        ['Most per day', 'figure'],
        ['Key columns', 'text'],
        ['Duplicate keys', 'figure'],
        ['Extra rows', 'figure'],
        ['Columns', 'figure'],
        ['Nulls', 'figure'],
        ['Finding', 'text'],
        ['Notes', 'text'],
        ['Seconds', 'fraction'],
      ],
      report.tables.map((table) => [
        table.name,
        table.table,
        table.status,
        table.rows,
        table.bytes,
        table.dateColumn,
        table.firstDay,
        table.lastDay,
        table.dateColumn === undefined ? undefined : table.days.length,
        table.dateColumn === undefined ? undefined : missingDays(table),
        table.dateColumn === undefined ? undefined : table.gaps.length,
        table.statistics && unusual(table).length,
        table.statistics?.median,
        table.statistics?.mean,
        table.statistics?.deviation,
        table.statistics?.min,
        table.statistics?.max,
        table.duplicates?.keyColumns.join(', '),
        table.duplicates?.keys,
        table.duplicates?.extraRows,
        table.columns.length,
        nullsOf(table),
        table.sentence,
        table.notes.join('; '),
        table.seconds,
      ]),
    ),
  days: (report) =>
    sheet(
      'Days',
      [
        ['Table', 'text'],
        ['Day', 'day'],
        ['Rows', 'figure'],
        ['Difference from the median in %', 'fraction'],
        ['Class', 'text'],
      ],
      report.tables.flatMap((table) => {
        const found = new Map(table.anomalies.map((each) => [each.day, each]));
        const median = table.statistics?.median;
        return table.days.map(([day, rows]) => {
          const difference = found.get(day)?.difference ?? (median ? ((rows - median) * 100) / median : undefined);
          return [table.name, day, rows, difference, found.get(day)?.class];
        });
      }),
    ),
  gaps: (report) =>
    sheet(
      'Gaps',
      [
        ['Table', 'text'],
        ['From', 'day'],
        ['To', 'day'],
        ['Days', 'figure'],
      ],
      report.tables.flatMap((table) => table.gaps.map(({ from, to, days }) => [table.name, from, to, days])),
    ),
  anomalies: (report) =>
    sheet(
      'Anomalies',
      [
        ['Table', 'text'],
        ['Day', 'day'],
        ['Rows', 'figure'],
        ['Difference from the median in %', 'fraction'],
        ['Class', 'text'],
        ['Median', 'fraction'],
      ],
      report.tables.flatMap((table) =>
        unusual(table).map((each) => [
          table.name,
          each.day,
          each.rows,
          each.difference,
          each.class,
          table.statistics?.median,
        ]),
      ),
    ),
  duplicates: (report) =>
    sheet(
      'Duplicates',
      [
        ['Table', 'text'],
        ['Key', 'text'],
        ['Rows', 'figure'],
      ],
      report.tables.flatMap((table) =>
        (table.duplicates?.samples ?? []).map(({ key, count }) => [
          table.name,
          keyText(table.duplicates?.keyColumns ?? [], key),
          count,
        ]),
      ),
    ),
  columns: (report) =>
    sheet(
      'Columns',
      [
        ['Table', 'text'],
        ['Column', 'text'],
        ['Type', 'text'],
        ['Nulls', 'figure'],
        ['Nulls in %', 'fraction'],
        ['Longest', 'figure'],
      ],
      report.tables.flatMap((table) =>
        table.columns.map(({ name, nativeType, nulls, maxLength }) => [
          table.name,
          name,
          nativeType,
          nulls,
          table.rows === 0 ? undefined : (nulls * 100) / table.rows,
          maxLength,
        ]),
      ),
    ),
};

/** `id=17, day=NULL`. */
export const keyText = (columns: readonly string[], key: readonly (string | null)[]): string =>
  key.map((value, index) => `${columns[index] ?? index + 1}=${value ?? 'NULL'}`).join(', ');

const sheet = (title: string, columns: readonly [string, CellKind][], rows: readonly (readonly Cell[])[]): Sheet => ({
  title,
  columns: columns.map(([name, kind]) => ({ title: name, kind })),
  rows,
});
