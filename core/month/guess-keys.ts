/** Columns that may tell the rows of a table apart, by their names and by what a sample holds. */
import { listWords } from '../plan/suggest';
import type { SampledFile } from './sampled-file';

export interface KeyGuess {
  /** Empty: none was found. */
  columns: string[];
  why: string;
}

const ID_NAME =
  /(^|[^a-z])(id|key|code|no|nr|num|number|isin|sku|symbol|ticker|account|uuid|guid)([^a-z]|$)|(id|key|code)$/i;
/** Columns that are combined; more would only make a key of chance. */
const CANDIDATES = 8;
const MOST = 4;
/** Fewer rows prove nothing. */
const LEAST_ROWS = 2;

/**
 * A column with a name like `id` whose values are all different, else the fewest columns out of those named like keys and
 * the date that are together. Columns of fractions and free text, and any that is sometimes empty, are no part of a key.
 */
export function guessKeys({ columns, names, rows }: SampledFile, dateColumn?: string): KeyGuess {
  if (rows.length < LEAST_ROWS) return { columns: [], why: 'the sample has too few rows' };
  const candidates = names
    .map((name, index) => ({ name, index, isNamed: ID_NAME.test(name), isDate: name === dateColumn }))
    .filter(({ name, index, isNamed, isDate }) => {
      const column = columns[index];
      if (!column || column.nulls > 0) return false;
      const { kind } = column.logical;
      const isFraction = kind === 'float32' || kind === 'float64' || kind === 'decimal';
      return isNamed || isDate || (!isFraction && name !== '' && kind !== 'boolean' && kind !== 'timestamp');
    })
    .toSorted(
      (a, b) => Number(b.isNamed) - Number(a.isNamed) || Number(b.isDate) - Number(a.isDate) || a.index - b.index,
    )
    .slice(0, CANDIDATES);
  for (let size = 1; size <= MOST; size++) {
    // What only happens to be different, such as a quantity, is a worse key than two columns that are named like one.
    const usable = size === 1 ? candidates.filter(({ isNamed }) => isNamed) : candidates;
    for (const chosen of combinations(usable, size)) {
      if (!chosen.some(({ isNamed }) => isNamed)) continue;
      if (
        !isUnique(
          rows,
          chosen.map(({ index }) => index),
        )
      )
        continue;
      const inOrder = chosen.toSorted((a, b) => a.index - b.index).map(({ name }) => name);
      return {
        columns: inOrder,
        why: `${listWords(inOrder)} ${size === 1 ? 'is' : 'are together'} different in each of the ${rows.length} rows of the sample`,
      };
    }
  }
  return { columns: [], why: 'none that are named like keys are different in every row of the sample' };
}

function isUnique(rows: readonly (readonly string[])[], indexes: readonly number[]): boolean {
  const seen = new Set<string>();
  for (const row of rows) {
    const key = JSON.stringify(indexes.map((index) => row[index]));
    if (seen.has(key)) return false;
    seen.add(key);
  }
  return true;
}

/** Those of the first items before those of later ones. */
function* combinations<T>(items: readonly T[], size: number, from = 0): Generator<T[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let index = from; index <= items.length - size; index++) {
    for (const rest of combinations(items, size - 1, index + 1)) yield [items[index] as T, ...rest];
  }
}
