import type { FileFormat, FileSample, FileTable, FormatFinding, FormatOptions } from '../types/file';
import { refuseBinary, refuseMarkup } from './detect-binary';
import { detectDialect } from './detect-dialect';
import { splitRows, type SampleRow } from './detect/split';
import { detectEncoding } from './encoding';
import { createTranscoder } from './encoding-transcode';
import { findTables, footerRows, type TableSpan } from './layout';
import { shapesOf, trailingColumns } from './layout-columns';
import { joinHeader, straightenHeader } from './layout-names';
import { bytesAsText } from './reader/lines';

/** Bytes at the beginning that are looked at. */
const HEAD_BYTES = 2 ** 19;

/**
 * Recognises how a file is to be read, from a sample of its bytes and, where given, what configuration says of it. Never
 * fails for text, however odd; how sure it is stands in the findings. Throws FILE_NOT_DELIMITED for anything else.
 */
export function detectFormat(sample: FileSample, options: FormatOptions = {}): FileFormat {
  const { encoding, bom, finding } = detectEncoding(sample, options);
  refuseBinary(sample, encoding);
  const isWhole = sample.head.length >= sample.size && sample.head.length <= HEAD_BYTES;
  const source = new SampleText(sample.head.subarray(bom, HEAD_BYTES), encoding, bom);
  refuseMarkup(source.text);

  const marked = /^sep=(.{1,2}?)\r?(?:\n|$)/i.exec(source.text);
  const told = marked && options.delimiter === undefined ? { ...options, delimiter: marked[1]! } : options;
  const begin = Math.max(marked ? marked[0].length : 0, skipLines(source.text, options.skipLines ?? 0));
  const choice = detectDialect(source.text.slice(begin), told);
  const { dialect } = choice;
  const text = isWhole
    ? source.text
    : source.text.slice(0, source.text.lastIndexOf(dialect.newline === '\r' ? '\r' : '\n') + 1);
  const rows =
    text.trim() === '' ? [] : splitRows(text, dialect, { from: begin, line: countLines(source.text, 0, begin) + 1 });
  if (options.footerLines !== undefined && isWhole) rows.splice(Math.max(0, rows.length - options.footerLines));
  const spans = findTables(rows, isWhole && options.footerLines === undefined, options.headerRows).map((span) =>
    straightenHeader(span, rows, text, dialect, options.headerRows),
  );
  const tables = spans.map((span, at) =>
    tableOf(span, rows, source, isWhole && at === spans.length - 1 && span.last === rows.length),
  );
  const first = spans[0];
  const footer = first ? footerOf(sample, source, rows, spans, tables, isWhole, choice.dialect, options) : 0;
  const preambleLines = first ? rows[first.first]!.line - 1 : 0;
  const findings: FormatFinding[] = [
    finding,
    ...choice.findings,
    ...layoutFindings(spans, preambleLines, footer, options),
  ];
  return {
    encoding,
    bom,
    dialect,
    preambleLines,
    footerLines: footer,
    tables: chosenFirst(tables, options.table),
    findings,
    confidence: Math.min(...findings.map(({ confidence }) => confidence)),
  };
}

/** The sample as text of UTF-8 bytes, and where its characters lie in the file. */
class SampleText {
  readonly text: string;
  readonly #utf8: Uint8Array;
  readonly #transcoder;

  constructor(
    bytes: Uint8Array,
    readonly encoding: FileFormat['encoding'],
    /** Where in the file the bytes begin. */
    private readonly base: number,
  ) {
    this.#transcoder = createTranscoder(encoding);
    this.#utf8 = this.#transcoder.write(bytes);
    this.text = bytesAsText(this.#utf8, 0, this.#utf8.length);
  }

  offset(at: number): number {
    return this.base + this.#transcoder.sourceBytes(this.#utf8, 0, at);
  }
}

const textOf = (bytes: string): string =>
  new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));

function tableOf(
  { first, last, width, header, names: straightened }: TableSpan,
  rows: readonly SampleRow[],
  source: SampleText,
  isLast: boolean,
): FileTable {
  const start = rows[first]!;
  const names: { fields: string[] }[] = straightened
    ? [{ fields: straightened }]
    : rows.slice(first, first + header.rows);
  const body = rows.slice(first + header.rows, last);
  const trailing = trailingColumns(body, names, width);
  const firstRow = body[0];
  const lastRow = rows[last - 1]!;
  const shapes = shapesOf(body, width - trailing, trailing);
  const afterHeader = rows[first + header.rows - 1];
  return {
    start: source.offset(start.start),
    startLine: start.line,
    ...(isLast ? {} : { end: source.offset(lastRow.end) }),
    headerRows: header.rows,
    header: header.rows === 0 ? [] : joinHeader(names, width - trailing).map(textOf),
    width: width - trailing,
    firstRow: {
      offset: source.offset(firstRow ? firstRow.start : afterHeader!.end),
      line: firstRow ? firstRow.line : afterHeader!.line + 1,
      rows: 0,
    },
    ...(trailing > 0 ? { trailing } : {}),
    ...(shapes ? { shapes } : {}),
  };
}

