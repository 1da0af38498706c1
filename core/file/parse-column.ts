/** One column on its way from texts to values: what all kinds of columns have in common. */
import { allocateFixed, type PhysicalForm } from '../columnar/allocate';
import type { BytesValues, ColumnValues, ColumnVector } from '../columnar/batch';
import { ByteTexts } from './values/bytes';
import type { Faults } from './parse-rejects';
import type { FieldBatch, FileColumn, RejectReason } from '../types/file';

const SPACE = 32;

/** Reads the values of one column, block by block of a batch. */
export interface ColumnParser {
  begin(batch: FieldBatch): void;
  /** Reads rows `from` to `to`; rows whose value cannot be loaded go to `faults`. */
  read(batch: FieldBatch, from: number, to: number, faults: Faults): void;
  finish(): ColumnVector;
}

/** Which values are NULL, noted from the first on. */
export class Validity {
  bits: Uint8Array | undefined;
  #rows = 0;

  begin(rows: number): void {
    this.#rows = rows;
    this.bits = undefined;
  }

  clear(row: number): void {
    this.bits ??= new Uint8Array(this.#rows).fill(1);
    this.bits[row] = 0;
  }
}

export type FixedValues = Exclude<ColumnValues, BytesValues>;

/**
 * Columns of fixed width. An empty field is NULL, quoted or not, and so is one of spaces; spaces around a value are
 * passed over, since no value but a text has any.
 */
export abstract class FixedParser<Values extends FixedValues> implements ColumnParser {
  readonly #validity = new Validity();
  readonly #nullTexts: ByteTexts | undefined;
  protected values: Values;

  constructor(
    protected readonly column: FileColumn,
    private readonly form: Exclude<PhysicalForm, 'bytes'>,
  ) {
    this.#nullTexts = column.nullTexts.length > 0 ? new ByteTexts(column.nullTexts) : undefined;
    this.values = allocateFixed(form, 0) as Values;
  }

  /** Writes the value of the slice, which is not empty, for `row`. Answers why it cannot be, or ''. */
  protected abstract value(data: Uint8Array, start: number, end: number, row: number): RejectReason | '';

  /** Goes on after the value: `is not an integer`. */
  protected abstract problem(reason: RejectReason): string;

  protected allocated(): void {}

  begin({ rows }: FieldBatch): void {
    this.values = allocateFixed(this.form, rows) as Values;
    this.#validity.begin(rows);
    this.allocated();
  }

  read({ data, starts, ends, columns }: FieldBatch, from: number, to: number, faults: Faults): void {
    const nullTexts = this.#nullTexts;
    let field = from * columns + this.column.index;
    for (let row = from; row < to; row++, field += columns) {
      let start = starts[field]!;
      let end = ends[field]!;
      if (start !== end) {
        while (start < end && data[start] === SPACE) start++;
        while (start < end && data[end - 1] === SPACE) end--;
      }
      if (
        start === end ||
        (nullTexts !== undefined &&
          (nullTexts.has(data, start, end) || nullTexts.has(data, starts[field]!, ends[field]!)))
      ) {
        if (!this.column.nullable) faults.add(row, this.column, 'missing-value', MISSING);
        this.#validity.clear(row);
        continue;
      }
      const reason = this.value(data, start, end, row);
      if (reason !== '') faults.add(row, this.column, reason, this.problem(reason));
    }
  }

  finish(): ColumnVector {
    const { bits } = this.#validity;
    return { logical: this.column.logical, ...(bits && { validity: bits }), values: this.values };
  }
}

/** Follows `Column total`. */
export const MISSING = 'has no value in this row, and the table wants one';
