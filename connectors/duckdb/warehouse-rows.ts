/**
 * Whether the rows of a part have as many fields as they should, and whole quotations. DuckDB's strict reading refuses files
 * that mix line ends, as those with notes in quotes do; the lenient one drops further fields, and text behind a closing mark,
 * without a word. So what it reads leniently is looked through here.
 */
import { createReadStream } from 'node:fs';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { MonthFormat } from '../../core/types/month';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const CHUNK = 1 << 18;

const START = 0;
const PLAIN = 1;
const QUOTED = 2;
/** Behind a mark that closes the quotation, or is the first of two. */
const CLOSED = 3;
const RETURNED = 4;

export interface PartShape {
  compression: 'zstd' | 'gzip';
  format: MonthFormat;
  /** Fields of a row. */
  columns: number;
}

/** The first row, from 1, that is not as it should be, and why; undefined: there is none. */
export async function brokenRow(
  file: string,
  { compression, format, columns }: PartShape,
  signal: AbortSignal,
): Promise<{ row: number; why: string } | undefined> {
  const source = createReadStream(file, { highWaterMark: CHUNK, signal });
  const unpacked =
    compression === 'zstd' ? createZstdDecompress({ chunkSize: CHUNK }) : createGunzip({ chunkSize: CHUNK });
  source.on('error', (error) => unpacked.destroy(error));
  const rows = new Rows(format, columns);
  try {
    for await (const chunk of source.pipe(unpacked)) if (!rows.push(chunk as Uint8Array)) break;
    rows.end();
    return rows.why === '' ? undefined : { row: rows.row, why: rows.why };
  } finally {
    source.destroy();
    unpacked.destroy();
  }
}

class Rows {
  row = 1;
  why = '';
  readonly #delimiter: number;
  /** NaN, which no byte is, where nothing is quoted. */
  readonly #quote: number;
  #state = START;
  #fields = 1;
  /** Nothing has been seen of the row but perhaps a return. */
  #isBlank = true;

  constructor(
    { delimiter, quote }: MonthFormat,
    private readonly columns: number,
  ) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#quote = quote.charCodeAt(0);
  }

  /** False as soon as something is wrong. */
  push(bytes: Uint8Array): boolean {
    const [delimiter, quote] = [this.#delimiter, this.#quote];
    let state = this.#state;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (state === QUOTED) {
        if (byte === quote) state = CLOSED;
      } else if (byte === NEWLINE) {
        if (!this.#endRow()) return false;
        state = START;
      } else if (byte === delimiter && state !== RETURNED) {
        this.#fields += 1;
        this.#isBlank = false;
        state = START;
      } else if (state <= PLAIN) {
        if (byte !== RETURN) this.#isBlank = false;
        if (state === START) state = byte === quote ? QUOTED : PLAIN;
      } else if (state === CLOSED && byte === quote) state = QUOTED;
      else if (state === CLOSED && byte === RETURN) state = RETURNED;
      else {
        this.why = 'text goes on behind the closing mark of a quotation';
        return false;
      }
    }
    this.#state = state;
    return true;
  }

  /** The last row may have no line end. */
  end(): void {
    if (this.why !== '') return;
    if (this.#state === QUOTED) this.why = 'a quotation does not end';
    else this.#endRow();
  }

  /** A blank line is left to the count of rows: the last one of a file is none. */
  #endRow(): boolean {
    if (this.#fields !== this.columns && !this.#isBlank) {
      this.why = `${this.#fields} fields were found where ${this.columns} were expected`;
      return false;
    }
    this.row += 1;
    this.#fields = 1;
    this.#isBlank = true;
    return true;
  }
}
