import type { FieldBatch } from '../types/file';

const COMMA = 0x2c;
const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/** One line of RFC 4180, with its CRLF: fields are quoted where they have to be, and a single empty one, which would be a blank line. */
export function csvLine(fields: readonly string[]): string {
  if (fields.length === 1 && fields[0] === '') return '""\r\n';
  return `${fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',')}\r\n`;
}

/** The rows of a batch as RFC 4180 in UTF-8. An empty text that was quoted stays quoted; NULL and '' stay apart. */
export function csvBytes(batch: FieldBatch): Uint8Array {
  const { rows, columns, data, starts, ends, quoted } = batch;
  let most = 0;
  for (let field = 0; field < rows * columns; field++) most += (ends[field]! - starts[field]!) * 2 + 4;
  const out = new Uint8Array(most + rows);
  let at = 0;
  for (let field = 0; field < rows * columns; field++) {
    const start = starts[field]!;
    const end = ends[field]!;
    const first = field % columns === 0;
    if (!first) out[at++] = COMMA;
    if (start === end ? quoted[field] === 1 || columns === 1 : needsQuotes(data, start, end)) {
      out[at++] = QUOTE;
      for (let from = start; from < end; from++) {
        const byte = data[from]!;
        if (byte === QUOTE) out[at++] = QUOTE;
        out[at++] = byte;
      }
      out[at++] = QUOTE;
    } else for (let from = start; from < end; from++) out[at++] = data[from]!;
    if ((field + 1) % columns === 0) {
      out[at++] = CR;
      out[at++] = LF;
    }
  }
  return out.subarray(0, at);
}

function needsQuotes(data: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = data[at]!;
    if (byte === COMMA || byte === QUOTE || byte === LF || byte === CR) return true;
  }
  return false;
}
