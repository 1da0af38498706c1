import { LongshoreError } from '../../core/errors/longshore-error';
import { tableNameOf } from '../../core/file/table-name';
import type {
  Dialect,
  FileEncoding,
  FormatFinding,
  FormatOptions,
  RejectedRow,
  RepairedRow,
  ValueFormat,
} from '../../core/types/file';
import { examineFile, type Examination } from './examine';
import type { ReadingOptions } from './open-table';
import { typeText } from './type-text';

/** A column as it was recognised; types come from every value of the file. */
export interface DetectedColumn {
  /** Unique and usable as the name of a column. */
  name: string;
  /** As it stands in the file; empty where there is no header. */
  header: string;
  /** `int32`, `decimal(10,2)`, `timestamp`, `text`, … */
  type: string;
  /** How the texts of the file are read. */
  format: ValueFormat;
  nulls: number;
  /** Longest value in characters, and in bytes of UTF-8. */
  maxChars: number;
  maxBytes: number;
  /** Texts that count as NULL beside the empty field. */
  nullTexts: string[];
  /** Other ways to read most of the values, the commonest first: where the column of a table says which. */
  alternatives?: ValueFormat[];
  /** Texts in this column that elsewhere stand for NULL. */
  possibleNulls?: string[];
  /** What else the values could mean, where the file leaves it open. */
  ambiguity?: string;
}

/** What `longshore file detect --json` prints of a file: names are kept from version to version, only added to. */
export interface FileDetection extends Dialect {
  file: string;
  /** Bytes. */
  size: number;
  encoding: FileEncoding;
  /** The file begins with a byte order mark. */
  bom: boolean;
  headerRows: number;
  header: string[];
  preambleLines: number;
  footerLines: number;
  columns: DetectedColumn[];
  /** Table that the name of the file asks for; null where it has none in it. */
  tableName: string | null;
  /** Tables in the file in their order; the first is the one that is read. Empty: the file holds nothing. */
  tables: { startLine: number; headerRows: number; header: string[]; columns: number }[];
  rows: number;
  rejectedRows: number;
  repairedRows: number;
  /** The first hundred of each. */
  rejected: RejectedRow[];
  repaired: RepairedRow[];
  /** 0 to 1; the smallest that matters of `findings`. */
  confidence: number;
  /** What was recognised, how surely, and why. */
  findings: FormatFinding[];
}

/** Recognises a file and reads it to its end. Throws as `examineFile`. */
export async function detectFile(
  path: string,
  options: FormatOptions = {},
  reading: ReadingOptions = {},
): Promise<FileDetection> {
  return describe(await examineFile(path, options, reading));
}

/** An examination in the form that is printed. */
export function describe(found: Examination): FileDetection {
  const { format } = found;
  const first = format.tables[0];
  return {
    file: found.path,
    size: found.size,
    encoding: format.encoding,
    bom: format.bom > 0,
    ...format.dialect,
    headerRows: first?.headerRows ?? 0,
    header: first?.header ?? [],
    preambleLines: format.preambleLines,
    footerLines: format.footerLines,
    columns: found.columns.map((column, index) => ({
      name: column.name,
      header: first?.header[index] ?? '',
      type: typeText(column.logical),
      format: column.format,
      nulls: column.nulls,
      maxChars: column.maxChars,
      maxBytes: column.maxBytes,
      nullTexts: column.nullTexts,
      ...(column.alternatives && { alternatives: column.alternatives }),
      ...(column.possibleNulls && { possibleNulls: column.possibleNulls }),
      ...(column.ambiguity !== undefined && { ambiguity: column.ambiguity }),
    })),
    tableName: tableNameIn(found.path),
    tables: format.tables.map(({ startLine, headerRows, header, width }) => ({
      startLine,
      headerRows,
      header,
      columns: width,
    })),
    rows: found.rows,
    rejectedRows: found.rejectedCount,
    repairedRows: found.repairedCount,
    rejected: found.rejected,
    repaired: found.repaired,
    confidence: format.confidence,
    findings: format.findings,
  };
}

/** The table that a file's name asks for; null where no name can be made of it. */
function tableNameIn(path: string): string | null {
  try {
    return tableNameOf(path.replaceAll('\\', '/').split('/').at(-1) ?? path);
  } catch (error) {
    if (error instanceof LongshoreError && error.code === 'FILE_NAME_UNUSABLE') return null;
    throw error;
  }
}
