/** From rows as they stand in a file to columns of values: exact or not at all. */
import type { ColumnBatch } from '../columnar/batch';
import type { FieldBatch, FileColumn, RejectedRow } from '../types/file';
import { keepRows } from './parse-compact';
import type { ColumnParser } from './parse-column';
import { FloatParser } from './parse-floats';
import { decimalParser, integerParser } from './parse-numbers';
import { Faults } from './parse-rejects';
import { DateParser, TimeParser, TimestampParser } from './parse-temporal';
import { HexParser, TextParser } from './parse-text';
import { BooleanParser, UuidParser } from './parse-words';

/** Rows that are read column by column before the next ones, so that they stay in the processor's cache. */
const BLOCK = 256;

/**
 * Makes the reader of a file's batches. A batch comes out with a vector for each of `columns`, in their order, of their
 * logical types. A row with a value that its column cannot take as it is does not come out: it goes to `onRejected`, once,
 * by the first such column. Nothing is rounded, cut or replaced.
 */
export function createParser(
  columns: readonly FileColumn[],
  onRejected: (row: RejectedRow) => void,
): (batch: FieldBatch) => ColumnBatch {
  const parsers = columns.map(parserOf);
  const widest = columns.reduce((most, { index }) => Math.max(most, index), -1);
  return (batch) => {
    if (widest >= batch.columns)
      throw new RangeError(`A batch has ${batch.columns} columns where column ${widest + 1} is read.`);
    const faults = new Faults();
    for (const parser of parsers) parser.begin(batch);
    for (let from = 0; from < batch.rows; from += BLOCK) {
      const to = Math.min(batch.rows, from + BLOCK);
      for (const parser of parsers) parser.read(batch, from, to, faults);
    }
    const vectors = parsers.map((parser) => parser.finish());
    if (faults.count === 0) return { rows: batch.rows, columns: vectors };
    faults.report(batch, onRejected);
    const kept = Uint32Array.from({ length: batch.rows }, (_, row) => row).filter((row) => !faults.has(row));
    return { rows: kept.length, columns: vectors.map((vector) => keepRows(vector, kept)) };
  };
}

function parserOf(column: FileColumn): ColumnParser {
  const { logical } = column;
  switch (logical.kind) {
    case 'boolean':
      return new BooleanParser(column);
    case 'int16':
    case 'int32':
    case 'int64':
      return integerParser(column, logical.kind);
    case 'decimal':
      return decimalParser(column, logical);
    case 'float32':
    case 'float64':
      return new FloatParser(column, logical.kind);
    case 'date':
      return new DateParser(column);
    case 'time':
      return new TimeParser(column);
    case 'timestamp':
    case 'timestamptz':
      return new TimestampParser(column);
    case 'uuid':
      return new UuidParser(column);
    case 'bytes':
      return new HexParser(column);
    case 'text':
      return new TextParser(column);
  }
}
