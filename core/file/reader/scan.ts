/**
 * The hot loop of reading: finds rows and fields in bytes of UTF-8, without making a string of any. Rows that are as they
 * should be go into the store; at any other it stops and says where, and the caller settles the row.
 *
 * One function, longer than others, because a call for each field costs more than reading it.
 */
import type { Dialect } from '../../types/file';
import type { RowStore } from './row-store';

export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
const BACKSLASH = 0x5c;

/** Why a row is not as it should be. */
export type Irregularity =
  | 'few'
  | 'many'
  /** Something other than a separator follows the quote that ends a field. */
  | 'junk'
  /** A quote that nothing ends. */
  | 'open'
  /** It spans lines that look like rows of their own. */
  | 'doubtful'
  /** A quote stands within a field that is not quoted. */
  | 'stray'
  /** Separators that nothing follows stand at its end. */
  | 'surplus'
  | 'nul'
  | 'long';

export type ScanOutcome =
  /** The next row is not complete yet. */
  | 'more'
  /** The batch has all it may hold. */
  | 'full'
  /** A row begins at or after `markAt`. */
  | 'mark'
  /** The row at `pos` has to be settled. */
  | 'irregular';

export interface ScanState {
  buf: Uint8Array;
  /** First byte not read yet; a row begins there. */
  pos: number;
  /** One past the last byte there is. `buf[limit]` is a line feed. */
  limit: number;
  /** Nothing comes after `limit`. */
  ended: boolean;
  /** Where the batch begins in `buf`. */
  base: number;
  line: number;
  markAt: number;
  /** Rows that begin before may have bytes that are no UTF-8. */
  suspectUntil: number;
  maxRowBytes: number;
  maxBatchBytes: number;
  irregularity: Irregularity;
  /** One past the row at `pos` as far as it was understood. */
  irregularEnd: number;
  /** Separators at the end that nothing follows are no fault. */
  surplusAtEnd: boolean;
  /** Asked about each row that begins before `suspectUntil`; false: it was dealt with. */
  isText(start: number, end: number, line: number): boolean;
  /** Asked about each row of several lines: whether those after the first look like rows of their own. */
  isDoubtful(start: number, end: number): boolean;
  /** The row here is settled: it is as it should be, however it looks. -1: none. */
  trusted: number;
  /** A row had this many separators too many at its end, with nothing after them. */
  onTrailing(surplus: number, line: number): void;
}

/** What the loop has to know of a dialect, in bytes. */
export interface ScanRules {
  width: number;
  delimiter: number;
  /** Second byte of a delimiter of two, or -1. */
  delimiter2: number;
  /** Delimiters that follow each other are one. */
  runs: boolean;
  quote: number;
  doubled: boolean;
  backslash: boolean;
  /** A lone CR, or LF, ends a line even where the row has too few fields. */
  crEnds: boolean;
  lfEnds: boolean;
  trailing: number;
  /** 1 for bytes that mean something outside quotes, and inside. */
  outside: Uint8Array;
  inside: Uint8Array;
}

/** The rules of a dialect for rows of `width` fields. */
export function scanRules(dialect: Dialect, width: number, trailing: number): ScanRules {
  const { delimiter, quote, escape, newline } = dialect;
  const rules: ScanRules = {
    width,
    delimiter: delimiter === '' ? -1 : delimiter.charCodeAt(0),
    delimiter2: delimiter.length > 1 ? delimiter.charCodeAt(1) : -1,
    runs: dialect.runs === true,
    quote: quote === '' ? -1 : quote.charCodeAt(0),
    doubled: escape === 'double',
    backslash: escape === 'backslash',
    crEnds: newline === '\r' || newline === 'mixed',
    lfEnds: newline !== '\r',
    trailing,
    outside: new Uint8Array(256),
    inside: new Uint8Array(256),
  };
  for (const table of [rules.outside, rules.inside]) {
    for (const byte of [0, LF, CR]) table[byte] = 1;
    if (rules.backslash) table[BACKSLASH] = 1;
  }
  if (rules.delimiter >= 0) rules.outside[rules.delimiter] = 1;
  if (rules.quote >= 0) {
    rules.inside[rules.quote] = 1;
    rules.outside[rules.quote] = 1;
  }
  return rules;
}

