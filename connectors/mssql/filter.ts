/** Is a user's condition or expression one that this database understands? Asked before it is ever used. */
import { LongshoreError, type ErrorPlace } from '../../core/errors/longshore-error';
import { tableId, type ColumnSchema, type TableSchema } from '../../core/types/table';
import type { RowFilter } from '../../core/types/transfer';
import { errorNumber, toMssqlError } from './errors';
import { findTextProblem, marked } from './filter-text';
import { parseNativeType } from './native-types';
import type { MssqlPool } from './pool';
import { filterConditions } from './select';
import { qualified, whereClause } from './sql';
import { castType } from './types';

/** Throws FILTER_INVALID with the place of the trouble marked, COLUMN_NOT_FOUND for a date column that is not there. */
export async function checkFilter(pool: MssqlPool, table: TableSchema, filter: RowFilter): Promise<void> {
  const place: ErrorPlace = { table: tableId(table.ref) };
  checkDates(table, filter, place);
  if (filter.limit !== undefined && (!Number.isSafeInteger(filter.limit) || filter.limit < 0))
    throw new LongshoreError(
      'FILTER_INVALID',
      `The limit ${filter.limit} of ${place.table} is not a whole number.`,
      place,
    );
  const { where, dates } = filter;
  if (where === undefined && !dates) return;
  if (where !== undefined) checkText(where, `The condition of ${place.table}`, place);
  const sql = `SELECT TOP (0) 1 AS one FROM ${qualified(table.ref)}${whereClause(filterConditions(filter))}`;
  await compile(pool, sql, `The condition of ${place.table}`, { ...place, sql: where ?? `dates of ${place.table}` });
}

/** The same for an expression that stands in for a column. */
export async function checkExpression(
  pool: MssqlPool,
  table: TableSchema,
  column: ColumnSchema,
  expression: string,
): Promise<void> {
  const place: ErrorPlace = { table: tableId(table.ref), column: column.name };
  const what = `The expression for column ${column.name} of ${place.table}`;
  checkText(expression, what, place);
  const sql = `SELECT TOP (0) CAST((\n${expression}\n) AS ${castType(column.nativeType)}) AS value FROM ${qualified(table.ref)}`;
  await compile(pool, sql, what, { ...place, sql: expression });
}

function checkText(text: string, what: string, place: ErrorPlace): void {
  const problem = findTextProblem(text);
  if (problem)
    throw new LongshoreError(
      'FILTER_INVALID',
      `${what} is refused: ${problem.reason}, at character ${problem.at + 1}: ${marked(text, problem.at)}`,
      { ...place, sql: text },
    );
}

function checkDates(table: TableSchema, { dates }: RowFilter, place: ErrorPlace): void {
  if (!dates) return;
  const column = table.columns.find(({ name }) => name === dates.column);
  if (!column)
    throw new LongshoreError('COLUMN_NOT_FOUND', `${place.table} has no column ${dates.column} to take dates from.`, {
      ...place,
      column: dates.column,
    });
  if (!/^(date|small)/.test(parseNativeType(column.nativeType).name) || /money|int/.test(column.nativeType))
    throw new LongshoreError(
      'FILTER_INVALID',
      `The column ${dates.column} of ${place.table} holds no dates: it is ${column.nativeType}.`,
      { ...place, column: dates.column },
    );
}

/** Not about the text: rights, locks, connections. */
const NOT_THE_TEXT = new Set(['PERMISSION_DENIED', 'LOCK_TIMEOUT', 'DEADLOCK', 'SERVER_BUSY', 'CONNECTION_LOST']);

/** Compiling resolves every name and type; with TOP (0) no row is read. */
async function compile(pool: MssqlPool, sql: string, what: string, place: ErrorPlace): Promise<void> {
  try {
    await pool.use((session) => session.rows(sql));
  } catch (error) {
    const known = toMssqlError(error, place, pool.server);
    if (errorNumber(error) === undefined || NOT_THE_TEXT.has(known.code)) throw known;
    throw new LongshoreError('FILTER_INVALID', `${what} is not understood by the database: ${known.message}`, place, {
      cause: known.cause,
    });
  }
}
