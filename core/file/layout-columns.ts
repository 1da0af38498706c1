import type { ColumnShape } from '../types/file';
import type { SampleRow } from './detect/split';
import { learnShape } from './reader/shape';

/** Rows that shapes are learned from, and the widest table they are learned for. */
const SHAPE_ROWS = 1000;
const MAX_SHAPED = 400;

/** What the columns look like, by the rows that are as they should be; undefined: too wide, or too few to tell. */
export function shapesOf(rows: readonly SampleRow[], width: number, trailing: number): ColumnShape[] | undefined {
  if (width > MAX_SHAPED) return undefined;
  const all = rows.filter((row) => !row.broken && row.fields.length === width + trailing);
  if (all.length < 2) return undefined;
  // From all over the sample, for numbers grow and dates move on.
  const step = Math.ceil(all.length / SHAPE_ROWS);
  const good = all.filter((_, at) => at % step === 0);
  return Array.from({ length: width }, (_, column) =>
    learnShape(good.map(({ fields, quoted }) => ({ text: fields[column]!, quoted: quoted[column]! }))),
  );
}

/** Columns at the right that have no name and no value: separators at the end of lines. */
export function trailingColumns(
  rows: readonly SampleRow[],
  header: readonly { fields: string[] }[],
  width: number,
): number {
  const body = rows.filter((row) => row.fields.length === width);
  // Without a header nobody can tell a column that is empty so far from a habit of the writer.
  if (body.length === 0 || header.length === 0) return 0;
  let trailing = 0;
  while (trailing < width - 1) {
    const column = width - 1 - trailing;
    const isNameless = header.every((row) => (row.fields[column] ?? '').trim() === '');
    if (!isNameless || body.some((row) => row.fields[column] !== '' || row.quoted[column])) break;
    trailing++;
  }
  return trailing;
}
