/**
 * Scans a file block by block and counts what the checks need. Rows are found first and put into batches, then each
 * column of a batch is checked on its own: short loops over one kind of value are what a processor runs fastest.
 * Longer than most files because everything that a scan remembers is held here; what is done with it is elsewhere.
 */
import { LongshoreError } from '../../errors/longshore-error';
import type { MonthFormat } from '../../types/month';
import type { RowBoundary, ScanFigures, ScanPlan } from '../../types/scan';
import { NO_DAY, RowBatch, Values } from './batch';
import { ColumnCheck } from './column-check';
import { DayCounter } from './day-counter';
import { checkDates, type DateReader } from './dates';
import { emptyFigures } from './figures';
import { KeyHasher } from './keys';
import { RowReader, type RaggedRow } from './rows';
import { FaultSamples } from './samples';
import { createSampleText, createTextMeasure } from './text';
import { createDateReader, explainDate } from './type-check';

export interface Scanner {
  /**
   * Scans complete rows of bytes[0, length); `last`: the file ends with it. Answers the offset behind the last complete
   * row, a row boundary outside of quotes; the rest must be given again at the front of the next call. What is left when
   * the file has ended is a blank line, which is no row. A row must fit into one call: give more bytes when 0 came back.
   */
  push(bytes: Uint8Array, length: number, last: boolean): number;
  /** Figures of the rows since the last time; what follows is counted from 0. */
  takeFigures(): ScanFigures;
  /**
   * Hashes of the keys of the rows since the last time, in order, valid until the next `push`. Rows with too few or too
   * many fields have none; without key columns, or without checks, there are none at all.
   */
  takeKeys(): { high: Uint32Array; low: Uint32Array; rows: number };
  /** Physical line of the next row. */
  readonly line: number;
}

/** `start`: where the first row begins. Throws CONFIG_INVALID for a format that files cannot have. */
export function createScanner(plan: ScanPlan, start: RowBoundary): Scanner {
  return new FileScanner(plan, start);
}

/** The byte that separates fields. Throws CONFIG_INVALID where it is not one byte, or means something else already. */
export function delimiterByte(format: MonthFormat): number {
  const byte = format.delimiter.charCodeAt(0);
  if (
    format.delimiter.length === 1 &&
    byte > 0 &&
    byte < 0x80 &&
    !['\n', '\r', format.quote].includes(format.delimiter)
  )
    return byte;
  throw new LongshoreError(
    'CONFIG_INVALID',
    `the delimiter ${JSON.stringify(format.delimiter)} cannot be used: it must be one ASCII character, and neither a line break nor the quotation mark`,
  );
}

