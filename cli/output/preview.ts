/** What a run would do: tables in load order with their filters, sizes, time and strategy. */
import type { RunTableRecord } from '../../catalog';
import type { RunDetails } from '../../client';
import { formatBytes } from '../../core/units';
import type { RowFilter, TablePlan } from '../../core/types/transfer';
import { tableId } from '../../core/types/table';
import type { Colours } from '../core/colours';
import { count, duration, plural } from './format';
import { warningsOf } from './run-report';
import { formatTable } from './table';
import { oneLine, printable } from './text';

/** Rows a second, for tables that have never run. */
export const DEFAULT_ROWS_PER_SECOND = 100_000;

export interface Estimate {
  table: string;
  rows: number;
  bytes: number;
  /** Undefined where the database has no estimate. */
  seconds?: number;
  /** Where the speed is from. */
  basis: 'past runs' | 'default';
}

/** How long each table may take, by the speed of its past runs. */
export function estimates(tables: readonly RunTableRecord[], speeds: ReadonlyMap<string, number>): Estimate[] {
  return tables.map(({ tableId: table, plan }) => {
    const { rows, bytes } = plan.preview ?? { rows: plan.source.estimatedRows, bytes: plan.source.estimatedBytes };
    const speed = speeds.get(table);
    const seconds = rows < 0 ? undefined : rows / (speed ?? DEFAULT_ROWS_PER_SECOND);
    return { table, rows, bytes, seconds, basis: speed === undefined ? 'default' : 'past runs' };
  });
}

/** Rows a second of each table, the latest of its runs that moved rows counting. */
export function speedsOf(past: readonly RunTableRecord[]): Map<string, number> {
  const speeds = new Map<string, number>();
  for (const { tableId: table, phase, rowsLoaded, startedAt, finishedAt } of past) {
    if (speeds.has(table) || phase !== 'published' || rowsLoaded === 0 || !startedAt || !finishedAt) continue;
    const seconds = (finishedAt.getTime() - startedAt.getTime()) / 1000;
    if (seconds > 0) speeds.set(table, rowsLoaded / seconds);
  }
  return speeds;
}

export function previewReport(
  { run, tables }: RunDetails,
  figures: readonly Estimate[],
  options: { colours: Colours; width?: number; sql: boolean },
): string {
  const { colours, width, sql } = options;
  const plan = run.plan;
  const columns = [
    { title: '#', align: 'right' },
    { title: 'TABLE', flexible: true },
    { title: 'ROWS', align: 'right' },
    { title: 'SIZE', align: 'right' },
    { title: 'TIME', align: 'right' },
    { title: 'MODE' },
    { title: 'PUBLISHED BY' },
    { title: 'ROWS CHOSEN BY', flexible: true },
    { title: 'WHY', flexible: true },
  ] as const;
  const rows = tables.map((table, index) => {
    const figure = figures[index];
    return [
      String(index + 1),
      namesOf(table.plan),
      figure && figure.rows >= 0 ? `~${count(figure.rows)}` : 'unknown',
      figure && figure.bytes >= 0 ? `~${formatBytes(figure.bytes)}` : 'unknown',
      figure?.seconds === undefined ? 'unknown' : `~${duration(figure.seconds * 1000)}`,
      table.plan.mode,
      table.plan.strategy,
      filterText(table.plan.filter),
      table.plan.strategyReason,
    ];
  });
  const blocks = [
    `${colours.bold(run.name)}: ${plan?.from ?? '?'} → ${plan?.to ?? run.target}, ${plural(tables.length, 'table')} in load order, published ${plan?.publish === 'table' ? 'one by one' : 'all at once'}. Nothing was moved.`,
    formatTable(columns, rows, { width, paintTitle: colours.dim }),
    totals(figures, plan?.parallelTables ?? 1),
  ];
  if (sql) blocks.push(...tables.map(({ plan: table }) => statements(table, colours)));
  const warnings = warningsOf({ run, tables });
  if (warnings.length > 0)
    blocks.push(warnings.map((warning) => `${colours.yellow('warning')} ${printable(warning)}`).join('\n'));
  return blocks.join('\n\n');
}

const namesOf = ({ source, targetRef }: TablePlan): string =>
  tableId(source.ref) === tableId(targetRef) ? tableId(targetRef) : `${tableId(source.ref)} → ${tableId(targetRef)}`;

/** `all`, or the conditions as they were written. */
export function filterText({ where, dates, limit }: RowFilter): string {
  const parts = [
    where && oneLine(where),
    dates &&
      [
        dates.from && `${dates.column} from ${dates.from}`,
        dates.until && `${dates.from ? '' : `${dates.column} `}until ${dates.until}`,
      ]
        .filter(Boolean)
        .join(' '),
    limit !== undefined && `first ${count(limit)}`,
  ];
  return parts.filter(Boolean).join(', ') || 'all';
}

/** Tables go side by side, so the whole takes no longer than their sum and no less than the longest. */
export function totalSeconds(figures: readonly Estimate[], lanes: number): number | undefined {
  const seconds = figures.map((figure) => figure.seconds);
  if (seconds.length === 0 || seconds.some((each) => each === undefined)) return undefined;
  const known = seconds as number[];
  return Math.max(Math.max(...known), known.reduce((sum, each) => sum + each, 0) / Math.max(1, lanes));
}

function totals(figures: readonly Estimate[], lanes: number): string {
  const sum = (numbers: number[]): number =>
    numbers.filter((each) => each > 0).reduce((total, each) => total + each, 0);
  const seconds = totalSeconds(figures, lanes);
  const measured = figures.filter(({ basis }) => basis === 'past runs').length;
  const basis =
    measured === figures.length && measured > 0
      ? 'the speed of past runs'
      : `${measured > 0 ? 'the speed of past runs, and for tables that never ran ' : ''}${count(DEFAULT_ROWS_PER_SECOND)} rows/s`;
  const time = seconds === undefined ? 'time unknown' : `~${duration(seconds * 1000)} by ${basis}`;
  return `In all ~${count(sum(figures.map((each) => each.rows)))} rows, ~${formatBytes(sum(figures.map((each) => each.bytes)))}, ${time}.`;
}

function statements(plan: TablePlan, colours: Colours): string {
  const sql = [
    ...plan.evolve,
    ...(plan.preview?.create ? [plan.preview.create] : []),
    ...(plan.preview ? [plan.preview.select] : []),
  ];
  return [colours.bold(`-- ${oneLine(namesOf(plan))}`), ...sql.map((statement) => `${printable(statement)};`)].join(
    '\n',
  );
}
