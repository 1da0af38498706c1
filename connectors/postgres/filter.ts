/** Is a user's condition, or the expression in place of a column, one that this database understands? Asked before it is ever used. */
import { LongshoreError, type ErrorPlace } from '../../core/errors/longshore-error';
import { tableId, type ColumnSchema, type TableSchema } from '../../core/types/table';
import type { RowFilter } from '../../core/types/transfer';
import { sqlState, toPostgresError } from './errors';
import { findTextProblem } from './filter-text';
import type { PostgresPool } from './pool';
import { fromClause } from './select';

const CHECK_TIMEOUT_MS = 15_000;

/** Throws FILTER_INVALID with the place of the trouble marked, COLUMN_NOT_FOUND for a date column that is not there. */
export async function checkFilter(pool: PostgresPool, table: TableSchema, filter: RowFilter): Promise<void> {
  const place: ErrorPlace = { table: tableId(table.ref) };
  checkDates(table, filter, place);
  if (filter.limit !== undefined && (!Number.isSafeInteger(filter.limit) || filter.limit < 0)) {
    throw new LongshoreError(
      'FILTER_INVALID',
      `The limit ${filter.limit} of ${place.table} is not a whole number.`,
      place,
    );
  }
  const { where } = filter;
  const what = `The condition of ${place.table}`;
  if (where !== undefined) checkText(where, what, place);
  if (where !== undefined || filter.dates) await explain(pool, rowsWhere(table, filter), { text: where, what, place });
}

/**
 * Throws FILTER_INVALID with the place of the trouble marked, also for an expression that does not make one value of each
 * row (an aggregate, a window function, a set) or that has no cast to the column's type.
 */
export async function checkExpression(
  pool: PostgresPool,
  table: TableSchema,
  column: Pick<ColumnSchema, 'name' | 'nativeType'>,
  sql: string,
): Promise<void> {
  const place: ErrorPlace = { table: tableId(table.ref), column: column.name };
  const what = `The expression for column ${column.name} of ${place.table}`;
  checkText(sql, what, place);
  // In a condition, nothing is allowed that depends on other rows or makes more of them.
  const where = `CAST((${sql}) AS ${column.nativeType}) IS NOT NULL`;
  await explain(pool, rowsWhere(table, { where }), { text: sql, what, place });
}

function checkText(sql: string, what: string, place: ErrorPlace): void {
  const problem = findTextProblem(sql);
  if (problem)
    throw new LongshoreError(
      'FILTER_INVALID',
      `${what} is refused: ${problem.reason}, at character ${problem.at + 1}: ${marked(sql, problem.at)}`,
      { ...place, sql },
    );
}

const rowsWhere = ({ ref }: TableSchema, filter: RowFilter): string =>
  fromClause({ table: ref, filter: { ...filter, limit: undefined }, orderBy: [] });

function checkDates(table: TableSchema, { dates }: RowFilter, place: ErrorPlace): void {
  if (!dates) return;
  const column = table.columns.find(({ name }) => name === dates.column);
  if (!column)
    throw new LongshoreError('COLUMN_NOT_FOUND', `${place.table} has no column ${dates.column} to take dates from.`, {
      ...place,
      column: dates.column,
    });
  if (!['date', 'timestamp', 'timestamptz'].includes(column.logical.kind)) {
    throw new LongshoreError(
      'FILTER_INVALID',
      `The column ${dates.column} of ${place.table} holds no dates: it is ${column.nativeType}.`,
      { ...place, column: dates.column },
    );
  }
}

/** Planning resolves every name and type and runs nothing of the user's but constants. Read-only and rolled back all the same. */
async function explain(
  pool: PostgresPool,
  from: string,
  { text, what, place }: { text: string | undefined; what: string; place: ErrorPlace },
): Promise<void> {
  const sql = `EXPLAIN SELECT 1${from}`;
  try {
    await pool.withClient(async (client) => {
      await client.query(
        `BEGIN READ ONLY; SET LOCAL search_path TO DEFAULT; SET LOCAL statement_timeout = ${CHECK_TIMEOUT_MS}; SET LOCAL lock_timeout = ${CHECK_TIMEOUT_MS}`,
      );
      try {
        await client.query({ text: sql, values: [] });
      } finally {
        await client.query('ROLLBACK').catch(() => undefined);
      }
    });
  } catch (error) {
    const state = sqlState(error) ?? '';
    const isAboutText = /^(42|22|0A|21|25006)/.test(state) && state !== '42501';
    if (!isAboutText) throw toPostgresError(error, place, pool.server);
    const cause = error instanceof LongshoreError ? error.cause : error;
    const { message = '', position } = cause as { message?: string; position?: string };
    const at =
      text === undefined || position === undefined
        ? -1
        : characterOffset(sql, Number(position)) - sql.lastIndexOf(text);
    const mark =
      text !== undefined && at >= 0 && at <= text.length ? `, at character ${at + 1}: ${marked(text, at)}` : '.';
    throw new LongshoreError(
      'FILTER_INVALID',
      `${what} is not understood by the database: ${message}${mark}`,
      { ...place, sql: text ?? `dates of ${place.table}` },
      { cause },
    );
  }
}

/** The server counts characters from 1; JavaScript counts UTF-16 units from 0. */
function characterOffset(text: string, position: number): number {
  return Array.from(text)
    .slice(0, position - 1)
    .join('').length;
}

/** The text around an offset, with a sign at the place. */
function marked(text: string, at: number): string {
  const start = Math.max(0, at - 40);
  const line = `${start > 0 ? '…' : ''}${text.slice(start, at)}▸${text.slice(at, at + 40)}${at + 40 < text.length ? '…' : ''}`;
  return line.replace(/\s+/g, ' ');
}
