import type { Dialect } from '../types/file';
import type { TableSpan } from './layout';
import { familyOf, isTyped, kindOfCell, type CellKind } from './detect/cell-kind';
import type { SampleRow } from './detect/split';
import { headerScore, viewColumns, type ColumnView } from './layout-header';
import { readingsOf, type Columns } from './reader/readings';
import { clearlyBest, OTHER_DELIMITERS } from './reader/repair';
import type { Misfit } from './reader/shape';

/** The names of the columns: header rows joined, each with as many fields as there are columns. */
export function joinHeader(rows: readonly { fields: string[] }[], width: number): string[] {
  const levels = rows.map((row) => Array.from({ length: width }, (_, column) => row.fields[column] ?? ''));
  if (levels.length === 1) return levels[0]!;
  const spread = spreadLevels(levels);
  return Array.from({ length: width }, (_, column) =>
    spread
      .map((names) => names[column]!.trim())
      .filter((name) => name !== '')
      .join(' '),
  );
}

/** A name above several columns stands over the first of them only: it is put over the others, too. */
function spreadLevels(levels: string[][]): string[][] {
  // Columns that go on with what the level above said to their left.
  let goesOn = levels[0]!.map(() => true);
  return levels.map((names, level) => {
    const filled = names.filter((name) => name.trim() !== '').length;
    if (level === levels.length - 1 || filled < 2) return names;
    let last = '';
    const spread = names.map((name, column) => {
      if (name.trim() !== '') last = name;
      else if (!goesOn[column]) last = '';
      return name.trim() === '' ? last : name;
    });
    goesOn = names.map((name, column) => goesOn[column]! && name.trim() === '');
    return spread;
  });
}

/** What names say of the values below them. */
const HINTS: [name: RegExp, families: CellKind[]][] = [
  [/date|datum|day|fecha/i, ['date']],
  [/time|hour|uhr/i, ['time', 'date']],
  [
    /qty|quantity|price|amount|count|total|sum|rate|percent|cost|year|latitude|longitude|weight|height|score/i,
    ['decimal'],
  ],
  [/url|link|website|href|e-?mail/i, ['link']],
  [/desc|comment|title|note|text|address|category|name|type|status/i, ['text', 'empty', 'null', 'boolean']],
];
/** What it costs that a name … */
const COST = {
  /** … is not there, above values; is a value; is a sentence. */
  none: 3,
  value: 4,
  long: 3,
  /** … speaks of other values than these; says nothing of them. */
  wrong: 1.5,
  unknown: 0.5,
};

function misfitOf(column: ColumnView): Misfit {
  return (text) => {
    const name = text.trim();
    if (name === '') return column.filled > 0 ? COST.none : COST.none / 2;
    if (isTyped(kindOfCell(name))) return COST.value;
    if (name.length > 60) return COST.long;
    const hints = HINTS.filter(([pattern]) => pattern.test(name));
    if (hints.length === 0 || column.family === 'empty') return COST.unknown;
    return hints.some(([, families]) => families.includes(familyOf(column.family))) ? 0 : COST.wrong;
  };
}

/** Finds the header of a table where its line is not as wide as the rows, and puts it in order. */
export function straightenHeader(
  span: TableSpan,
  rows: readonly SampleRow[],
  text: string,
  dialect: Dialect,
  headerRows: number | undefined,
): TableSpan {
  const { first, last, width, header } = span;
  if (headerRows === 0 || header.rows > 1 || width < 2) return span;
  const isOdd = (row: SampleRow): boolean => row.fields.length !== width || row.broken || row.strays;
  const own = rows[first]!;
  const above = rows[first - 1];
  const at = isOdd(own)
    ? first
    : header.rows === 0 && above && own.blankBefore === 0 && isOdd(above) && !isComment(above)
      ? first - 1
      : -1;
  if (at < 0) return span;
  const columns = viewColumns(rows.slice(at + 1, last), width);
  const line = text.slice(rows[at]!.start, rows[at]!.end).replace(/[\r\n]+$/, '');
  const repaired = repairHeader(line, columns, dialect);
  if (!repaired) return span;
  return {
    ...span,
    first: at,
    names: repaired.names,
    header: {
      rows: 1,
      confidence: headerRows === undefined ? (repaired.certain ? 0.75 : 0.5) : 1,
      why: 'names stand above the rows, with a separator or a quote too few or too many',
    },
  };
}

const isComment = (row: SampleRow): boolean => /^\s*(?:#|\/\/|--|%)/.test(row.fields[0]!);

interface RepairedHeader {
  names: string[];
  certain: boolean;
}

/** Names of a header that has lost a separator or has one too many. Undefined: the line does not read as names. */
function repairHeader(line: string, columns: readonly ColumnView[], dialect: Dialect): RepairedHeader | undefined {
  const rules: Columns = {
    misfits: columns.map(misfitOf),
    marks: columns.map(() => ''),
    names: columns.map((_, at) => `column ${at + 1}`),
    mayMiss: columns.map(() => true),
  };
  // More than one thing cannot have gone wrong with it.
  if (columns.length > 2 && dialect.delimiter !== '' && line.split(dialect.delimiter).length < columns.length - 1)
    return withOtherDelimiter(line, columns, dialect);
  const usual = readingsOf(line, dialect.delimiter, dialect.quote, rules, 0);
  for (const margin of [0.5, 0]) {
    const best = clearlyBest(usual, margin);
    const names = best?.fields.map(({ start, end }) => line.slice(start, end));
    if (names && headerScore(asRow(names), columns) > 0) return { names, certain: margin > 0 };
  }
  return withOtherDelimiter(line, columns, dialect);
}

function withOtherDelimiter(
  line: string,
  columns: readonly ColumnView[],
  dialect: Dialect,
): RepairedHeader | undefined {
  for (const delimiter of OTHER_DELIMITERS) {
    if (delimiter === dialect.delimiter || columns.length < 3) continue;
    const names = line.split(delimiter).map((name) => unquoted(name, dialect.quote));
    const known = names.filter((name) => HINTS.some(([hint]) => hint.test(name))).length;
    if (known * 2 >= names.length && names.length === columns.length && headerScore(asRow(names), columns) > 0.5)
      return { names, certain: false };
  }
  return undefined;
}

function asRow(fields: string[]): SampleRow {
  return {
    fields,
    quoted: fields.map(() => false),
    start: 0,
    end: 0,
    line: 1,
    blankBefore: 0,
    broken: false,
    strays: false,
  };
}

function unquoted(name: string, quote: string): string {
  return quote !== '' && name.length > 1 && name.startsWith(quote) && name.endsWith(quote) ? name.slice(1, -1) : name;
}
