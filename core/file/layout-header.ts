/** Which rows at the top of a table are its header. */
import { familyOf, isTyped, kindOfCell, type CellKind } from './detect/cell-kind';
import type { SampleRow } from './detect/split';
import { learnShape, misfitOf, type Misfit } from './reader/shape';

/** What is known of a column from the rows that are surely not header. */
export interface ColumnView {
  /** Family of most values, and its share of those that are not empty. */
  family: CellKind;
  share: number;
  filled: number;
  values: Set<string>;
  misfit: Misfit;
}

/** Rows that are looked at to know the columns. */
const BODY_ROWS = 200;
const MAX_HEADER_ROWS = 6;

export interface HeaderChoice {
  rows: number;
  confidence: number;
  why: string;
}

/** What the columns of rows hold. */
export function viewColumns(rows: readonly SampleRow[], width: number): ColumnView[] {
  const body = rows.slice(0, BODY_ROWS);
  return Array.from({ length: width }, (_, column) => {
    const families = new Map<CellKind, number>();
    const values = new Set<string>();
    let filled = 0;
    for (const { fields } of body) {
      const text = fields[column] ?? '';
      const family = familyOf(kindOfCell(text));
      values.add(text);
      if (family === 'empty' || family === 'null') continue;
      filled++;
      families.set(family, (families.get(family) ?? 0) + 1);
    }
    const [family, count] = [...families].sort((a, b) => b[1] - a[1])[0] ?? ['empty', 0];
    const shape = learnShape(
      body.map(({ fields, quoted }) => ({ text: fields[column] ?? '', quoted: quoted[column] ?? false })),
    );
    return { family, share: filled === 0 ? 0 : count / filled, filled, values, misfit: misfitOf(shape) };
  });
}

/** Names that columns have everywhere. */
const NAME_WORDS =
  /(?:^|[^a-z])(?:id|ids|name|names|date|time|code|type|no|nr|num|number|key|value|price|amount|qty|quantity|total|count|description|desc|comment|comments|status|state|country|city|address|street|zip|postcode|phone|email|mail|url|link|title|category|group|class|year|month|day|hour|lat|lon|lng|latitude|longitude|first|last|user|customer|order|product|item|unit|units|currency|start|end|from|to|age|sex|gender|region|area|department|notes?|label|index|rank|score|rate|percent|version|file|path|ref|reference|created|updated|datum|nom|prix|fecha|nombre)(?![a-z])/i;

/** How much a row reads like the names of these columns: above 0, it does. */
export function headerScore(row: SampleRow, columns: readonly ColumnView[]): number {
  const { fields } = row;
  const names = fields.slice(0, columns.length);
  const years = isSeries(names);
  let score = 0;
  let filled = 0;
  const seen = new Set<string>();
  names.forEach((text, at) => {
    const column = columns[at]!;
    const name = text.trim();
    if (name === '') {
      score -= column.filled > 0 ? 0.3 : 0;
      return;
    }
    filled++;
    const kind = kindOfCell(name);
    const isNumber = kind === 'integer' || kind === 'decimal' || kind === 'money';
    if (seen.has(name)) score -= 0.4;
    seen.add(name);
    if (isNumber && (years || (isYear(name) && column.misfit(text, false) >= 2))) {
      score += 0.5;
      return;
    }
    if (column.share >= 0.7 && column.family !== 'text' && column.family !== 'empty') {
      if (familyOf(kind) === column.family) score -= 1.5;
      else if (isTyped(kind)) score -= 0.7;
      else score += kind === 'null' ? 0 : 1;
      return;
    }
    if (isTyped(kind) && kind !== 'boolean') score -= kind === 'link' ? 1 : 0.7;
    else if (column.values.has(text)) score -= 1;
    else {
      const strange = column.filled >= 3 ? Math.min(1, column.misfit(text, row.quoted[at] ?? false) / 6) : 0;
      score += 0.15 + strange * 0.6;
      if (NAME_WORDS.test(name.replace(/([a-z])([A-Z])/g, '$1 $2').replaceAll('_', ' '))) score += 0.35;
      if (name.length > 60) score -= 0.5;
      if (/\d{3,}/.test(name)) score -= 0.3;
    }
  });
  if (filled === 0) return -1;
  return score / Math.max(1, Math.sqrt(names.length));
}

const isYear = (name: string): boolean => /^(?:19|20)\d\d$/.test(name);

