/** The rows of a request as SQL: one place for reading, counting, figures and the preview, so that they cannot differ. */
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId, type TableRef } from '../../core/types/table';
import type { RangeSpec, RowFilter } from '../../core/types/transfer';
import type { ReadRequest } from '../connector';
import type { SnapshotReadOptions } from './snapshot';
import { ident, literal, qualified, whereClause } from './sql';
import { hasSqlMask } from './types';

/** What a slice of this connector is: all that a table's name gives, or pages of one table with storage of its own. */
export type PostgresRange = { by: 'all' } | PageRange;

export interface PageRange {
  by: 'pages';
  /** The table itself, or the partition. */
  relation: TableRef;
  /** First page. */
  from: number;
  /** First page after; open at the end of the last slice, for rows that were added since planning. */
  until?: number;
  /** File that held the table when it was planned; a rewrite gives it another. */
  fileNode: string;
  /** Digest of the columns as they were. */
  shape: string;
}

/** What is read: the table as a whole unless `range` narrows it. */
export type RowSource = Pick<ReadRequest, 'table' | 'filter' | 'orderBy'> & { range?: PostgresRange };

/** Throws INTERNAL when a range was made by another connector. */
export function parseRange(range: RangeSpec): PostgresRange {
  const spec = range.spec as Partial<PageRange> | { by: 'all' } | null;
  if (spec?.by === 'all') return { by: 'all' };
  if (spec?.by === 'pages' && spec.relation && Number.isInteger(spec.from)) return spec as PageRange;
  throw new LongshoreError('INTERNAL', `The slice "${range.label}" was not made by the Postgres connector.`);
}

/** `FROM … WHERE … ORDER BY … LIMIT …` with a leading blank. */
export function fromClause(source: RowSource): string {
  const { range, filter } = source;
  const conditions = [...(range?.by === 'pages' ? pageConditions(range) : []), ...filterConditions(filter)];
  return `${fromTable(source)}${whereClause(conditions)}${limitClause(source)}`;
}

/** Conditions of dates and of the user, who may end with a line comment nowhere: `checkFilter` refuses those. */
export function filterConditions(filter: RowFilter): string[] {
  const { dates, where } = filter;
  const column = dates && ident(dates.column);
  return [
    ...(dates?.from === undefined ? [] : [`${column} >= ${literal(dates.from)}`]),
    ...(dates?.until === undefined ? [] : [`${column} < ${literal(dates.until)}`]),
    ...(where === undefined ? [] : [`\n${where}\n`]),
  ];
}

/** How a transaction that reads these rows has to be set up. */
export function readOptions({
  filter,
  orderBy,
  columns,
}: Pick<ReadRequest, 'filter' | 'orderBy' | 'columns'>): SnapshotReadOptions {
  return {
    userNames: filter.where !== undefined || hasSqlMask(columns),
    storedOrder: filter.limit !== undefined && orderBy.length === 0,
  };
}

/**
 * A page range is one relation's own, so ONLY; the user's condition may name the table, so a partition goes by the
 * table's name. An ordinary table is read with its children in old-style inheritance, as its readers see it.
 */
function fromTable({ table, range }: RowSource): string {
  if (range?.by !== 'pages') return ` FROM ${qualified(table)}`;
  const isItself = tableId(range.relation) === tableId(table);
  return ` FROM ONLY ${qualified(range.relation)}${isItself ? '' : ` AS ${ident(table.name)}`}`;
}

function pageConditions({ from, until }: PageRange): string[] {
  return [
    ...(from === 0 ? [] : [`ctid >= '(${from},0)'::pg_catalog.tid`]),
    ...(until === undefined ? [] : [`ctid < '(${until},0)'::pg_catalog.tid`]),
  ];
}

/** Names are the table's own: a bare one would mean the column of the SELECT list, which may be a cast or a mask. */
function limitClause({ table, filter, orderBy }: RowSource): string {
  if (filter.limit === undefined) return '';
  if (!Number.isSafeInteger(filter.limit) || filter.limit < 0)
    throw new LongshoreError('FILTER_INVALID', `The limit ${filter.limit} is not a whole number.`);
  const keys = orderBy.map((name) => `${ident(table.name)}.${ident(name)}`).join(', ');
  return `${keys === '' ? '' : ` ORDER BY ${keys}`} LIMIT ${filter.limit}`;
}
