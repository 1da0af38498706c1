/** Field batches from plain rows, without the reader. */
import type { FieldBatch } from '../../../../core/types/file';

/** A field; `{ quoted }` for one that stood in quotes. */
export type Field = string | { quoted: string };

/** Rows of a file whose first row stands on `firstLine`, one line a row. */
export function fieldBatch(rows: Field[][], firstLine = 2): FieldBatch {
  const columns = rows[0]?.length ?? 0;
  const fields = rows.flat();
  const parts = fields.map((field) => Buffer.from(typeof field === 'string' ? field : field.quoted));
  const starts = new Uint32Array(fields.length);
  const ends = new Uint32Array(fields.length);
  let at = 1;
  // A byte between the fields, so that a reader that looks beyond its slice is found out.
  parts.forEach((part, index) => {
    starts[index] = at;
    ends[index] = at + part.length;
    at += part.length + 1;
  });
  const data = new Uint8Array(at).fill(0x37);
  parts.forEach((part, index) => data.set(part, starts[index]));
  return {
    rows: rows.length,
    columns,
    data,
    starts,
    ends,
    quoted: Uint8Array.from(fields, (field) => (typeof field === 'string' ? 0 : 1)),
    lines: Float64Array.from(rows, (_, index) => firstLine + index),
  };
}

/** A batch of one column. */
export const columnBatch = (values: Field[]): FieldBatch => fieldBatch(values.map((value) => [value]));
