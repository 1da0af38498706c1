/**
 * Checks one column of a batch of rows: gathers its values, measures them, and has its type check judge them. Longer than
 * most files because all of these count into the same facts, and there are two loops where one would be slower.
 */
import type { MonthFormat } from '../../types/month';
import type { CheckColumn, ColumnFacts, CheckName } from '../../types/quality';
import type { RowBatch, Values } from './batch';
import { emptyColumn } from './figures';
import type { FaultSamples } from './samples';
import { createSampleText, createTextMeasure, doubledQuotes, withoutDoubles } from './text';
import { createTypeCheck, explainType } from './type-check';

/** Lengths from here on share a bit in the set of lengths that texts for NULL have. */
const LONG = 31;

export class ColumnCheck {
  /** Values whose bytes are no text in the encoding, since this was last set to 0. */
  encodingFaults = 0;
  #facts: ColumnFacts;
  /** Values up to this many bytes set no record and break no limit. */
  #unremarkable = 0;
  private readonly kept: boolean;
  readonly #typeCheck;
  readonly #measure;
  readonly #text;
  readonly #nullTexts: Uint8Array[];
  readonly #nullLengths: number;
  readonly #limit: number;
  readonly #quote: number;

  constructor(
    readonly column: CheckColumn,
    private readonly index: number,
    private readonly format: MonthFormat,
    private readonly samples: FaultSamples,
    /** Its values are wanted when they are checked: it is a key, or the date. */
    asked: boolean,
  ) {
    this.kept = asked || column.type.kind !== 'text';
    this.#facts = emptyColumn(column.name);
    this.#typeCheck = createTypeCheck(column.type, format);
    this.#measure = createTextMeasure(format.encoding);
    this.#text = createSampleText(format.encoding);
    this.#nullTexts = format.nullTexts.filter((text) => text !== '').map((text) => new TextEncoder().encode(text));
    this.#nullLengths = this.#nullTexts.reduce((set, { length }) => set | (1 << Math.min(LONG, length)), 1);
    this.#limit = column.width?.limit ?? Infinity;
    this.#quote = format.quote === '' ? 0 : format.quote.charCodeAt(0);
  }

  /** Figures of the rows since the last time. */
  take(): ColumnFacts {
    const facts = this.#facts;
    this.#facts = emptyColumn(this.column.name);
    this.#unremarkable = 0;
    return facts;
  }

  /** Checks the batch; the values of a column that was asked for are in `values` afterwards. */
  check(batch: RowBatch, values: Values, bytes: Uint8Array, view: DataView): void {
    if (batch.quoting || batch.hasWide || this.kept) this.#gather(batch, values, bytes);
    else this.#measureTexts(batch, values, bytes);
    if (values.nulls > 0) this.#countNulls(batch, values);
    this.#typeCheck(values, bytes, view);
    if (values.bads > 0) this.#countBad(batch, values, bytes);
  }