/** Puts rows into `store` until something has to be decided outside. */
export function scanRows(state: ScanState, rules: ScanRules, store: RowStore): ScanOutcome {
  const { buf, limit, ended, base, markAt, suspectUntil } = state;
  const { width, delimiter, delimiter2, runs, quote, doubled, backslash, crEnds, lfEnds, outside, inside } = rules;
  const batchEnd = base + state.maxBatchBytes;
  const { maxRows } = store;
  let { starts, ends, quoted, lines } = store;
  let { rows } = store;
  let { line } = state;
  let at = state.pos;
  const escaped: number[] = [];

  const stop = (outcome: ScanOutcome, rowStart: number): ScanOutcome => {
    state.pos = rowStart;
    state.line = line;
    store.rows = rows;
    return outcome;
  };
  const irregular = (why: Irregularity, rowStart: number, end: number): ScanOutcome => {
    state.irregularity = why;
    state.irregularEnd = end;
    return stop('irregular', rowStart);
  };

  for (;;) {
    if (runs) while (at < limit && buf[at] === delimiter) at++;
    if (at >= limit) return stop('more', limit);
    const rowStart = at;
    let byte = buf[at]!;
    if (byte === LF || byte === CR) {
      if (byte === CR && at + 1 >= limit && !ended) return stop('more', rowStart);
      at += byte === CR && at + 1 < limit && buf[at + 1] === LF ? 2 : 1;
      line++;
      continue;
    }
    if (rowStart >= markAt) return stop('mark', rowStart);
    if (rows >= maxRows || rowStart >= batchEnd) return stop('full', rowStart);
    if (rows === lines.length) {
      store.rows = rows;
      store.grow();
      ({ starts, ends, quoted, lines } = store);
    }
    const rowFields = rows * width;
    const lastField = rowFields + width;
    let field = rowFields;
    let innerLines = 0;
    let nul = false;
    let stray = false;
    let surplus = 0;
    escaped.length = 0;

    row: for (;;) {
      if (field === lastField) {
        // Only separators may follow: those at the end of a row that nothing comes after.
        surplus = 1;
        while (at < limit && buf[at] === delimiter) {
          at += delimiter2 < 0 ? 1 : 2;
          surplus++;
        }
        if (at >= limit && !ended) return stop('more', rowStart);
        byte = buf[Math.min(at, limit)]!;
        if (byte !== LF && byte !== CR) return irregular('many', rowStart, at);
        if (surplus !== rules.trailing && rowStart !== state.trusted)
          return irregular(state.surplusAtEnd ? 'surplus' : 'many', rowStart, at);
      } else if (byte === quote) {
        let close = at + 1;
        let hasEscapes = false;
        for (;;) {
          while (inside[(byte = buf[close]!)] === 0) close++;
          if (close >= limit) {
            if (!ended) return stop('more', rowStart);
            return irregular('open', rowStart, limit);
          }
          if (byte === quote) {
            if (close + 1 >= limit && !ended) return stop('more', rowStart);
            if (!doubled || buf[close + 1] !== quote || close + 1 >= limit) break;
            hasEscapes = true;
            close += 2;
          } else if (byte === LF) {
            innerLines++;
            close++;
          } else if (byte === CR) {
            if (close + 1 >= limit && !ended) return stop('more', rowStart);
            if (buf[close + 1] !== LF) innerLines++;
            close++;
          } else if (byte === BACKSLASH && backslash) {
            hasEscapes = true;
            close++;
            // The character after it stands for itself, unless it is a line's end, which still counts.
            if (buf[close] !== LF && buf[close] !== CR && close < limit) close++;
          } else {
            nul = true;
            close++;
          }
        }
        starts[field] = at + 1 - base;
        ends[field] = close - base;
        quoted[field] = 1;
        if (hasEscapes) escaped.push(field);
        field++;
        at = close + 1;
        while (buf[at] === SPACE && delimiter !== SPACE) at++;
        if (at >= limit && !ended) return stop('more', rowStart);
        byte = buf[at]!;
        if (byte !== delimiter && byte !== LF && byte !== CR) return irregular('junk', rowStart, at);
        if (byte === delimiter && delimiter2 >= 0 && buf[at + 1] !== delimiter2) {
          if (at + 1 >= limit && !ended) return stop('more', rowStart);
          const next = buf[at + 1]!;
          if (next !== LF && next !== CR) return irregular('junk', rowStart, at);
        }
      } else {
        const start = at;
        let hasEscapes = false;
        for (;;) {
          while (outside[(byte = buf[at]!)] === 0) at++;
          if (at >= limit) {
            if (!ended) return stop('more', rowStart);
            break;
          }
          if (byte === delimiter) {
            if (delimiter2 < 0) break;
            if (at + 1 >= limit && !ended) return stop('more', rowStart);
            const next = buf[at + 1]!;
            if (next === delimiter2 || next === LF || next === CR) break;
            at++;
          } else if (byte === LF) {
            if (lfEnds || field + 1 >= lastField) break;
            at++;
            innerLines++;
          } else if (byte === CR) {
            if (at + 1 >= limit && !ended) return stop('more', rowStart);
            if (crEnds || buf[at + 1] === LF || field + 1 >= lastField) break;
            at++;
            innerLines++;
          } else if (byte === BACKSLASH && backslash) {
            if (at + 1 >= limit && !ended) return stop('more', rowStart);
            hasEscapes = true;
            at += at + 1 < limit ? 2 : 1;
          } else if (byte === quote) {
            stray = true;
            at++;
          } else {
            nul = true;
            at++;
          }
        }
        starts[field] = start - base;
        ends[field] = at - base;
        quoted[field] = 0;
        if (hasEscapes) escaped.push(field);
        field++;
      }

      if (byte === delimiter && at < limit) {
        at += delimiter2 < 0 || buf[at + 1] !== delimiter2 ? 1 : 2;
        if (runs) while (at < limit && buf[at] === delimiter) at++;
        if (at >= limit && !ended) return stop('more', rowStart);
        byte = buf[at]!;
        if (runs && (byte === LF || byte === CR)) break;
        continue row;
      }
      break;
    }

    // At the end of a line: LF, CR, CRLF, or of the file.
    const rowEnd = at;
    if (at < limit) {
      if (byte === CR && at + 1 >= limit && !ended) return stop('more', rowStart);
      at += byte === CR && at + 1 < limit && buf[at + 1] === LF ? 2 : 1;
    }
    if (field !== lastField) return irregular('few', rowStart, at);
    if (rowEnd - rowStart > state.maxRowBytes) return irregular('long', rowStart, at);
    if (nul) return irregular('nul', rowStart, at);
    if (rowStart !== state.trusted) {
      if (innerLines > 0 && state.isDoubtful(rowStart, rowEnd)) return irregular('doubtful', rowStart, at);
      if (stray) return irregular('stray', rowStart, at);
    }
    if (rowStart >= suspectUntil || state.isText(rowStart, rowEnd, line)) {
      for (const which of escaped) {
        const start = starts[which]! + base;
        ends[which] = unescape(buf, start, ends[which]! + base, rules, quoted[which] === 1) - base;
      }
      if (surplus !== 0 && surplus !== rules.trailing) state.onTrailing(surplus, line);
      lines[rows++] = line;
      store.rows = rows;
    }
    line += 1 + innerLines;
  }
}

/** Takes the escapes out of `buf[start .. end)`, in place, and returns its new end. */
export function unescape(buf: Uint8Array, start: number, end: number, rules: ScanRules, inQuotes: boolean): number {
  const { quote, doubled, backslash } = rules;
  let to = start;
  for (let from = start; from < end; from++) {
    const byte = buf[from]!;
    if (from + 1 < end) {
      const next = buf[from + 1]!;
      if (byte === quote && doubled && inQuotes && next === quote) from++;
      // A backslash before anything that needs none is a backslash: Windows paths, `\N`, feet and inches.
      else if (byte === BACKSLASH && backslash && isEscapable(next, rules)) from++;
    }
    buf[to++] = buf[from]!;
  }
  // As many characters as before, from which places in the file are counted.
  buf.fill(SPACE, to, end);
  return to;
}

function isEscapable(byte: number, { quote, delimiter }: ScanRules): boolean {
  return byte === BACKSLASH || byte === quote || byte === delimiter || byte === LF || byte === CR;
}
