/** A run as a page: what it was, what arrived, and the proof. */
import type { RunRecord, RunTableRecord } from '../../catalog';
import type { RunDetails } from '../../client';
import { compareAggregates, type TableVerdict } from '../../core/verify/compare-aggregates';
import type { ErrorReport } from '../../core/errors/longshore-error';
import type { Colours } from '../core/colours';
import { renderError } from '../core/errors';
import { count, duration, moment, plural } from './format';
import { formatTable } from './table';
import { oneLine, printable } from './text';

export interface ReportOptions {
  colours: Colours;
  /** Of the terminal; undefined writes everything in full. */
  width?: number;
  /** Also every figure that was compared, column by column. */
  figures: boolean;
}

/** Both sides' figures of a table, compared; undefined before they were taken. */
export function verdictOf({ sourceAggregates, targetAggregates, plan }: RunTableRecord): TableVerdict | undefined {
  return sourceAggregates && targetAggregates
    ? compareAggregates(sourceAggregates, targetAggregates, plan.columns)
    : undefined;
}

export function runReport({ run, tables }: RunDetails, options: ReportOptions): string {
  const { colours, width } = options;
  const blocks = [head(run, colours)];
  if (tables.length > 0) blocks.push(verificationTable(tables, options));
  if (options.figures) blocks.push(...tables.flatMap((table) => figuresOf(table, options)));
  const warnings = [
    ...(run.plan?.warnings ?? []),
    ...tables.flatMap((table) => table.warnings.map((warning) => `${table.tableId}: ${warning}`)),
  ];
  if (warnings.length > 0)
    blocks.push(
      [...new Set(warnings)].map((warning) => `${colours.yellow('warning')} ${printable(warning)}`).join('\n'),
    );
  const errors = failures(run, tables);
  if (errors.length > 0) blocks.push(errors.map((error) => renderError(error, colours, width)).join('\n'));
  return blocks.join('\n\n');
}

/** Errors of tables and of the run, each told once; that a run was cancelled is told by the run. */
function failures(run: RunRecord, tables: RunTableRecord[]): ErrorReport[] {
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
  const ends = run.plan ? `${run.plan.from} → ${run.plan.to}` : `→ ${run.target}`;
  const lines = [
    `${colours.bold(run.runId)}  ${paintStatus(run.status, colours)}${run.dryRun ? ' (dry run)' : ''}`,
    `${run.name}: ${ends}, configuration version ${run.configVersion}`,
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
      compared(table, verdict),
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

function compared({ plan, sourceAggregates }: RunTableRecord, verdict: TableVerdict | undefined): string {
  if (!verdict) return plan.verify === 'none' ? 'not asked for' : sourceAggregates ? 'source only' : '';
  if (verdict.columns.every(({ verdict: each }) => each === 'not-compared'))
    return verdict.rows.equal ? 'rows equal' : 'rows differ';
  const differing = verdict.columns.filter(({ verdict: each }) => each === 'different').length;
  if (differing > 0) return `${plural(differing, 'column')} differ`;
  const equal = verdict.columns.filter(({ verdict: each }) => each === 'equal').length;
  return `rows, ${equal} of ${plural(verdict.columns.length, 'column')} equal`;
}

/** Every figure of a table: one value where both sides agree, both where they do not. */
function figuresOf(table: RunTableRecord, { colours, width }: ReportOptions): string[] {
  const verdict = verdictOf(table);
  const { sourceAggregates: source, targetAggregates: target } = table;
  if (!verdict || !source || !target || verdict.columns.length === 0) return [];
  const rows = verdict.columns.map((column) => {
    const left = source.columns.find((figures) => figures.column === column.source);
    const right = target.columns.find((figures) => figures.column === column.target);
    const figure = (name: 'nulls' | 'sum' | 'min' | 'max'): string => {
      const [a, b] = [left?.[name] ?? null, right?.[name] ?? null];
      const differs = column.different.some((pair) => pair.figure === name);
      return differs ? `${a ?? 'none'} ≠ ${b ?? 'none'}` : (a ?? b ?? '');
    };
    return [
      column.source === column.target ? column.source : `${column.source} → ${column.target}`,
      figure('nulls'),
      figure('sum'),
      figure('min'),
      figure('max'),
      column.verdict,
    ];
  });
  const columns = [
    { title: 'COLUMN', flexible: true },
    { title: 'NULLS', align: 'right' },
    { title: 'SUM', align: 'right', flexible: true },
    { title: 'MIN', align: 'right', flexible: true },
    { title: 'MAX', align: 'right', flexible: true },
    { title: 'RESULT' },
  ] as const;
  const paint = (cell: string, _row: number, column: number): string =>
    column === 5
      ? cell.replace(/\S+/, (result) =>
          result === 'equal'
            ? colours.green(result)
            : result === 'different'
              ? colours.red(result)
              : colours.yellow(result),
        )
      : cell;
  return [
    `${colours.bold(oneLine(table.tableId))}\n${formatTable(columns, rows, { width, paintTitle: colours.dim, paint })}`,
  ];
}
