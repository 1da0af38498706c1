/** The report on tables of a warehouse for a terminal, or in full for a text file. */
import type { MonthReport, TableReport } from '../../core/types/month-report';
import { formatBytes } from '../../core/units';
import { percent } from '../../report/day-chart';
import { keyText, missingDays, nullsOf, unusual } from '../../report/month-report-sheets';
import type { Colours } from '../core/colours';
import { count, duration, plural } from './format';
import { type Column, formatTable } from './table';
import { oneLine, printable, wrap } from './text';

export interface MonthReportLayout {
  colours: Colours;
  /** Of the terminal; undefined writes everything in full. */
  width?: number;
  /** A line for each table and nothing more. */
  summary: boolean;
}

/** Nothing is left out but by `summary`: every gap, anomaly, duplicate and column that the report holds. */
export function monthReportText(report: MonthReport, layout: MonthReportLayout): string {
  const { colours } = layout;
  const { batch, environment, months, tables } = report;
  const about = [
    `${plural(tables.length, 'table')}, ${plural(
      tables.reduce((sum, { rows }) => sum + rows, 0),
      'row',
    )}`,
    months && months.length > 0 ? `months ${months.join(', ')}` : 'all months',
    `${report.at.slice(0, 19).replace('T', ' ')}Z`,
  ];
  const blocks = [`${colours.bold(oneLine(`${batch} in ${environment}`))}\n${about.join('; ')}`];
  if (tables.length > 0) blocks.push(overview(tables, layout));
  if (!layout.summary) blocks.push(...tables.map((table) => tableBlock(table, layout)));
  return blocks.join('\n\n');
}

/** Widest terminal in which a line for each table leaves out what stands below it all the same. */
const NARROW = 120;

function overview(tables: readonly TableReport[], { colours, width }: MonthReportLayout): string {
  const all: [Column, (table: TableReport) => string][] = [
    [{ title: 'TABLE', flexible: true }, ({ name }) => name],
    [{ title: 'STATUS' }, ({ status }) => status],
    [{ title: 'ROWS', align: 'right' }, ({ rows }) => count(rows)],
    [{ title: 'SIZE', align: 'right' }, ({ bytes }) => (bytes === undefined ? '' : formatBytes(bytes))],
    [{ title: 'FROM' }, ({ firstDay }) => firstDay ?? ''],
    [{ title: 'TO' }, ({ lastDay }) => lastDay ?? ''],
    [
      { title: 'MISSING', align: 'right' },
      (table) => (table.dateColumn === undefined ? '' : count(missingDays(table))),
    ],
    [{ title: 'ODD', align: 'right' }, (table) => (table.statistics === undefined ? '' : count(unusual(table).length))],
    [{ title: 'DUPLICATE', align: 'right' }, ({ duplicates }) => (duplicates ? count(duplicates.extraRows) : '')],
    [{ title: 'NULLS', align: 'right' }, (table) => count(nullsOf(table))],
  ];
  const isNarrow = width !== undefined && width < NARROW;
  const kept = isNarrow ? all.filter(([{ title }]) => !['SIZE', 'FROM', 'TO', 'NULLS'].includes(title)) : all;
  return formatTable(
    kept.map(([column]) => column),
    tables.map((table) => kept.map(([, text]) => text(table))),
    {
      width,
      paintTitle: colours.dim,
      paint: (cell, _row, column) => (column === 1 ? cell.replace(/\S+/, (word) => paintStatus(word, colours)) : cell),
    },
  );
}

const paintStatus = (status: string, colours: Colours): string =>
  status === 'ok' ? colours.green(status) : status === 'failed' ? colours.red(status) : colours.yellow(status);