class FileScanner implements Scanner {
  readonly #batch: RowBatch;
  readonly #values: Values;
  readonly #reader: RowReader;
  readonly #columns: ColumnCheck[];
  readonly #samples: FaultSamples;
  readonly #days = new DayCounter();
  /** Reads the date column where its type alone does not say what day a value is. */
  readonly #dates: DateReader | undefined;
  readonly #dateValues: Values;
  readonly #keyed: Map<number, Values>;
  readonly #hasher: KeyHasher;
  readonly #measure;
  readonly #text;
  #high = new Uint32Array(0);
  #low = new Uint32Array(0);
  #keys = 0;
  #counted: ScanFigures;
  /** The block that is being scanned. */
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(
    private readonly plan: ScanPlan,
    start: RowBoundary,
  ) {
    const { format, columns } = plan;
    const quote = format.quote === '' ? 0 : format.quote.charCodeAt(0);
    this.#batch = new RowBatch(columns.length, quote !== 0);
    const { capacity } = this.#batch;
    this.#values = new Values(capacity);
    this.#dateValues = new Values(capacity);
    this.#samples = new FaultSamples(plan.samples);
    this.#reader = new RowReader(delimiterByte(format), quote, start.line, (row) => this.#countRagged(row));
    this.#columns = columns.map((column, index) => {
      const asked = index === plan.dateColumn || plan.keyColumns.includes(index);
      return new ColumnCheck(column, index, format, this.#samples, asked);
    });
    const dateType = plan.dateColumn === undefined ? undefined : columns[plan.dateColumn]?.type.kind;
    if (dateType !== undefined && dateType !== 'date' && dateType !== 'timestamp')
      this.#dates = createDateReader(format);
    // Keys are hashed in their own order, whatever the order of the columns is: their values are kept until then.
    this.#keyed = new Map(plan.keyColumns.map((column) => [column, new Values(capacity)]));
    this.#hasher = new KeyHasher(capacity, quote);
    this.#measure = createTextMeasure(format.encoding);
    this.#text = createSampleText(format.encoding);
    this.#counted = emptyFigures(plan);
  }

  get line(): number {
    return this.#reader.line;
  }

  push(bytes: Uint8Array, length: number, last: boolean): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const batch = this.#batch;
    this.#bytes = bytes;
    let at = 0;
    for (;;) {
      at = this.#reader.read(batch, bytes, view, at, length, last);
      if (this.plan.checks) this.#checkBatch(bytes, view);
      this.#samples.settle();
      if (batch.rows < batch.capacity) break;
    }
    this.#counted.bytes += at;
    return at;
  }

  takeFigures(): ScanFigures {
    const figures = this.#counted;
    this.#counted = emptyFigures(this.plan);
    figures.rows = this.#reader.rows;
    figures.lines = this.#reader.lines;
    this.#reader.rows = 0;
    this.#reader.lines = 0;
    figures.columns = this.#columns.map((column) => column.take());
    for (const column of this.#columns) {
      figures.encodingFaults += column.encodingFaults;
      column.encodingFaults = 0;
    }
    figures.days = this.#days.take();
    figures.samples = this.#samples.take();
    return figures;
  }

  takeKeys(): { high: Uint32Array; low: Uint32Array; rows: number } {
    const rows = this.#keys;
    this.#keys = 0;
    return { high: this.#high.subarray(0, rows), low: this.#low.subarray(0, rows), rows };
  }

  #checkBatch(bytes: Uint8Array, view: DataView): void {
    const batch = this.#batch;
    const { dateColumn } = this.plan;
    if (batch.rows === 0) return;
    for (const [index, column] of this.#columns.entries()) {
      const values = this.#keyed.get(index) ?? this.#values;
      column.check(batch, values, bytes, view);
      if (index === dateColumn) this.#countDays(column, values, bytes, view);
    }
    if (this.#keyed.size > 0) this.#hashKeys(bytes, view);
  }

  #countDays(column: ColumnCheck, values: Values, bytes: Uint8Array, view: DataView): void {
    this.#counted.dateNulls += values.nulls;
    let dated = values;
    if (this.#dates) {
      // A second opinion: whether it is a date is another question than whether it is of the column's type.
      dated = this.#dateValues;
      dated.count = values.count;
      dated.from.set(values.from);
      dated.to.set(values.to);
      checkDates(dated, bytes, view, this.#dates);
      this.#sampleDates(column, values, dated, bytes);
    }
    const { day: days, count } = dated;
    for (let k = 0; k < count; k++) if (days[k] !== NO_DAY) this.#days.count(days[k]!);
    this.#counted.dateInvalid += dated.bads;
  }

  #sampleDates(column: ColumnCheck, values: Values, dated: Values, bytes: Uint8Array): void {
    const bad = new Set(values.bad.subarray(0, values.bads));
    let taken = 0;
    for (let at = 0; at < dated.bads && taken < this.plan.samples && this.#samples.wanted('types'); at++) {
      const k = dated.bad[at]!;
      // Told of once where it is not of the type either.
      if (bad.has(k)) continue;
      const line = this.#batch.lines[values.row[k]!]!;
      column.sampleType(line, values, k, bytes, explainDate(this.plan.format));
      taken++;
    }
  }

  #hashKeys(bytes: Uint8Array, view: DataView): void {
    const { rows } = this.#batch;
    if (this.#keys + rows > this.#high.length) {
      const room = Math.max(65_536, 2 * (this.#keys + rows));
      const [high, low] = [new Uint32Array(room), new Uint32Array(room)];
      high.set(this.#high.subarray(0, this.#keys));
      low.set(this.#low.subarray(0, this.#keys));
      this.#high = high;
      this.#low = low;
    }
    this.#hasher.begin(rows);
    for (const [index, values] of this.#keyed) this.#hasher.add(this.plan.columns[index]!.type, values, bytes, view);
    this.#hasher.finish(rows, this.#high, this.#low, this.#keys);
    this.#keys += rows;
  }

  #countRagged({ line, found, from, to, wide, quote }: RaggedRow): void {
    const bytes = this.#bytes;
    const expected = this.plan.columns.length;
    this.#counted.raggedRows++;
    if (this.#samples.wanted('columns')) {
      const count = `${found} ${found === 1 ? 'field' : 'fields'}`;
      const message =
        quote === 'open'
          ? 'a quotation mark is never closed'
          : quote === 'behind'
            ? `something stands between a closing quotation mark and the next delimiter; the row has ${count}`
            : `the row has ${count}, and ${expected} ${expected === 1 ? 'is' : 'are'} expected`;
      this.#samples.add('columns', line, 0, { line, value: this.#text(bytes, from, to), message });
    }
    if (!this.plan.checks || !wide || !this.#measure(bytes, from, to).broken) return;
    this.#counted.encodingFaults++;
    if (!this.#samples.wanted('encoding')) return;
    const message = 'the row has bytes that are no text in the encoding';
    this.#samples.add('encoding', line, 0, { line, value: this.#text(bytes, from, to), message });
  }
}
