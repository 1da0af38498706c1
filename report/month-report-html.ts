/** The report on tables of a warehouse as one HTML page, with a chart of the rows per day of each. */
import { count, plural, span } from '../core/notify/words';
import { formatBytes } from '../core/units';
import type { MonthReport, TableReport } from '../core/types/month-report';
import { CHART_LEGEND, CHART_STYLE, dayChart, percent } from './day-chart';
import { badge, facts, grid, list, page, section, text } from './html';
import { keyText, missingDays, nullsOf, unusual } from './month-report-sheets';

/** Everything that the report holds, nothing shortened: a page that loads nothing and needs no script. */
export function monthReportHtml(report: MonthReport): string {
  const { batch, environment, at, months, tables } = report;
  const overall: [string, string][] = [
    ['batch', batch],
    ['environment', environment],
    ['made', `${at.slice(0, 19).replace('T', ' ')}Z`],
    ['months', months && months.length > 0 ? months.join(', ') : 'all'],
    [
      'tables',
      `${count(tables.length)}, ${plural(
        sum(tables, ({ rows }) => rows),
        'row',
      )}`,
    ],
  ];
  const body = [
    `<header><h1>${text(`${batch} in ${environment}`)}</h1>${badge(worst(tables))}</header>`,
    facts(overall),
    tables.length === 0 ? '' : section('Tables', grid(overview(tables), 1)),
    ...tables.map(tableSection),
  ];
  return page(`${batch} in ${environment}: report`, body, CHART_STYLE);
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((all, item) => all + of(item), 0);

function worst(tables: readonly TableReport[]): TableReport['status'] {
  const has = (status: TableReport['status']): boolean => tables.some((table) => table.status === status);
  return has('failed') ? 'failed' : has('warning') ? 'warning' : 'ok';
}

const overview = (tables: readonly TableReport[]) => ({
  head: [
    'table',
    'status',
    'rows',
    'size',
    'first day',
    'last day',
    'missing days',
    'anomalies',
    'duplicates',
    'nulls',
  ],
  right: [2, 3, 6, 7, 8, 9],
  rows: tables.map((table) => [
    table.name,
    table.status,
    count(table.rows),
    table.bytes === undefined ? '' : formatBytes(table.bytes),
    table.firstDay ?? '',
    table.lastDay ?? '',
    table.dateColumn === undefined ? '' : count(missingDays(table)),
    table.statistics === undefined ? '' : count(unusual(table).length),
    table.duplicates === undefined ? '' : count(table.duplicates.extraRows),
    count(nullsOf(table)),
  ]),
});

function tableSection(table: TableReport): string {
  const chart = dayChart(table);
  const parts = [
    `<p>${text(table.sentence)}</p>`,
    facts(tableFacts(table)),
    list(table.notes, 'warning'),
    chart === '' ? '' : `${chart}\n${CHART_LEGEND}`,
    part('Gaps', table.gaps.length, () =>
      grid({
        head: ['from', 'to', 'days'],
        right: [2],
        rows: table.gaps.map(({ from, to, days }) => [from, to, count(days)]),
      }),
    ),
    part('Anomalies', unusual(table).length, () =>
      grid(
        {
          head: ['day', 'rows', 'from the median', 'class'],
          right: [1, 2],
          rows: unusual(table).map((each) => [each.day, count(each.rows), percent(each.difference), each.class]),
        },
        3,
      ),
    ),
    part('Duplicates', table.duplicates?.samples.length ?? 0, () =>
      grid({
        head: ['key', 'rows'],
        right: [1],
        rows: (table.duplicates?.samples ?? []).map((sample) => [
          keyText(table.duplicates?.keyColumns ?? [], sample.key),
          count(sample.count),
        ]),
      }),
    ),
    part('Columns', table.columns.length, () =>
      grid({
        head: ['column', 'type', 'nulls', 'nulls in %', 'longest'],
        right: [2, 3, 4],
        rows: table.columns.map(({ name, nativeType, nulls, maxLength }) => [
          name,
          nativeType,
          count(nulls),
          table.rows === 0 ? '' : ((nulls * 100) / table.rows).toFixed(2),
          maxLength === undefined ? '' : count(maxLength),
        ]),
      }),
    ),
  ];
  return [
    `<details${table.status === 'ok' ? '' : ' open'}>`,
    `<summary><h3>${text(table.name)}</h3>${badge(table.status)} <span>${text(plural(table.rows, 'row'))}</span></summary>`,
    ...parts.filter((each) => each !== ''),
    '</details>',
  ].join('\n');
}

const part = (title: string, items: number, content: () => string): string =>
  items === 0 ? '' : `<h4>${title}</h4>\n${content()}`;

function tableFacts(table: TableReport): [string, string][] {
  const { statistics: found, duplicates } = table;
  const all: [string, string][] = [
    ['in the warehouse', table.table],
    ['rows', count(table.rows)],
    ['size', table.bytes === undefined ? '' : formatBytes(table.bytes)],
    ['date column', table.dateColumn ?? ''],
    ['days', daysText(table)],
    [
      'rows per day',
      found
        ? `median ${count(found.median)}, mean ${count(found.mean)}, deviation ${count(found.deviation)}, ${count(found.min)} to ${count(found.max)}`
        : '',
    ],
    ['tolerance', table.tolerance === undefined ? '' : `${table.tolerance} % of the median`],
    [
      'duplicates',
      duplicates
        ? `${plural(duplicates.keys, 'key')} of ${duplicates.keyColumns.join(', ')} more than once, ${plural(duplicates.extraRows, 'row')} too many`
        : '',
    ],
    ['took', span(table.seconds)],
  ];
  return all.filter(([, value]) => value !== '');
}

function daysText({ firstDay, lastDay, days, ...table }: TableReport): string {
  if (firstDay === undefined || lastDay === undefined) return '';
  const missing = missingDays({ firstDay, lastDay, days, ...table });
  return `${firstDay} to ${lastDay}: ${plural(days.length, 'day')} with rows, ${missing === 0 ? 'none missing' : `${count(missing)} missing`}`;
}
