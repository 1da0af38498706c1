import { createTranscoder } from '../../core/file/encoding-transcode';
import { createInference } from '../../core/file/infer';
import { RowBatch } from '../../core/quality/scan/batch';
import { RowReader } from '../../core/quality/scan/rows';
import type { FieldBatch, InferredColumn, ValueFormat } from '../../core/types/file';
import type { CheckColumn, CheckType } from '../../core/types/quality';
import type { MonthFormat } from '../../core/types/month';
import type { ScanPlan } from '../../core/types/scan';
import { readHeader } from './header';
import { readHead } from './read-head';

/** So much of a file is looked at. */
const HEAD_BYTES = 16 * 1024 * 1024;
/** Whole digits, and digits altogether, that a column gets room for whatever the first rows have. */
const [DIGITS, WIDE_DIGITS] = [18, 38];

/**
 * Columns for a table that is to be made for the file, from the first 16 MB of it: wide, and text wherever the rows leave
 * open what they mean. Throws as `readHeader`.
 */
export async function inferColumns(path: string, plan: ScanPlan): Promise<CheckColumn[]> {
  const { format } = plan;
  const { columns, firstRow } = await readHeader(path, format);
  const names = columns.length > 0 ? columns : plan.columns.map(({ name }) => name);
  const { bytes, isWhole } = await readHead(path, HEAD_BYTES);
  const utf8 = createTranscoder(format.encoding).write(bytes.subarray(firstRow.byte));
  const inference = createInference(names, { nullTexts: format.nullTexts });
  for (const batch of batchesOf(utf8, isWhole, names.length, format)) inference.add(batch);
  return inference.result().map((column) => ({ name: column.name, type: checkType(column, format), nullable: true }));
}

/** Rows with as many fields as there are columns; the others are of no use here. */
function* batchesOf(data: Uint8Array, last: boolean, columns: number, format: MonthFormat): Generator<FieldBatch> {
  const quote = format.quote === '' ? 0 : format.quote.charCodeAt(0);
  const reader = new RowReader(format.delimiter.charCodeAt(0), quote, 1, () => undefined);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at < data.length;) {
    const rows = new RowBatch(columns, quote !== 0);
    const next = reader.read(rows, data, view, at, data.length, last);
    if (next === at) return;
    at = next;
    if (rows.rows > 0) yield fieldsOf(rows, data, columns);
  }
}

function fieldsOf(rows: RowBatch, data: Uint8Array, columns: number): FieldBatch {
  const fields = rows.rows * columns;
  const [starts, ends, quoted] = [new Uint32Array(fields), new Uint32Array(fields), new Uint8Array(fields)];
  for (let field = 0; field < fields; field++) {
    const slot = Math.floor(field / columns) * rows.stride + (field % columns);
    const around = rows.quoting && rows.quoted[field]! > 0 ? 1 : 0;
    starts[field] = rows.marks[slot]! + 1 + around;
    ends[field] = rows.marks[slot + 1]! - around;
    quoted[field] = around;
  }
  return { rows: rows.rows, columns, data, starts, ends, quoted, lines: rows.lines.slice(0, rows.rows) };
}

/** What a value must be to pass the checks, where all values of the sample would. */
function checkType({ logical, format: how, wholeDigits = 0 }: InferredColumn, format: MonthFormat): CheckType {
  switch (logical.kind) {
    case 'boolean':
      return isPlainBoolean(how) ? { kind: 'boolean' } : { kind: 'text' };
    case 'int16':
    case 'int32':
    case 'int64':
      return how.kind === 'integer' && isPlainNumber(how)
        ? { kind: 'integer', digits: wholeDigits > DIGITS ? WIDE_DIGITS : DIGITS }
        : { kind: 'text' };
    case 'decimal': {
      if ((how.kind !== 'decimal' && how.kind !== 'integer') || !isPlainNumber(how)) return { kind: 'text' };
      const { scale } = logical;
      const whole = Math.max(DIGITS, wholeDigits, logical.precision - scale);
      return { kind: 'decimal', precision: Math.min(WIDE_DIGITS, whole + scale), scale };
    }
    case 'float32':
    case 'float64':
      return how.kind === 'float' && how.decimalMark === '.' ? { kind: 'float' } : { kind: 'text' };
    case 'date':
      return how.kind === 'date' && isDateAsRead(how.pattern, format) ? { kind: 'date' } : { kind: 'text' };
    case 'timestamp':
    case 'timestamptz':
      return isTimestampAsRead(how, format)
        ? { kind: 'timestamp', zoned: logical.kind === 'timestamptz' }
        : { kind: 'text' };
    case 'time':
    case 'uuid':
    case 'bytes':
    case 'text':
      return { kind: 'text' };
  }
}

const isPlainNumber = (how: Extract<ValueFormat, { kind: 'integer' | 'decimal' }>): boolean =>
  how.thousands === undefined && how.affix === undefined && (how.kind === 'integer' || how.decimalMark === '.');

const BOOLEANS = new Set(['true', 'false', 't', 'f', 'yes', 'no', 'y', 'n', 'on', 'off']);

const isPlainBoolean = (how: ValueFormat): boolean =>
  how.kind === 'boolean' && [...how.trueTexts, ...how.falseTexts].every((text) => BOOLEANS.has(text.toLowerCase()));

const isDateAsRead = (pattern: string, { dateFormat }: MonthFormat): boolean =>
  dateFormat === undefined ? pattern === 'YYYY-MM-DD' || pattern === 'YYYYMMDD' : pattern === dateFormat;

function isTimestampAsRead(how: ValueFormat, { timestampFormat }: MonthFormat): boolean {
  if (how.kind !== 'timestamp') return false;
  return timestampFormat === undefined ? how.date === 'YYYY-MM-DD' : timestampFormat.startsWith(how.date);
}
