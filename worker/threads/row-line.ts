/** On which line of a file does a row stand that a target refused? Answers on the error path of a load only: it reads the part again. */
import type { FilePartRequest } from '../../activities/dependencies';
import { textOf } from '../../core/file/values/bytes';
import { createParser } from '../../core/file/parse';
import { createRecordReader } from '../../core/file/record-reader';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { FieldBatch, FileColumn, RejectedRow } from '../../core/types/file';
import { openFile } from '../../storage/files/open-file';
import { readRows } from '../../storage/files/read-rows';

const NUMBERED = /^row (\d+) of part \d+$/;

/** The error with the line of the row that it names by number or key, as far as that can be found. */
export async function withLine(error: unknown, request: FilePartRequest, signal: AbortSignal): Promise<unknown> {
  if (!(error instanceof LongshoreError) || error.place.key === undefined || error.place.line !== undefined)
    return error;
  const { key } = error.place;
  const line = await lineOf(key, request, signal).catch(() => undefined);
  if (line === undefined) return error;
  const { key: _key, part: _part, ...place } = error.place;
  const isNumbered = NUMBERED.test(key);
  const message = isNumbered
    ? error.message.replace(`row ${key}`, `line ${line}`).replace(key, `line ${line}`)
    : error.message.replace(`row ${key}`, `line ${line} (${key})`);
  return new LongshoreError(
    error.code,
    message,
    { ...place, line, ...(!isNumbered && { key }) },
    { cause: error, next: error.next },
  );
}

async function lineOf(key: string, request: FilePartRequest, signal: AbortSignal): Promise<number | undefined> {
  const [, number] = NUMBERED.exec(key) ?? [];
  const wanted = number === undefined ? keyValues(key, request) : undefined;
  if (number === undefined && wanted === undefined) return undefined;
  const rejected = new Set<number>();
  const note = ({ line }: RejectedRow): void => void rejected.add(line);
  const { path, format, columns, from, until, ragged } = request;
  const reader = createRecordReader(format, {
    ragged,
    ...(from && { from }),
    ...(until !== undefined && { until }),
    onRejected: note,
  });
  const parse = createParser(columns, note);
  const { file, stamp } = await openFile(path);
  await file.close();
  let left = Number(number ?? 0);
  for await (const fields of readRows(path, reader, { signal, stamp })) {
    rejected.clear();
    parse(fields);
    for (let row = 0; row < fields.rows; row++) {
      const line = fields.lines[row]!;
      if (rejected.has(line)) continue;
      if (wanted ? wanted.every(({ column, value }) => fieldOf(fields, row, column) === value) : --left === 0)
        return line;
    }
  }
  return undefined;
}

/** `id=17, code=x` as fields of the file; undefined where it is written in another way. */
function keyValues(
  key: string,
  { columns, load }: FilePartRequest,
): { column: FileColumn; value: string }[] | undefined {
  const values: { column: FileColumn; value: string }[] = [];
  for (const pair of key.split(', ')) {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    const column = columns[load.plan.columns.findIndex(({ target }) => target === name)];
    if (column === undefined) return undefined;
    values.push({ column, value });
  }
  return values;
}

function fieldOf({ data, starts, ends, columns }: FieldBatch, row: number, { index }: FileColumn): string {
  const field = row * columns + index;
  return textOf(data, starts[field]!, ends[field]!);
}
