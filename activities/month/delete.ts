import type { LoadMark, Statement, Warehouse, WarehouseTable } from '../../connectors/warehouse';
import { LongshoreError } from '../../core/errors/longshore-error';
import { dayText } from '../../core/quality/calendar/days';
import type { DayRange, Month, MonthTable } from '../../core/types/month';
import { dayQuery, readDays } from '../../core/warehouse/day-facts';
import { dialectOf } from '../../core/warehouse/dialect';
import { monthCondition } from '../../core/warehouse/month-condition';
import { deleteStatement } from '../../core/warehouse/publish';
import { momentQuery, recoveryText, timeTravelStatement, travelsInTime } from '../../core/warehouse/recovery';
import { tableRows } from '../../core/warehouse/staged';
import type { DeletePreview } from '../../workflows/month-task/messages';
import { dateColumnFor, nameOf } from './table-columns';

export interface DeleteRequest {
  month: Month;
  range: DayRange;
  /** Written with the deletion; the same on every attempt. Its rows are filled in. */
  mark: Omit<LoadMark, 'kind' | 'table' | 'month' | 'rows'>;
  /** Rows that somebody has seen and agreed to. */
  expectedRows?: number;
  /** Where rows go before they are deleted; needed where the warehouse has no past to read. */
  backupFile?: string;
  /** How the rows would come back, told before anything is deleted, so that a crash does not lose it; awaited. */
  onPrepared?(recovery: DeletedRows): Promise<void>;
  signal?: AbortSignal;
}

export interface DeletedRows {
  rows: number;
  backup?: string;
  restoreSql?: string;
}

/** What a deletion would do. Throws TABLE_NOT_FOUND, and CONFIG_INVALID where nobody knows which rows are of the month. */
export async function previewDelete(
  warehouse: Warehouse,
  table: MonthTable,
  month: Month,
  range: DayRange,
  signal?: AbortSignal,
): Promise<DeletePreview> {
  const { known, where } = await rowsOfMonth(warehouse, table, range);
  const options = signal && { signal };
  const rows = await countRows(warehouse, known, where, options);
  const tableRowCount = await countRows(warehouse, known, undefined, options);
  const live = tableRows(warehouse.kind, known, table.format);
  const column = dateColumnFor(table, known);
  const date = { check: column, column };
  const found = readDays(live, date, await warehouse.query(dayQuery(live, date, where), options), rows);
  return {
    table: nameOf(known),
    month,
    range,
    // A text that begins like a day of the month and is none is shown as it stands.
    days: [...found.days.map(([day, count]): [string, number] => [dayText(day), count]), ...found.invalidTexts],
    rows,
    tableRows: tableRowCount,
    statement: deleteStatement(warehouse.kind, known.ref, where).sql,
    recovery: recoveryText(known, where, warehouse.kind),
  };
}

/**
 * Deletes the rows of a month, once: in one transaction with the mark. Rows are counted first, and the transaction fails
 * unless it deletes exactly so many. Throws COUNT_CHANGED where they are not those that were expected, or not those of the
 * backup.
 */
export async function deleteMonth(
  warehouse: Warehouse,
  table: MonthTable,
  request: DeleteRequest,
): Promise<DeletedRows> {
  const { month, range, mark, expectedRows, backupFile, signal } = request;
  const options = signal && { signal };
  const { known, where } = await rowsOfMonth(warehouse, table, range);
  const name = nameOf(known);
  // A backup that is there already must not be written again: its rows are gone from the table.
  const done = await warehouse.findMark(mark.id);
  if (done)
    return {
      rows: done.rows,
      ...(backupFile !== undefined && !travelsInTime(warehouse.kind) && { backup: backupFile }),
    };
  const rows = await countRows(warehouse, known, where, options);
  if (expectedRows !== undefined && rows !== expectedRows)
    throw changed(`${name} holds ${rows} rows of ${month}, and ${expectedRows} were agreed to`, name);
  const prepared: DeletedRows = {
    rows,
    ...(await secure(warehouse, known, where, { rows, backupFile, month, signal })),
  };
  await request.onPrepared?.(prepared);
  let statement: string | undefined;
  const affected = await warehouse.transaction(
    [deleteStatement(warehouse.kind, known.ref, where)],
    { ...mark, kind: 'delete', table: known.ref.name, month, rows },
    {
      ...options,
      verify([deleted = 0]) {
        if (deleted !== rows)
          throw changed(
            `${deleted} rows of ${month} were about to be deleted from ${name}, where ${rows} had been counted`,
            name,
          );
      },
      onStatement(index, id) {
        if (index === 0) statement = id;
      },
    },
  );
  // Another attempt was faster.
  if (!affected) return { ...prepared, rows: (await warehouse.findMark(mark.id))?.rows ?? rows };
  if (!travelsInTime(warehouse.kind) || statement === undefined) return prepared;
  return { ...prepared, restoreSql: timeTravelStatement(known, where, { statement }).sql };
}

/** The table, and the condition for its rows of these days. */
export async function rowsOfMonth(
  warehouse: Warehouse,
  table: MonthTable,
  range: DayRange,
): Promise<{ known: WarehouseTable; where: Statement }> {
  const known = await warehouse.describe(table.table, table.schema);
  if (!known)
    throw new LongshoreError('TABLE_NOT_FOUND', `There is no table ${table.table}, into which ${table.name} goes.`, {
      table: table.table,
    });
  return { known, where: monthCondition(warehouse.kind, dateColumnFor(table, known), table.format, range) };
}

export async function countRows(
  warehouse: Warehouse,
  { ref }: WarehouseTable,
  where?: Statement,
  options?: { signal?: AbortSignal },
): Promise<number> {
  const from = dialectOf(warehouse.kind).table(ref);
  const [row] = await warehouse.query(
    { sql: `SELECT COUNT(*) FROM ${from}${where ? ` WHERE ${where.sql}` : ''}` },
    options,
  );
  return Number(row?.[0] ?? 0);
}

/** Makes sure that the rows can come back. */
async function secure(
  warehouse: Warehouse,
  known: WarehouseTable,
  where: Statement,
  { rows, backupFile, month, signal }: { rows: number; backupFile?: string; month: Month; signal?: AbortSignal },
): Promise<Pick<DeletedRows, 'backup' | 'restoreSql'>> {
  if (travelsInTime(warehouse.kind)) {
    const [now] = await warehouse.query(momentQuery, signal && { signal });
    return { restoreSql: timeTravelStatement(known, where, { utc: now?.[0] ?? '' }).sql };
  }
  if (backupFile === undefined || !warehouse.exportRows)
    throw new LongshoreError(
      'INTERNAL',
      `No backup was asked for, and ${warehouse.kind} cannot bring deleted rows back.`,
    );
  const exported = await warehouse.exportRows(known, where, backupFile, signal);
  if (exported !== rows)
    throw changed(`the backup holds ${exported} rows of ${month}, and ${nameOf(known)} held ${rows}`, nameOf(known));
  return { backup: backupFile };
}

const changed = (what: string, table: string): LongshoreError =>
  new LongshoreError('COUNT_CHANGED', `Nothing was deleted: ${what}.`, { table });
