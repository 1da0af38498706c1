import { columnNames } from '../../core/file/column-names';
import { createInference } from '../../core/file/infer';
import type { FileFindings, FileFormat, FormatOptions, RejectedRow, RepairedRow } from '../../core/types/file';
import { openTable, type OpenTable, type ReadingOptions } from './open-table';

/** Rejected and repaired rows that are kept by themselves; the rest is counted. */
const KEPT = 100;

/** What a file holds, found out by reading every row of it. */
export interface Examination extends FileFindings {
  path: string;
  /** Bytes. */
  size: number;
  format: FileFormat;
}

/** Reads a whole file and says what its columns hold and which rows cannot be loaded. Throws as `openTable`, `readRows`. */
export async function examineFile(
  path: string,
  options: FormatOptions = {},
  reading: ReadingOptions = {},
): Promise<Examination> {
  return examineTable(await openTable(path, options, reading), options);
}

/** The same for a file whose format is known. */
export async function examineTable(table: OpenTable, options: FormatOptions): Promise<Examination> {
  const { path, size, format } = table;
  const rejected: RejectedRow[] = [];
  const repaired: RepairedRow[] = [];
  const found: Examination = {
    path,
    size,
    format,
    rows: 0,
    repaired,
    repairedCount: 0,
    rejected,
    rejectedCount: 0,
    columns: [],
  };
  const first = format.tables[0];
  if (first === undefined) return found;
  const inference = createInference(columnNames(first.header, first.width), {
    nullTexts: options.nullTexts,
    decimalMark: options.decimalMark,
    dateOrder: options.dateOrder,
  });
  const batches = table.rows({
    onRejected: (row) => {
      found.rejectedCount++;
      if (rejected.length < KEPT) rejected.push(row);
    },
    onRepaired: (row) => {
      found.repairedCount++;
      if (repaired.length < KEPT) repaired.push(row);
    },
  });
  for await (const batch of batches) {
    found.rows += batch.rows;
    inference.add(batch);
  }
  return { ...found, columns: inference.result() };
}
