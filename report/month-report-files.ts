/** Files that a report on tables is written into. */
import type { MonthReport } from '../core/types/month-report';
import { csvOf } from './csv';
import { type ReportDetail, reportSheet, reportSheets } from './month-report-sheets';
import { workbookOf } from './workbook';

/** One of the report's tables as CSV: a row per table, or per day, gap, … of every table. */
export const monthReportCsv = (report: MonthReport, detail: ReportDetail = 'tables'): string =>
  csvOf(reportSheet(report, detail));

/** Everything, as an Excel workbook: sheets Summary, Days, Gaps, Anomalies, Duplicates and Columns. */
export const monthReportWorkbook = (report: MonthReport): Promise<Buffer> => workbookOf(reportSheets(report));
