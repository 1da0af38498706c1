import type { Dialect, FormatFinding, FormatOptions } from '../types/file';
import { CELL_WEIGHT, familyOf, isTyped, kindOfCell } from './detect/cell-kind';
import { splitRows, type SampleRow } from './detect/split';

/** A dialect with what speaks for it. */
export interface DialectChoice {
  dialect: Dialect;
  findings: FormatFinding[];
}

/** Separators that are tried, with how often each is one. */
const DELIMITERS: [delimiter: string, prior: number][] = [
  [',', 1],
  [';', 1],
  ['\t', 1],
  ['|', 1],
  [', ', 0.97],
  ['; ', 0.95],
  ['\u0001', 1],
  ['^', 0.9],
  ['~', 0.9],
  ['||', 0.95],
  ['::', 0.9],
  ['\u001f', 0.95],
  ['\u0002', 0.9],
  [' ', 0.75],
  [':', 0.45],
  ['#', 0.45],
  ['*', 0.45],
  ['!', 0.4],
  ['&', 0.4],
  ['=', 0.35],
  ['/', 0.2],
  ['_', 0.15],
  ['-', 0.15],
];
/** How often blanks separate where several stand in a row. */
const RUNS_PRIOR = 0.74;
/** What is looked at for each dialect that is tried. */
const TRIED_CHARS = 48 * 1024;
const TRIED_ROWS = 300;
const MEASURED_CELLS = 6000;

/** Quotes that are in a file are quotes, unless much speaks against it: rows where they stand within fields. */
const UNQUOTED = 0.85;
const LOOSE = 0.5;
/** Separators of this prior and below have to be in nearly every row. */
const WEAK = 0.5;
const WEAK_SHARE = 0.9;
/** How much a row counts as broken that has quotes too many, and still has an end to each field. */
const STRAY = 0.25;

interface Candidate {
  dialect: Dialect;
  score: number;
  width: number;
  share: number;
  broken: number;
}

/** Recognises how fields are separated and quoted. `text` is of bytes, or part of them. */
export function detectDialect(text: string, options: FormatOptions = {}): DialectChoice {
  const newline = detectNewline(text);
  const sample = text.slice(0, TRIED_CHARS);
  const candidates: Candidate[] = [];
  const aligned = options.delimiter === undefined && isAligned(sample);
  const tried: { delimiter: string; prior: number; runs?: true }[] = [
    ...delimitersOf(sample, options).map(([delimiter, prior]) => ({ delimiter, prior })),
    ...(aligned ? [{ delimiter: ' ', prior: RUNS_PRIOR, runs: true as const }] : []),
  ];
  for (const { delimiter, prior, runs } of tried)
    for (const quote of quotesOf(sample, delimiter, options))
      for (const escape of escapesOf(sample, quote, delimiter, options)) {
        const best = Math.max(0, ...candidates.map(({ score }) => score));
        if (prior <= best && delimiter !== '') continue;
        candidates.push(
          measure(sample, { delimiter, ...(runs ? { runs } : {}), quote, escape, newline: newline.value }, prior, best),
        );
      }
  candidates.sort((a, b) => b.score - a.score);
  const best = candidates[0]!;
  const other = candidates.find(({ dialect }) => dialect.delimiter !== best.dialect.delimiter);
  const ends = countEnds(sample, best.dialect) ?? newline;
  best.dialect = { ...best.dialect, newline: ends.value };
  return { dialect: best.dialect, findings: findingsOf(best, other, options, ends) };
}

/** Whether most lines have several blanks in a row, with something after them. */
function isAligned(sample: string): boolean {
  const lines = sample.split(/[\r\n]+/, TRIED_ROWS);
  return lines.filter((line) => /\S {2,}\S/.test(line)).length * 2 > lines.length;
}

function delimitersOf(sample: string, options: FormatOptions): [string, number][] {
  if (options.delimiter !== undefined) return [[options.delimiter, 1]];
  const present = DELIMITERS.filter(([delimiter]) => sample.includes(delimiter));
  return [...present, ['', 0.3]];
}

function quotesOf(sample: string, delimiter: string, options: FormatOptions): Dialect['quote'][] {
  if (options.quote !== undefined) return [options.quote];
  const quotes: Dialect['quote'][] = ['"'];
  if (isUsed(sample, "'", delimiter)) quotes.push("'");
  if (isUsed(sample, '"', delimiter)) quotes.push('');
  return quotes;
}

/** Whether a quote stands where a field begins, and where one ends. */
function isUsed(sample: string, quote: string, delimiter: string): boolean {
  let opens = false;
  let closes = false;
  for (let at = sample.indexOf(quote); at >= 0 && !(opens && closes); at = sample.indexOf(quote, at + 1)) {
    const before = sample[at - 1];
    if (before === undefined || before === '\n' || before === '\r' || before === ' ' || delimiter.endsWith(before))
      opens = true;
    const after = sample[at + 1];
    if (after === undefined || after === '\n' || after === '\r' || after === ' ' || delimiter.startsWith(after))
      closes = true;
  }
  return opens && closes;
}

