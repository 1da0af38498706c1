import type { Row, SheetData } from 'write-excel-file/node';
import { printable } from '../core/printable';
import type { Cell, CellKind, Sheet } from './sheet';

/** As the format has it, the row of titles included. */
const MOST_ROWS = 1_048_576;
const MOST_CHARACTERS = 32_767;
const WIDEST = 80;
const FORMATS: Record<CellKind, string | undefined> = {
  text: undefined,
  figure: '#,##0',
  fraction: '#,##0.00',
  day: 'yyyy-mm-dd',
};

/**
 * Sheets as an Excel workbook. Figures are numbers, days are dates, and text stays text whatever it begins with: no cell
 * is a formula. A sheet of more than `mostRows`, titles included, goes on in another; by default as many as Excel takes.
 */
export async function workbookOf(sheets: readonly Sheet[], mostRows = MOST_ROWS): Promise<Buffer> {
  // Loaded when it is needed: most commands write no workbook.
  const { default: write } = await import('write-excel-file/node');
  const parts = sheets.flatMap((sheet) => inParts(sheet, mostRows));
  return write(
    parts.map((sheet) => ({
      sheet: sheet.title,
      data: dataOf(sheet),
      columns: sheet.columns.map((_, index) => ({ width: widthOf(sheet, index) })),
      stickyRowsCount: 1,
    })),
  ).toBuffer();
}

function inParts(sheet: Sheet, mostRows: number): Sheet[] {
  const size = mostRows - 1;
  const parts = Math.max(1, Math.ceil(sheet.rows.length / size));
  return Array.from({ length: parts }, (_, part) => ({
    ...sheet,
    title: part === 0 ? sheet.title : `${sheet.title} ${part + 1}`,
    rows: sheet.rows.slice(part * size, (part + 1) * size),
  }));
}

function dataOf({ columns, rows }: Sheet): SheetData {
  const head: Row = columns.map(({ title }) => ({ value: title, type: String, fontWeight: 'bold' }));
  return [head, ...rows.map((row) => columns.map(({ kind }, index) => cellOf(row[index], kind)))];
}

function cellOf(cell: Cell, kind: CellKind): Row[number] {
  if (cell === undefined || cell === '') return null;
  const format = FORMATS[kind];
  if (typeof cell === 'number') return { value: cell, type: Number, ...(format !== undefined && { format }) };
  const date = kind === 'day' ? dateOf(cell) : undefined;
  if (date) return { value: date, type: Date, ...(format !== undefined && { format }) };
  return { value: fitting(printable(cell.toWellFormed()).replace(/[\ufffe\uffff]/g, '\ufffd')), type: String };
}

/** Excel's days begin in 1900; an earlier one, or what is no date, is shown as the text it is. */
function dateOf(text: string): Date | undefined {
  const date = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && text >= '1900-03-01' && !Number.isNaN(date.getTime()) ? date : undefined;
}

const fitting = (text: string): string =>
  text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 2).toWellFormed()}…` : text;

function widthOf({ columns, rows }: Sheet, index: number): number {
  let width = columns[index]?.title.length ?? 0;
  for (const row of rows) {
    const cell = row[index];
    const length = typeof cell === 'number' ? cell.toLocaleString('en').length : (cell?.length ?? 0);
    if (length > width) width = length;
  }
  return Math.min(WIDEST, width + 3);
}
