/** Puts the fields of a ragged row back in place, where one reading of it is clearly the best. */
import type { Dialect, FileTable } from '../../types/file';
import { COST, FOREIGN, readingsOf, type RepairedField, type Step } from './readings';
import { misfitOf } from './shape';

export interface RepairedLine {
  fields: RepairedField[];
  /** What was wrong; empty where nothing was. */
  message: string;
  /** How much speaks against it. */
  cost: number;
}

export interface Repair {
  /** The one clearly best reading of a line, given as text of its bytes; undefined: there is none. */
  read(line: string): RepairedLine | undefined;
  /** How little values look like the others of their columns. */
  misfit(values: readonly string[], quoted: readonly boolean[]): number;
}

/** Longer lines and wider tables are not worth the time that all readings of them take. */
const MAX_LINE = 32 * 1024;
const MAX_WIDTH = 400;
/** Separators that a single row may have in place of the others'. */
export const OTHER_DELIMITERS = [',', ';', '\t', '|', ' '];
/** A row whose values cost no more in all is as it should be. */
export const USUAL = 2.5;
/** The next reading must cost so much more than the best. */
const MARGIN = 1;

/** Repairs rows of a table; undefined where nothing is known of its columns. */
export function createRepair(
  dialect: Dialect,
  table: Pick<FileTable, 'width' | 'shapes' | 'header'>,
): Repair | undefined {
  const { width, shapes, header } = table;
  if (!shapes || dialect.runs || shapes.length !== width || width < 1 || width > MAX_WIDTH) return undefined;
  const misfits = shapes.map(misfitOf);
  const marks = shapes.map((shape) => shape.marks);
  const names = shapes.map((_, column) => header[column] || `column ${column + 1}`);
  const columns = { misfits, marks, names, mayMiss: shapes.map((shape) => shape.empty > 0) };
  const read = (line: string): RepairedLine | undefined => {
    if (line.length > MAX_LINE) return undefined;
    const readings = readingsOf(line, dialect.delimiter, dialect.quote, columns, 0);
    const best = readings[0]?.cost ?? Infinity;
    if (best > COST.otherDelimiter)
      for (const other of OTHER_DELIMITERS) {
        if (other === dialect.delimiter || line.split(other).length < width || width < 3) continue;
        readings.push(...readingsOf(line, other, dialect.quote, columns, COST.otherDelimiter));
      }
    return clearlyBest(readings);
  };
  const misfit = (values: readonly string[], quoted: readonly boolean[]): number =>
    values.reduce((sum, value, column) => sum + misfits[column]!(value, quoted[column]!), 0);
  return { read, misfit };
}

/** The reading that costs least, where the next costs `margin` more. */
export function clearlyBest(readings: Step[], margin = MARGIN): RepairedLine | undefined {
  readings.sort((a, b) => a.cost - b.cost);
  const [best] = readings;
  if (!best || best.worst >= FOREIGN) return undefined;
  const next = readings.find((reading) => reading.hash !== best.hash);
  if (next && next.cost - best.cost < margin) return undefined;
  const fields: RepairedField[] = [];
  const notes: string[] = [];
  for (let step: Step | undefined = best; step; step = step.before) {
    if (step.field) fields.unshift(step.field);
    if (step.note !== undefined) notes.unshift(step.note);
  }
  return { fields, message: [...new Set(notes)].join(', '), cost: best.cost };
}
