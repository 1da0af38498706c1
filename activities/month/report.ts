import type { Statement, Warehouse, WarehouseTable } from '../../connectors/warehouse';
import { toLongshoreError } from '../../core/errors/longshore-error';
import { dayAnomalies } from '../../core/quality/anomalies';
import { dayText } from '../../core/quality/calendar/days';
import { gapsOf } from '../../core/quality/check-days';
import { monthCondition } from '../../core/warehouse/month-condition';
import { columnQueries, readColumnFacts } from '../../core/warehouse/column-facts';
import { dayQuery, readDays } from '../../core/warehouse/day-facts';
import { sizeQuery } from '../../core/warehouse/table-size';
import { tableRows } from '../../core/warehouse/staged';
import type { TableReport } from '../../core/types/month-report';
import type { DayRange, Month, MonthTable } from '../../core/types/month';
import type { ExpectedDays } from '../../core/types/quality';
import { columnFor, dateColumnFor, nameOf } from './table-columns';
import { keyFacts } from './warehouse-facts';

export interface ReportOptions {
  /** Only their rows; undefined: all of the table. */
  months?: readonly Month[];
  /** Days that must have rows, by the calendar of the table. */
  expectedDays(range: DayRange | Month): ExpectedDays;
  signal?: AbortSignal;
}

/** A range of more days than this comes from dates that are wrong, and its gaps would say nothing. */
const MAX_SPAN = 40_000;

/**
 * One table as it is in the warehouse. A table that is not there or may not be read is reported as such; what cannot be
 * computed of another is left out with a note. Throws what passes, such as a lost connection, so that it is tried again.
 */
export async function tableReport(
  warehouse: Warehouse,
  table: MonthTable,
  options: ReportOptions,
): Promise<TableReport> {
  const started = performance.now();
  const report: TableReport = {
    name: table.name,
    table: table.schema === undefined ? table.table : `${table.schema}.${table.table}`,
    status: 'ok',
    sentence: '',
    rows: 0,
    columns: [],
    days: [],
    gaps: [],
    anomalies: [],
    notes: [],
    seconds: 0,
  };
  try {
    const known = await warehouse.describe(table.table, table.schema);
    if (known) await fill(report, warehouse, table, known, options);
    else Object.assign(report, { status: 'failed', sentence: `There is no table ${report.table}.` });
  } catch (thrown) {
    const error = toLongshoreError(thrown);
    if (error.retryable || error.code === 'CANCELLED' || error.code === 'INTERNAL') throw thrown;
    Object.assign(report, { status: 'failed', sentence: error.message });
  }
  return { ...report, seconds: (performance.now() - started) / 1000 };
}

