/** Transfer sets, drop folders, month batches and what they need: choosing some of a document, and laying them into another. */
import { isDeepStrictEqual } from 'node:util';
import { LongshoreError } from '../core/errors/longshore-error';
import { didYouMean, listWords } from '../core/plan/suggest';
import { withoutDefaults } from './defaults';
import { formatPath, parsePath } from './path';
import { isStoredSecret } from './redact';

export type Fields = Readonly<Record<string, unknown>>;

/** What belongs to everybody who shares a configuration. The rest says where one machine finds its servers and folders. */
export const SHARED_SECTIONS = [
  'version',
  'environments',
  'transferSets',
  'dropFolders',
  'monthBatches',
  'monthTemplates',
  'masking',
  'notifications',
] as const;

export const CONFLICT_POLICIES = ['stop', 'replace', 'rename'] as const;
export type ConflictPolicy = (typeof CONFLICT_POLICIES)[number];

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
export const setsOf = (document: unknown): Fields => fieldsOf(fieldsOf(document)['transferSets']);
export const foldersOf = (document: unknown): Fields => fieldsOf(fieldsOf(document)['dropFolders']);
export const batchesOf = (document: unknown): Fields => fieldsOf(fieldsOf(document)['monthBatches']);
export const templatesOf = (document: unknown): Fields => fieldsOf(fieldsOf(document)['monthTemplates']);
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

/** Sections whose entries go by names, and what one of them is called. */
const NAMED = {
  environments: 'environment',
  transferSets: 'transfer set',
  dropFolders: 'drop folder',
  monthTemplates: 'month template',
  monthBatches: 'month batch',
} as const;
/** Sections that a document has always had; of the others it says nothing unless there is something in them. */
const ALWAYS: readonly NamedSection[] = ['environments', 'transferSets'];
export type NamedSection = keyof typeof NAMED;

export interface Merged {
  document: Fields;
  /** Names that were given for those that were taken, by section and old name. */
  renamed: Record<NamedSection, Readonly<Record<string, string>>>;
  /** Sections of the addition that were left where they are, because the base has others. */
  left: string[];
}

/**
 * `addition` laid into `base`: environments, sets, folders, batches and their templates by name; masking and notifications where the base has
 * nothing of the kind. One of the same name that says something else is a conflict: `stop` throws CONFIG_CONFLICT naming
 * them all, `replace` takes the new one, `rename` gives the new one a name of its own.
 */
export function mergeDocuments(base: unknown, addition: unknown, policy: ConflictPolicy): Merged {
  const own = fieldsOf(base);
  const taken: Record<NamedSection, Fields> = {
    environments: environmentsOf(base),
    transferSets: setsOf(base),
    dropFolders: foldersOf(base),
    monthTemplates: templatesOf(base),
    monthBatches: batchesOf(base),
  };
  const clash = (section: NamedSection, name: string, value: unknown): boolean =>
    Object.hasOwn(taken[section], name) && !isDeepStrictEqual(taken[section][name], value);
  const rename = (section: NamedSection, entries: Fields) =>
    newNames(entries, taken[section], (name, value) => clash(section, name, value), policy);
  const environments = environmentsOf(addition);
  const environmentNames = rename('environments', environments);
  const templates = templatesOf(addition);
  const templateNames = rename('monthTemplates', templates);
  const batches = withNewTemplates(withNewEnds(batchesOf(addition), environmentNames), templateNames);
  const batchNames = rename('monthBatches', batches);
  const added: Record<NamedSection, Fields> = {
    environments,
    transferSets: withNewEnds(setsOf(addition), environmentNames),
    dropFolders: withNewEnds(foldersOf(addition), environmentNames),
    monthTemplates: templates,
    monthBatches: withNewBases(batches, batchNames),
  };
  const renamed = {
    environments: environmentNames,
    transferSets: rename('transferSets', added.transferSets),
    dropFolders: rename('dropFolders', added.dropFolders),
    monthTemplates: templateNames,
    monthBatches: batchNames,
  };
  const sections = Object.keys(NAMED) as NamedSection[];
  if (policy === 'stop') {
    const clashes = sections.flatMap((section) =>
      Object.keys(added[section])
        .filter((name) => clash(section, name, added[section][name]))
        .map((name) => `${NAMED[section]} \`${name}\``),
    );
    if (clashes.length > 0)
      throw new LongshoreError('CONFIG_CONFLICT', `There is already another ${listWords(clashes)}.`);
  }
  const document: Record<string, unknown> = { ...own };
  for (const section of sections) {
    const entries = Object.entries(added[section]).map(([name, value]): [string, unknown] => {
      const next = renamed[section][name] ?? name;
      return [next, next === name ? value : moveSecrets(value, [section, name], [section, next])];
    });
    if (ALWAYS.includes(section) || entries.length > 0)
      document[section] = { ...taken[section], ...Object.fromEntries(entries) };
  }
  const left: string[] = [];
  for (const section of ['masking', 'notifications']) {
    const theirs = fieldsOf(addition)[section];
    if (theirs === undefined || isDeepStrictEqual(own[section], theirs)) continue;
    const [mine, other] = [own[section], theirs].map((value) => withoutDefaults(value ?? {}, [section]));
    if (isEmpty(mine)) document[section] = theirs;
    else if (!isEmpty(other)) left.push(section);
  }
  return { document, renamed, left };
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

const withNewEnds = (entries: Fields, names: Readonly<Record<string, string>>): Fields =>
  Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, withEnds(entry, names)]));

/** The set or folder with its environments exchanged by name. */
export function withEnds(entry: unknown, names: Readonly<Record<string, string>>): unknown {
  const ends = Object.entries(fieldsOf(entry)).filter(([key]) => key === 'from' || key === 'to');
  const next = (name: unknown): unknown =>
    typeof name === 'string' && Object.hasOwn(names, name) ? names[name] : name;
  return { ...fieldsOf(entry), ...Object.fromEntries(ends.map(([key, name]) => [key, next(name)])) };
}

const renamedTo = (names: Readonly<Record<string, string>>, name: unknown): unknown =>
  typeof name === 'string' && Object.hasOwn(names, name) ? names[name] : name;

/** Batches whose tables build on templates that got other names. */
function withNewTemplates(batches: Fields, names: Readonly<Record<string, string>>): Fields {
  const table = (entry: unknown): unknown => {
    const { template } = fieldsOf(entry);
    if (template === undefined) return entry;
    const next = Array.isArray(template) ? template.map((name) => renamedTo(names, name)) : renamedTo(names, template);
    return { ...fieldsOf(entry), template: next };
  };
  const each = (value: unknown, change: (inner: unknown) => unknown): Fields =>
    Object.fromEntries(Object.entries(fieldsOf(value)).map(([key, inner]) => [key, change(inner)]));
  return each(batches, (batch) => {
    const { tables } = fieldsOf(batch);
    return tables === undefined ? batch : { ...fieldsOf(batch), tables: each(tables, table) };
  });
}

/** Batches that build on others which got another name. */
const withNewBases = (batches: Fields, names: Readonly<Record<string, string>>): Fields =>
  Object.fromEntries(
    Object.entries(batches).map(([name, batch]) => {
      const base = fieldsOf(batch)['extends'];
      return [name, base === undefined ? batch : { ...fieldsOf(batch), extends: renamedTo(names, base) }];
    }),
  );

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
