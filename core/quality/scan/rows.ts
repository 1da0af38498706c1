/**
 * Finds rows and fields: 32 bytes at a time, whatever the columns are. Longer than most files because the loop over
 * bytes is one function: what it remembers stays in registers.
 */
import type { RowBatch } from './batch';

const [LINE_FEED, CARRIAGE_RETURN] = [10, 13];
const HIGH_BITS = 0x80808080 | 0;

/** A row that is none of the table's: `found` fields, or a quotation mark that went wrong. Bytes [from, to). */
export interface RaggedRow {
  line: number;
  found: number;
  from: number;
  to: number;
  /** It may have bytes beyond ASCII, or NUL. */
  wide: boolean;
  /** `open`: a quotation mark is never closed; `behind`: something stands between the closing one and the delimiter. */
  quote?: 'open' | 'behind';
}

const fourTimes = (byte: number): number => Math.imul(byte, 0x01010101);

/** One bit from the high bit of each byte. */
const bits = (highs: number): number => Math.imul(highs & HIGH_BITS, 0x00204081) >>> 28;

/**
 * A bit for each byte of a word that is below 11: line feed, NUL, and delimiters that are tabs. Beside one of these there
 * may be false ones, so each byte is looked at.
 */
const low = (word: number): number => bits((word - 0x0b0b0b0b) & ~word);

/** As `low`, also for delimiters that are not. */
function special(word: number, delimiters: number): number {
  const other = word ^ delimiters;
  return bits(((word - 0x0b0b0b0b) & ~word) | ((other - 0x01010101) & ~other));
}

export class RowReader {
  /** Since it was last set to 0. */
  rows = 0;
  lines = 0;
  /** Of the quoted field that was read last. */
  #doubled = false;
  #inside = 0;
  #breaks = 0;

  constructor(
    private readonly delimiter: number,
    /** 0: none. */
    private readonly quote: number,
    /** Physical line of the next row. */
    public line: number,
    private readonly ragged: (row: RaggedRow) => void,
  ) {}