async function fill(
  report: TableReport,
  warehouse: Warehouse,
  table: MonthTable,
  known: WarehouseTable,
  options: ReportOptions,
): Promise<void> {
  const reading = options.signal && { signal: options.signal };
  const rows = tableRows(warehouse.kind, known, table.format);
  report.table = nameOf(known);
  const where = options.months && conditionOf(warehouse, table, known, options.months, options);
  if (where) report.notes.push(`Only rows of ${options.months?.join(', ')}; the size is that of the whole table.`);
  for (const query of columnQueries(rows, where)) {
    const [answer = []] = await warehouse.query(query, reading);
    report.rows = Number(answer[0] ?? 0);
    for (const [index, { nulls, maxCharacters }] of readColumnFacts(query, answer).entries()) {
      const column = query.columns[index]?.column;
      if (column)
        report.columns.push({
          name: column.name,
          nativeType: column.nativeType,
          nulls,
          ...(column.type.kind === 'text' && { maxLength: maxCharacters }),
        });
    }
  }
  await softly('Days', daysOf);
  await softly('Duplicates', duplicatesOf);
  await softly('The size', async () => {
    const [size] = await warehouse.query(sizeQuery(warehouse.kind, known.ref), reading);
    if (size?.[0] !== null && size?.[0] !== undefined) report.bytes = Number(size[0]);
    else report.notes.push('The warehouse does not say how large the table is.');
  });
  conclude(report);

  async function daysOf(): Promise<void> {
    if (table.dateColumn === undefined)
      return void report.notes.push('Days are not counted: the definition has no `dateColumn`.');
    const column = dateColumnFor(table, known);
    const date = { check: column, column };
    const found = readDays(rows, date, await warehouse.query(dayQuery(rows, date, where), reading), report.rows);
    const [first, last] = [found.days[0]?.[0], found.days.at(-1)?.[0]];
    report.dateColumn = column.name;
    report.days = found.days.map(([day, count]) => [dayText(day), count]);
    if (found.nulls > 0) report.notes.push(`${found.nulls} rows have no date.`);
    if (found.invalid > 0) report.notes.push(`${found.invalid} rows have a date that is none.`);
    if (first !== undefined) report.firstDay = dayText(first);
    if (last !== undefined) report.lastDay = dayText(last);
    const expected = expectedOf(first, last);
    const present = new Set(found.days.map(([day]) => day));
    report.gaps = gapsOf(expected, present).map(({ from, to, days }) => ({
      from: dayText(from),
      to: dayText(to),
      days,
    }));
    judgeDays(found.days, expected);
  }

  function expectedOf(first: number | undefined, last: number | undefined): number[] {
    if (options.months) return options.months.flatMap((month) => options.expectedDays(month).expected);
    if (first === undefined || last === undefined) return [];
    if (last - first <= MAX_SPAN) return options.expectedDays({ from: first, to: last }).expected;
    report.notes.push(`Gaps are not looked for: the dates span ${last - first + 1} days.`);
    return [];
  }

  /** Weekends and holidays are no measure of business days, nor the other way round. */
  function judgeDays(days: readonly [number, number][], expected: readonly number[]): void {
    const wanted = new Set(expected);
    const isBusiness = table.quality.calendar.days === 'business' && wanted.size > 0;
    const judged = dayAnomalies(isBusiness ? days.filter(([day]) => wanted.has(day)) : days, table.quality.anomalies);
    if (!judged)
      return void report.notes.push(
        `Anomalies are not judged: fewer than ${table.quality.anomalies.minDays} days have rows.`,
      );
    report.statistics = judged.statistics;
    report.tolerance = table.quality.anomalies.tolerance;
    report.anomalies = judged.anomalies.map((each) => ({ ...each, day: dayText(each.day) }));
  }

  async function duplicatesOf(): Promise<void> {
    if (table.keyColumns.length === 0)
      return void report.notes.push('Duplicates are not counted: the definition has no `keyColumns`.');
    const key = table.keyColumns.map((name) => ({ name, column: columnFor(table, known, name) }));
    const missing = key.find(({ column }) => !column);
    if (missing) return void report.notes.push(`Duplicates are not counted: the table has no column ${missing.name}.`);
    const columns = key.flatMap(({ column }) => (column ? [{ check: column, column }] : []));
    const found = await keyFacts(warehouse, rows, columns, table.quality.samples, {
      ...reading,
      ...(where && { where }),
    });
    report.duplicates = { ...found, samples: found.samples.map(({ key: values, count }) => ({ key: values, count })) };
  }

  async function softly(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      const error = toLongshoreError(thrown);
      if (error.retryable || error.code === 'CANCELLED' || error.code === 'INTERNAL') throw thrown;
      report.notes.push(`${what} could not be computed: ${error.message}`);
    }
  }
}

function conditionOf(
  warehouse: Warehouse,
  table: MonthTable,
  known: WarehouseTable,
  months: readonly Month[],
  { expectedDays }: ReportOptions,
): Statement {
  const column = dateColumnFor(table, known);
  const each = months.map(
    (month) => monthCondition(warehouse.kind, column, table.format, expectedDays(month).range).sql,
  );
  return { sql: each.map((condition) => `(${condition})`).join(' OR ') };
}

function conclude(report: TableReport): void {
  const { rows, gaps, anomalies, duplicates, firstDay, lastDay } = report;
  const missing = gaps.reduce((sum, { days }) => sum + days, 0);
  const found = [
    ...(missing > 0 ? [`${count(missing, 'day has', 'days have')} no rows`] : []),
    ...(anomalies.length > 0 ? [`${count(anomalies.length, 'day is', 'days are')} far from the median`] : []),
    ...(duplicates && duplicates.keys > 0
      ? [`${count(duplicates.keys, 'key occurs', 'keys occur')} more than once`]
      : []),
  ];
  const range = firstDay === undefined ? '' : ` from ${firstDay} to ${lastDay}`;
  report.status = found.length > 0 ? 'warning' : 'ok';
  report.sentence = `${count(rows, 'row', 'rows')}${range}${found.length > 0 ? `; ${found.join(', ')}` : ''}.`;
}

const count = (number: number, one: string, many: string): string =>
  `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
