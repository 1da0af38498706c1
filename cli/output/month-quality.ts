import { basename } from 'node:path';
import type { QualityRecord } from '../../catalog/month';
import type { ResultComparison } from '../../core/quality/compare-results';
import { dayText } from '../../core/quality/calendar/days';
import type { View } from './file-detection';
import { count, moment } from './format';
import { formatTable } from './table';
import { oneLine, printable } from './text';

const VERDICT_COLOURS = { passed: 'green', warnings: 'yellow', failed: 'red', 'not checked': 'dim' } as const;

/** A line for each result. */
export function qualityListText(records: readonly QualityRecord[], { colours, width }: View): string {
  const columns = [
    { title: 'ID', align: 'right' },
    { title: 'AT' },
    { title: 'TABLE' },
    { title: 'MONTH' },
    { title: 'FILE', flexible: true },
    { title: 'MODE' },
    { title: 'VERDICT' },
    { title: 'SCORE', align: 'right' },
    { title: 'ROWS', align: 'right' },
    { title: 'WHY', flexible: true },
  ] as const;
  const rows = records.map(({ id, at, table, month, file, mode, verdict, score, rows: each, result }) => [
    String(id),
    moment(at),
    oneLine(table),
    month,
    oneLine(basename(file)),
    mode,
    verdict,
    score === undefined ? '' : score.toFixed(1),
    count(each),
    result.sentence,
  ]);
  const paint = (cell: string, row: number, column: number): string => {
    const record = records[row];
    return column === 6 && record ? colours[VERDICT_COLOURS[record.verdict]](cell) : cell;
  };
  return formatTable(columns, rows, { width, paintTitle: colours.dim, paint });
}

/** What changed between two results of a table. */
export function comparisonText(
  older: QualityRecord,
  newer: QualityRecord,
  { sentence, checks, filledDays, emptiedDays }: ResultComparison,
  { colours, width }: View,
): string {
  const columns = [
    { title: 'CHECK', flexible: true },
    { title: 'BEFORE' },
    { title: 'NOW' },
    { title: 'COUNT BEFORE', align: 'right' },
    { title: 'COUNT NOW', align: 'right' },
    { title: 'TREND' },
  ] as const;
  const rows = checks.map(({ name, status, count: counts, trend }) => [
    oneLine(name),
    status.older ?? '',
    status.newer ?? '',
    counts.older === undefined ? '' : count(counts.older),
    counts.newer === undefined ? '' : count(counts.newer),
    trend,
  ]);
  const paint = (cell: string, row: number, column: number): string => {
    const trend = checks[row]?.trend;
    if (column !== 5) return cell;
    return trend === 'better' ? colours.green(cell) : trend === 'worse' ? colours.red(cell) : cell;
  };
  const named = ({ id, at, file }: QualityRecord): string => `${id} (${moment(at)}, ${oneLine(basename(file))})`;
  return [
    `${oneLine(newer.table)}: result ${named(newer)} against ${named(older)}`,
    printable(sentence),
    '',
    formatTable(columns, rows, { width, paintTitle: colours.dim, paint }),
    ...(filledDays.length > 0 ? [`days that have rows now: ${filledDays.map(dayText).join(', ')}`] : []),
    ...(emptiedDays.length > 0 ? [`days that have none now: ${emptiedDays.map(dayText).join(', ')}`] : []),
  ].join('\n');
}
