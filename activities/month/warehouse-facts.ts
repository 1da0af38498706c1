import type { Warehouse, WarehouseTable, WarehouseTableRef } from '../../connectors/warehouse';
import { columnQueries, overWidth, readColumnFacts } from '../../core/warehouse/column-facts';
import { dayQuery, readDays } from '../../core/warehouse/day-facts';
import { dialectOf } from '../../core/warehouse/dialect';
import { duplicateCountQuery, duplicateSampleQuery, readDuplicates } from '../../core/warehouse/duplicate-facts';
import { type StagedColumn, type StagedRows, stagedRows, validity } from '../../core/warehouse/staged';
import type { Month, MonthTable } from '../../core/types/month';
import type {
  CheckColumn,
  ColumnFacts,
  DuplicateFacts,
  FaultSample,
  QualityFacts,
  QualityRule,
} from '../../core/types/quality';
import { warehouseRules } from './warehouse-rules';

export interface WarehouseFactsRequest {
  staging: WarehouseTableRef;
  table: WarehouseTable;
  /** Of the file, in order; and their names in the table. */
  columns: readonly CheckColumn[];
  tableColumns: readonly string[];
  monthTable: MonthTable;
  month: Month;
  rules: readonly QualityRule[];
  /** Path, and bytes of the file. */
  file: string;
  bytes: number;
}

const SAMPLE_LENGTH = 200;

/**
 * The facts of a file, counted by SQL over its rows in the staging table: a statement for its columns, one for its days,
 * one or two for its keys, one for its rules, and one for the examples of each fault that there is. Rows that are staged
 * have the right number of fields and are text in the encoding, or COPY would have refused them; lines are not known.
 */
export async function warehouseFacts(
  warehouse: Warehouse,
  request: WarehouseFactsRequest,
  signal?: AbortSignal,
): Promise<QualityFacts> {
  const { staging, table, columns, tableColumns, monthTable, month, rules, file, bytes } = request;
  const { quality, format } = monthTable;
  const started = performance.now();
  const options = signal && { signal };
  const rows = stagedRows(warehouse.kind, staging, table, { checks: columns, columns: tableColumns, format });
  const counted = await columnsOf();
  const days = await daysOf(counted.rows);
  const duplicates = await duplicatesOf();
  const samples = await samplesOf(counted.columns);
  if (days && days.invalidTexts.length > 0)
    (samples.types ??= []).push(...days.invalidTexts.slice(0, quality.samples).map(invalidDate));
  return {
    mode: 'warehouse',
    file,
    month,
    rows: counted.rows,
    bytes,
    columns: counted.columns,
    missingColumns: [],
    unexpectedColumns: [],
    ...(days && { days: days.days }),
    dateNulls: days?.nulls ?? 0,
    dateInvalid: days?.invalid ?? 0,
    raggedRows: 0,
    encodingFaults: 0,
    ...(duplicates && { duplicates }),
    rules: await warehouseRules(
      warehouse,
      rows,
      rules,
      { samples: quality.samples, keyColumns: monthTable.keyColumns },
      signal,
    ),
    samples,
    seconds: (performance.now() - started) / 1000,
  };

  async function columnsOf(): Promise<{ rows: number; columns: ColumnFacts[] }> {
    const facts: ColumnFacts[] = [];
    let total = 0;
    for (const query of columnQueries(rows)) {
      const [answer = []] = await warehouse.query(query, options);
      total = Number(answer[0] ?? 0);
      facts.push(...readColumnFacts(query, answer));
    }
    return { rows: total, columns: facts };
  }

  async function daysOf(total: number): Promise<ReturnType<typeof readDays> | undefined> {
    const date = monthTable.dateColumn === undefined ? undefined : find(rows, monthTable.dateColumn);
    if (!date) return undefined;
    return readDays(rows, date, await warehouse.query(dayQuery(rows, date), options), total);
  }

  async function duplicatesOf(): Promise<DuplicateFacts | undefined> {
    const key = monthTable.keyColumns.flatMap((name) => find(rows, name) ?? []);
    if (key.length === 0 || key.length < monthTable.keyColumns.length || quality.levels.duplicates === 'off')
      return undefined;
    return keyFacts(warehouse, rows, key, quality.samples, options);
  }

  async function samplesOf(facts: readonly ColumnFacts[]): Promise<QualityFacts['samples']> {
    const samples: QualityFacts['samples'] = {};
    for (const [index, column] of rows.columns.entries()) {
      const { badType = 0, tooWide = 0 } = facts[index] ?? {};
      const valid = validity(rows, column);
      const wide = overWidth(rows, column);
      const { nativeType } = column.column;
      const isDate = column.check.name.toLowerCase() === monthTable.dateColumn?.toLowerCase();
      if (badType > 0 && valid !== undefined && !isDate)
        (samples.types ??= []).push(...(await valuesOf(column, `NOT (${valid})`, `is not ${nativeType}`)));
      if (tooWide > 0 && wide !== undefined)
        (samples.widths ??= []).push(...(await valuesOf(column, wide, `is longer than ${nativeType} takes`)));
    }
    return samples;
  }

  async function valuesOf({ check, column }: StagedColumn, condition: string, what: string): Promise<FaultSample[]> {
    if (quality.samples === 0) return [];
    const dialect = dialectOf(warehouse.kind);
    const name = dialect.ident(column.name);
    const sql = `SELECT ${name} FROM ${dialect.table(staging)} WHERE ${name} IS NOT NULL AND ${condition} LIMIT ${quality.samples}`;
    return (await warehouse.query({ sql }, options)).map(([value]) => fault(check.name, value ?? '', what));
  }

  function invalidDate([text, count]: [string, number]): FaultSample {
    return fault(monthTable.dateColumn ?? '', text, `is no date (${count} ${count === 1 ? 'row' : 'rows'})`);
  }
}

/** Exact counts of keys that occur more than once, and the most frequent of them. */
export async function keyFacts(
  warehouse: Warehouse,
  rows: StagedRows,
  key: readonly StagedColumn[],
  samples: number,
  options: { signal?: AbortSignal; where?: { sql: string } } = {},
): Promise<DuplicateFacts> {
  const { where, ...rest } = options;
  const [count] = await warehouse.query(duplicateCountQuery(rows, key, where), rest);
  const isWanted = Number(count?.[0] ?? 0) > 0 && samples > 0;
  const found = isWanted ? await warehouse.query(duplicateSampleQuery(rows, key, samples, where), rest) : [];
  return readDuplicates(key, count, found);
}

/** A column by its name in the file, letter case aside. */
const find = ({ columns }: StagedRows, name: string): StagedColumn | undefined =>
  columns.find(({ check }) => check.name.toLowerCase() === name.toLowerCase());

function fault(column: string, value: string, what: string): FaultSample {
  const shown = value.slice(0, SAMPLE_LENGTH);
  return { column, value: shown, message: `Column ${column}: ${JSON.stringify(shown)} ${what}.` };
}
