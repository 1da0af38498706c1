/** A set copied for other environments, and what of it may not fit there. */
import { LongshoreError } from '../core/errors/longshore-error';
import { hasWildcard, matchesPattern } from '../core/plan/pattern';
import { didYouMean, listWords } from '../core/plan/suggest';
import { entryName } from './diff';
import { endsOf, environmentsOf, type Fields, fieldsOf, setsOf, withEnds } from './sets';

export interface Promotion {
  set: string;
  /** Name of the copy. */
  as: string;
  /** Environments by the names that take their place. */
  map: Readonly<Record<string, string>>;
}

export interface Promoted {
  set: Fields;
  /** What the environments differ in, and what of the set may not carry over. */
  warnings: string[];
}

/**
 * The set of `document` as it would stand in `into`. Throws CONFIG_UNKNOWN_NAME for an environment that `into` does not
 * define or the set does not use, and READ_ONLY_ENVIRONMENT where the copy would write to a read-only one.
 */
export function promoteSet(document: unknown, into: unknown, { set, as, map }: Promotion): Promoted {
  const original = fieldsOf(setsOf(document)[set]);
  const used = endsOf(original);
  for (const name of Object.keys(map)) {
    if (!used.includes(name))
      throw new LongshoreError(
        'CONFIG_UNKNOWN_NAME',
        `Transfer set \`${set}\` does not use the environment \`${name}\`; it uses ${listWords(used)}.`,
        { path: `transferSets.${set}` },
      );
  }
  const promoted = fieldsOf(withEnds(original, map));
  const there = environmentsOf(into);
  for (const name of endsOf(promoted)) {
    if (Object.hasOwn(there, name)) continue;
    const hint = didYouMean(name, Object.keys(there)) || ` Defined are ${listWords(Object.keys(there))}.`;
    throw new LongshoreError('CONFIG_UNKNOWN_NAME', `There is no environment \`${name}\` to promote to.${hint}`, {
      environment: name,
    });
  }
  const [from, to] = [String(promoted['from']), String(promoted['to'])];
  const target = fieldsOf(there[to]);
  if (target['readOnly'] === true)
    throw new LongshoreError(
      'READ_ONLY_ENVIRONMENT',
      `\`${as}\` would write into \`${to}\`, which is \`readOnly: true\`.`,
      {
        environment: to,
      },
    );
  const before = environmentsOf(document);
  const kinds = {
    source: [fieldsOf(before[String(original['from'])])['kind'], fieldsOf(there[from])['kind']],
    target: [fieldsOf(before[String(original['to'])])['kind'], target['kind']],
  } as const;
  const tables = (Array.isArray(promoted['tables']) ? promoted['tables'] : []).map(readEntry);
  return {
    set: promoted,
    warnings: [
      ...(from === to ? [`\`${as}\` would read from and write into the same environment, \`${from}\`.`] : []),
      ...protectedWarnings(tables, target, to),
      ...rowWarnings(promoted, tables, target, to),
      ...(kinds.source[0] === kinds.source[1] ? [] : sourceWarnings(tables, from, String(kinds.source[1]))),
      ...(kinds.target[0] === kinds.target[1] ? [] : targetWarnings(promoted, tables, to, String(kinds.target[1]))),
      ...(promoted['schedule'] === undefined
        ? []
        : [`The schedule goes along; it starts nothing until \`longshore transfer schedule ${as}\`.`]),
    ],
  };
}

interface Entry {
  pattern: string;
  options: Fields;
}

function readEntry(entry: unknown): Entry {
  const pattern = entryName(entry) ?? '';
  return { pattern, options: fieldsOf(fieldsOf(entry)[pattern]) };
}

/** As the run will decide it, so far as names alone tell. */
function protectedWarnings(tables: readonly Entry[], target: Fields, to: string): string[] {
  const rules = Array.isArray(target['protectedTables']) ? target['protectedTables'].map(String) : [];
  if (rules.length === 0) return [];
  const chosen = tables.filter(({ pattern }) => !pattern.startsWith('!'));
  const named = chosen
    .map(({ pattern, options }) => String(options['target'] ?? pattern))
    .filter((name) => !hasWildcard(name) && rules.some((rule) => matchesPattern(rule, name, true)));
  const open = chosen.filter(({ pattern }) => hasWildcard(pattern)).map(({ pattern }) => pattern);
  return [
    ...(named.length > 0 ? [`\`${to}\` protects ${listWords(named)}: they will be refused.`] : []),
    ...(open.length > 0
      ? [`\`${to}\` protects ${listWords(rules)}; tables of ${listWords(open)} may be among them.`]
      : []),
  ];
}

function rowWarnings(set: Fields, tables: readonly Entry[], target: Fields, to: string): string[] {
  const limit = target['maxRowsPerTable'];
  if (typeof limit !== 'number') return [];
  const over = [
    ...(Number(set['maxRows'] ?? 0) > limit ? ['the set'] : []),
    ...tables
      .filter(({ options }) => Number(options['maxRows'] ?? options['limit'] ?? 0) > limit)
      .map(({ pattern }) => pattern),
  ];
  return [
    `\`${to}\` takes no table with more than ${limit} rows${over.length > 0 ? `; ${listWords(over)} allow more` : ''}.`,
  ];
}

function sourceWarnings(tables: readonly Entry[], from: string, kind: string): string[] {
  const withSql = tables.filter(
    ({ options }) =>
      options['where'] !== undefined ||
      Object.values(fieldsOf(options['mask'])).some((rule) => fieldsOf(rule)['rule'] === 'sql'),
  );
  return [
    `\`${from}\` is another kind of database, ${kind}: names of schemas and tables may differ.`,
    ...(withSql.length > 0
      ? [
          `SQL of ${listWords(withSql.map(({ pattern }) => pattern))} was written for another kind of database: look at it.`,
        ]
      : []),
  ];
}

function targetWarnings(set: Fields, tables: readonly Entry[], to: string, kind: string): string[] {
  const forced = [
    ...(set['strategy'] !== undefined && set['strategy'] !== 'auto' ? [`the set (${String(set['strategy'])})`] : []),
    ...tables
      .filter(({ options }) => options['strategy'] !== undefined && options['strategy'] !== 'auto')
      .map(({ pattern, options }) => `${pattern} (${String(options['strategy'])})`),
  ];
  return [
    `\`${to}\` is another kind of database, ${kind}: types are mapped anew, look at \`longshore transfer preview\`.`,
    ...(forced.length > 0
      ? [`A publishing strategy is forced for ${listWords(forced)}; ${kind} may not have it.`]
      : []),
  ];
}
