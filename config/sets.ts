/** Transfer sets and what they need: choosing some of a document, and laying them into another. */
import { isDeepStrictEqual } from 'node:util';
import { LongshoreError } from '../core/errors/longshore-error';
import { didYouMean, listWords } from '../core/plan/suggest';
import { withoutDefaults } from './defaults';
import { formatPath, parsePath } from './path';
import { isStoredSecret } from './redact';

export type Fields = Readonly<Record<string, unknown>>;

/** What belongs to everybody who shares a configuration. The rest says where one machine finds its servers and folders. */
export const SHARED_SECTIONS = ['version', 'environments', 'transferSets', 'masking', 'notifications'] as const;

export const CONFLICT_POLICIES = ['stop', 'replace', 'rename'] as const;
export type ConflictPolicy = (typeof CONFLICT_POLICIES)[number];

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
export const setsOf = (document: unknown): Fields => fieldsOf(fieldsOf(document)['transferSets']);
export const environmentsOf = (document: unknown): Fields => fieldsOf(fieldsOf(document)['environments']);

/** Source and target of a set. */
export function endsOf(set: unknown): string[] {
  const { from, to } = fieldsOf(set);
  return [...new Set([from, to].filter((name): name is string => typeof name === 'string'))];
}

/** Throws CONFIG_UNKNOWN_NAME with what may have been meant. */
export function requireSets(document: unknown, names: readonly string[], where: string): void {
  const known = Object.keys(setsOf(document));
  for (const name of names) {
    if (known.includes(name)) continue;
    const hint =
      didYouMean(name, known) || (known.length > 0 ? ` Defined are ${listWords(known)}.` : ' None is defined.');
    throw new LongshoreError('CONFIG_UNKNOWN_NAME', `There is no transfer set \`${name}\` in ${where}.${hint}`, {
      path: formatPath(['transferSets', name]),
    });
  }
}

/**
 * What others need of a document: its shared sections; with `sets` only these and the environments that they go from and
 * to. Messages, which name sets and people, go along with the whole only.
 */
export function sharedPart(document: unknown, sets: readonly string[] = []): Fields {
  const whole = fieldsOf(document);
  if (sets.length === 0)
    return Object.fromEntries(SHARED_SECTIONS.flatMap((key) => (whole[key] === undefined ? [] : [[key, whole[key]]])));
  const chosen = pick(setsOf(document), sets);
  const masks = sets.some((name) => JSON.stringify(chosen[name]).includes('"mask"'));
  return {
    version: whole['version'],
    environments: pick(environmentsOf(document), Object.values(chosen).flatMap(endsOf)),
    transferSets: chosen,
    ...(masks && whole['masking'] !== undefined && { masking: whole['masking'] }),
  };
}

const pick = (from: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));

export interface Merged {
  document: Fields;
  /** Names that were given for those that were taken, by section and old name. */
  renamed: { environments: Readonly<Record<string, string>>; transferSets: Readonly<Record<string, string>> };
  /** Sections of the addition that were left where they are, because the base has others. */
  left: string[];
}

/**
 * `addition` laid into `base`: environments and sets by name; masking and notifications where the base has nothing of
 * the kind. One of the same name that says something else is a conflict: `stop` throws CONFIG_CONFLICT naming them all,
 * `replace` takes the new one, `rename` gives the new one a name of its own.
 */
export function mergeDocuments(base: unknown, addition: unknown, policy: ConflictPolicy): Merged {
  const own = fieldsOf(base);
  const taken = { environments: environmentsOf(base), transferSets: setsOf(base) };
  const clash = (section: 'environments' | 'transferSets', name: string, value: unknown): boolean =>
    Object.hasOwn(taken[section], name) && !isDeepStrictEqual(taken[section][name], value);
  const added = environmentsOf(addition);
  const environmentNames = newNames(
    added,
    taken.environments,
    (name, value) => clash('environments', name, value),
    policy,
  );
  const environments = Object.entries(added).map(([name, value]): [string, unknown] => {
    const next = environmentNames[name] ?? name;
    return [next, next === name ? value : moveSecrets(value, ['environments', name], ['environments', next])];
  });
  const sets = Object.fromEntries(
    Object.entries(setsOf(addition)).map(([name, set]) => [name, withEnds(set, environmentNames)]),
  );
  const setNames = newNames(sets, taken.transferSets, (name, value) => clash('transferSets', name, value), policy);
  if (policy === 'stop') {
    const clashes = [
      ...Object.keys(added)
        .filter((name) => clash('environments', name, added[name]))
        .map((name) => `environment \`${name}\``),
      ...Object.keys(sets)
        .filter((name) => clash('transferSets', name, sets[name]))
        .map((name) => `transfer set \`${name}\``),
    ];
    if (clashes.length > 0)
      throw new LongshoreError('CONFIG_CONFLICT', `There is already another ${listWords(clashes)}.`);
  }
  const document: Record<string, unknown> = {
    ...own,
    environments: { ...taken.environments, ...Object.fromEntries(environments) },
    transferSets: {
      ...taken.transferSets,
      ...Object.fromEntries(Object.entries(sets).map(([name, set]) => [setNames[name] ?? name, set])),
    },
  };
  const left: string[] = [];
  for (const section of ['masking', 'notifications']) {
    const theirs = fieldsOf(addition)[section];
    if (theirs === undefined || isDeepStrictEqual(own[section], theirs)) continue;
    const [mine, other] = [own[section], theirs].map((value) => withoutDefaults(value ?? {}, [section]));
    if (isEmpty(mine)) document[section] = theirs;
    else if (!isEmpty(other)) left.push(section);
  }
  return { document, renamed: { environments: environmentNames, transferSets: setNames }, left };
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

function newNames(
  added: Fields,
  taken: Fields,
  clashes: (name: string, value: unknown) => boolean,
  policy: ConflictPolicy,
): Record<string, string> {
  if (policy !== 'rename') return {};
  const used = new Set([...Object.keys(taken), ...Object.keys(added)]);
  return Object.fromEntries(
    Object.entries(added).flatMap(([name, value]) => {
      if (!clashes(name, value)) return [];
      const next = freeName(name, used);
      used.add(next);
      return [[name, next]];
    }),
  );
}

/** `name-2`, or the next number that is free. */
export function freeName(name: string, used: ReadonlySet<string>): string {
  for (let number = 2; ; number += 1) if (!used.has(`${name}-${number}`)) return `${name}-${number}`;
}

/** The set with its environments exchanged by name. */
export function withEnds(set: unknown, names: Readonly<Record<string, string>>): unknown {
  const next = (name: unknown): unknown =>
    typeof name === 'string' && Object.hasOwn(names, name) ? names[name] : name;
  const { from, to } = fieldsOf(set);
  return { ...fieldsOf(set), from: next(from), to: next(to) };
}

/** What stands for a secret says where it is looked up: in the entry that has it, whatever that is called by now. */
function moveSecrets(value: unknown, from: readonly string[], to: readonly string[]): unknown {
  if (isStoredSecret(value)) {
    const path = parsePath(value.$secret);
    const isOwn = path !== undefined && from.every((part, index) => path[index] === part);
    return isOwn ? { $secret: formatPath([...to, ...path.slice(from.length)]) } : value;
  }
  if (Array.isArray(value)) return value.map((item: unknown) => moveSecrets(item, from, to));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, moveSecrets(item, from, to)]));
}

/** Paths at which a document only says that a secret was written out where it comes from. */
export function missingSecrets(value: unknown, path: readonly (string | number)[] = []): string[] {
  if (isStoredSecret(value)) return [formatPath(path)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    missingSecrets(item, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}
