import { printable } from '../core/printable';
import type { Cell, Sheet } from './sheet';

/**
 * A sheet as CSV in UTF-8: RFC 4180, lines end with CRLF, the first names the columns. Text that a spreadsheet would take
 * for a formula is led by an apostrophe; figures are written with a point and nothing else.
 */
export function csvOf({ columns, rows }: Sheet): string {
  const lines = [columns.map(({ title }) => title), ...rows];
  return lines.map((cells) => `${columns.map((_, index) => cellText(cells[index])).join(',')}\r\n`).join('');
}

function cellText(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  const text = printable(cell.toWellFormed());
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