function escapesOf(
  sample: string,
  quote: Dialect['quote'],
  delimiter: string,
  options: FormatOptions,
): Dialect['escape'][] {
  if (options.escape !== undefined) return [options.escape];
  if (quote === '') return delimiter !== '' && sample.includes(`\\${delimiter}`) ? ['none', 'backslash'] : ['none'];
  return sample.includes(`\\${quote}`) || (delimiter !== '' && sample.includes(`\\${delimiter}`))
    ? ['double', 'backslash']
    : ['double'];
}

/** How well a dialect fits: rows of one width, cells that look like cells, columns of one kind each. */
function measure(sample: string, dialect: Dialect, prior: number, best: number): Candidate {
  const rows = splitRows(sample, dialect, { rows: TRIED_ROWS });
  // The last row may be cut.
  if (rows.length > 3 && sample.length === TRIED_CHARS) rows.pop();
  const { width, share } = usualWidth(rows);
  const broken =
    rows.reduce((sum, row) => sum + (row.broken ? 1 : row.strays ? STRAY : 0), 0) / Math.max(1, rows.length);
  if (width === 1 && dialect.delimiter !== '' && rows.some(({ fields }) => fields.length > 1))
    return { dialect, score: 0, width, share, broken };
  const shape = width > 1 ? 0.4 + (0.6 * (width - 1)) / width : 0.45;
  const loose = rows.filter(({ fields, quoted }) => fields.some((text, at) => !quoted[at] && text.includes('"')));
  const looseQuotes = loose.length / Math.max(1, rows.length);
  const weak = prior <= WEAK && share < WEAK_SHARE ? UNNAMED : 1;
  const unquoted = dialect.quote === '' ? UNQUOTED : 1;
  const most = unquoted * (1 - LOOSE * looseQuotes) * weak * prior * share ** 1.2 * shape * (1 - broken) ** 2;
  // Cells cannot make up for it.
  if (most <= best && dialect.delimiter !== '') return { dialect, score: most * 0.5, width, share, broken };
  const like = rows.filter((row) => row.fields.length === width && !row.broken);
  const { cells, columns } = measureCells(like.length > 0 ? like : rows, width);
  const { delimiter } = dialect;
  const texts = delimiter === ' ' && isProse(like, width) ? PROSE : 1;
  // A name of one word above lines with this separator: it is part of their values.
  const header =
    STRONG.includes(delimiter) || rows[0]?.fields.length !== 1 || rows[0].fields[0]!.includes(' ') ? 1 : UNNAMED;
  const score = Math.max(
    most * cells * (0.5 + 0.5 * columns) * texts * header,
    delimiter === '' ? wholeLines(rows) : 0,
  );
  return { dialect, score, width, share, broken };
}

/** The width that most rows have; a share of rows has it, or would if empty fields at the end did not count. */
function usualWidth(rows: readonly SampleRow[]): { width: number; share: number } {
  const counts = new Map<number, number>();
  for (const { fields } of rows) counts.set(fields.length, (counts.get(fields.length) ?? 0) + 1);
  let width = 1;
  let most = 0;
  for (const [fields, count] of counts) {
    const weight = count * (fields === 1 ? 0.5 : 1);
    if (weight > most || (weight === most && fields > width)) [width, most] = [fields, weight];
  }
  let share = 0;
  for (const [fields, count] of counts) {
    if (fields === width) share += count;
    // A row that is one off may be a slip; a line alone is a title.
    else if (Math.abs(fields - width) === 1 && width > 3) share += count * 0.3;
  }
  return { width, share: rows.length === 0 ? 0 : share / rows.length };
}

function measureCells(rows: readonly SampleRow[], width: number): { cells: number; columns: number } {
  const step = Math.max(1, Math.ceil((rows.length * width) / MEASURED_CELLS));
  let cells = 0;
  let count = 0;
  let columns = 0;
  const measured = Math.min(width, 200);
  for (let column = 0; column < measured; column++) {
    const families = new Map<string, number>();
    let filled = 0;
    for (let row = 0; row < rows.length; row += step) {
      const text = rows[row]!.fields[column] ?? '';
      const kind = kindOfCell(text);
      let weight = CELL_WEIGHT[kind];
      // Blanks around an unquoted value belong to the separator, as a rule.
      if (kind !== 'empty' && text !== text.trim() && !rows[row]!.quoted[column]) weight *= 0.93;
      cells += weight;
      count++;
      if (kind === 'empty' || kind === 'null') continue;
      filled++;
      const family = familyOf(kind);
      families.set(family, (families.get(family) ?? 0) + 1);
    }
    const best = Math.max(0, ...families.values());
    columns += filled === 0 ? 0.5 : best / filled;
  }
  return { cells: cells / Math.max(1, count), columns: columns / Math.max(1, measured) };
}

/** Separators that need no header to be believed. */
const STRONG = [',', ';', '\t', '|', '\u0001'];
const UNNAMED = 0.3;
/** Blanks between nothing but words separate words. */
const PROSE = 0.1;

function isProse(rows: readonly SampleRow[], width: number): boolean {
  let typed = 0;
  for (let column = 0; column < width; column++)
    if (rows.slice(1).some(({ fields }) => isTyped(kindOfCell(fields[column] ?? '')))) typed++;
  return typed === 0 || (width > 5 && typed * 5 < width);
}

