/**
 * The user's conditions. Before a condition becomes part of a statement, DuckDB's own parser must have read it as one
 * boolean expression; and since every connection is cut off from the disk, it can name no file either.
 */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { TableSchema } from '../../core/types/table';
import type { RowFilter } from '../../core/types/transfer';
import { tableId } from '../../core/types/table';
import type { Session } from './instance';
import { firstLine } from './errors';
import { ident, literal, outsideQuotes, qualified } from './sql';

/** Table functions that only make rows of their own arguments. */
const HARMLESS = new Set(['unnest', 'range', 'generate_series']);
/** Functions whose value is not one of the row, or that act on the outside. */
const REFUSED = new Set([
  'nextval',
  'currval',
  'write_log',
  'sleep_ms',
  'setseed',
  'current_setting',
  'getenv',
  'getvariable',
  'random',
  'query',
  'query_table',
  'error',
  'uuid',
  'gen_random_uuid',
  'uuidv4',
  'uuidv7',
]);

/** Conditions of a filter as SQL, each complete in itself. */
export function conditions(filter: RowFilter): string[] {
  const { where, dates } = filter;
  return [
    // On a line of its own, so that a comment could not swallow the bracket.
    ...(where === undefined ? [] : [`(\n${where}\n)`]),
    ...(dates?.from === undefined ? [] : [`${ident(dates.column)} >= ${literal(dates.from)}`]),
    ...(dates?.until === undefined ? [] : [`${ident(dates.column)} < ${literal(dates.until)}`]),
  ];
}

/** Throws FILTER_INVALID or COLUMN_NOT_FOUND, naming the table and what is wrong. */
export async function checkFilter(session: Session, table: TableSchema, filter: RowFilter): Promise<void> {
  const place = { table: tableId(table.ref), ...(filter.where !== undefined && { sql: filter.where }) };
  const { where, dates } = filter;
  if (where !== undefined) {
    const problem = textProblem(where) ?? (await parsedCondition(session, where));
    if (problem !== undefined)
      throw new LongshoreError(
        'FILTER_INVALID',
        `The condition on table ${place.table} is refused: ${problem}.`,
        place,
      );
  }
  if (dates !== undefined) await checkDates(session, table, dates);
  await bind(session, table, filter, place);
}