  #gather(batch: RowBatch, values: Values, bytes: Uint8Array): void {
    const { rows, marks, stride, wide, quoting, quoted, columns } = batch;
    const { from, to, row: rowOf, nullRow } = values;
    const { index } = this;
    const nullLengths = this.#nullLengths;
    // Texts are done with when they are measured, unless somebody asks for them afterwards.
    const kept = this.kept;
    let unremarkable = this.#unremarkable;
    let count = 0;
    let nulls = 0;
    values.hasDoubled = false;
    for (let row = 0, mark = index; row < rows; row++, mark += stride) {
      let start = marks[mark]! + 1;
      let end = marks[mark + 1]!;
      const flag = quoting ? quoted[row * columns + index]! : 0;
      if (flag !== 0) {
        start++;
        end--;
      }
      const length = end - start;
      if (flag === 0 && ((nullLengths >>> (length < LONG ? length : LONG)) & 1) !== 0) {
        if (length === 0 || this.#isNullText(bytes, start, end)) {
          nullRow[nulls++] = row;
          continue;
        }
      }
      if (length > unremarkable || wide[row] !== 0) {
        this.#remark(batch, row, bytes, start, end, flag === 2);
        unremarkable = this.#unremarkable;
      }
      if (!kept) continue;
      if (quoting) {
        values.doubled[count] = flag >> 1;
        if (flag === 2) values.hasDoubled = true;
      }
      from[count] = start;
      to[count] = end;
      rowOf[count] = row;
      count++;
    }
    values.count = count;
    values.nulls = nulls;
  }

  /** As `#gather`, where values are plain ASCII and nobody wants them afterwards. */
  #measureTexts(batch: RowBatch, values: Values, bytes: Uint8Array): void {
    const { rows, marks, stride } = batch;
    const nullLengths = this.#nullLengths;
    let unremarkable = this.#unremarkable;
    let nulls = 0;
    for (let row = 0, mark = this.index; row < rows; row++, mark += stride) {
      const start = marks[mark]! + 1;
      const end = marks[mark + 1]!;
      const length = end - start;
      if (((nullLengths >>> (length < LONG ? length : LONG)) & 1) !== 0) {
        if (length === 0 || this.#isNullText(bytes, start, end)) {
          values.nullRow[nulls++] = row;
          continue;
        }
      }
      if (length > unremarkable) {
        this.#remark(batch, row, bytes, start, end, false);
        unremarkable = this.#unremarkable;
      }
    }
    values.count = 0;
    values.nulls = nulls;
  }

  #isNullText(bytes: Uint8Array, from: number, to: number): boolean {
    for (const text of this.#nullTexts) {
      if (text.length !== to - from || text[0] !== bytes[from]) continue;
      let at = 1;
      while (at < text.length && text[at] === bytes[from + at]) at++;
      if (at === text.length) return true;
    }
    return false;
  }

  #remark(batch: RowBatch, row: number, bytes: Uint8Array, from: number, to: number, doubled: boolean): void {
    const less = doubled ? doubledQuotes(bytes, from, to, this.#quote) : 0;
    let characters = to - from - less;
    let size = characters;
    if (batch.wide[row] !== 0) {
      const measured = this.#measure(bytes, from, to);
      characters = measured.characters - less;
      size = measured.bytes - less;
      if (measured.broken) {
        this.encodingFaults++;
        this.#sample('encoding', batch.lines[row]!, bytes, from, to, doubled, () =>
          this.format.encoding === 'utf-8'
            ? 'has bytes that are no UTF-8'
            : `has bytes that are no character of ${this.format.encoding}`,
        );
      }
    }
    const facts = this.#facts;
    if (characters > facts.maxCharacters) facts.maxCharacters = characters;
    if (size > facts.maxBytes) facts.maxBytes = size;
    const unit = this.column.width?.unit;
    const width = unit === 'bytes' ? size : characters;
    if (width > this.#limit) {
      facts.tooWide++;
      const limit = this.#limit;
      this.#sample('widths', batch.lines[row]!, bytes, from, to, doubled, () => {
        return `has ${width} ${unit ?? 'characters'}, and the table takes ${limit}`;
      });
    }
    this.#unremarkable = Math.min(facts.maxCharacters, this.#limit);
  }

  #countNulls(batch: RowBatch, values: Values): void {
    this.#facts.nulls += values.nulls;
    if (this.column.nullable) return;
    this.#facts.nullsForbidden += values.nulls;
    for (let k = 0; k < Math.min(values.nulls, this.samples.limit) && this.samples.wanted('nulls'); k++) {
      const line = batch.lines[values.nullRow[k]!]!;
      const message = `${this.column.name} is NULL, and the table takes none`;
      this.samples.add('nulls', line, this.index, { line, column: this.column.name, message });
    }
  }

  #countBad(batch: RowBatch, values: Values, bytes: Uint8Array): void {
    this.#facts.badType += values.bads;
    for (let at = 0; at < Math.min(values.bads, this.samples.limit) && this.samples.wanted('types'); at++) {
      const k = values.bad[at]!;
      const doubled = values.hasDoubled && values.doubled[k] === 1;
      this.#sample('types', batch.lines[values.row[k]!]!, bytes, values.from[k]!, values.to[k]!, doubled, (value) =>
        explainType(this.column.type, value, this.format),
      );
    }
  }

  /** A fault of a value of this column that its type allows, e.g. a number that is no date. */
  sampleType(line: number, values: Values, k: number, bytes: Uint8Array, message: string): void {
    const doubled = values.hasDoubled && values.doubled[k] === 1;
    this.#sample('types', line, bytes, values.from[k]!, values.to[k]!, doubled, () => message);
  }

  #sample(
    check: CheckName,
    line: number,
    bytes: Uint8Array,
    from: number,
    to: number,
    doubled: boolean,
    explain: (value: string) => string,
  ): void {
    if (!this.samples.wanted(check)) return;
    const content = doubled ? withoutDoubles(bytes, from, to, this.#quote) : bytes.subarray(from, to);
    const value = this.#text(content, 0, content.length);
    const message = `${this.column.name} ${explain(value)}`;
    this.samples.add(check, line, this.index, { line, column: this.column.name, value, message });
  }
}
