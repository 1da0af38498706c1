/** The user's expressions that stand in for columns: each one value for each row, and the same whenever it is asked for. */
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId, type ColumnSchema, type TableSchema } from '../../core/types/table';
import { firstLine } from './errors';
import { isConstant, parsedCondition, textProblem } from './filter';
import type { Session } from './instance';
import { ident, qualified } from './sql';

/** Functions whose value depends on when they are asked; the figures of a table are taken after its rows were read. */
const MOVING =
  /^(now|get_current_time(stamp)?|current_(date|time|timestamp|localtime|localtimestamp)|local(time|timestamp)|today|transaction_timestamp|statement_timestamp|clock_timestamp|age|txid_current)$/i;

/** Throws FILTER_INVALID, naming table and column and what is wrong. */
export async function checkExpression(
  session: Session,
  table: TableSchema,
  column: ColumnSchema,
  sql: string,
): Promise<void> {
  const place = { table: tableId(table.ref), column: column.name, sql };
  const refuse = (why: string, cause?: unknown): LongshoreError =>
    new LongshoreError(
      'FILTER_INVALID',
      `The expression for column ${column.name} of table ${place.table} is refused: ${why.replace(/\.$/, '')}.`,
      place,
      { cause },
    );
  const names = new Set(table.columns.map(({ name }) => name.toLowerCase()));
  const problem =
    textProblem(sql) ??
    (await parsedCondition(session, sql, (name) => MOVING.test(name) && !names.has(name.toLowerCase())));
  if (problem !== undefined) throw refuse(problem);
  const value = `CAST((\n${sql}\n) AS ${column.nativeType})`;
  // In a condition DuckDB takes no aggregates, windows or lists that become several rows.
  const from = `(SELECT * FROM ${qualified(table.ref)}) AS ${ident(table.ref.name)}`;
  try {
    await session.rows(`EXPLAIN SELECT 1 FROM ${from} WHERE ${value} IS NULL`);
    if (await isConstant(session, sql)) await session.rows(`SELECT ${value} IS NULL`);
  } catch (error) {
    throw refuse(firstLine(error).replace(/^DuckDB: /, ''), error);
  }
  // Whether there is a cast at all DuckDB says only when there is a value. What else is wrong with that value is not told.
  const said = await session.rows(`SELECT ${value} FROM ${from} LIMIT 1`).then(
    () => '',
    (error: unknown) => firstLine(error),
  );
  const missing = /Unimplemented type for cast \(.*\)/.exec(said);
  if (missing !== null) throw refuse(missing[0]);
}
