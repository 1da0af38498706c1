/** A writer and a driver of the reader for tests; the writer knows nothing of the project's own code. */
import { createRecordReader, type ReaderOptions } from '../../../../core/file/record-reader';
import type { Dialect, FileEncoding, FileFormat, RejectedRow, RepairedRow } from '../../../../core/types/file';

export interface Written {
  bytes: Uint8Array;
  /** Where the rows begin, after a byte order mark. */
  bom: number;
}

const NEWLINES = { '\n': ['\n'], '\r\n': ['\r\n'], '\r': ['\r'], mixed: ['\n', '\r\n', '\r'] };

/** Whether a value can be written in a dialect without being read as something else. */
export function isWritable(value: string, { delimiter, quote, escape }: Dialect): boolean {
  if (quote !== '') return escape !== 'none' || !value.includes(quote);
  return (
    !/[\r\n]/.test(value) &&
    !Array.from(delimiter).some((character) => value.includes(character)) &&
    !value.includes('\\')
  );
}

/** Text of a table. Values are quoted where they have to be, and where `eager` says so. */
export function writeText(rows: string[][], dialect: Dialect, eager = false): string {
  const { delimiter, quote, escape, newline } = dialect;
  const field = (value: string): string => {
    if (quote === '') return value;
    const needs =
      eager ||
      value.includes(quote) ||
      /[\r\n\\]/.test(value) ||
      value === '' ||
      /^\s|\s$/.test(value) ||
      Array.from(delimiter).some((character) => value.includes(character));
    if (!needs) return value;
    const inner =
      escape === 'backslash'
        ? value.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)
        : escape === 'double'
          ? value.replaceAll(quote, quote + quote)
          : value;
    return quote + inner + quote;
  };
  return rows
    .map((row, at) => row.map(field).join(delimiter) + NEWLINES[newline][at % NEWLINES[newline].length]!)
    .join('');
}

/** Bytes of a text in an encoding, told by what the platform's own decoder makes of each byte. */
export function encode(text: string, encoding: FileEncoding): Uint8Array {
  if (encoding === 'utf-8') return new TextEncoder().encode(text);
  if (encoding === 'utf-16le') return new Uint8Array(Buffer.from(text, 'utf16le'));
  if (encoding === 'utf-16be') return new Uint8Array(Buffer.from(text, 'utf16le').swap16());
  const label = encoding === 'iso-8859-1' ? undefined : encoding;
  const bytes = new Map<string, number>();
  for (let byte = 0; byte < 256; byte++)
    bytes.set(label ? new TextDecoder(label).decode(Uint8Array.of(byte)) : String.fromCharCode(byte), byte);
  return Uint8Array.from(Array.from(text), (character) => {
    const byte = bytes.get(character);
    if (byte === undefined) throw new Error(`${encoding} has no ${character}`);
    return byte;
  });
}

export interface Read {
  rows: string[][];
  quoted: boolean[][];
  lines: number[];
  rejected: RejectedRow[];
  repaired: RepairedRow[];
}

/** Reads a file as the format says, its bytes cut into chunks of these lengths, over and over. */
export function read(
  bytes: Uint8Array,
  format: FileFormat,
  options: ReaderOptions = {},
  cuts: number[] = [bytes.length + 1],
): Read {
  const result: Read = { rows: [], quoted: [], lines: [], rejected: [], repaired: [] };
  const reader = createRecordReader(format, {
    ...options,
    onRejected: (row) => result.rejected.push(row),
    onRepaired: (row) => result.repaired.push(row),
  });
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const take = (batches: ReturnType<typeof reader.push>): void => {
    for (const { rows, columns, data, starts, ends, quoted, lines } of batches)
      for (let row = 0; row < rows; row++) {
        const fields = Array.from({ length: columns }, (_, column) => row * columns + column);
        result.rows.push(fields.map((at) => decoder.decode(data.subarray(starts[at], ends[at]))));
        result.quoted.push(fields.map((at) => quoted[at] === 1));
        result.lines.push(lines[row]!);
      }
  };
  for (let at = reader.firstByte, cut = 0; at < bytes.length && !reader.done; cut++) {
    const length = Math.max(1, cuts[cut % cuts.length]!);
    // A copy, which is spoiled afterwards: nobody may hold on to a chunk.
    const chunk = bytes.slice(at, at + length);
    take(reader.push(chunk));
    chunk.fill(0x22);
    at += length;
  }
  take(reader.end());
  return result;
}

/** A format for rows of `width` fields that begin at `start`, without header. */
export function formatOf(dialect: Dialect, width: number, encoding: FileEncoding = 'utf-8', start = 0): FileFormat {
  return {
    encoding,
    bom: start,
    dialect,
    preambleLines: 0,
    footerLines: 0,
    tables: [{ start, startLine: 1, headerRows: 0, header: [], width, firstRow: { offset: start, line: 1, rows: 0 } }],
    findings: [],
    confidence: 1,
  };
}
