/** What the columns of a file hold, found out by looking at every value of it. */
import { ColumnTally } from './infer-column';
import { decide } from './infer-decide';
import type { FieldBatch, FormatOptions, InferredColumn } from '../types/file';

export type InferenceOptions = Pick<FormatOptions, 'nullTexts' | 'decimalMark' | 'dateOrder'>;

export interface Inference {
  /** Takes the rows of a batch in. The batch is not kept. */
  add(batch: FieldBatch): void;
  /** What is known after the rows so far. */
  result(): InferredColumn[];
}

/** Rows that are gone through column by column before the next ones, so that they stay in the processor's cache. */
const BLOCK = 256;

/**
 * Finds the type and format of every column, so wide that each value of the file arrives as it is: where the values of a
 * column have no exact type in common, or leave open what they mean, it is text. `names` are those of the columns; a
 * batch must have as many.
 */
export function createInference(names: readonly string[], options: InferenceOptions = {}): Inference {
  const tallies = names.map((name) => new ColumnTally(name, options.nullTexts));
  return {
    add(batch) {
      if (batch.columns !== names.length)
        throw new RangeError(`A batch has ${batch.columns} columns where ${names.length} are named.`);
      for (let from = 0; from < batch.rows; from += BLOCK) {
        const to = Math.min(batch.rows, from + BLOCK);
        for (let column = 0; column < tallies.length; column++) tallies[column]!.add(batch, column, from, to);
      }
    },
    result: () => decide(tallies, options),
  };
}
