/** What changed between two versions of a configuration. */
import { isDeepStrictEqual } from 'node:util';
import { type ConfigPath, formatPath } from './path';
import { redactDocument } from './redact';

export interface Change {
  path: string;
  /** Undefined: was not there. Secrets appear as `{ $secret: path }`. */
  before: unknown;
  /** Undefined: is gone. */
  after: unknown;
}

/**
 * Every difference, in the order of the documents, the smallest part that differs each; nothing when they are equal.
 * Tables of a set are compared by name, so that an entry put in between is one change and not many. A secret that
 * differs is a change that does not show it.
 */
export function diffDocuments(a: unknown, b: unknown): Change[] {
  const shown = { before: redactDocument(a), after: redactDocument(b) };
  const changes: Change[] = [];
  compare({ before: a, after: b }, shown, [], changes);
  return changes;
}

interface Pair {
  before: unknown;
  after: unknown;
}

function compare(real: Pair, shown: Pair, path: ConfigPath, changes: Change[]): void {
  if (isDeepStrictEqual(real.before, real.after)) return;
  const keys = commonKeys(real, path);
  if (!keys) {
    changes.push({ path: formatPath(path), ...shown });
    return;
  }
  for (const key of keys) {
    compare(
      { before: member(real.before, key), after: member(real.after, key) },
      { before: member(shown.before, key), after: member(shown.after, key) },
      [...path, key],
      changes,
    );
  }
}

/** Parts to compare one by one; undefined when the two are to be shown whole. */
function commonKeys({ before, after }: Pair, path: ConfigPath): (string | number)[] | undefined {
  if (isMap(before) && isMap(after)) {
    // A stored secret in place of a value is one thing, not a map that lost its keys.
    return '$secret' in before || '$secret' in after
      ? undefined
      : [...new Set([...Object.keys(before), ...Object.keys(after)])];
  }
  if (!Array.isArray(before) || !Array.isArray(after)) return undefined;
  if (isTables(path)) return tableKeys(before, after);
  return [...Array(Math.max(before.length, after.length)).keys()];
}

const isTables = (path: ConfigPath): boolean => path.length === 3 && path[0] === 'transferSets' && path[2] === 'tables';

/** Names of the entries; undefined when that would hide something: a name twice, or another order. */
function tableKeys(before: readonly unknown[], after: readonly unknown[]): string[] | undefined {
  const names = [before, after].map((list) => list.map(entryName));
  const [old = [], next = []] = names;
  if (names.some((list) => new Set(list).size !== list.length || list.includes(undefined))) return undefined;
  const inBoth = (list: (string | undefined)[], other: (string | undefined)[]) =>
    list.filter((name) => other.includes(name));
  if (!isDeepStrictEqual(inBoth(old, next), inBoth(next, old))) return undefined;
  // By name `a` and `{ a: null }` are one value, and the documents differ all the same.
  const isBare = (list: readonly unknown[], name: unknown): boolean => list.includes(name);
  const keepsForm = (name: unknown): boolean =>
    isBare(before, name) === isBare(after, name) || member([...before, ...after].filter(isMap), String(name)) !== null;
  const inBothLists = old.filter((name) => next.includes(name));
  if (!inBothLists.every(keepsForm)) return undefined;
  return [...new Set([...old, ...next])].filter((name) => name !== undefined);
}

/** Name or pattern of an entry of `tables`; undefined when it is none. */
export function entryName(entry: unknown): string | undefined {
  if (typeof entry === 'string') return entry;
  const keys = isMap(entry) ? Object.keys(entry) : [];
  return keys.length === 1 ? keys[0] : undefined;
}

function member(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) {
    if (typeof key === 'number') return value[key] as unknown;
    const entry: unknown = value.find((item) => entryName(item) === key);
    return isMap(entry) ? entry[key] : entry === undefined ? undefined : null;
  }
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
