import type { Dialect } from '../../types/file';

/** A row of the sample: what a reader of this dialect sees, where nothing is put right. */
export interface SampleRow {
  fields: string[];
  quoted: boolean[];
  /** Place of its first character in the text, and one past its line's end. */
  start: number;
  end: number;
  /** Physical line from 1, and blank lines right before it. */
  line: number;
  blankBefore: number;
  /** A quote is where it does not belong; only the first physical line was taken then. */
  broken: boolean;
  /** There are quotes too many within its quoted fields, and where these end is plain nevertheless. */
  strays: boolean;
}

export interface SplitLimits {
  rows?: number;
  chars?: number;
  /** First character, and its line. */
  from?: number;
  line?: number;
}

/** A quoted text may span this many characters before it counts as never closed. */
const MAX_QUOTED = 256 * 1024;

/** Splits a text into rows by a dialect. Blank lines are counted, and are no rows. */
export function splitRows(text: string, dialect: Dialect, limits: SplitLimits = {}): SampleRow[] {
  const rows: SampleRow[] = [];
  const stop = Math.min(text.length, limits.chars ?? text.length);
  const most = limits.rows ?? Infinity;
  let at = limits.from ?? 0;
  let line = limits.line ?? 1;
  let blanks = 0;
  while (at < stop && rows.length < most) {
    const row = rowAt(text, at, dialect);
    const isBlank = row.fields.length === 1 && row.fields[0]!.trim() === '' && !row.quoted[0];
    if (isBlank) blanks++;
    else {
      rows.push({ ...row, line, blankBefore: blanks });
      blanks = 0;
    }
    line += row.lines;
    at = row.end;
  }
  return rows;
}

type RawRow = Omit<SampleRow, 'line' | 'blankBefore'> & { lines: number };

function rowAt(text: string, start: number, dialect: Dialect): RawRow {
  return (
    quotedRow(text, start, dialect, false) ?? quotedRow(text, start, dialect, true) ?? plainRow(text, start, dialect)
  );
}

/** Undefined: a quote does not belong where it is. */
function quotedRow(text: string, start: number, dialect: Dialect, lenient: boolean): RawRow | undefined {
  const { delimiter, quote, escape, newline } = dialect;
  const fields: string[] = [];
  const quoted: boolean[] = [];
  let at = dialect.runs ? pastBlanks(text, start) : start;
  let lines = 1;
  for (;;) {
    if (quote !== '' && text[at] === quote) {
      const close = lenient ? plainClose(text, at, dialect) : closingQuote(text, at, quote, escape);
      if (close < 0) return undefined;
      const raw = text.slice(at + 1, close);
      lines += raw.includes('\n') || raw.includes('\r') ? raw.split(/\r\n|\n|\r/).length - 1 : 0;
      fields.push(unescaped(raw, dialect));
      quoted.push(true);
      at = close + 1;
      if (delimiter !== ' ') while (text[at] === ' ') at++;
    } else {
      const end = plainEnd(text, at, dialect);
      fields.push(escape === 'backslash' ? unescaped(text.slice(at, end), dialect) : text.slice(at, end));
      quoted.push(false);
      at = end;
    }
    if (delimiter !== '' && text.startsWith(delimiter, at)) {
      at += delimiter.length;
      if (dialect.runs) at = pastBlanks(text, at);
      if (!dialect.runs || endsLine(text, at, newline) === 0) continue;
    }
    if (delimiter.length === 2 && text[at] === delimiter[0] && endsLine(text, at + 1, newline)) {
      fields.push('');
      quoted.push(false);
      at++;
    }
    const end = endsLine(text, at, newline);
    if (end === 0) return undefined;
    return { fields, quoted, start, end, broken: false, strays: lenient, lines };
  }
}

function pastBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ') at++;
  return at;
}

/** The physical line alone, its quotes taken as text. */
function plainRow(text: string, start: number, dialect: Dialect): RawRow {
  const { delimiter } = dialect;
  let end = start;
  while (endsLine(text, end, dialect.newline) === 0) end++;
  const line = text.slice(start, end);
  const fields = delimiter === '' ? [line] : line.split(delimiter);
  return {
    fields,
    quoted: fields.map(() => false),
    start,
    end: endsLine(text, end, dialect.newline),
    broken: true,
    strays: false,
    lines: 1,
  };
}

/** One past the line's end that begins at `at`; 0: none does. */
export function endsLine(text: string, at: number, newline: Dialect['newline']): number {
  if (at >= text.length) return text.length || 1;
  const character = text[at];
  if (character === '\n') return newline === '\r' ? 0 : at + 1;
  if (character !== '\r') return 0;
  if (text[at + 1] === '\n') return at + 2;
  return newline === '\r' || newline === 'mixed' ? at + 1 : 0;
}

function closingQuote(text: string, open: number, quote: string, escape: Dialect['escape']): number {
  let at = open + 1;
  const far = open + MAX_QUOTED;
  for (;;) {
    at = text.indexOf(quote, at);
    if (at < 0 || at > far) return -1;
    if (escape === 'backslash') {
      let slashes = 0;
      while (text[at - 1 - slashes] === '\\' && at - 1 - slashes > open) slashes++;
      if (slashes % 2 === 1) {
        at++;
        continue;
      }
      return at;
    }
    if (escape === 'double' && text[at + 1] === quote) {
      at += 2;
      continue;
    }
    return at;
  }
}

/** The first quote on the line with a separator or the line's end after it. */
function plainClose(text: string, open: number, { quote, delimiter, newline }: Dialect): number {
  for (let at = open + 1; endsLine(text, at, newline) === 0; at++) {
    if (text[at] !== quote) continue;
    if ((delimiter !== '' && text.startsWith(delimiter, at + 1)) || endsLine(text, at + 1, newline) > 0) return at;
  }
  return -1;
}

function plainEnd(text: string, start: number, { delimiter, escape, newline }: Dialect): number {
  const first = delimiter.charCodeAt(0);
  const second = delimiter.length > 1 ? delimiter.charCodeAt(1) : -1;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === first) {
      if (second < 0 || text.charCodeAt(at + 1) === second || endsLine(text, at + 1, newline) > 0) return at;
    } else if (code === 10 || code === 13) {
      if (endsLine(text, at, newline) > 0) return at;
    } else if (code === 92 && escape === 'backslash') at++;
  }
  return text.length;
}

function unescaped(raw: string, { quote, escape, delimiter }: Dialect): string {
  if (escape === 'double') return raw.includes(quote) ? raw.replaceAll(quote + quote, quote) : raw;
  if (escape !== 'backslash' || !raw.includes('\\')) return raw;
  return raw.replace(/\\([\s\S])/g, (all, next: string) =>
    next === '\\' || next === quote || next === delimiter[0] || next === '\n' || next === '\r' ? next : all,
  );
}
