/** The beginning of a huge file: enough to say how it is to be read and what its columns hold. */
import { basename } from 'node:path';
import { columnNames } from '../../core/file/column-names';
import { detectFormat } from '../../core/file/detect';
import { createInference } from '../../core/file/infer';
import { createRecordReader } from '../../core/file/record-reader';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { SampledFile } from '../../core/month/sampled-file';
import type { FieldBatch, FileFormat } from '../../core/types/file';
import { readSample } from '../files/sample';

const HEAD_BYTES = 4 * 2 ** 20;
/** Rows that are kept as texts. */
const KEPT_ROWS = 10_000;

/**
 * Reads the first 4 MiB of a file. Throws FILE_NOT_FOUND, FILE_UNREADABLE, FILE_NOT_DELIMITED, and FILE_FORMAT_UNCLEAR
 * for a file that is empty or in whose beginning no row ends.
 */
export async function sampleFile(path: string): Promise<SampledFile> {
  const sample = await readSample(path, { headBytes: HEAD_BYTES });
  const isWhole = sample.head.length === sample.size;
  try {
    const format = detectFormat(sample);
    const table = format.tables[0];
    if (!table)
      throw new LongshoreError(
        'FILE_FORMAT_UNCLEAR',
        sample.size === 0
          ? `${path} is empty.`
          : `No row ends within the first ${sample.head.length} bytes of ${path}.`,
      );
    const names = columnNames(table.header, table.width);
    const batches = readBatches(sample.head, format, isWhole);
    const inference = createInference(names);
    for (const batch of batches) inference.add(batch);
    const rows = batches.flatMap(textsOf).slice(0, KEPT_ROWS);
    const isQuoted = batches.some(({ quoted, rows: count, columns }) =>
      quoted.subarray(0, count * columns).includes(1),
    );
    return {
      name: basename(path),
      path,
      size: sample.size,
      isWhole,
      format,
      names,
      columns: inference.result(),
      isQuoted,
      rows,
    };
  } catch (error) {
    if (!(error instanceof LongshoreError) || error.place.file !== undefined) throw error;
    const { code, message, place, next } = error;
    throw new LongshoreError(code, message, { ...place, file: path }, { cause: error, next });
  }
}

/** Without the row that the sample cuts off. */
function readBatches(head: Uint8Array, format: FileFormat, isWhole: boolean): FieldBatch[] {
  const reader = createRecordReader(format);
  const batches = reader.push(head.subarray(reader.firstByte));
  return isWhole ? [...batches, ...reader.end()] : batches;
}

function textsOf({ rows, columns, data, starts, ends }: FieldBatch): string[][] {
  const decoder = new TextDecoder();
  return Array.from({ length: rows }, (_row, row) =>
    Array.from({ length: columns }, (_column, column) => {
      const at = row * columns + column;
      return decoder.decode(data.subarray(starts[at], ends[at]));
    }),
  );
}
