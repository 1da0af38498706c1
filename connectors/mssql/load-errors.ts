/** Which row was it? Answers on the error path of a load only: it reads the part again. */
import type { ColumnBatch } from '../../core/columnar/batch';
import { LongshoreError } from '../../core/errors/longshore-error';
import { ParquetReader } from '../../storage';
import type { LoadRequest } from '../connector';
import type { RowValueError } from './bulk-errors';
import { keyColumns, targetId } from './ddl';
import { toMssqlError } from './errors';
import { valueText } from './value-text';

/** A value refused before it was sent, with its row counted from 0 in the part. */
export class RowInPart extends Error {
  constructor(
    readonly error: RowValueError,
    readonly row: number,
  ) {
    super(error.message);
  }
}

/** The error of a load with table, part, column and, where the row can be found, its key. */
export async function loadError(error: unknown, request: LoadRequest): Promise<LongshoreError> {
  const place = { table: targetId(request.plan), part: request.part };
  if (!(error instanceof RowInPart)) return toMssqlError(error, place);
  const known = toMssqlError(error.error, place);
  const row = `row ${error.row + 1} of part ${request.part}`;
  const key = (await keyOfRow(request, error.row).catch(() => undefined)) ?? row;
  return new LongshoreError(
    known.code,
    `Table ${place.table}, row ${key}, column ${known.place.column ?? ''}: ${known.message}`,
    { ...known.place, key },
    { cause: known.cause, next: known.next },
  );
}

/** `id=17`, from the part; undefined when the table has no key that is transferred. */
async function keyOfRow({ plan, file }: LoadRequest, row: number): Promise<string | undefined> {
  const names = keyColumns(plan);
  if (names.length === 0) return undefined;
  const describe = (batch: ColumnBatch, at: number): string =>
    names
      .map((name) => {
        const vector = batch.columns[plan.columns.findIndex((column) => column.target === name)];
        return `${name}=${vector ? valueText(vector, at) : ''}`;
      })
      .join(', ');
  const reader = await ParquetReader.open(file);
  try {
    let before = 0;
    for (const [group, { rows }] of reader.rowGroups.entries()) {
      if (row < before + rows) return describe(await reader.readRowGroup(group), row - before);
      before += rows;
    }
    return undefined;
  } finally {
    await reader.close();
  }
}
