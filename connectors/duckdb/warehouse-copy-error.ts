/** Which value of which row was it? Answers on the error path of a copy only. */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { WarehouseColumn } from '../../core/types/warehouse';
import type { CopyRequest } from '../warehouse';
import { firstLine, mapError, textOf } from './errors';
import { withMemory, type FileSettings } from './instance';
import { field, readCsv } from './warehouse-read';
import { columnText, UNFIT } from './warehouse-values';

/** DuckDB could not make out the rows of a file, whatever is in them. */
export const isUnreadable = (error: unknown): boolean =>
  /CSV Error|CSV Parser state machine/.test(textOf(error instanceof LongshoreError ? (error.cause ?? error) : error));

/** An error of a copy with part, row, column and value: the parts are read once more to find them. */
export async function located(
  error: unknown,
  settings: FileSettings,
  request: CopyRequest,
  columns: WarehouseColumn[],
  paths: string[],
): Promise<LongshoreError> {
  const table = `${request.table.ref.schema}.${request.table.ref.name}`;
  const known = mapError(error, { table });
  const message = known.cause === undefined ? known.message : textOf(known.cause);
  const line = /CSV Error on Line: (\d+)/.exec(message);
  if (line) return unreadable(known, message, request, paths, table, Number(line[1]));
  if (known.code !== 'VALUE_NOT_REPRESENTABLE' && !message.includes(UNFIT)) return known;
  for (const [part, path] of paths.entries()) {
    const found = await firstUnfit(settings, request, columns, path).catch(() => undefined);
    if (!found) continue;
    const { column, row, value } = found;
    const key = `row ${row} of ${request.parts[part]?.name ?? path}`;
    return new LongshoreError(
      'VALUE_NOT_REPRESENTABLE',
      `Table ${table}, ${key}: '${value.slice(0, 200)}' is not a value of column ${column.name} (${column.nativeType}), or not without losing something of it.`,
      { table, column: column.name, part, key },
      { cause: known },
    );
  }
  return new LongshoreError('COPY_FAILED', known.message, known.place, { cause: known });
}

function unreadable(
  known: LongshoreError,
  message: string,
  { parts }: CopyRequest,
  paths: string[],
  table: string,
  line: number,
): LongshoreError {
  const part = paths.findIndex((path) => message.includes(path));
  const key = `line ${line} of ${parts[part]?.name ?? 'a part'}`;
  const reason = message
    .split('\n')
    .filter((text) => /^(Expected Number|Value with|Invalid unicode|Maximum line)/.test(text))
    .map((text) => text.replace(/ This file is not .*/, ''))
    .join(' ');
  return new LongshoreError(
    'COPY_FAILED',
    `Table ${table}, ${key}: ${reason || firstLine(message)}`,
    { table, key, ...(part >= 0 && { part }) },
    { cause: known },
  );
}

async function firstUnfit(
  settings: FileSettings,
  request: CopyRequest,
  columns: WarehouseColumn[],
  path: string,
): Promise<{ column: WarehouseColumn; row: number; value: string } | undefined> {
  const tests = columns.map((column, index) => columnText(column, field(index), request.format).isUnfit);
  const which = `CASE ${tests.map((test, index) => `WHEN ${test} THEN ${index}`).join(' ')} ELSE -1 END`;
  const texts = columns.map((_column, index) => field(index)).join(', ');
  const [found] = await withMemory(settings, { paths: [path] }, async (session) =>
    session.rows(
      `SELECT n, which, [${texts}][which + 1] AS value FROM (
         SELECT n, ${which} AS which, ${texts} FROM (SELECT row_number() OVER () AS n, * FROM ${readCsv([path], request, false, ', parallel = false')}))
       WHERE which >= 0 ORDER BY n LIMIT 1`,
    ),
  );
  const column = found && columns[Number(found['which'])];
  return column && { column, row: Number(found['n']), value: String(found['value']) };
}
