import { LongshoreError } from '../errors/longshore-error';
import type { FileEncoding, FileSample } from '../types/file';

/** How files begin that are no delimited text, whatever their names say. */
const KINDS: [bytes: number[], what: string, next?: string][] = [
  [
    [0x50, 0x4b, 0x03, 0x04],
    'a ZIP archive or a workbook (.xlsx, .ods)',
    'Unpack it, or save the sheet as CSV in the program that made it.',
  ],
  [[0x50, 0x4b, 0x05, 0x06], 'an empty ZIP archive'],
  [[0x1f, 0x8b], 'compressed with gzip', 'Unpack it with `gunzip`, and drop what comes out.'],
  [[0x42, 0x5a, 0x68], 'compressed with bzip2', 'Unpack it with `bunzip2`, and drop what comes out.'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'compressed with Zstandard', 'Unpack it with `unzstd`, and drop what comes out.'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'compressed with xz', 'Unpack it with `unxz`, and drop what comes out.'],
  [[0x37, 0x7a, 0xbc, 0xaf], 'a 7-Zip archive', 'Unpack it, and drop what comes out.'],
  [[0x52, 0x61, 0x72, 0x21], 'a RAR archive', 'Unpack it, and drop what comes out.'],
  [
    [0xd0, 0xcf, 0x11, 0xe0],
    'an old Office document (.xls, .doc)',
    'Save the sheet as CSV in the program that made it.',
  ],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF document'],
  [[0x89, 0x50, 0x4e, 0x47], 'a PNG picture'],
  [[0xff, 0xd8, 0xff], 'a JPEG picture'],
  [[0x47, 0x49, 0x46, 0x38], 'a GIF picture'],
  [[0x49, 0x49, 0x2a, 0x00], 'a TIFF picture'],
  [[0x4d, 0x4d, 0x00, 0x2a], 'a TIFF picture'],
  [[0x50, 0x41, 0x52, 0x31], 'a Parquet file', 'Transfer it through DuckDB, or export it as CSV.'],
  [[0x4f, 0x62, 0x6a, 0x01], 'an Avro file'],
  [[0x41, 0x52, 0x52, 0x4f, 0x57, 0x31], 'an Arrow file'],
  [[0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66], 'a SQLite database'],
  [[0x7f, 0x45, 0x4c, 0x46], 'a program'],
  [[0xff, 0xfe, 0x00, 0x00], 'text in UTF-32', 'Save it as UTF-8.'],
  [[0x00, 0x00, 0xfe, 0xff], 'text in UTF-32', 'Save it as UTF-8.'],
  [[0x7b, 0x5c, 0x72, 0x74, 0x66], 'an RTF document'],
];

/** Shares of bytes that text does not have: zeros, and control characters. */
const MOST_ZEROS = 0.02;
const MOST_CONTROLS = 0.05;
const LOOKED_AT = 64 * 1024;

/** Throws FILE_NOT_DELIMITED for bytes that are no text. */
export function refuseBinary({ head }: FileSample, encoding: FileEncoding): void {
  for (const [bytes, what, next] of KINDS)
    if (
      bytes.every((byte, at) => head[at] === byte) &&
      (!couldBeName(bytes) || head.subarray(0, LOOKED_AT).some(isControl))
    )
      throw notDelimited(`it is ${what}`, next);
  if (encoding === 'utf-16le' || encoding === 'utf-16be') return;
  const bytes = head.subarray(0, LOOKED_AT);
  let zeros = 0;
  let controls = 0;
  for (const byte of bytes) {
    if (byte === 0) zeros++;
    else if (isControl(byte)) controls++;
  }
  if (zeros > bytes.length * MOST_ZEROS && zeros > 1)
    throw notDelimited(`${zeros} of its first ${bytes.length} bytes are zero`);
  if (controls > bytes.length * MOST_CONTROLS && controls > 1)
    throw notDelimited(`${controls} of its first ${bytes.length} bytes are control characters`);
}

/** Tab to CR are text; 1, 2 and 28 to 31 separate fields in some files. */
function isControl(byte: number): boolean {
  return byte === 0 || (byte > 2 && byte < 9) || (byte > 13 && byte < 28) || byte === 127;
}

/** Whether a column of a text file might be called so. */
function couldBeName(bytes: number[]): boolean {
  return bytes.every((byte) => (byte >= 0x30 && byte <= 0x39) || ((byte & 0xdf) >= 0x41 && (byte & 0xdf) <= 0x5a));
}

/** Throws FILE_NOT_DELIMITED for text that is a page, a document or data of another kind. */
export function refuseMarkup(text: string): void {
  const start = text.slice(0, 2000).trimStart();
  if (/^(?:<!doctype html|<html|<head|<body)\b/i.test(start))
    throw notDelimited(
      'it is a web page, as servers send in place of a file that they do not have',
      'Look at it in a browser; it may say why there is no file. Then fetch the file again.',
    );
  if (
    /^<\?xml\b/.test(start) ||
    /^<([A-Za-z][\w.:-]*)[\s>][\s\S]*<\/\1>\s*$/.test(text.length < 100_000 ? text.trim() : '')
  )
    throw notDelimited('it is XML');
  if (isJson(start, text)) throw notDelimited('it is JSON');
}

function isJson(start: string, text: string): boolean {
  if (!/^(?:\{\s*["}]|\[\s*[[{"\d])/.test(start)) return false;
  const lines = start.split(/\r?\n/, 4).slice(0, 3);
  if (parses(lines[0]!) && (lines.length < 3 || parses(lines[1]!))) return true;
  return text.length < 1_000_000 ? parses(text) : /^\s*[[{]\s*(?:[{[]|"[^"]*"\s*:)/.test(start) && !parses(lines[0]!);
}

function parses(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object';
  } catch {
    return false;
  }
}

function notDelimited(why: string, next?: string): LongshoreError {
  return new LongshoreError(
    'FILE_NOT_DELIMITED',
    `The file is not a delimited text file: ${why}.`,
    {},
    next === undefined ? {} : { next },
  );
}