/** What makes a text more, or less, than one expression. */
export function textProblem(where: string): string | undefined {
  if (where.trim() === '') return 'it is empty';
  if (where.includes('\0')) return 'it contains a NUL character';
  const plain = outsideQuotes(where);
  if (/['"]/.test(plain)) return 'a quote is not closed';
  if (/\$\w*\$/.test(plain)) return 'text in dollar quotes is not allowed';
  if (plain.includes(';')) return 'it contains a semicolon';
  if (plain.includes('--') || plain.includes('/*')) return 'it contains a comment';
  let depth = 0;
  for (const char of plain) {
    if (char === '(') depth++;
    if (char === ')' && --depth < 0) return 'it closes a bracket that it did not open';
  }
  return depth === 0 ? undefined : 'a bracket is not closed';
}

/**
 * What is wrong with the text, when DuckDB's parser does not see exactly one expression in it without access to anything
 * else. `isRefused`: functions that are not allowed besides those that never are.
 */
export async function parsedCondition(
  session: Session,
  where: string,
  isRefused: (functionName: string) => boolean = () => false,
): Promise<string | undefined> {
  const parsed = await parse(session, where);
  if (parsed.error) return parsed.error_message ?? 'DuckDB cannot read it';
  const [statement, ...more] = parsed.statements ?? [];
  const node = statement?.node;
  if (more.length > 0 || node?.type !== 'SELECT_NODE' || !node.where_clause) return 'it is not one expression';
  const extras = [node.modifiers, node.group_expressions, node.having, node.qualify, node.sample].some((part) =>
    Array.isArray(part) ? part.length > 0 : Boolean(part),
  );
  if (extras) return 'it says more than a condition';
  return forbidden(node.where_clause, isRefused);
}

/** Whether an expression that passed the check has the same value in every row. */
export async function isConstant(session: Session, sql: string): Promise<boolean> {
  const { statements } = await parse(session, sql);
  const isRow = (node: unknown): boolean => {
    if (typeof node !== 'object' || node === null) return false;
    const { class: kind } = node as Record<string, unknown>;
    return kind === 'COLUMN_REF' || kind === 'SUBQUERY' || Object.values(node).some(isRow);
  };
  return !isRow(statements?.[0]?.node.where_clause);
}

const parse = async (session: Session, expression: string): Promise<ParsedStatements> =>
  JSON.parse(
    String(await session.value('SELECT json_serialize_sql($1::VARCHAR)', [`SELECT 1 WHERE ${expression}`])),
  ) as ParsedStatements;

interface ParsedStatements {
  error: boolean;
  error_message?: string;
  statements?: { node: Record<string, unknown> }[];
}

/** First thing in a syntax tree that a condition may not use. */
function forbidden(node: unknown, isRefused: (functionName: string) => boolean): string | undefined {
  if (Array.isArray(node)) return firstOf(node, isRefused);
  if (typeof node !== 'object' || node === null) return undefined;
  const { type, class: kind, function_name: name, column_names: names } = node as Record<string, unknown>;
  // Some functions are called without brackets, which looks like a column.
  if (kind === 'COLUMN_REF' && Array.isArray(names) && names.length === 1 && isRefused(String(names[0])))
    return `the function ${String(names[0])} is not allowed`;
  if (kind === 'PARAMETER') return 'it contains a parameter';
  if (typeof name === 'string' && kind === 'FUNCTION' && (REFUSED.has(name.toLowerCase()) || isRefused(name)))
    return `the function ${name} is not allowed`;
  if (type === 'TABLE_FUNCTION') {
    const called = (node as { function?: { function_name?: string } }).function?.function_name ?? '';
    if (!HARMLESS.has(called.toLowerCase())) return `the table function ${called} is not allowed`;
  }
  return firstOf(Object.values(node), isRefused);
}

function firstOf(nodes: unknown[], isRefused: (functionName: string) => boolean): string | undefined {
  for (const node of nodes) {
    const problem = forbidden(node, isRefused);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

async function checkDates(session: Session, table: TableSchema, dates: NonNullable<RowFilter['dates']>): Promise<void> {
  const column = table.columns.find(({ name }) => name === dates.column);
  const place = { table: tableId(table.ref), column: dates.column };
  if (column === undefined)
    throw new LongshoreError(
      'COLUMN_NOT_FOUND',
      `Table ${place.table} has no column ${dates.column} for the date range.`,
      place,
    );
  if (!['date', 'timestamp', 'timestamptz'].includes(column.logical.kind)) {
    throw new LongshoreError(
      'FILTER_INVALID',
      `Column ${dates.column} of table ${place.table} is ${column.nativeType}, not a date or timestamp.`,
      place,
    );
  }
  for (const bound of [dates.from, dates.until]) {
    const isRead =
      bound === undefined ||
      (await session.value(`SELECT TRY_CAST(${literal(bound)} AS ${column.nativeType}) IS NOT NULL`)) === true;
    if (!isRead)
      throw new LongshoreError(
        'FILTER_INVALID',
        `The date range on column ${dates.column} of table ${place.table} has a bound that is no ${column.nativeType}: ${bound}`,
        place,
      );
  }
}

/** Has DuckDB plan the statement without running it, which finds unknown columns and types that do not fit. */
async function bind(session: Session, table: TableSchema, filter: RowFilter, place: { table: string }): Promise<void> {
  const all = conditions(filter);
  if (all.length === 0) return;
  try {
    await session.rows(`EXPLAIN SELECT 1 FROM ${qualified(table.ref)} WHERE ${all.join(' AND ')}`);
    if (filter.where === undefined) return;
    const [column] = await session.rows(
      `DESCRIBE SELECT (\n${filter.where}\n) AS condition FROM ${qualified(table.ref)}`,
    );
    if (column?.column_type !== 'BOOLEAN')
      throw new LongshoreError(
        'FILTER_INVALID',
        `DuckDB: the condition is ${String(column?.column_type)}, not true or false`,
        place,
      );
  } catch (error) {
    const unknown =
      error instanceof LongshoreError && error.code === 'COLUMN_NOT_FOUND' ? error.place.column : undefined;
    const message = `The condition on table ${place.table} is refused: ${firstLine(error).replace(/^DuckDB: /, '')}`;
    throw new LongshoreError(
      'FILTER_INVALID',
      message,
      { ...place, ...(unknown !== undefined && { column: unknown }) },
      { cause: error },
    );
  }
}
