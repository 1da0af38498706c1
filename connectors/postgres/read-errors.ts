/** Errors of reading a source: what a user's SQL did wrong, and what must not be said about masked columns. */
import { LongshoreError, type ErrorPlace } from '../../core/errors/longshore-error';
import type { ReadRequest } from '../connector';
import { sqlState, toPostgresError, type ServerIdentity } from './errors';
import { hasSqlMask } from './types';

/**
 * Classes of SQLSTATE whose messages are about connections, names and SQL text. Those of any other, a cast that fails for
 * one, may quote a value.
 */
const QUOTES_NO_VALUE = /^(08|0A|25|26|28|3D|3F|40|42|53|54|55|57|58)/;

/**
 * As `toPostgresError`. A session that may not write refuses a condition or mask whose functions do: that says nothing
 * against the environment. Where a column is masked, what the server says of a value stays unsaid.
 */
export function toReadError(
  error: unknown,
  place: ErrorPlace,
  { filter, columns }: Pick<ReadRequest, 'filter' | 'columns'>,
  server?: ServerIdentity,
): LongshoreError {
  const state = sqlState(error);
  const table = place.table ?? 'a table';
  if (state === '25006' && (filter.where !== undefined || hasSqlMask(columns))) {
    const what = filter.where === undefined ? 'A mask' : 'The condition';
    const sql = filter.where === undefined ? {} : { sql: filter.where };
    const message = `${what} on ${table} calls something that writes, and the source is only read.`;
    return new LongshoreError('FILTER_INVALID', message, { ...place, ...sql }, { cause: error });
  }
  const known = toPostgresError(error, place, server);
  const masked = columns.filter(({ mask }) => mask !== undefined).map(({ source }) => source);
  if (masked.length === 0 || state === undefined || QUOTES_NO_VALUE.test(state)) return known;
  const message = `PostgreSQL refused a value while reading ${table} (SQLSTATE ${state}). What it says is left out, since it may quote a value of a masked column: ${masked.join(', ')}.`;
  return new LongshoreError(known.code, message, place);
}
