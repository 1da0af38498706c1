/** The rows of a request as SQL: one place for reading, counting, figures and the preview, so that they cannot differ. */
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId } from '../../core/types/table';
import type { RangeSpec, RowFilter } from '../../core/types/transfer';
import type { ReadRequest } from '../connector';
import { ident, identList, literal, qualified, whereClause } from './sql';
import { wireSql } from './types';

/** What a slice of this connector is: all that a table's name gives, or a range of the first column of its clustered index. */
export type MssqlRange = { by: 'all' } | KeyRange;

export interface KeyRange {
  by: 'key';
  column: string;
  /** Type that the bounds are read as. */
  type: string;
  /** First value, as text; open at the start of the first slice, which also has the NULLs. */
  from?: string;
  /** First value after; open at the end of the last slice. */
  until?: string;
}

/** What is read: the table as a whole unless `range` narrows it. */
export type RowSource = Pick<ReadRequest, 'table' | 'filter' | 'orderBy'> & { range?: MssqlRange };

/** Throws INTERNAL when a range was made by another connector. */
export function parseRange(range: RangeSpec): MssqlRange {
  const spec = range.spec as Partial<KeyRange> | { by: 'all' } | null;
  if (spec?.by === 'all') return { by: 'all' };
  if (spec?.by === 'key' && spec.column !== undefined && spec.type !== undefined) return spec as KeyRange;
  throw new LongshoreError('INTERNAL', `The slice "${range.label}" was not made by the SQL Server connector.`);
}

/** The statement that reads a slice; `unicode` as in `wireSql`. Throws SCHEMA_MISMATCH when no column is left, TYPE_NOT_SUPPORTED by column. */
export function selectSql(request: Omit<ReadRequest, 'snapshot'>, range?: MssqlRange, unicode = true): string {
  const { columns, table } = request;
  if (columns.length === 0)
    throw new LongshoreError('SCHEMA_MISMATCH', `No column of ${tableId(table)} is left to transfer.`, {
      table: tableId(table),
    });
  const list = columns.map((column) => {
    try {
      return `${wireSql(column, unicode)} AS ${ident(column.source)}`;
    } catch (error) {
      if (!(error instanceof LongshoreError)) throw error;
      const place = { table: tableId(table), column: column.source };
      throw new LongshoreError(error.code, `Column ${column.source}: ${error.message}`, place, { cause: error });
    }
  });
  return rowsSql(list.join(', '), { ...request, ...(range && { range }) });
}

/** `SELECT … FROM … WHERE … ORDER BY …`, the first rows only where there is a limit. */
export function rowsSql(list: string, source: RowSource): string {
  const { filter, orderBy } = source;
  const { limit } = filter;
  if (limit === undefined) return `SELECT ${list}${fromClause(source)}`;
  if (!Number.isSafeInteger(limit) || limit < 0)
    throw new LongshoreError('FILTER_INVALID', `The limit ${limit} is not a whole number.`);
  const order = orderBy.length === 0 ? '' : ` ORDER BY ${identList(orderBy)}`;
  return `SELECT TOP (${limit}) ${list}${fromClause(source)}${order}`;
}

function fromClause({ table, filter, range }: RowSource): string {
  const conditions = [...(range?.by === 'key' ? keyConditions(range) : []), ...filterConditions(filter)];
  return ` FROM ${qualified(table)}${whereClause(conditions)}`;
}

/** Conditions of dates and of the user, on lines of their own: `checkFilter` refuses what could reach beyond them. */
export function filterConditions({ dates, where }: RowFilter): string[] {
  const column = dates && ident(dates.column);
  // Text takes the column's own type, and this form is read alike in every language.
  return [
    ...(dates?.from === undefined ? [] : [`${column} >= ${literal(dates.from)}`]),
    ...(dates?.until === undefined ? [] : [`${column} < ${literal(dates.until)}`]),
    ...(where === undefined ? [] : [`\n${where}\n`]),
  ];
}

/** Bounds take the column's type, so that the index is sought and its own order and collation decide. */
function keyConditions({ column, type, from, until }: KeyRange): string[] {
  const name = ident(column);
  const bound = (text: string): string => `CONVERT(${type}, ${literal(text)}${DATED.test(type) ? ', 121' : ''})`;
  const below = until === undefined ? undefined : `${name} < ${bound(until)}`;
  if (from === undefined) return below === undefined ? [] : [`${below} OR ${name} IS NULL`];
  return [`${name} >= ${bound(from)}`, ...(below === undefined ? [] : [below])];
}

/** Types of which text is read in a style. */
export const DATED = /^(date|time|datetime|smalldatetime|datetime2|datetimeoffset)\b/;
