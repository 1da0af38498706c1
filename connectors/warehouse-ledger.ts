/** The ledger table in a warehouse as DuckDB and Postgres spell it, and its rows as marks. */
import type { LoadMark, TextRow } from './warehouse';

/** In this order, in the table and in `markValues`; `at` is filled by the warehouse. */
export const MARK_COLUMNS = [
  'id',
  'kind',
  'batch',
  'table_name',
  'month',
  'rows',
  'by_whom',
  'reason',
  'files',
] as const;

/** `name` is the qualified name of the table, `textType` the type for texts. */
export const createLedgerSql = (name: string, textType: 'VARCHAR' | 'text'): string =>
  `CREATE TABLE IF NOT EXISTS ${name} ("id" ${textType} PRIMARY KEY, "kind" ${textType} NOT NULL, "batch" ${textType} NOT NULL,
    "table_name" ${textType} NOT NULL, "month" ${textType} NOT NULL, "rows" bigint NOT NULL, "by_whom" ${textType} NOT NULL,
    "reason" ${textType}, "files" ${textType}, "at" timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP)`;

/** Columns as a list of identifiers. */
export const markColumnList: string = MARK_COLUMNS.map((name) => `"${name}"`).join(', ');

export const markValues = (mark: LoadMark): (string | number | null)[] => [
  mark.id,
  mark.kind,
  mark.batch,
  mark.table,
  mark.month,
  mark.rows,
  mark.by,
  mark.reason ?? null,
  mark.files ?? null,
];

/** A row with the columns of `markColumnList`. */
export function markOf([id, kind, batch, table, month, rows, by, reason, files]: TextRow): LoadMark {
  return {
    id: id ?? '',
    kind: kind as LoadMark['kind'],
    batch: batch ?? '',
    table: table ?? '',
    month: month ?? '',
    rows: Number(rows),
    by: by ?? '',
    ...(reason != null && { reason }),
    ...(files != null && { files }),
  };
}