/** How much the lines read like values of one column: moments, addresses, decimals under a name. */
function wholeLines(rows: readonly SampleRow[]): number {
  const [first, ...rest] = rows.map(({ fields }) => fields[0]!);
  if (first === undefined || rest.length === 0) return 0;
  const isNamed = !isTyped(kindOfCell(first)) && !/[,;\t|]/.test(first);
  const kinds = (isNamed ? rest : [first, ...rest]).map(kindOfCell);
  const usual = kinds.filter(
    (kind) => kind === 'date' || kind === 'link' || (isNamed && (kind === 'decimal' || kind === 'money')),
  ).length;
  return usual >= kinds.length * 0.9 ? 0.95 : 0;
}

interface NewlineFound {
  value: Dialect['newline'];
  counts: string;
}

/** How lines end, quoted or not. */
function detectNewline(text: string): NewlineFound {
  let crlf = 0;
  let lf = 0;
  let cr = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1))
    if (text[at - 1] === '\r') crlf++;
    else lf++;
  for (let at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', at + 1)) if (text[at + 1] !== '\n') cr++;
  return newlineOf(crlf, lf, cr);
}

/** How rows end, what is within quotes aside; undefined where a single line says nothing. */
function countEnds(text: string, dialect: Dialect): NewlineFound | undefined {
  let crlf = 0;
  let lf = 0;
  let cr = 0;
  for (const { end } of splitRows(text, dialect, { rows: TRIED_ROWS })) {
    const last = text[end - 1];
    if (last === '\r') cr++;
    else if (last === '\n' && text[end - 2] === '\r') crlf++;
    else if (last === '\n') lf++;
  }
  return crlf + lf + cr === 0 ? undefined : newlineOf(crlf, lf, cr);
}

/** Ends that are rare beside others are taken for text. */
function newlineOf(crlf: number, lf: number, cr: number): NewlineFound {
  const all = crlf + lf + cr;
  const counts = [crlf && `${crlf} CRLF`, lf && `${lf} LF`, cr && `${cr} CR`].filter(Boolean).join(', ') || 'one line';
  if (all === 0) return { value: '\n', counts };
  if (cr >= all * 0.8) return { value: '\r', counts };
  if (cr > all * 0.2 || (crlf > 0 && lf > 0)) return { value: 'mixed', counts };
  return { value: lf === 0 ? '\r\n' : '\n', counts };
}

function findingsOf(
  best: Candidate,
  other: Candidate | undefined,
  options: FormatOptions,
  newline: NewlineFound,
): FormatFinding[] {
  const { dialect, width, share, broken } = best;
  const lead = other ? 1 - other.score / Math.max(best.score, 1e-9) : 1;
  const rows = `${Math.round(share * 100)} % of the rows have ${width} field${width === 1 ? '' : 's'}`;
  const given = <T>(value: T | undefined): { given: true } | object => (value === undefined ? {} : { given: true });
  const sureness = (value: number): number => Math.round(Math.max(0.05, Math.min(0.99, value)) * 100) / 100;
  const secondBest =
    other && lead < 0.5 && other.dialect.delimiter !== '' ? `; next best is ${nameOf(other.dialect.delimiter)}` : '';
  return [
    {
      trait: 'delimiter',
      value: nameOf(dialect.delimiter),
      confidence: options.delimiter === undefined ? sureness(0.35 + lead * 0.9 - (1 - share) * 0.3) : 1,
      why: dialect.delimiter === '' ? 'no separator makes rows of one width' : `${rows}${secondBest}`,
      ...given(options.delimiter),
    },
    {
      trait: 'quote',
      value: dialect.quote === '' ? 'none' : dialect.quote,
      confidence: options.quote === undefined ? sureness(1 - broken * 2) : 1,
      why:
        broken > 0
          ? `${Math.round(broken * 100)} % of the rows have a quote where none belongs`
          : 'quotes stand only where fields begin and end',
      ...given(options.quote),
    },
    {
      trait: 'escape',
      value: dialect.escape,
      confidence: options.escape === undefined ? sureness(1 - broken * 2) : 1,
      why:
        dialect.escape === 'backslash'
          ? 'quotes within quotes have a backslash before them'
          : dialect.escape === 'none'
            ? 'quotes within quotes stand as they are'
            : 'quotes within quotes are doubled, or there are none',
      ...given(options.escape),
    },
    { trait: 'newline', value: NEWLINE_NAMES[dialect.newline], confidence: 0.99, why: newline.counts },
  ];
}

const NEWLINE_NAMES = { '\n': 'LF', '\r\n': 'CRLF', '\r': 'CR', mixed: 'mixed' } as const;

const NAMES: Record<string, string> = {
  '': 'none',
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'pipe',
  ' ': 'space',
  '\u0001': 'SOH',
  '\u001f': 'US',
  ', ': 'comma and space',
};

/** What a separator is called. */
export function nameOf(delimiter: string): string {
  return NAMES[delimiter] ?? delimiter;
}
