/** Which table the columns of a file belong to, and where the two differ. */
import { distance } from 'fastest-levenshtein';
import { listWords } from '../plan/suggest';
import { tableId, type TableRef } from '../types/table';
import { withoutAccents } from './values/name-text';

/** Per cent of a file's columns that a table must have, where nothing else is said. */
export const MATCH_PERCENT = 70;

export interface MatchCandidate {
  ref: TableRef;
  columns: readonly string[];
}

export interface MatchOptions {
  /** Name of the table by the file's name: a table called so comes before all others. */
  name?: string;
  /** Default MATCH_PERCENT. */
  threshold?: number;
}

export interface TableMatch {
  ref: TableRef;
  /** Columns of the file that the table has, of 100; not rounded. */
  percent: number;
  /** At or above the threshold. */
  fits: boolean;
  /** Called like the file. */
  named: boolean;
  /** Column of the file, column of the table. */
  pairs: { column: string; target: string }[];
  /** Columns of the file that the table does not have. */
  missing: string[];
  /** Columns of the table that the file does not have. */
  extra: string[];
  /** Of `missing` and `extra`, those that are spelt almost alike. */
  near: { column: string; target: string }[];
  /** Every difference in a sentence; empty where there is none. */
  report: string[];
}

/** Names compared for near misses; with more of them than this the table is another one. */
const MOST_COMPARED = 200;

/**
 * Compares the columns of a file, which are unique, with those of tables. Names are the same whatever their case, spaces,
 * punctuation and accents; the closest spelling is taken first. Answers every table, the best first: the one called like
 * the file, then by percentage, then those with fewer columns that the file lacks.
 */
export function matchTable(
  columns: readonly string[],
  tables: readonly MatchCandidate[],
  { name, threshold = MATCH_PERCENT }: MatchOptions = {},
): TableMatch[] {
  const wanted = name === undefined ? undefined : normalName(name);
  return tables
    .map((table) => compare(columns, table, threshold, wanted))
    .toSorted(
      (a, b) =>
        Number(b.named) - Number(a.named) ||
        b.percent - a.percent ||
        a.extra.length - b.extra.length ||
        (tableId(a.ref) < tableId(b.ref) ? -1 : 1),
    );
}

/** Tables that a file without a table of its name may be meant for: up to three that reach the threshold. */
export const suggestTables = (
  columns: readonly string[],
  tables: readonly MatchCandidate[],
  options: MatchOptions = {},
): TableMatch[] =>
  matchTable(columns, tables, options)
    .filter(({ fits }) => fits)
    .slice(0, 3);

/** A name without what differs between files and databases: case, spaces, punctuation, accents. */
export function normalName(name: string): string {
  const plain = withoutAccents(name).toLowerCase();
  return plain.replaceAll(/[^\p{L}\p{N}\p{M}]/gu, '') || plain;
}

function compare(
  columns: readonly string[],
  table: MatchCandidate,
  threshold: number,
  wanted: string | undefined,
): TableMatch {
  const targets = pairUp(columns, table.columns);
  const taken = new Set(targets.values());
  const missing = columns.filter((column) => !targets.has(column));
  const extra = table.columns.filter((column) => !taken.has(column));
  const near = nearMisses(missing, extra);
  const percent = columns.length === 0 ? 0 : (targets.size / columns.length) * 100;
  return {
    ref: table.ref,
    percent,
    fits: columns.length > 0 && percent >= threshold,
    named: wanted !== undefined && normalName(table.ref.name) === wanted,
    pairs: columns.flatMap((column) => {
      const target = targets.get(column);
      return target === undefined ? [] : [{ column, target }];
    }),
    missing,
    extra,
    near,
    report: reportOf(tableId(table.ref), missing, extra, near),
  };
}

/** Target by column: each at most once, the same spelling before the same letters before the same normal name. */
function pairUp(columns: readonly string[], targets: readonly string[]): Map<string, string> {
  const pairs = new Map<string, string>();
  const taken = new Set<string>();
  for (const keyOf of [(name: string) => name, (name: string) => name.toLowerCase(), normalName]) {
    const free = new Map<string, string>();
    for (const target of targets) {
      const key = keyOf(target);
      if (!taken.has(target) && !free.has(key)) free.set(key, target);
    }
    for (const column of columns) {
      const target = pairs.has(column) ? undefined : free.get(keyOf(column));
      if (target === undefined || taken.has(target)) continue;
      pairs.set(column, target);
      taken.add(target);
    }
  }
  return pairs;
}

function nearMisses(missing: readonly string[], extra: readonly string[]): TableMatch['near'] {
  if (missing.length > MOST_COMPARED || extra.length > MOST_COMPARED) return [];
  return missing.flatMap((column) => {
    const name = normalName(column);
    const [best] = extra
      .map((target) => ({ target, far: farFrom(name, normalName(target)) }))
      .filter(({ far }) => far <= Math.max(1, Math.floor(name.length / 4)))
      .toSorted((a, b) => a.far - b.far);
    // With two letters, every other name of two is near.
    return best === undefined || name.length < 3 ? [] : [{ column, target: best.target }];
  });
}

/** Edits from one to the other; letters that changed places are one. */
function farFrom(name: string, other: string): number {
  const far = distance(name, other);
  const isTurned = far === 2 && name.length === other.length && sorted(name) === sorted(other);
  return isTurned ? 1 : far;
}

const sorted = (name: string): string => Array.from(name).toSorted().join('');

function reportOf(
  id: string,
  missing: readonly string[],
  extra: readonly string[],
  near: TableMatch['near'],
): string[] {
  const meant = new Map(near.map(({ column, target }) => [column, target]));
  const report = near.map(
    ({ column, target }) => `${id} has no column ${column}, but one called ${target}, which the file does not have.`,
  );
  const unknown = missing.filter((column) => !meant.has(column));
  const absent = extra.filter((column) => !near.some(({ target }) => target === column));
  if (unknown.length > 0) report.push(`${id} has no ${counted(unknown)}.`);
  if (absent.length > 0) report.push(`The file has no ${counted(absent)} of ${id}.`);
  return report;
}

/** `column a`, `columns a, b and c`, `columns a, b … and 17 others`. */
function counted(names: readonly string[]): string {
  const shown = names.length > 12 ? [...names.slice(0, 10), `${names.length - 10} others`] : names;
  return `column${names.length === 1 ? '' : 's'} ${listWords(shown)}`;
}