function tableBlock(table: TableReport, layout: MonthReportLayout): string {
  const { colours, width } = layout;
  const { gaps, duplicates, columns, rows, notes } = table;
  const title = `${colours.bold(oneLine(table.name))}  ${paintStatus(table.status, colours)}`;
  const sentence = indented(table.sentence, width);
  const parts = [
    [title, ...sentence, ...facts(table, layout)].join('\n'),
    notes.flatMap((note) => indented(`note: ${note}`, width)).join('\n'),
    part('gaps', gaps, ['FROM', 'TO', 'DAYS'], [2], layout, ({ from, to, days }) => [from, to, count(days)]),
    part('anomalies', unusual(table), ['DAY', 'ROWS', 'FROM MEDIAN', 'CLASS'], [1, 2], layout, (each) => [
      each.day,
      count(each.rows),
      percent(each.difference),
      each.class,
    ]),
    part('duplicates', duplicates?.samples ?? [], ['ROWS', 'KEY'], [0], layout, (each) => [
      count(each.count),
      keyText(duplicates?.keyColumns ?? [], each.key),
    ]),
    part('columns', columns, ['COLUMN', 'TYPE', 'NULLS', 'NULLS %', 'LONGEST'], [2, 3, 4], layout, (each) => [
      each.name,
      each.nativeType,
      count(each.nulls),
      rows === 0 ? '' : ((each.nulls * 100) / rows).toFixed(2),
      each.maxLength === undefined ? '' : count(each.maxLength),
    ]),
  ];
  return parts.filter((each) => each !== '').join('\n');
}

function facts(table: TableReport, { colours, width }: MonthReportLayout): string[] {
  const { statistics: found, duplicates, bytes, firstDay, lastDay } = table;
  const missing = missingDays(table);
  const pairs: [string, string | undefined][] = [
    ['table', table.table],
    ['rows', `${count(table.rows)}${bytes === undefined ? '' : `, ${formatBytes(bytes)}`}`],
    [
      'days',
      firstDay === undefined || lastDay === undefined
        ? undefined
        : `${firstDay} to ${lastDay} by ${table.dateColumn ?? ''}: ${plural(table.days.length, 'day')} with rows, ${missing === 0 ? 'none missing' : `${count(missing)} missing in ${plural(table.gaps.length, 'gap')}`}`,
    ],
    [
      'per day',
      found &&
        `median ${count(Math.round(found.median))}, mean ${count(Math.round(found.mean))}, deviation ${count(Math.round(found.deviation))}, ${count(found.min)} to ${count(found.max)}; ${unusual(table).length === 0 ? 'nothing out of the ordinary' : plural(unusual(table).length, 'anomaly').replace('anomalys', 'anomalies')}`,
    ],
    [
      'keys',
      duplicates &&
        (duplicates.keys === 0
          ? `no duplicates by ${duplicates.keyColumns.join(', ')}`
          : `${plural(duplicates.keys, 'key')} of ${duplicates.keyColumns.join(', ')} more than once: ${plural(duplicates.extraRows, 'row')} too many`),
    ],
    ['nulls', `${count(nullsOf(table))} in ${plural(table.columns.length, 'column')}`],
    ['took', duration(table.seconds * 1000)],
  ];
  return pairs.flatMap(([label, text]) => {
    if (text === undefined) return [];
    const lines = width === undefined ? [printable(text)] : wrap(printable(text), Math.max(30, width - 10));
    return lines.map((line, at) => `  ${colours.dim((at === 0 ? label : '').padEnd(8))}${line}`);
  });
}

function part<T>(
  title: string,
  items: readonly T[],
  head: readonly string[],
  right: readonly number[],
  { colours, width }: MonthReportLayout,
  row: (item: T) => string[],
): string {
  if (items.length === 0) return '';
  const columns = head.map((name, index): Column => ({
    title: name,
    align: right.includes(index) ? 'right' : 'left',
    flexible: ['COLUMN', 'TYPE', 'KEY'].includes(name),
  }));
  const text = formatTable(columns, items.map(row), {
    ...(width !== undefined && { width: width - 4 }),
    paintTitle: colours.dim,
    paint: (cell) =>
      cell.startsWith('extremely ') ? colours.red(cell) : /^(low|high)\b/.test(cell) ? colours.yellow(cell) : cell,
  });
  return `  ${title}\n${text.replaceAll(/^/gm, '    ')}`;
}

const indented = (text: string, width: number | undefined): string[] =>
  (width === undefined ? [printable(text)] : wrap(printable(text), Math.max(30, width - 2))).map((line) => `  ${line}`);
