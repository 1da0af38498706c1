/** What the forms of a run's report have in common: its facts and tables as plain text, not yet laid out. */
import type { ErrorReport } from '../../core/errors/longshore-error';
import { describePlace } from '../../core/errors/longshore-error';
import { formatBytes } from '../../core/units';
import { count, duration, plural } from './format';
import type { ReportedTable, RunReportDocument } from './report-document';
import { columnName, type ColumnProof, type FigureProof, resultText } from './verification';

export interface Grid {
  head: readonly string[];
  /** Columns whose cells are figures. */
  right: readonly number[];
  rows: readonly (readonly string[])[];
}

/** Facts about the run, each a label and its text. */
export function runFacts({ run, totals, longshore, createdAt }: RunReportDocument): [string, string][] {
  const took = run.seconds === undefined ? '' : `, took ${duration(run.seconds * 1000)}`;
  const speed = totals.rowsPerSecond === undefined ? '' : `, ${count(totals.rowsPerSecond)} rows/s`;
  return [
    ['set', run.set],
    ['from', run.from ?? ''],
    ['to', run.to],
    ['status', `${run.status}${run.dryRun ? ' (dry run)' : ''}`],
    ['started', `${moment(run.startedAt)} by ${run.triggeredBy}`],
    ['ended', run.finishedAt ? `${moment(run.finishedAt)}${took}` : 'not yet'],
    ['reason', run.reason ?? ''],
    [
      'moved',
      `${plural(totals.rows, 'row')}, ${formatBytes(totals.bytes)}, ${totals.published} of ${plural(totals.tables, 'table')} published${speed}`,
    ],
    ['configuration', `version ${run.configVersion}`],
    ['report', `${moment(createdAt)}, Longshore ${longshore}`],
  ].filter((fact): fact is [string, string] => fact[1] !== '');
}

export const moment = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')}Z`;

/** A line for each table. */
export function tablesGrid(tables: readonly ReportedTable[]): Grid {
  return {
    head: [
      'table',
      'state',
      'rows source',
      'rows target',
      'bytes',
      'rows/s',
      'took',
      'published by',
      'readers waited',
      'compared',
    ],
    right: [2, 3, 4, 5, 6, 8],
    rows: tables.map((table) => [
      table.table,
      table.state,
      count(table.rows.source),
      count(table.rows.target),
      formatBytes(table.bytes),
      table.rowsPerSecond === undefined ? '' : count(table.rowsPerSecond),
      table.seconds === undefined ? '' : duration(table.seconds * 1000),
      table.state === 'published' ? table.strategy : '',
      table.lockedMs === undefined ? '' : duration(table.lockedMs),
      table.compared,
    ]),
  };
}

/** What a line for each table says, where it has no room for it. */
export function speedFacts({ compared, rowsPerSecond, lockedMs }: ReportedTable): [string, string][] {
  return [
    ['compared', compared],
    ['speed', rowsPerSecond === undefined ? '' : `${count(rowsPerSecond)} rows/s`],
    ['readers waited', lockedMs === undefined ? '' : duration(lockedMs)],
  ].filter((fact): fact is [string, string] => fact[1] !== '');
}

/** What else is to be said of a table. */
export function tableFacts(table: ReportedTable): [string, string][] {
  const { verification: proof } = table;
  const fingerprint = proof?.fingerprint;
  return [
    ['source', table.source === table.table ? '' : table.source],
    ['rows', table.filter === 'all' ? '' : table.filter],
    ['mode', table.mode === 'replace' ? '' : table.mode],
    ['published by', [table.strategy, table.strategyReason].filter(Boolean).join(': ')],
    ['parts', String(table.parts)],
    [
      'fingerprint',
      fingerprint
        ? fingerprint.equal
          ? `${fingerprint.source}, equal on both sides`
          : `${fingerprint.source} in the source, ${fingerprint.target} in the target`
        : '',
    ],
  ].filter((fact): fact is [string, string] => fact[1] !== '');
}

/** Figures of both sides side by side, a line for each column. */
export function figuresGrid(columns: readonly ColumnProof[]): Grid {
  const names = ['nulls', 'sum', 'min', 'max'] as const;
  const isMasked = columns.some(({ mask }) => mask !== undefined);
  return {
    head: [
      'column',
      ...names.flatMap((name) => [`${name} source`, `${name} target`]),
      ...(isMasked ? ['mask'] : []),
      'result',
    ],
    right: [1, 2, 3, 4, 5, 6, 7, 8],
    rows: columns.map((column) => [
      columnName(column),
      ...names.flatMap((name) => {
        const figure = column.figures.find((each) => each.figure === name);
        return [sideText(column, figure, 'source'), sideText(column, figure, 'target')];
      }),
      ...(isMasked ? [column.mask ?? ''] : []),
      resultText(column),
    ]),
  };
}

function sideText({ units }: ColumnProof, figure: FigureProof | undefined, side: 'source' | 'target'): string {
  const value = figure?.[side];
  if (value === undefined || value === null) return '';
  return units && figure?.figure === 'sum' ? `${value} ${units[side]}` : value;
}

/** An error as lines: what happened, where, what to do next. */
export function errorLines({ code, message, place, next }: ErrorReport): { title: string; facts: [string, string][] } {
  const where = describePlace(place);
  return {
    title: `${code} ${message}`,
    facts: [...(where === '' ? [] : [['where', where] satisfies [string, string]]), ['next', next]],
  };
}

export function notificationLines({ notifications }: RunReportDocument): string[] {
  return notifications.map(({ event, channel, delivered, error, at }) =>
    delivered
      ? `${event} to ${channel}, ${moment(at)}`
      : `${event} to ${channel}, ${moment(at)}: not delivered${error ? `: ${error.message}` : ''}`,
  );
}
