import { oneLine, pad, shorten, widthOf } from './text';

export interface Column {
  title: string;
  align?: 'left' | 'right';
  /** May be shortened when the terminal is narrow. Figures and states may not. */
  flexible?: boolean;
}

const GAP = '  ';
const LEAST = 8;

/**
 * Rows under titles. With a `width`, flexible columns are shortened until a line fits; without one (output to a file or
 * pipe) every cell is written in full. `paint` colours a cell after it was measured.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: {
    width?: number;
    paintTitle?: (text: string) => string;
    paint?: (text: string, row: number, column: number) => string;
  } = {},
): string {
  const { width, paintTitle = (text) => text, paint = (text) => text } = options;
  const cells = rows.map((row) => columns.map((_, index) => oneLine(row[index] ?? '')));
  const widths = columns.map(({ title }, index) =>
    Math.max(widthOf(title), ...cells.map((row) => widthOf(row[index] ?? ''))),
  );
  if (width !== undefined) fit(widths, columns, width);
  const line = (texts: readonly string[], decorate: (text: string, column: number) => string): string =>
    texts
      .map((text, index) => {
        const size = widths[index] ?? 0;
        return decorate(pad(shorten(text, size), size, columns[index]?.align), index);
      })
      .join(GAP)
      .trimEnd();
  const head = line(
    columns.map(({ title }) => title),
    (text) => paintTitle(text),
  );
  return [head, ...cells.map((row, at) => line(row, (text, column) => paint(text, at, column)))].join('\n');
}

/** Takes from the widest flexible column until the line fits. */
function fit(widths: number[], columns: readonly Column[], width: number): void {
  const total = (): number => widths.reduce((sum, each) => sum + each, 0) + GAP.length * (columns.length - 1);
  while (total() > width) {
    let widest = -1;
    for (const [index, column] of columns.entries()) {
      if (
        column.flexible &&
        (widths[index] ?? 0) > LEAST &&
        (widest < 0 || (widths[index] ?? 0) > (widths[widest] ?? 0))
      )
        widest = index;
    }
    if (widest < 0) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}
