/** From rows that were brought together to what differs between them. */
import type { Groups, RowGroup } from './groups';
import { lineOf, sameValues, textsOf } from './records';

type Texts = (string | null)[];

/** One thing that differs, or a key that more than one row has. Texts are made when they are asked for. */
export type Difference =
  /** `rows` that are the same, in one file more often than in the other. */
  | { kind: 'lone'; side: 'a' | 'b'; rows: number; line: number; texts: () => Texts }
  /** A row of each with the same key. */
  | { kind: 'changed'; lineA: number; lineB: number; same: boolean[]; a: () => Texts; b: () => Texts }
  | { kind: 'duplicate'; rowsA: number; rowsB: number; line: number; key: () => Texts };

/** Differences between the rows of a partition; `columns` of which the first `keys` are the key. */
export function* differencesOf(groups: Groups, columns: number, keys: number): Generator<Difference> {
  const { words } = groups;
  const lone = (group: RowGroup): Difference => ({
    kind: 'lone',
    side: group.a > group.b ? 'a' : 'b',
    rows: Math.abs(group.a - group.b),
    line: lineOf(words.u32, group.at),
    texts: () => textsOf(words, group.at, columns, keys),
  });
  if (keys === 0) {
    for (const group of groups.rows()) yield lone(group);
    return;
  }
  for (const same of groups.keys()) {
    const rowsA = same.reduce((sum, { a }) => sum + a, 0);
    const rowsB = same.reduce((sum, { b }) => sum + b, 0);
    const [first, second] = same;
    if (rowsA === 1 && rowsB === 1 && first && second) {
      const [one, other] = first.a === 1 ? [first.at, second.at] : [second.at, first.at];
      yield {
        kind: 'changed',
        lineA: lineOf(words.u32, one),
        lineB: lineOf(words.u32, other),
        same: sameValues(words, one, other, columns - keys),
        a: () => textsOf(words, one, columns, keys),
        b: () => textsOf(words, other, columns, keys),
      };
      continue;
    }
    if (rowsA > 1 || rowsB > 1) {
      const line = Math.min(...lines(words.u32, same));
      yield { kind: 'duplicate', rowsA, rowsB, line, key: () => textsOf(words, first!.at, keys, keys) };
    }
    for (const group of same) if (group.a !== group.b) yield lone(group);
  }
}

/** Lines of the first rows, which are enough to point to one. */
function lines(u32: Uint32Array, groups: readonly RowGroup[]): number[] {
  return groups.slice(0, 1000).map(({ at }) => lineOf(u32, at));
}
