import type { ColumnShape } from '../types/file';
import type { SampleRow } from './detect/split';
import { USUAL } from './reader/repair';
import { learnShape, misfitOf } from './reader/shape';

/** Rows that shapes are learned from, and the widest table they are learned for. */
const SHAPE_ROWS = 1000;
const MAX_SHAPED = 400;
/** So many rows, and so many of all, end early by habit. */
const EARLY_ROWS = 3;
const EARLY_SHARE = 0.02;

/** What the columns look like, by the rows that are as they should be; undefined: too wide, or too few to tell. */
export function shapesOf(rows: readonly SampleRow[], width: number, trailing: number): ColumnShape[] | undefined {
  if (width > MAX_SHAPED) return undefined;
  const all = rows.filter((row) => !row.broken && row.fields.length === width + trailing);
  if (all.length < 2) return undefined;
  // From all over the sample, for numbers grow and dates move on.
  const step = Math.ceil(all.length / SHAPE_ROWS);
  const good = all.filter((_, at) => at % step === 0);
  const shapes = Array.from({ length: width }, (_, column) =>
    learnShape(good.map(({ fields, quoted }) => ({ text: fields[column]!, quoted: quoted[column]! }))),
  );
  countMissing(rows, shapes);
  return shapes;
}

/** Where rows often end early and are fine as far as they go, the fields that they leave out count as empty. */
function countMissing(rows: readonly SampleRow[], shapes: ColumnShape[]): void {
  const misfits = shapes.map(misfitOf);
  const ends = new Map<number, number>();
  for (const { fields, quoted, broken } of rows) {
    if (broken || fields.length < 2 || fields.length >= shapes.length) continue;
    const cost = fields.reduce((sum, text, column) => sum + misfits[column]!(text, quoted[column]!), 0);
    if (cost <= USUAL) ends.set(fields.length, (ends.get(fields.length) ?? 0) + 1);
  }
  for (const [end, count] of ends) {
    const share = count / rows.length;
    if (count < EARLY_ROWS || share < EARLY_SHARE) continue;
    for (const shape of shapes.slice(end)) shape.empty = Math.max(shape.empty, Math.round(share * 1000) / 1000);
  }
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
