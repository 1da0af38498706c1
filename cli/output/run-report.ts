/** A run as a page: what it was, what arrived, and the proof. */
import type { RunRecord, RunTableRecord } from '../../catalog';
import type { RunDetails } from '../../client';
import type { ErrorReport } from '../../core/errors/longshore-error';
import type { ReferenceFinding } from '../../core/types/transfer';
import type { Colours } from '../core/colours';
import { renderError } from '../core/errors';
import { count, duration, moment } from './format';
import { formatTable } from './table';
import { oneLine, printable } from './text';
import { columnName, comparedText, figureText, referenceText, resultText, verdictOf } from './verification';

export interface ReportOptions {
  colours: Colours;
  /** Of the terminal; undefined writes everything in full. */
  width?: number;
  /** Also every figure that was compared, column by column. */
  figures: boolean;
}

export function runReport({ run, tables, notifications }: RunDetails, options: ReportOptions): string {
  const { colours, width } = options;
  const blocks = [head(run, colours)];
  if (tables.length > 0) blocks.push(verificationTable(tables, options));
  if (options.figures) blocks.push(...tables.flatMap((table) => figuresOf(table, options)));
  const warnings = [...warningsOf({ run, tables }), ...notifications.flatMap(undelivered)];
  if (warnings.length > 0)
    blocks.push(warnings.map((warning) => `${colours.yellow('warning')} ${printable(warning)}`).join('\n'));
  const errors = failures(run, tables);
  if (errors.length > 0) blocks.push(errors.map((error) => renderError(error, colours, width)).join('\n'));
  return blocks.join('\n\n');
}

/** Warnings of the run and of its tables, each told once, a table's with its name. */
export function warningsOf({ run, tables }: Pick<RunDetails, 'run' | 'tables'>): string[] {
  const named = (table: string, warning: string): string =>
    warning.startsWith(`${table}: `) ? warning : `${table}: ${warning}`;
  return [
    ...new Set([
      ...(run.plan?.warnings ?? []),
      ...tables.flatMap(({ tableId, warnings }) => warnings.map((warning) => named(tableId, warning))),
    ]),
  ];
}

/** A message that did not get through is no error of the run, and nobody else would say so. */
const undelivered = ({ channel, event, delivered, error }: RunDetails['notifications'][number]): string[] =>
  error
    ? [`${delivered ? 'Not everybody' : 'Nobody'} heard of \`${event}\` by ${channel}: ${error.code}: ${error.message}`]
    : [];

/** Errors of tables and of the run, each told once; that a run was cancelled is told by the run. */
export function failures(run: RunRecord, tables: RunTableRecord[]): ErrorReport[] {
  const all: (ErrorReport | undefined)[] = tables.map(
    (table) => table.error && { ...table.error, place: { table: table.tableId, ...table.error.place } },
  );
  const cancelled = (error: ErrorReport | undefined): boolean => error?.code === 'CANCELLED' && run.error !== undefined;
  all.push(run.error);
  const seen = new Set<string>();
  return all.filter((error): error is ErrorReport => {
    if (!error || (cancelled(error) && error !== run.error) || seen.has(`${error.code} ${error.message}`)) return false;
    seen.add(`${error.code} ${error.message}`);
    return true;
  });
}

export function paintStatus(status: string, colours: Colours): string {
  if (status === 'done' || status === 'published') return colours.green(status);
  if (status === 'failed' || status === 'refused') return colours.red(status);
  return status === 'partial' || status === 'cancelled' || status === 'paused'
    ? colours.yellow(status)
    : colours.cyan(status);
}