/** Ends the last table before what is said below it, where the sample's end is not the file's; lines of footer. */
function footerOf(
  sample: FileSample,
  source: SampleText,
  rows: readonly SampleRow[],
  spans: readonly TableSpan[],
  tables: FileTable[],
  isWhole: boolean,
  dialect: FileFormat['dialect'],
  options: FormatOptions,
): number {
  const last = spans.at(-1)!;
  if (isWhole) {
    const next = rows[last.last];
    return next ? countLines(source.text, next.start, source.text.length) : (options.footerLines ?? 0);
  }
  const table = tables.at(-1)!;
  if (last.last < rows.length) return rows.length - last.last;
  delete table.end;
  const tail = sample.tail;
  if (!tail || sample.size <= sample.head.length) return 0;
  const skipped = sample.size - tail.length;
  // Characters of UTF-16 begin at even places after the mark.
  const unit = (skipped - source.offset(0)) % 2;
  const text = new SampleText(tail.subarray(unit), source.encoding, skipped + unit);
  const begin = text.text.search(/[\r\n]/) + 1;
  const tailRows = splitRows(text.text, dialect, { from: begin });
  const footer = options.footerLines ?? footerRows(tailRows, last.width);
  const row = tailRows[tailRows.length - footer];
  if (footer === 0 || !row) return 0;
  table.end = text.offset(row.start);
  return footer;
}

/** The tables with the one that is wanted first. */
function chosenFirst(tables: FileTable[], wanted = 1): FileTable[] {
  const chosen = tables[wanted - 1];
  return chosen ? [chosen, ...tables.filter((table) => table !== chosen)] : tables;
}

/** Where the text begins after so many lines. */
function skipLines(text: string, lines: number): number {
  let at = 0;
  for (let line = 0; line < lines && at < text.length; line++) {
    const end = text.slice(at).search(/\r\n|\n|\r/);
    if (end < 0) return text.length;
    at += end + (text.startsWith('\r\n', at + end) ? 2 : 1);
  }
  return at;
}

/** Lines that begin in a part of the text; the last may have no end. */
function countLines(text: string, start: number, end: number): number {
  const part = text.slice(start, end);
  const ends = part.match(/\r\n|\n|\r/g)?.length ?? 0;
  return ends + (part === '' || /[\r\n]$/.test(part) ? 0 : 1);
}

function layoutFindings(
  spans: readonly TableSpan[],
  preamble: number,
  footer: number,
  options: FormatOptions,
): FormatFinding[] {
  const [span] = spans;
  if (!span) return [{ trait: 'header', value: 'none', confidence: 1, why: 'the file holds nothing but blank lines' }];
  const { header } = span;
  const findings: FormatFinding[] = [
    {
      trait: 'header',
      value: header.rows === 0 ? 'none' : header.rows === 1 ? '1 row' : `${header.rows} rows`,
      confidence: header.confidence,
      why: header.why,
      ...(options.headerRows === undefined ? {} : { given: true }),
    },
  ];
  if (preamble > 0)
    findings.push({
      trait: 'preamble',
      value: preamble === 1 ? '1 line' : `${preamble} lines`,
      confidence: options.skipLines === undefined ? 0.85 : 1,
      why: 'lines above the table are not like its rows',
      ...(options.skipLines === undefined ? {} : { given: true }),
    });
  if (footer > 0)
    findings.push({
      trait: 'footer',
      value: footer === 1 ? '1 line' : `${footer} lines`,
      confidence: options.footerLines === undefined ? 0.85 : 1,
      why: 'lines below the table are not like its rows',
      ...(options.footerLines === undefined ? {} : { given: true }),
    });
  if (spans.length > 1)
    findings.push({
      trait: 'tables',
      value: String(spans.length),
      confidence: 0.8,
      why: `rows of another kind begin ${spans.length === 2 ? 'once' : `${spans.length - 1} times`} below the first table`,
    });
  return findings;
}
