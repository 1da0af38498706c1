import { columnNames } from '../../core/file/column-names';
import { createParser } from '../../core/file/parse';
import { csvBytes, csvLine } from '../../core/file/write-csv';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { FileColumn, FormatOptions, RejectedRow } from '../../core/types/file';
import { ParquetWriter } from '../parquet/writer';
import { examineTable } from './examine';
import { openTable, type OpenTable, type ReadingOptions } from './open-table';
import { OutputFile, RejectedFile } from './output-file';
import { typeText } from './type-text';

export interface ConvertOptions extends ReadingOptions {
  format?: FormatOptions;
  /** Names `column_1`, … where a file has no header; left out unless told. */
  alwaysHeader?: boolean;
  /** File for the rows that are left out. */
  rejected?: string;
}

export interface Conversion {
  rows: number;
  rejected: number;
  repaired: number;
  /** Of the new file. */
  bytes: number;
  columns: number;
}

/** Rows per Parquet row group, as long as they fit into a batch. */
const GROUP_ROWS = 122_880;

interface Counts {
  rejected: number;
  repaired: number;
}

/**
 * Writes the rows that a load of the file would load, every value as it stands there, as UTF-8 CSV by RFC 4180. The new
 * file appears complete or not at all. A file that holds nothing becomes an empty one. Memory does not grow with the
 * file. Throws as `openTable` and `readRows` for the old file, DISK_FULL and STAGING_UNAVAILABLE for the new.
 */
export async function convertToCsv(path: string, to: string, options: ConvertOptions = {}): Promise<Conversion> {
  const table = await openTable(path, options.format ?? {}, options);
  const out = await OutputFile.open(to);
  return finished(out, options, async (reject, counts) => {
    const first = table.format.tables[0];
    let rows = 0;
    if (first !== undefined) {
      const { width, header } = first;
      if (first.headerRows > 0) await out.write(Buffer.from(csvLine(header)));
      else if (options.alwaysHeader) await out.write(Buffer.from(csvLine(columnNames([], width))));
      for await (const batch of table.rows(hooks(reject, counts))) {
        rows += batch.rows;
        await out.write(csvBytes(batch));
      }
    }
    await out.finish();
    return { rows, bytes: out.bytes, columns: first?.width ?? 0 };
  });
}

/**
 * The same as Parquet: the file is read once for the types of its columns and once for its rows. Throws FILE_EMPTY
 * for one that holds nothing, since Parquet has no files without columns.
 */
export async function convertToParquet(path: string, to: string, options: ConvertOptions = {}): Promise<Conversion> {
  const format = options.format ?? {};
  const table = await openTable(path, format, options);
  const columns = await columnsOf(table, format);
  const out = await ParquetWriter.open(
    to,
    columns.map(({ name, logical }) => ({ name, nativeType: typeText(logical), logical })),
    { codec: 'zstd' },
  );
  return finished(out, options, async (reject, counts) => {
    const parse = createParser(columns, reject);
    for await (const batch of table.rows({ ...hooks(reject, counts), batchRows: GROUP_ROWS }))
      await out.write(parse(batch));
    const { rows, bytes } = await out.finish();
    return { rows, bytes, columns: columns.length };
  });
}

async function columnsOf(table: OpenTable, format: FormatOptions): Promise<FileColumn[]> {
  const { columns } = await examineTable(table, format);
  if (columns.length === 0)
    throw new LongshoreError(
      'FILE_EMPTY',
      `${table.path} has neither rows nor a header, and Parquet has no files without columns.`,
      { file: table.path },
      { next: 'Leave it out, or convert it to CSV.' },
    );
  return columns.map(({ name, logical, format: how, nullTexts }, index) => ({
    index,
    name,
    logical,
    format: how,
    nullTexts,
    nullable: true,
  }));
}

const hooks = (reject: (row: RejectedRow) => void, counts: Counts) => ({
  onRejected: reject,
  onRepaired: () => void counts.repaired++,
});

/** Runs `work`; whatever fails, neither a new file nor a list of rejected rows is left half written. */
async function finished(
  out: { abort(): Promise<void> },
  { rejected }: ConvertOptions,
  work: (reject: (row: RejectedRow) => void, counts: Counts) => Promise<Pick<Conversion, 'rows' | 'bytes' | 'columns'>>,
): Promise<Conversion> {
  const list = rejected === undefined ? undefined : new RejectedFile(rejected);
  const counts: Counts = { rejected: 0, repaired: 0 };
  const reject = (row: RejectedRow): void => {
    counts.rejected++;
    list?.add(row);
  };
  try {
    const done = await work(reject, counts);
    list?.finish();
    return { ...done, ...counts };
  } catch (error) {
    list?.abort();
    await out.abort();
    throw error;
  }
}
