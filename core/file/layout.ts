/** Where the tables of a file lie among its rows, and what before and after them is none. */
import type { SampleRow } from './detect/split';
import { isTyped, kindOfCell } from './detect/cell-kind';
import { chooseHeader, headerScore, viewColumns, type HeaderChoice } from './layout-header';

/** A table as rows `first` to `last`, exclusive; the header is the first of them. */
export interface TableSpan {
  first: number;
  last: number;
  width: number;
  header: HeaderChoice;
  /** Names of a header of one row, where they had to be put in order first. */
  names?: string[];
}

/** Rows of another width, in a row, that are a table of their own and no slips. */
const OWN_TABLE_ROWS = 3;
/** Rows at the top within which a title gives way to the table. */
const TITLE_ROWS = 15;
const FOOTER =
  /^\s*(?:\(?\d[\d,. ]*\s*(?:rows?|records?|lines?|zeilen|entries|results?)\b|(?:source|sources|note|notes|quelle|total|totals|grand total|sum|summe|gesamt|generated|created|printed|exported|report|end of|eof|copyright|\u00a9|\(c\)|\*|--|==|disclaimer|data as of|last updated|trailer|records?)\b|[-=*_]{3,}\s*$|[*\u2020])/i;

/** The tables among rows, in order. `isWhole`: the file ends with these rows. */
export function findTables(rows: readonly SampleRow[], isWhole: boolean, headerRows?: number): TableSpan[] {
  return tablesIn(rows, 0, rows.length, isWhole, headerRows);
}

function tablesIn(
  rows: readonly SampleRow[],
  from: number,
  to: number,
  isWhole: boolean,
  headerRows?: number,
): TableSpan[] {
  if (from >= to) return [];
  const width = usualWidth(rows, from, to);
  let first = from;
  while (first < to && rows[first]!.fields.length !== width) first++;
  let last = to;
  while (last > first && rows[last - 1]!.fields.length !== width) last--;
  const before = ownTable(rows, from, first, width) ? tablesIn(rows, from, first, true, headerRows) : [];
  if (before.length === 0) while (first > from && isNearRow(rows, first - 1, width)) first--;

  const spans: TableSpan[] = [];
  let start = skipTitles(rows, first, last, width);
  while (start < last) {
    const end = endOfTable(rows, start, last, width);
    const span = spanOf(rows, start, end, width, headerRows);
    spans.push(span);
    if (end >= last) break;
    const next = rows[end]!.fields.length === width ? end : nextOfWidth(rows, end, last, width);
    if (next > end && next - end >= OWN_TABLE_ROWS) spans.push(...tablesIn(rows, end, next, true, headerRows));
    start = next;
  }

  const lastSpan = spans.at(-1);
  if (!lastSpan) return before;
  if (ownTable(rows, last, to, width) && !(lastSpan.last === last && isRagged(rows, last, to, width)))
    spans.push(...tablesIn(rows, last, to, isWhole, headerRows));
  else if (lastSpan.last === last) lastSpan.last = endOfRagged(rows, last, to, width);
  if (isWhole && spans.at(-1)!.last === to) dropFooter(rows, spans.at(-1)!);
  return [...before, ...spans].filter((span) => span.last > span.first);
}

/** The width that most rows have; lines of one field count for less, since titles and remarks are such. */
function usualWidth(rows: readonly SampleRow[], from: number, to: number): number {
  const counts = new Map<number, number>();
  for (let at = from; at < to; at++) {
    const { length } = rows[at]!.fields;
    counts.set(length, (counts.get(length) ?? 0) + (length === 1 ? 0.4 : 1));
  }
  let width = 1;
  let most = 0;
  for (const [fields, count] of counts)
    if (count > most * 1.001 || (count >= most * 0.999 && fields > width)) [width, most] = [fields, count];
  return width;
}

function nextOfWidth(rows: readonly SampleRow[], from: number, to: number, width: number): number {
  let at = from;
  while (at < to && rows[at]!.fields.length !== width) at++;
  return at;
}

/** Whether the rows beside those of the usual width are a table themselves. */
function ownTable(rows: readonly SampleRow[], from: number, to: number, width: number): boolean {
  const own = usualWidth(rows, from, to);
  if (own < 2 || own === width || to - from < 2) return false;
  let like = 0;
  for (let at = from; at < to; at++) if (rows[at]!.fields.length === own) like++;
  if (like < OWN_TABLE_ROWS && !(like === 2 && (rows[from]!.blankBefore > 0 || (rows[to]?.blankBefore ?? 0) > 0)))
    return false;
  // Pairs above a wider table are what is said about it.
  return own > 2 || width <= 3 || like > 12;
}

/** Rows right after a table that have lost fields, rather than belong to another. */
function isRagged(rows: readonly SampleRow[], from: number, to: number, width: number): boolean {
  for (let at = from; at < to; at++)
    if (!isNearRow(rows, at, width) || (at > from && rows[at]!.blankBefore > 0)) return false;
  return rows[from]!.blankBefore === 0 && to - from < OWN_TABLE_ROWS;
}

const filledOf = (row: SampleRow): number => row.fields.reduce((sum, text) => sum + (text.trim() === '' ? 0 : 1), 0);

/** Whether a row of another width may be a row of this table that went wrong. */
function isNearRow(rows: readonly SampleRow[], at: number, width: number): boolean {
  const row = rows[at]!;
  const { length } = row.fields;
  const next = rows[at + 1];
  if (next && next.blankBefore > 0 && next.fields.length === width) return false;
  if (/^\s*(?:#|\/\/|--)/.test(row.fields[0]!) && length < width) return false;
  return length >= 2 && filledOf(row) * 2 >= width && length >= width * 0.5;
}

/** Passes over titles that have been filled up to the width of the table with empty fields. */
function skipTitles(rows: readonly SampleRow[], first: number, last: number, width: number): number {
  if (width < 2) return first;
  const filled = rows.slice(first, Math.min(last, first + 200)).map(filledOf);
  const usual = [...filled].sort((a, b) => a - b)[Math.floor(filled.length / 2)]!;
  if (usual < Math.min(width, Math.max(2, width * 0.5))) return first;
  let start = first;
  for (let at = 0; at < Math.min(TITLE_ROWS, filled.length - 1); at++) {
    const row = rows[first + at]!;
    const isTitle =
      filled[at] === 0 ||
      (isLeading(row, filled[at]!) && filled[at]! <= (width >= 5 ? 2 : 1) && filled[at]! * 2 < usual + 1);
    if (isTitle && filled[at]! < usual) start = first + at + 1;
    else if (row.fields.length === width) break;
  }
  return start;
}

/** Whether the filled fields of a row are its first. */
function isLeading(row: SampleRow, filled: number): boolean {
  return row.fields.slice(0, filled).every((text) => text.trim() !== '');
}

/** Where the table that begins at `start` ends: its header comes again, rows of another table begin. */
function endOfTable(rows: readonly SampleRow[], start: number, last: number, width: number): number {
  const header = rows[start]!;
  const below = rows.slice(start + 1, Math.min(last, start + 100)).filter((row) => !isSameHeader(row, header));
  const isHeader = headerScore(header, viewColumns(below, width)) > 0;
  let body = start + 1;
  while (body < last && isSameHeader(rows[body]!, header)) body++;
  for (let at = body + 1; at < last; at++) {
    const row = rows[at]!;
    if (isHeader && isSameHeader(row, header)) return at;
    if (
      row.blankBefore > 0 &&
      row.fields.length === width &&
      at + 1 < last &&
      isOtherHeader(rows, start, at, last, width)
    )
      return at;
    if (row.fields.length === width) continue;
    const next = nextOfWidth(rows, at, last, width);
    const isOwn =
      next - at >= OWN_TABLE_ROWS &&
      (row.blankBefore > 0 || next - at >= 10) &&
      rows.slice(at, next).every(({ fields }) => fields.length === row.fields.length) &&
      row.fields.length > 1;
    if (
      isOwn ||
      (row.blankBefore > 0 &&
        row.fields.length === 1 &&
        next < last &&
        rows[next]!.blankBefore + next - at > 1 &&
        isOtherHeader(rows, start, next, last, width))
    )
      return at;
    at = Math.max(at, next - 1);
  }
  return last;
}

/** Whether most names are those of the header: its table follows once more, or one much like it. */
function isSameHeader(row: SampleRow, header: SampleRow): boolean {
  const names = Math.min(row.fields.length, header.fields.length);
  if (names < 2 || Math.abs(row.fields.length - header.fields.length) > 2) return false;
  let same = 0;
  for (let at = 0; at < names; at++)
    if (row.fields[at]!.trim() === header.fields[at]!.trim() && row.fields[at] !== '') same++;
  return same >= Math.max(2, names * 0.8);
}

/** Whether a row after blank lines names other columns, or these columns for other rows. */
function isOtherHeader(rows: readonly SampleRow[], start: number, at: number, last: number, width: number): boolean {
  const above = viewColumns(rows.slice(start + 1, at), width);
  if (!above.some((column) => column.share >= 0.7 && isTyped(column.family) && column.filled > 1)) return false;
  const below = viewColumns(rows.slice(at + 1, Math.min(last, at + 100)), width);
  return headerScore(rows[at]!, above) > 0.5 && headerScore(rows[at]!, below) > 0.5;
}

function endOfRagged(rows: readonly SampleRow[], last: number, to: number, width: number): number {
  let end = last;
  while (end < to && rows[end]!.blankBefore === 0 && !isRemark(rows[end]!, width)) end++;
  return end;
}

/** Whether a row is something that is said below a table. */
function isRemark(row: SampleRow, width: number): boolean {
  const text = row.fields[0]!;
  if (width === 1) return FOOTER.test(text) && /\d/.test(text) && /rows?|records?/i.test(text);
  if (filledOf(row) <= 1 && row.fields.length !== width)
    return FOOTER.test(text) || !(isTyped(kindOfCell(text)) || couldBeRow(text, width));
  return filledOf(row) <= 1 && FOOTER.test(text) && text.trim() !== '';
}

/** Whether a line without the separators of the others has as many values as they have, most of them no words. */
function couldBeRow(text: string, width: number): boolean {
  const pieces = text.split(/[ ,;\t|]+/);
  return (
    width >= 3 && pieces.length >= width && pieces.filter((piece) => isTyped(kindOfCell(piece))).length * 2 >= width - 1
  );
}

function dropFooter(rows: readonly SampleRow[], span: TableSpan): void {
  const least = span.first + span.header.rows + 1;
  let end = span.last;
  for (let at = span.last - 1; at >= least; at--) {
    const row = rows[at]!;
    const filled = filledOf(row);
    const isEmpty = filled === 0 && span.width >= 3;
    const isApart = row.blankBefore > 0 && (row.fields.length !== span.width || FOOTER.test(row.fields[0]!));
    if (isRemark(row, span.width) || isEmpty || isApart) end = at;
    else if (!(
      filled <= 2 &&
      row.fields.length !== span.width &&
      rows[at - 1] &&
      !rows.slice(at).every((next) => next.blankBefore === 0)
    ))
      break;
  }
  span.last = end;
}

function spanOf(
  rows: readonly SampleRow[],
  first: number,
  last: number,
  width: number,
  headerRows?: number,
): TableSpan {
  const header =
    headerRows === undefined
      ? chooseHeader(rows.slice(first, Math.min(last, first + 500)), width)
      : { rows: Math.min(headerRows, last - first), confidence: 1, why: 'said by the configuration' };
  return { first, last, width, header };
}

/** Rows at the end of a file's last bytes that belong to no table of this width. */
export function footerRows(rows: readonly SampleRow[], width: number): number {
  const span: TableSpan = { first: -1, last: rows.length, width, header: { rows: 0, confidence: 1, why: '' } };
  dropFooter(rows, span);
  return rows.length - span.last;
}
