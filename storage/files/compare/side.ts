import { columnNames } from '../../../core/file/column-names';
import { createInference } from '../../../core/file/infer';
import type { Named } from '../../../core/file/compare/columns';
import type { ComparedFile } from '../../../core/file/compare/result';
import type { FieldBatch, FormatOptions } from '../../../core/types/file';
import { openTable, type OpenTable, type ReadingOptions } from '../open-table';
import { typeText } from '../type-text';

/** Rejected rows that are named. */
const NAMED = 100;
const [FIRST_FACTOR, SECOND_FACTOR] = [0x01000193, 0x85ebca6b];

/** One of two files that are read side by side. */
export class Side {
  readonly names: string[];
  rows = 0;
  isDone = false;
  #rejected: ComparedFile['rejected'] = [];
  #rejectedRows = 0;
  #repairedRows = 0;
  #order: [number, number] = [0, 0];
  readonly #inference;
  #batches: AsyncIterator<FieldBatch> | undefined;

  private constructor(
    readonly table: OpenTable,
    format: FormatOptions,
    private readonly read: { bytes: number },
  ) {
    const first = table.format.tables[0];
    this.names = first ? columnNames(first.header, first.width) : [];
    this.#inference = createInference(this.names, format);
  }

  static async open(path: string, format: FormatOptions, reading: ReadingOptions): Promise<Side> {
    const read = { bytes: 0 };
    const onBytes = (bytes: number): void => {
      read.bytes += bytes;
      reading.onBytes?.(bytes);
    };
    return new Side(await openTable(path, format, { ...reading, onBytes }), format, read);
  }

  get named(): Named {
    const first = this.table.format.tables[0];
    return first && { names: this.names, hasHeader: first.headerRows > 0 };
  }

  /** How far it is read, 0 to 1. */
  get share(): number {
    return this.table.size === 0 ? 1 : this.read.bytes / this.table.size;
  }

  /** The next rows; undefined at the end. */
  async next(): Promise<FieldBatch | undefined> {
    this.#batches ??= this.table
      .rows({
        onRejected: ({ line, message }) => {
          this.#rejectedRows++;
          if (this.#rejected.length < NAMED) this.#rejected.push({ line, message });
        },
        onRepaired: () => void this.#repairedRows++,
      })
      [Symbol.asyncIterator]();
    const { done, value } = await this.#batches.next();
    if (done) {
      this.isDone = true;
      return undefined;
    }
    this.rows += value.rows;
    this.#inference.add(value);
    return value;
  }

  /** Takes in the hash of the next row. */
  follow(rowHash: number): void {
    this.#order[0] = (Math.imul(this.#order[0], FIRST_FACTOR) + rowHash) | 0;
    this.#order[1] = Math.imul(this.#order[1] ^ rowHash, SECOND_FACTOR) + 1;
  }

  /** Of all hashes in their order. */
  get order(): string {
    return this.#order.join(' ');
  }

  types(): string[] {
    return this.#inference.result().map(({ logical }) => typeText(logical));
  }

  facts(): ComparedFile {
    const { path, size, format } = this.table;
    return {
      file: path,
      size,
      encoding: format.encoding,
      delimiter: format.dialect.delimiter,
      rows: this.rows,
      rejectedRows: this.#rejectedRows,
      rejected: this.#rejected,
      repairedRows: this.#repairedRows,
    };
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    await this.#batches?.return?.();
  }
}