/** Numbers that count up evenly, as years and hours in a header do. */
function isSeries(texts: readonly string[]): boolean {
  const numbers = texts.filter((text) => /^\s*\d+\s*$/.test(text)).map(Number);
  if (numbers.length < 3 || numbers.length < texts.length - 3) return false;
  const step = numbers[1]! - numbers[0]!;
  return step > 0 && step <= 10 && numbers.every((number, at) => at === 0 || number - numbers[at - 1]! === step);
}

/** How many of the first rows are header. */
export function chooseHeader(all: readonly SampleRow[], width: number): HeaderChoice {
  if (all.length === 0) return { rows: 0, confidence: 1, why: 'there are no rows' };
  if (all.length === 1) return chooseAlone(all[0]!);
  const repeated = countRepeated(all);
  // A header that comes again further down is no value.
  const again = textOf(all[0]!);
  const rows = all.filter((row, at) => at < repeated || textOf(row) !== again);
  if (rows.length === repeated && repeated > 1) return { rows: 0, confidence: 0.6, why: 'all rows are alike' };
  const after = (count: number): ColumnView[] => viewColumns(rows.slice(count), width);
  // Judged by what lies well below, so that more rows of a header do not count as values.
  const deep = after(Math.min(MAX_HEADER_ROWS, Math.max(1, Math.floor(rows.length / 2)), Math.max(1, rows.length - 2)));
  if (repeated > 1 && headerScore(rows[0]!, after(repeated)) > -0.2)
    return {
      rows: repeated,
      confidence: 0.8,
      why: `the first ${repeated} rows are alike, and differ from those below`,
    };
  const first = headerScore(rows[0]!, after(1));
  const typed = deep.filter((column) => column.share >= 0.7 && column.family !== 'text' && column.filled > 1).length;
  let count = 0;
  if (typed > 0)
    for (let at = 0; at < Math.min(MAX_HEADER_ROWS, rows.length - 1); at++) {
      const score = headerScore(rows[at]!, deep);
      if (
        score <= (at === 0 ? 0 : 0.25) ||
        (at > 0 && (rows[at]!.fields.length < width || !isOverTyped(rows[at]!, deep)))
      )
        break;
      count = at + 1;
    }
  // A row of numbers and gaps above a row of names: years, say, over what they are split into.
  if (count === 0 && typed > 0 && rows.length > 3 && isSparse(rows[0]!, width) && headerScore(rows[1]!, deep) > 0.4)
    count = 2;
  if (count > 1) return { rows: count, confidence: 0.75, why: `${count} rows of texts stand above columns of values` };
  if (count === 1 || first > 0)
    return {
      rows: 1,
      confidence: Math.round(Math.min(0.99, 0.6 + Math.abs(first) * 0.4) * 100) / 100,
      why:
        typed > 0 ? 'the first row has texts above columns of values' : 'the first row does not look like those below',
    };
  return {
    rows: 0,
    confidence: Math.round(Math.min(0.99, 0.55 + Math.abs(first) * 0.4) * 100) / 100,
    why: 'the first row looks like those below',
  };
}

function chooseAlone(row: SampleRow): HeaderChoice {
  const texts = row.fields.map((text) => text.trim());
  const kinds = texts.map(kindOfCell);
  const isNames =
    kinds.every((kind, at) => !isTyped(kind) && kind !== 'null' && texts[at]!.length <= 60) &&
    new Set(texts).size === texts.length;
  return isNames
    ? { rows: 1, confidence: 0.7, why: 'the only row has nothing but names' }
    : { rows: 0, confidence: 0.7, why: 'the only row has values' };
}

/** How many of the first rows have the same texts. */
function countRepeated(rows: readonly SampleRow[]): number {
  let count = 1;
  const first = textOf(rows[0]!);
  while (count < rows.length - 1 && textOf(rows[count]!) === first) count++;
  return count;
}

const textOf = (row: SampleRow): string => row.fields.join('\u0000');

/** Whether a row has texts above at least half of the columns of values, and a value above none. */
function isOverTyped(row: SampleRow, columns: readonly ColumnView[]): boolean {
  let texts = 0;
  let typed = 0;
  for (const [at, column] of columns.entries()) {
    if (column.share < 0.7 || column.family === 'text' || column.filled < 2) continue;
    typed++;
    const kind = kindOfCell(row.fields[at] ?? '');
    if (familyOf(kind) === column.family || kind === 'null') return false;
    if (kind !== 'empty') texts++;
  }
  return texts * 2 >= typed;
}

function isSparse(row: SampleRow, width: number): boolean {
  const filled = row.fields.filter((text) => text.trim() !== '').length;
  return filled > 1 && filled * 1.3 < width && row.fields.length >= width - 1;
}
