import { LongshoreError } from '../../core/errors/longshore-error';
import type { MonthFormat } from '../../core/types/month';
import type { RowBoundary } from '../../core/types/scan';
import { readHead, type FileHead } from './read-head';

export interface FileHeader {
  /** Empty where the format says that there is no header. */
  columns: string[];
  firstRow: RowBoundary;
  size: number;
  mtimeMs: number;
}

const HEAD_BYTES = 1024 * 1024;
const MOST_BYTES = 64 * 1024 * 1024;
const LINE_FEED = 10;
const BOM = [0xef, 0xbb, 0xbf];

/**
 * Names of the columns, without blanks and quotation marks around them, and where the first row begins. Throws FILE_EMPTY
 * (no bytes, or fewer lines than the header has), FILE_ENCODING (UTF-16, or a header that is no text in the encoding),
 * FILE_FORMAT_UNCLEAR (a header that does not end), FILE_UNREADABLE, FILE_NOT_FOUND.
 */
export async function readHeader(path: string, format: MonthFormat): Promise<FileHeader> {
  for (let bytes = HEAD_BYTES; ; bytes *= 8) {
    const head = await readHead(path, bytes);
    const header = headerOf(path, head, format);
    if (header) return { ...header, size: head.size, mtimeMs: head.mtimeMs };
    if (bytes >= MOST_BYTES)
      throw new LongshoreError(
        'FILE_FORMAT_UNCLEAR',
        `The header of ${path} does not end within its first ${bytes} bytes.`,
        { file: path, line: 1 },
      );
  }
}

/** Undefined: more bytes are needed. */
function headerOf(
  path: string,
  { bytes, isWhole }: FileHead,
  format: MonthFormat,
): Pick<FileHeader, 'columns' | 'firstRow'> | undefined {
  let at = BOM.every((byte, index) => bytes[index] === byte) ? BOM.length : 0;
  let line = 1;
  for (; line < format.headerLines; line++) {
    const end = bytes.indexOf(LINE_FEED, at);
    if (end < 0) {
      if (!isWhole) return undefined;
      throw tooShort(path, format.headerLines, line);
    }
    at = end + 1;
  }
  if (format.headerLines === 0) return { columns: [], firstRow: { byte: at, line } };
  if (at >= bytes.length) {
    if (!isWhole) return undefined;
    throw tooShort(path, format.headerLines, line - 1);
  }
  const row = fieldsFrom(bytes, at, format);
  if (row.end >= bytes.length && bytes.at(-1) !== LINE_FEED && !isWhole) return undefined;
  const columns = row.fields.map(({ from, to, quoted }) => {
    const text = decode(path, bytes.subarray(from, to), format);
    return (quoted ? text.replaceAll(format.quote + format.quote, format.quote) : text).trim();
  });
  return { columns, firstRow: { byte: row.end, line: line + row.lines } };
}

interface HeaderRow {
  fields: { from: number; to: number; quoted: boolean }[];
  /** Behind its line feed. */
  end: number;
  lines: number;
}

function fieldsFrom(bytes: Uint8Array, start: number, { delimiter, quote }: MonthFormat): HeaderRow {
  const [mark, around] = [delimiter.charCodeAt(0), quote === '' ? -1 : quote.charCodeAt(0)];
  const fields: HeaderRow['fields'] = [];
  let [at, lines] = [start, 0];
  for (;;) {
    let from = at;
    const quoted = bytes[at] === around;
    let to = -1;
    if (quoted) {
      from = ++at;
      for (; at < bytes.length; at++) {
        if (bytes[at] === LINE_FEED) lines++;
        if (bytes[at] !== around) continue;
        if (bytes[at + 1] !== around) break;
        at++;
      }
      to = at++;
    }
    while (at < bytes.length && bytes[at] !== mark && bytes[at] !== LINE_FEED) at++;
    at = Math.min(at, bytes.length);
    if (to < 0) to = at;
    const isLast = at >= bytes.length || bytes[at] === LINE_FEED;
    if (isLast && !quoted && to > from && bytes[to - 1] === 13) to--;
    fields.push({ from, to, quoted });
    if (isLast) return { fields, end: Math.min(at + 1, bytes.length), lines: lines + 1 };
    at++;
  }
}

function decode(path: string, bytes: Uint8Array, { encoding }: MonthFormat): string {
  try {
    if (bytes.includes(0)) throw new TypeError('A byte is 0.');
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw new LongshoreError(
      'FILE_ENCODING',
      `The header of ${path} is no text in ${encoding}.`,
      { file: path, line: 1 },
      { cause: error, next: 'Name the encoding of the file as `encoding` of the table.' },
    );
  }
}

const tooShort = (path: string, expected: number, found: number): LongshoreError =>
  new LongshoreError(
    'FILE_EMPTY',
    `${path} has ${found} line${found === 1 ? '' : 's'}, and the header alone is to have ${expected}.`,
    { file: path },
    { next: 'See whether the file is complete, and whether `headerLines` is right.' },
  );
