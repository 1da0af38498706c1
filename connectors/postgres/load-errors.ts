/** Which row was it? Answers on the error path of a load only: it reads the part again. */
import { asBytesValues } from '../../core/columnar/allocate';
import type { BytesValues, ColumnBatch, ColumnVector } from '../../core/columnar/batch';
import { LongshoreError } from '../../core/errors/longshore-error';
import { ParquetReader } from '../../storage';
import type { LoadRequest } from '../connector';
import type { RowValueError, TargetColumn } from './binary-encoder';
import { keyColumns, targetId } from './ddl';
import { sqlState, toPostgresError } from './errors';
import { encodeText } from './text-encoder';

const COPY_LINE = /COPY (?:[^,]+), line (\d+)(?:, column ([^:\n]+))?/;

/** The error of a load with table, part, column and, where the row can be found, its key. */
export async function loadError(error: unknown, request: LoadRequest): Promise<LongshoreError> {
  const place = { table: targetId(request.plan), part: request.part };
  const where = error instanceof Error && 'where' in error && typeof error.where === 'string' ? error.where : '';
  if (sqlState(error) === '22021') {
    const nul = await nulCharacter(request).catch(() => undefined);
    if (nul) return nul;
  }
  const line = COPY_LINE.exec(where);
  const row = line ? Number(line[1]) - 1 : error instanceof RowInPart ? error.row : undefined;
  const known = toPostgresError(error instanceof RowInPart ? error.error : error, {
    ...place,
    ...(line?.[2] === undefined ? {} : { column: line[2] }),
  });
  if (row === undefined) return known;
  const key = (await keyOfRow(request, row).catch(() => undefined)) ?? `row ${row + 1} of part ${request.part}`;
  const column = known.place.column === undefined ? '' : `, column ${known.place.column}`;
  return new LongshoreError(
    known.code,
    `Table ${place.table}, row ${key}${column}: ${known.message}`,
    { ...known.place, key },
    { cause: known.cause, next: known.next },
  );
}

/**
 * PostgreSQL has no room for a NUL character in text. It says neither the column nor, in every case, the line, so the part
 * is searched. Undefined when there is none.
 */
async function nulCharacter(request: LoadRequest): Promise<LongshoreError | undefined> {
  const table = targetId(request.plan);
  const reader = await ParquetReader.open(request.file);
  try {
    let before = 0;
    for (let group = 0; group < reader.rowGroups.length; group += 1) {
      const batch = await reader.readRowGroup(group);
      for (const [index, { logical, values }] of batch.columns.entries()) {
        const row = logical.kind === 'text' ? rowWithNul(asBytesValues(values)) : -1;
        if (row < 0) continue;
        const column = request.plan.columns[index]?.target ?? '';
        const key = (await keyOfRow(request, before + row)) ?? `row ${before + row + 1} of part ${request.part}`;
        return new LongshoreError(
          'VALUE_NOT_REPRESENTABLE',
          `Table ${table}, row ${key}, column ${column}: the text holds a NUL character (U+0000), which PostgreSQL has no room for.`,
          { table, part: request.part, column, key },
        );
      }
      before += batch.rows;
    }
    return undefined;
  } finally {
    await reader.close();
  }
}

function rowWithNul({ data, offsets }: BytesValues): number {
  const at = data.subarray(0, offsets.at(-1)).indexOf(0);
  // An empty value before it ends where it starts.
  return at < 0 ? -1 : offsets.findIndex((end) => end > at) - 1;
}

/** A value refused before it was sent, with its row counted from 0 in the part. */
export class RowInPart extends Error {
  constructor(
    readonly error: RowValueError,
    readonly row: number,
  ) {
    super(error.message);
  }
}

/** `id=17`, from the part; undefined when the table has no key that is transferred. */
async function keyOfRow(request: LoadRequest, row: number): Promise<string | undefined> {
  const names = keyColumns(request.plan);
  if (names.length === 0) return undefined;
  const reader = await ParquetReader.open(request.file);
  try {
    let before = 0;
    for (let group = 0; group < reader.rowGroups.length; group += 1) {
      const { rows = 0 } = reader.rowGroups[group] ?? {};
      if (row < before + rows) return describeKey(request, names, await reader.readRowGroup(group), row - before);
      before += rows;
    }
    return undefined;
  } finally {
    await reader.close();
  }
}

/** The text encoder knows how every kind of value is written; a key has no tab or line break that would survive it. */
function describeKey(request: LoadRequest, names: string[], batch: ColumnBatch, row: number): string | undefined {
  const indexes = names.map((name) => request.plan.columns.findIndex((column) => column.target === name));
  const vectors = indexes
    .map((index) => batch.columns[index])
    .filter((vector): vector is ColumnVector => vector !== undefined);
  const columns = vectors.map((vector, at): TargetColumn => ({
    name: names[at] ?? '',
    logical: vector.logical,
    nativeType: 'text',
  }));
  const text = Buffer.concat([...encodeText({ rows: batch.rows, columns: vectors }, columns)]).toString('utf8');
  const values = text.split('\n')[row]?.split('\t');
  return values?.map((value, at) => `${names[at]}=${value}`).join(', ');
}
