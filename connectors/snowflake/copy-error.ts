/** Why a COPY failed: which file, line, column and value, in one sentence. */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { CopyRequest } from '../warehouse';
import { copyPlace, copyReason } from './copy-place';
import { toSnowflakeError } from './errors';

/** Codes that say something of the rows. */
const OF_ROWS = ['COPY_FAILED', 'VALUE_NOT_REPRESENTABLE', 'VALUE_TOO_LONG', 'NULL_IN_NOT_NULL'];

/** `line` is the physical line within the part; `part` says which of the parts it is. */
export function copyError(error: unknown, request: CopyRequest): LongshoreError {
  const { table, parts, columns, prefix } = request;
  const { name } = table.ref;
  const known = toSnowflakeError(error, { place: { table: name } });
  // A server that stands in for Snowflake has no number for some faults of a file.
  const code = known.code === 'QUERY_FAILED' && /CSV Error on Line/.test(known.message) ? 'COPY_FAILED' : known.code;
  if (!OF_ROWS.includes(code)) return known;
  const { file, line, column, value, position } = copyPlace(known.message, columns);
  const reason = copyReason(known.message).replace(/[.]$/, '');
  const part = file === undefined ? -1 : parts.findIndex((each) => file.endsWith(each.name));
  const where = [
    file?.slice(Math.max(file.indexOf(prefix), 0)),
    line !== undefined && `line ${line}`,
    column === undefined ? position !== undefined && `column ${position}` : `column ${column}`,
  ].filter((each) => typeof each === 'string');
  const shown = value !== undefined && !reason.includes(value) ? `, value '${value}'` : '';
  const suffix = where.length > 0 ? ` (${where.join(', ')}${shown})` : '';
  return new LongshoreError(
    code,
    `Snowflake could not copy the rows into ${name}: ${reason}${suffix}.`,
    {
      table: name,
      ...(file !== undefined && { file }),
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column }),
      ...(part >= 0 && { part }),
    },
    { cause: known.cause },
  );
}
