/** Which columns of two files are one and the same. */
import { LongshoreError } from '../../errors/longshore-error';
import { suggest } from '../../plan/suggest';

/** A column of both files; positions from 0. */
export interface SharedColumn {
  /** As the first file names it. */
  name: string;
  a: number;
  b: number;
}

export interface ColumnMatch {
  /** What rows are compared by: the key in the order asked for, then the others in the order of the first file. */
  compared: SharedColumn[];
  /** How many of `compared` are the key. */
  keys: number;
  /** One of the files has no header, so that the first column is the first, and so on. */
  byPosition: boolean;
  onlyInA: string[];
  onlyInB: string[];
  /** The fewest columns that would have to change places for the order to be the same. */
  moved: string[];
  /** Names that differ in upper and lower case alone. */
  respelled: { a: string; b: string }[];
  ignored: string[];
}

/** The columns of a file: undefined for one that holds nothing. */
export type Named = { names: readonly string[]; hasHeader: boolean } | undefined;

/**
 * Matches columns by name, where both files have names, else by position. `key` and `ignore` hold names, or several
 * joined by commas. Throws USAGE for a name that is not there, FILE_SCHEMA_MISMATCH where nothing is left to compare.
 */
export function matchColumns(a: Named, b: Named, key: readonly string[], ignore: readonly string[]): ColumnMatch {
  const namesA = a?.names ?? [];
  const namesB = b?.names ?? [];
  const byPosition = a !== undefined && b !== undefined && !(a.hasHeader && b.hasHeader);
  // Of a file without a header, columns are called as in the other.
  const shownA = byPosition && !a.hasHeader ? namesA.map((name, index) => namesB[index] ?? name) : namesA;
  const shownB = byPosition ? namesB.map((name, index) => shownA[index] ?? name) : namesB;
  const shared = a && b ? pairs(shownA, shownB) : alone(namesA.length > 0 ? namesA : namesB);
  const known = [...new Set([...shared.map(({ name }) => name), ...shownA, ...shownB])];
  const ignored = wanted('--ignore', ignore, known);
  const keyNames = wanted('--key', key, known);
  const left = shared.filter(({ name }) => !ignored.includes(name));
  const keys = keyNames.map((name) => {
    const column = left.find((each) => each.name === name);
    if (column) return column;
    const why = ignored.includes(name) ? 'is ignored' : 'stands in one of the files only';
    throw new LongshoreError('USAGE', `--key: the column "${name}" ${why}.`);
  });
  if (left.length === 0 && known.length > 0)
    throw new LongshoreError(
      'FILE_SCHEMA_MISMATCH',
      shared.length === 0 ? 'The files have no column in common.' : 'No column is left to compare: all are ignored.',
      {},
      { next: 'Look at the columns of both with `longshore file detect`.' },
    );
  const isOnly = (index: 'a' | 'b') => (name: string, at: number) =>
    (!a || !b || !shared.some((each) => each[index] === at)) && !ignored.includes(name);
  return {
    compared: [...keys, ...left.filter((column) => !keys.includes(column))],
    keys: keys.length,
    byPosition,
    onlyInA: shownA.filter(isOnly('a')),
    onlyInB: shownB.filter(isOnly('b')),
    moved: a && b ? movedOf(left) : [],
    respelled:
      a && b ? left.flatMap(({ name, b: at }) => (shownB[at] === name ? [] : [{ a: name, b: shownB[at]! }])) : [],
    ignored,
  };
}

/** Columns of the same name; names of a file differ by more than case. */
function pairs(a: readonly string[], b: readonly string[]): SharedColumn[] {
  const places = new Map(b.map((name, index) => [name.toLowerCase(), index]));
  return a.flatMap((name, index) => {
    const other = places.get(name.toLowerCase());
    return other === undefined ? [] : [{ name, a: index, b: other }];
  });
}

const alone = (names: readonly string[]): SharedColumn[] => names.map((name, index) => ({ name, a: index, b: index }));

/** Names as the files have them. */
function wanted(flag: string, asked: readonly string[], known: readonly string[]): string[] {
  const find = (name: string): string | undefined =>
    known.find((each) => each === name) ?? known.find((each) => each.toLowerCase() === name.toLowerCase());
  const names = asked.flatMap((text) => {
    const whole = find(text);
    if (whole !== undefined) return [whole];
    return text.split(',').map((part) => {
      const name = part.trim();
      const found = find(name);
      if (found !== undefined) return found;
      const [meant] = suggest(name, known);
      throw new LongshoreError(
        'USAGE',
        `${flag}: neither file has a column "${name}".`,
        {},
        { next: meant === undefined ? `Columns are: ${known.slice(0, 20).join(', ')}.` : `Did you mean "${meant}"?` },
      );
    });
  });
  return [...new Set(names)];
}

/** Those outside the longest run of columns that stand in one order in both files. */
function movedOf(shared: readonly SharedColumn[]): string[] {
  const length: number[] = [];
  const before: number[] = [];
  let last = -1;
  for (const [at, { b }] of shared.entries()) {
    length[at] = 1;
    before[at] = -1;
    for (let earlier = 0; earlier < at; earlier++) {
      if (shared[earlier]!.b < b && length[earlier]! + 1 > length[at]) {
        length[at] = length[earlier]! + 1;
        before[at] = earlier;
      }
    }
    if (last < 0 || length[at] > length[last]!) last = at;
  }
  const stay = new Set<number>();
  for (let at = last; at >= 0; at = before[at]!) stay.add(at);
  return shared.filter((_, at) => !stay.has(at)).map(({ name }) => name);
}
