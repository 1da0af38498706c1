/** What became of a batch as one HTML page, with every check of every file. */
import { batchTotals, fileName, rateText, verdictText } from '../core/month/batch-outcome';
import { count, moment, plural, span } from '../core/notify/words';
import type { MonthFileOutcome } from '../core/types/month';
import type { CheckResult, ColumnFacts, QualityResult } from '../core/types/quality';
import { formatBytes } from '../core/units';

import { rangeText } from './batch-sheets';
import type { BatchSummary } from './batch-summary';
import { CHART_LEGEND, CHART_STYLE, dayChart, percent } from './day-chart';
import { badge, facts, grid, list, page, section, text } from './html';
import { isoDay } from './sheet';

/** Everything that is known, nothing shortened: a page that loads nothing and needs no script. `now`: while it runs. */
export function batchHtml(summary: BatchSummary, now: Date): string {
  const { batch, status, months, files, error } = summary;
  const body = [
    `<header><h1>${text(batch)}</h1>${badge(status)}</header>`,
    facts(batchFacts(summary, now)),
    error ? section('Error', errorBlock(error)) : '',
    months.length === 0 ? '' : section('Months', grid(monthGrid(summary), 1)),
    ...files.map((file) => fileSection(file, summary.quality[file.fileId]?.result)),
  ];
  return page(`${batch}: ${status}`, body, CHART_STYLE);
}

function batchFacts(summary: BatchSummary, now: Date): [string, string][] {
  const totals = batchTotals(summary, now);
  const rate = rateText(totals);
  const all: [string, string][] = [
    ['batch', summary.batchId],
    ['run', summary.runId],
    ['into', summary.target],
    ['started', `${moment(summary.startedAt)} by ${summary.triggeredBy}`],
    ['reason', summary.reason ?? ''],
    ['took', `${span(totals.seconds)}${rate === '' ? '' : `, ${rate}`}`],
    [
      'files',
      `${count(totals.loaded)} of ${count(totals.files)} ${summary.action === 'check' ? 'checked' : 'loaded'}, ${count(totals.failed)} failed, ${count(totals.skipped)} skipped`,
    ],
    ['rows', `${count(totals.rows)}, ${formatBytes(totals.bytes)} in ${plural(totals.parts, 'part')}`],
    ['checks', verdictText(totals)],
  ];
  return all.filter(([, value]) => value !== '');
}

const monthGrid = ({ months }: BatchSummary) => ({
  head: ['month', 'status', 'files', 'loaded', 'failed', 'skipped', 'rows', 'size', 'took', 'rate'],
  right: [2, 3, 4, 5, 6, 7, 8, 9],
  rows: months.map((each) => [
    each.month,
    each.status,
    count(each.files),
    count(each.loaded),
    count(each.failed),
    count(each.skipped),
    count(each.rows),
    formatBytes(each.bytes),
    span(each.seconds),
    rateText(each),
  ]),
});

const errorBlock = ({ code, message, next }: NonNullable<BatchSummary['error']>): string =>
  `<div class="error"><p>${text(`${code} ${message}`)}</p>${facts([['next', next]])}</div>`;

function fileSection(file: MonthFileOutcome, result: QualityResult | undefined): string {
  const { state, error, warnings, quality } = file;
  const verdict = quality ? `${quality.verdict}${quality.score === undefined ? '' : `, score ${quality.score}`}` : '';
  const all: [string, string][] = [
    ['file', file.file],
    ['table, month', `${file.table}, ${file.month}`],
    [
      'rows',
      [
        `${count(file.rows)} in the file`,
        file.rowsCopied !== undefined && `${count(file.rowsCopied)} copied`,
        file.rowsStaged !== undefined && `${count(file.rowsStaged)} staged`,
      ]
        .filter(Boolean)
        .join(', '),
    ],
    ['size', `${formatBytes(file.bytes)}, ${plural(file.parts, 'part')}`],
    ['checks', [verdict, quality?.sentence].filter(Boolean).join(': ')],
  ];
  const parts = [
    error ? errorBlock(error) : '',
    facts(all.filter(([, value]) => value !== '')),
    list(warnings, 'warning'),
    result ? qualityHtml(result) : '',
  ];
  const isOpen = state === 'failed' || quality?.verdict === 'failed';
  return [
    `<details${isOpen ? ' open' : ''}>`,
    `<summary><h3>${text(fileName(file.file))}</h3>${badge(state)} <span>${text(`${file.table}, ${file.month}`)}</span></summary>`,
    ...parts.filter((part) => part !== ''),
    '</details>',
  ].join('\n');
}