  /**
   * Fills the batch with rows of bytes[from, length) and answers the offset behind the last row it took. It took all
   * there are, unless the batch is full.
   */
  read(batch: RowBatch, bytes: Uint8Array, view: DataView, from: number, length: number, last: boolean): number {
    const { marks, quoted, lines, wide, stride, capacity, columns } = batch;
    const { delimiter, quote } = this;
    // Delimiters below the line feed are found by the same comparison as it.
    const visible = delimiter > LINE_FEED;
    const delimiters = fourTimes(delimiter);
    // Must not look like the delimiter, nor differ from it by one bit: bytes behind the end are not to be looked at.
    const padding = (delimiter ^ 0x7f) > 1 ? 0x7f : 0x20;
    const whole = length - 3;
    const blocks = length - 31;
    let rows = 0;
    let slot = 0;
    let taken = from;
    let field = 0;
    let breaks = 0;
    let seen = 0;
    // Behind the closing quotation mark of the field under way; 0: the field is plain.
    let closed = 0;
    let doubled = false;
    let behind = false;
    let hasWide = false;
    let at = from;
    marks[0] = from - 1;
    batch.rows = 0;
    // The first byte of a field may be a quotation mark: looked at here, and behind every delimiter and line feed.
    let start = quote === 0 ? -1 : from;

    scan: while (at < length) {
      if (start >= 0) {
        if (start < length && bytes[start] === quote) {
          const end = this.#skipQuoted(bytes, view, start + 1, length);
          breaks += this.#breaks;
          seen |= this.#inside;
          if (end < 0) {
            if (!last) break;
            // The break at the end of the file begins no line.
            if (bytes[length - 1] === LINE_FEED) breaks--;
            this.#oddRow(taken, length, field + 1, breaks, 'open', seen);
            taken = length;
            break;
          }
          closed = end;
          doubled = this.#doubled;
          at = end;
        }
        start = -1;
        if (at >= length) break;
      }
      let word: number;
      let hits: number;
      let width = 4;
      if (at < blocks) {
        const w0 = view.getInt32(at, true);
        const w1 = view.getInt32(at + 4, true);
        const w2 = view.getInt32(at + 8, true);
        const w3 = view.getInt32(at + 12, true);
        const w4 = view.getInt32(at + 16, true);
        const w5 = view.getInt32(at + 20, true);
        const w6 = view.getInt32(at + 24, true);
        const w7 = view.getInt32(at + 28, true);
        word = w0 | w1 | w2 | w3 | w4 | w5 | w6 | w7;
        if (visible) {
          hits = special(w0, delimiters) | (special(w1, delimiters) << 4) | (special(w2, delimiters) << 8);
          hits |= (special(w3, delimiters) << 12) | (special(w4, delimiters) << 16) | (special(w5, delimiters) << 20);
          hits |= (special(w6, delimiters) << 24) | (special(w7, delimiters) << 28);
        } else {
          hits = low(w0) | (low(w1) << 4) | (low(w2) << 8) | (low(w3) << 12);
          hits |= (low(w4) << 16) | (low(w5) << 20) | (low(w6) << 24) | (low(w7) << 28);
        }
        width = 32;
      } else {
        if (at < whole) word = view.getInt32(at, true);
        else {
          word = fourTimes(padding);
          for (let byte = length - 1; byte >= at; byte--) word = (word << 8) | bytes[byte]!;
        }
        hits = special(word, delimiters);
      }
      seen |= word;
      while (hits !== 0) {
        const hit = at + 31 - Math.clz32(hits & -hits);
        hits &= hits - 1;
        const byte = bytes[hit]!;
        if (byte === delimiter) {
          field++;
          slot++;
          if (field <= columns) {
            marks[slot] = hit;
            if (quote !== 0) quoted[slot - rows - 1] = closed === 0 ? 0 : doubled ? 2 : 1;
          }
          if (quote !== 0) {
            if (closed !== 0 && closed !== hit) behind = true;
            closed = 0;
            if (hit + 1 < length && bytes[hit + 1] === quote) {
              start = hit + 1;
              at = start;
              continue scan;
            }
          }
          continue;
        }
        if (byte === LINE_FEED) {
          const end = hit > taken && bytes[hit - 1] === CARRIAGE_RETURN ? hit - 1 : hit;
          // Whether a blank line is a row is known when something follows.
          if (end === taken && columns > 1 && hit + 1 === length) break scan;
          field++;
          if (quote !== 0 && closed !== 0 && closed !== end) behind = true;
          if (field === columns && !behind) {
            marks[++slot] = end;
            if (quote !== 0) quoted[slot - rows - 1] = closed === 0 ? 0 : doubled ? 2 : 1;
            lines[rows] = this.line;
            const isWide = (seen & HIGH_BITS) !== 0;
            wide[rows] = isWide ? 1 : 0;
            if (isWide) hasWide = true;
            rows++;
            this.rows++;
            this.line += 1 + breaks;
            this.lines += 1 + breaks;
          } else this.#oddRow(taken, end, field, breaks, behind ? 'behind' : undefined, seen);
          taken = hit + 1;
          if (rows === capacity) break scan;
          slot = rows * stride;
          marks[slot] = hit;
          field = 0;
          breaks = 0;
          behind = false;
          closed = 0;
          // The rest of the word belongs to the next row.
          seen = word;
          if (quote !== 0) {
            start = taken;
            at = taken;
            continue scan;
          }
          continue;
        }
        if (byte === 0) seen = HIGH_BITS;
      }
      at += width;
    }
    if (last && taken < length && rows < capacity && bytes[length - 1] !== LINE_FEED) {
      // The last row, without a line feed.
      field++;
      if (closed !== 0 && closed !== length) behind = true;
      if (field === columns && !behind) {
        marks[++slot] = length;
        if (quote !== 0) quoted[slot - rows - 1] = closed === 0 ? 0 : doubled ? 2 : 1;
        lines[rows] = this.line;
        const isWide = (seen & HIGH_BITS) !== 0;
        wide[rows] = isWide ? 1 : 0;
        if (isWide) hasWide = true;
        rows++;
        this.rows++;
        this.line += 1 + breaks;
        this.lines += 1 + breaks;
      } else this.#oddRow(taken, length, field, breaks, behind ? 'behind' : undefined, seen);
      taken = length;
    }
    batch.rows = rows;
    batch.hasWide = hasWide;
    return taken;
  }

  #oddRow(from: number, to: number, found: number, breaks: number, quote: RaggedRow['quote'], seen: number): void {
    this.ragged({ line: this.line, found, from, to, wide: (seen & HIGH_BITS) !== 0, quote });
    this.rows++;
    this.line += 1 + breaks;
    this.lines += 1 + breaks;
  }

  /** Answers the offset behind the closing quotation mark; -1: there is none. */
  #skipQuoted(bytes: Uint8Array, view: DataView, from: number, length: number): number {
    const { quote } = this;
    const quotes = fourTimes(quote);
    const whole = length - 3;
    let at = from;
    let seen = 0;
    let breaks = 0;
    this.#doubled = false;
    let end = -1;
    while (at < length) {
      if (at < whole) {
        const word = view.getInt32(at, true);
        if (special(word, quotes) === 0) {
          seen |= word;
          at += 4;
          continue;
        }
      }
      const byte = bytes[at++]!;
      seen |= byte;
      if (byte === quote) {
        if (at < length && bytes[at] === quote) {
          this.#doubled = true;
          at++;
        } else {
          end = at;
          break;
        }
      } else if (byte === LINE_FEED) breaks++;
      else if (byte === 0) seen = HIGH_BITS;
    }
    this.#inside = seen;
    this.#breaks = breaks;
    return end;
  }
}
