/**
 * Rows of a delimited file as COPY's text format takes them, so that every field arrives as it stands: COPY's own CSV format
 * opens a quotation at any quotation mark, knows only one text for NULL, and wants one kind of line end. Rows that need no
 * change are passed on as they are: what must be changed is found by the system's own search, a gigabyte in a second or so.
 */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { MonthFormat } from '../../core/types/month';
import { QuotedRows } from './quoted-rows';
import { copyOptions, isBlankRow, type RowRewriter } from './row-rewriter';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BACKSLASH = 0x5c;
const NOTHING = new Uint8Array(0);

/** Characters that COPY refuses as a delimiter. */
const REFUSED = /^[\\.a-z0-9N\r\n]$/;

/** `columns`: fields of a row. Throws CONFIG_INVALID for a delimiter that PostgreSQL does not take. */
export function partRewriter(format: MonthFormat, columns: number): RowRewriter {
  if (REFUSED.test(format.delimiter))
    throw new LongshoreError(
      'CONFIG_INVALID',
      `PostgreSQL takes no ${JSON.stringify(format.delimiter)} as a delimiter of fields.`,
    );
  return format.quote === '' ? new PlainRows(format, columns) : new QuotedRows(format, columns);
}

interface Needle {
  bytes: Buffer;
  /** Where it comes next, from where the rewriter stands; -1: nowhere in these rows. */
  at: number;
}

/** Without quotes a line end always ends a row, and the empty field is NULL. */
class PlainRows implements RowRewriter {
  readonly options: string;
  readonly #delimiter: number;
  readonly #nulls: Buffer[];
  #rest: Uint8Array = NOTHING;

  constructor(
    { delimiter, nullTexts }: MonthFormat,
    private readonly columns: number,
  ) {
    this.options = copyOptions(delimiter, '');
    this.#delimiter = delimiter.charCodeAt(0);
    this.#nulls = nullTexts.filter((text) => text !== '').map((text) => Buffer.from(text));
  }

  push(chunk: Uint8Array): Uint8Array {
    let end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0 && this.columns > 1) end = this.#withoutBlank(chunk, end);
    if (end === 0) {
      this.#rest = Buffer.concat([this.#rest, chunk]);
      return NOTHING;
    }
    const rows = this.#rest.length === 0 ? chunk.subarray(0, end) : Buffer.concat([this.#rest, chunk.subarray(0, end)]);
    this.#rest = Uint8Array.prototype.slice.call(chunk, end);
    return this.#rewrite(rows);
  }

  /** The last blank line of a file is no row, so a blank line waits for what comes behind it. */
  #withoutBlank(chunk: Uint8Array, end: number): number {
    const start = end < 2 ? 0 : chunk.lastIndexOf(NEWLINE, end - 2) + 1;
    const isReturn = this.#rest.length === 1 && this.#rest[0] === RETURN && end === 1;
    const isWhole = start > 0 || this.#rest.length === 0 || isReturn;
    return isWhole && isBlankRow(chunk, start, end) ? start : end;
  }

  finish(): Uint8Array {
    const rest = this.#rest;
    this.#rest = NOTHING;
    if (rest.length === 0 || (this.columns > 1 && isBlankRow(rest, 0, rest.length))) return NOTHING;
    const isEnded = rest.at(-1) === NEWLINE;
    return this.#rewrite(isEnded ? rest : Buffer.concat([rest, Uint8Array.of(NEWLINE)]));
  }

  #rewrite(rows: Uint8Array): Uint8Array {
    const bytes = Buffer.from(rows.buffer, rows.byteOffset, rows.length);
    const needles: Needle[] = [Buffer.of(BACKSLASH), Buffer.of(RETURN), ...this.#nulls]
      .map((needle) => ({ bytes: needle, at: bytes.indexOf(needle) }))
      .filter(({ at }) => at >= 0);
    if (needles.length === 0) return rows;
    // A backslash doubles and a return becomes two characters: nothing grows by more.
    const out = Buffer.allocUnsafe(bytes.length * 2);
    let size = 0;
    let from = 0;
    const copy = (until: number): void => {
      size += bytes.copy(out, size, from, until);
    };
    for (;;) {
      const next = nearest(needles);
      if (!next) break;
      const { at } = next;
      const nullEnd = this.#nullAt(bytes, at);
      if (nullEnd > at) {
        copy(at);
        from = nullEnd;
      } else if (bytes[at] === RETURN && bytes[at + 1] === NEWLINE) {
        copy(at);
        from = at + 1;
      } else if (bytes[at] === BACKSLASH || bytes[at] === RETURN) {
        copy(at);
        out[size] = BACKSLASH;
        out[size + 1] = bytes[at] === RETURN ? 0x72 : BACKSLASH;
        size += 2;
        from = at + 1;
      }
      const on = Math.max(from, at + 1);
      for (const needle of needles) if (needle.at >= 0 && needle.at < on) needle.at = bytes.indexOf(needle.bytes, on);
    }
    copy(bytes.length);
    return out.subarray(0, size);
  }

  /** The end of a text for NULL that is a whole field and begins at `at`; `at` where there is none. */
  #nullAt(bytes: Buffer, at: number): number {
    const before = at === 0 ? NEWLINE : bytes[at - 1];
    if (before !== NEWLINE && before !== this.#delimiter) return at;
    for (const text of this.#nulls) {
      const end = at + text.length;
      const after = bytes[end];
      const isEnd = after === NEWLINE || after === this.#delimiter || (after === RETURN && bytes[end + 1] === NEWLINE);
      if (isEnd && text.compare(bytes, at, end) === 0) return end;
    }
    return at;
  }
}

function nearest(needles: readonly Needle[]): Needle | undefined {
  let found: Needle | undefined;
  for (const needle of needles) if (needle.at >= 0 && (!found || needle.at < found.at)) found = needle;
  return found;
}