/** Result of the checks of one file: a row for each, a chart of its days, and all that each found. */
export function qualityHtml(result: QualityResult): string {
  if (result.checks.length === 0) return '';
  const overview = grid(
    {
      head: ['check', 'status', 'level', 'faults', 'points', 'finding'],
      right: [3, 4],
      rows: result.checks.map((check) => [
        check.name,
        check.status,
        check.severity,
        count(check.count),
        check.weight === 0 ? '' : `${(check.points * check.weight).toFixed(1)} of ${check.weight}`,
        check.sentence,
      ]),
    },
    1,
  );
  return [overview, chartOf(result), ...result.checks.map(checkDetails)].filter((part) => part !== '').join('\n');
}

function chartOf({ facts: counted, checks }: QualityResult): string {
  const days = counted?.days?.map(([day, rows]): [string, number] => [isoDay(day), rows]) ?? [];
  const details = checks.map((check) => check.details);
  const statistics = details.find((each) => each.statistics)?.statistics;
  const chart = dayChart({
    days,
    gaps: details
      .flatMap((each) => each.gaps ?? [])
      .map((gap) => ({ from: isoDay(gap.from), to: isoDay(gap.to), days: gap.days })),
    anomalies: details.flatMap((each) => each.anomalies ?? []).map((each) => ({ ...each, day: isoDay(each.day) })),
    ...(statistics && { statistics }),
  });
  return chart === '' ? '' : `${chart}\n${CHART_LEGEND}`;
}

function checkDetails({ name, details }: CheckResult): string {
  const { gaps, missingDays, outside, anomalies, duplicates, samples, columns } = details;
  const unusual = anomalies?.filter((each) => each.class !== 'ordinary');
  const alone =
    gaps === undefined
      ? (missingDays ?? []).map(isoDay)
      : gaps.map(({ from, to, days }) => `${rangeText(from, to)}: ${plural(days, 'day')}`);
  const parts = [
    named('missing', alone),
    named(
      'outside of the range',
      (outside ?? []).map(([day, rows]) => `${isoDay(day)}: ${plural(rows, 'row')}`),
    ),
    table(['day', 'rows', 'from the median', 'class'], [1, 2], unusual, (each) => [
      isoDay(each.day),
      count(each.rows),
      percent(each.difference),
      each.class,
    ]),
    named('columns that are missing', details.missingColumns ?? []),
    named('columns that are not expected', details.unexpectedColumns ?? []),
    table(['key', 'rows', 'lines'], [1], duplicates?.samples, (each) => [
      each.key.map((value, at) => `${duplicates?.keyColumns[at] ?? at + 1}=${value ?? 'NULL'}`).join(', '),
      count(each.count),
      each.lines.map(count).join(', '),
    ]),
    table(
      ['column', 'nulls', 'longest', 'not of the type', 'too wide', 'forbidden nulls'],
      [1, 2, 3, 4, 5],
      columns?.filter(isFaulty),
      (each) => [
        each.name,
        count(each.nulls),
        count(each.maxCharacters),
        count(each.badType),
        count(each.tooWide),
        count(each.nullsForbidden),
      ],
    ),
    table(['line', 'column', 'value', 'what is wrong'], [0], samples, (each) => [
      each.line === undefined ? '' : count(each.line),
      each.column ?? '',
      each.value ?? '',
      each.message,
    ]),
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `<h4>${text(name)}</h4>\n${parts.join('\n')}`;
}

const isFaulty = ({ nulls, badType, tooWide, nullsForbidden }: ColumnFacts): boolean =>
  nulls + badType + tooWide + nullsForbidden > 0;

const named = (what: string, items: readonly string[]): string =>
  items.length === 0 ? '' : `<p>${text(what)}</p>\n${list(items)}`;

const table = <T>(
  head: readonly string[],
  right: readonly number[],
  items: readonly T[] | undefined,
  row: (item: T) => string[],
): string => (items === undefined || items.length === 0 ? '' : grid({ head, right, rows: items.map(row) }));
