/** Rows of a batch that cannot be loaded: the first fault of each, and the sentence that tells it. */
import { textOf } from './values/bytes';
import type { FieldBatch, FileColumn, RejectedRow, RejectReason } from '../types/file';

const VALUE_LENGTH = 200;
const SHOWN_LENGTH = 60;
const ROW_LENGTH = 2000;

export class Faults {
  readonly #rows = new Map<number, { column: FileColumn; reason: RejectReason; problem: string }>();

  /** Only the first fault of a row is kept. `problem` goes on after the value: `is not an integer`. */
  add(row: number, column: FileColumn, reason: RejectReason, problem: string): void {
    if (!this.#rows.has(row)) this.#rows.set(row, { column, reason, problem });
  }

  get count(): number {
    return this.#rows.size;
  }

  has(row: number): boolean {
    return this.#rows.has(row);
  }

  /** Hands the rows out in their order in the file. */
  report(batch: FieldBatch, onRejected: (row: RejectedRow) => void): void {
    for (const [row, { column, reason, problem }] of [...this.#rows].toSorted(([a], [b]) => a - b)) {
      const field = row * batch.columns + column.index;
      const start = batch.starts[field]!;
      const value = textOf(batch.data, start, Math.min(batch.ends[field]!, start + (VALUE_LENGTH + 2) * 4));
      onRejected({
        line: batch.lines[row]!,
        column: column.name,
        value: cut(value, VALUE_LENGTH),
        reason,
        message: reason === 'missing-value' ? `Column ${column.name} ${problem}.` : `'${shown(value)}' ${problem}.`,
        text: cut(rowText(batch, row), ROW_LENGTH),
      });
    }
  }
}

const cut = (text: string, length: number): string =>
  text.length <= length
    ? text
    : `${text
        .slice(0, length - 1)
        .toWellFormed()
        .replace(/\ufffd$/, '')}…`;

const shown = (value: string): string => cut(value, SHOWN_LENGTH).replaceAll(/\p{Cc}/gu, '\ufffd');

/** The row with commas, for people: the batch does not know how its fields were separated. */
function rowText({ data, starts, ends, quoted, columns }: FieldBatch, row: number): string {
  const fields: string[] = [];
  let length = 0;
  for (let field = row * columns; field < (row + 1) * columns && length < ROW_LENGTH; field++) {
    // A field may be of any length, and only its beginning is shown.
    const end = Math.min(ends[field]!, starts[field]! + ROW_LENGTH * 4);
    const text = textOf(data, starts[field]!, end);
    const isQuoted = quoted[field] === 1 || /[",\r\n]/.test(text);
    fields.push(isQuoted ? `"${text.replaceAll('"', '""')}"` : text);
    length += text.length + 1;
  }
  return fields.join(',');
}