function head(run: RunRecord, colours: Colours): string {
  const took = run.finishedAt ? `, took ${duration(run.finishedAt.getTime() - run.startedAt.getTime())}` : '';
  const ends = run.plan ? `: ${run.plan.from} → ${run.plan.to}` : ` → ${run.target}`;
  const lines = [
    `${colours.bold(run.runId)}  ${paintStatus(run.status, colours)}${run.dryRun ? ' (dry run)' : ''}`,
    `${run.name}${ends}, configuration version ${run.configVersion}`,
    `started ${moment(run.startedAt)} by ${oneLine(run.triggeredBy)}${took}`,
  ];
  if (run.reason) lines.push(`reason: ${oneLine(run.reason)}`);
  return lines.join('\n');
}

function verificationTable(tables: RunTableRecord[], { colours, width }: ReportOptions): string {
  const roomy = width === undefined || width >= 120;
  const columns = [
    { title: 'TABLE', flexible: true },
    { title: 'STATE' },
    { title: roomy ? 'ROWS SOURCE' : 'SOURCE', align: 'right' },
    { title: roomy ? 'ROWS TARGET' : 'TARGET', align: 'right' },
    { title: 'COMPARED', flexible: true },
    { title: roomy ? 'PUBLISHED BY' : 'BY' },
    { title: roomy ? 'READERS WAITED' : 'WAITED', align: 'right' },
    { title: 'TOOK', align: 'right' },
  ] as const;
  const rows = tables.map((table) => {
    const verdict = verdictOf(table);
    return [
      table.tableId,
      table.phase,
      verdict ? count(verdict.rows.source) : count(table.rowsExtracted),
      verdict ? count(verdict.rows.target) : count(table.rowsLoaded),
      comparedText(table, verdict),
      table.phase === 'published' ? table.plan.strategy : '',
      table.lockedMs === undefined ? '' : duration(table.lockedMs),
      table.startedAt && table.finishedAt ? duration(table.finishedAt.getTime() - table.startedAt.getTime()) : '',
    ];
  });
  return formatTable(columns, rows, {
    width,
    paintTitle: colours.dim,
    paint: (cell, row, column) => {
      if (column === 1) return cell.replace(/\S+/, (status) => paintStatus(status, colours));
      return column === 4 && verdictOf(tables[row] as RunTableRecord)?.equal === false ? colours.red(cell) : cell;
    },
  });
}

/** Every figure of a table: one value where both sides agree, both where they do not. */
export function figuresOf(table: RunTableRecord, { colours, width }: Omit<ReportOptions, 'figures'>): string[] {
  const verdict = verdictOf(table);
  if (!verdict) return [];
  if (verdict.columns.length === 0) return references(verdict.references);
  const isMasked = verdict.columns.some(({ mask }) => mask !== undefined);
  const rows = verdict.columns.map((column) => [
    columnName(column),
    figureText(column, 'nulls'),
    figureText(column, 'sum'),
    figureText(column, 'min'),
    figureText(column, 'max'),
    resultText(column),
    ...(isMasked ? [column.mask ?? ''] : []),
  ]);
  const columns = [
    { title: 'COLUMN', flexible: true },
    { title: 'NULLS', align: 'right' },
    { title: 'SUM', align: 'right', flexible: true },
    { title: 'MIN', align: 'right', flexible: true },
    { title: 'MAX', align: 'right', flexible: true },
    { title: 'RESULT' },
    ...(isMasked ? [{ title: 'MASK' }] : []),
  ] as const;
  const paint = (cell: string, row: number, column: number): string => {
    if (column !== 5) return cell;
    const result = verdict.columns[row]?.verdict;
    return result === 'equal' ? colours.green(cell) : result === 'different' ? colours.red(cell) : colours.yellow(cell);
  };
  return [
    `${colours.bold(oneLine(table.tableId))}\n${formatTable(columns, rows, { width, paintTitle: colours.dim, paint })}`,
    ...references(verdict.references),
  ];
}

/** Foreign keys that were looked at; none, where there was nothing to look at. */
function references(found: readonly ReferenceFinding[]): string[] {
  if (found.length === 0) return [];
  const lines = found.map((reference) => `  ${oneLine(referenceText(reference))}`);
  return [['references', ...lines].join('\n')];
}
