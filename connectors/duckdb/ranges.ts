/** Cutting a table into slices of row ids, and the statement that reads one. */
import type { RangeSpec } from '../../core/types/transfer';
import type { TableSchema } from '../../core/types/table';
import type { ReadRequest } from '../connector';
import { conditions } from './filter';
import { rowBytes } from './introspect';
import { ident, idents, qualified } from './sql';
import { streamed } from './chunks';
import { selected } from './types';

/** DuckDB keeps rows in groups of this many; a slice that begins inside one would read it twice. */
const ROW_GROUP = 122_880;

/** Half-open range of row ids; without `until` to the end of the table. Absent for tables that are read whole. */
interface RowIds {
  from: number;
  until?: number;
}

/**
 * Slices of about `partBytes`, by the catalog's row count and the widths of the column types. The last one is open, so
 * that rows beyond the estimate are read too. Views and limited tables are one slice.
 */
export function planRanges(request: ReadRequest & { schema: TableSchema }, partBytes: number): RangeSpec[] {
  const { schema, filter } = request;
  const width = Math.max(1, rowBytes(request.columns));
  const rows = Math.max(0, schema.estimatedRows);
  const whole = (label: string, estimated: number): RangeSpec[] => [
    { label, spec: null, estimatedRows: estimated, estimatedBytes: estimated * width },
  ];
  if (filter.limit !== undefined)
    return whole(`first ${filter.limit} rows`, Math.min(filter.limit, schema.kind === 'table' ? rows : filter.limit));
  if (schema.kind !== 'table') return whole('all rows', rows);
  const groups = Math.max(1, Math.round(partBytes / width / ROW_GROUP));
  const step = groups * ROW_GROUP;
  const count = Math.max(1, Math.ceil(rows / step));
  if (count === 1) return whole('all rows', rows);
  return Array.from({ length: count }, (_unused, index) => {
    const from = index * step;
    const last = index === count - 1;
    const estimated = last ? Math.max(0, rows - from) : step;
    const spec: RowIds = last ? { from } : { from, until: from + step };
    return {
      label: last ? `rows from ${from}` : `rows ${from}–${from + step - 1}`,
      spec,
      estimatedRows: estimated,
      estimatedBytes: estimated * width,
    };
  });
}

/** SELECT of one slice, or of all the filter leaves. Columns come under their target names, in the form of the part. */
export function selectSql(request: Omit<ReadRequest, 'snapshot'>, range?: RangeSpec): string {
  const columns = request.columns.map((column) => `${selected(column)} AS ${ident(column.target)}`);
  return `SELECT ${columns.join(', ')} FROM ${rowsSql(request, range)}`;
}

/** The same rows, in the form in which they are taken out of DuckDB value by value. */
export function streamSql(request: Omit<ReadRequest, 'snapshot'>, range?: RangeSpec): string {
  const columns = request.columns.map((column) => streamed(selected(column), column.logical));
  return `SELECT ${columns.join(', ')} FROM ${rowsSql(request, range)}`;
}

/** How many rows the filter leaves. Which ones a limit takes makes no difference, so nothing is sorted. */
export const countSql = (request: Omit<ReadRequest, 'snapshot'>, range?: RangeSpec): string =>
  `SELECT count(*) FROM ${rowsSql({ ...request, orderBy: [] }, range)}`;

/** The rows themselves: FROM, WHERE and, for a limited table, ORDER BY and LIMIT in a subquery. */
export function rowsSql(request: Omit<ReadRequest, 'snapshot'>, range?: RangeSpec): string {
  const { table, filter, orderBy } = request;
  const ids = range?.spec as RowIds | null | undefined;
  const all = [
    ...conditions(filter),
    ...(ids ? [`rowid >= ${Number(ids.from)}`] : []),
    ...(ids?.until === undefined ? [] : [`rowid < ${Number(ids.until)}`]),
  ];
  const from = `${qualified(table)}${all.length > 0 ? ` WHERE ${all.join(' AND ')}` : ''}`;
  if (filter.limit === undefined) return from;
  const order = orderBy.length > 0 ? ` ORDER BY ${idents(orderBy)}` : '';
  // Under the name of the table, by which an expression may call it.
  return `(SELECT * FROM ${from}${order} LIMIT ${Math.trunc(filter.limit)}) AS ${ident(table.name)}`;
}
