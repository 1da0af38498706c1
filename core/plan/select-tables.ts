import { LongshoreError } from '../errors/longshore-error';
import { type TableRef, type TableSchema, tableId } from '../types/table';
import { groupBy } from './group-by';
import { hasWildcard, matchesPattern, specificity } from './pattern';
import { didYouMean, listWords } from './suggest';

/** One line of a set's `tables`: a name, a pattern with `*` and `?`, or either with `!` before it to leave tables out. */
export interface TableEntry<Options> {
  pattern: string;
  options: Options;
  /** Where the entry stands in the configuration, for error messages. */
  path?: string;
}

/** A table of the source. Where `kind` is known, wildcards leave views out; by name they can still be chosen. */
export type ExistingTable = TableRef & { kind?: TableSchema['kind'] };

export interface SelectedTable<Options> {
  source: TableRef;
  entry: TableEntry<Options>;
  /** Chosen by a pattern rather than by its name. */
  byWildcard: boolean;
}

export interface Selection<Options> {
  /** In the order of the entries, tables of one pattern by name. Each source table stands here once. */
  selected: SelectedTable<Options>[];
  problems: LongshoreError[];
  warnings: string[];
}

/** Schemas in which a name without one is looked for first. */
const DEFAULT_SCHEMAS = ['public', 'dbo', 'main'];

/**
 * Which of the existing tables a set means, and with which options. A name beats a pattern, and of two patterns the
 * one that spells out more wins; `!name` takes a table out of every pattern, `!pattern` out of patterns only, so that
 * a table named on its own stays. Letter case decides only where two names differ in nothing else.
 * Problems: TABLE_NOT_FOUND, NO_TABLES_MATCH, DUPLICATE_TARGET (two entries claim one table), CONFIG_INVALID (a table
 * both named and excluded).
 */
export function selectTables<Options>(
  entries: readonly TableEntry<Options>[],
  existing: readonly ExistingTable[],
): Selection<Options> {
  const tables = new TableNames(existing);
  const problems: LongshoreError[] = [];
  const warnings: string[] = [];
  const excluded = findExclusions(entries, tables, problems, warnings);
  const claims = new Map<string, SelectedTable<Options>>();

  for (const entry of entries) {
    if (entry.pattern.startsWith('!')) continue;
    const byWildcard = hasWildcard(entry.pattern);
    const found = byWildcard ? tables.matching(entry.pattern) : tables.named(entry.pattern);
    if (found instanceof LongshoreError) {
      problems.push(withPath(found, entry.path));
      continue;
    }
    const kept = found.filter((table) => !(byWildcard && (excluded.has(tableId(table)) || isView(table))));
    if (kept.length === 0) problems.push(nothingLeft(entry, found));
    for (const { database, schema, name } of kept) {
      claim(
        claims,
        { source: { ...(database !== undefined && { database }), schema, name }, entry, byWildcard },
        problems,
      );
    }
  }
  for (const [id, { entry }] of [...claims].filter(
    ([key, { byWildcard }]) => !byWildcard && excluded.get(key) === 'by name',
  )) {
    problems.push(
      new LongshoreError(
        'CONFIG_INVALID',
        `Table ${id} is both named ('${entry.pattern}') and excluded ('!…').`,
        place(entry, id),
        { next: 'Remove one of the two entries.' },
      ),
    );
  }

  const position = new Map(entries.map((entry, i) => [entry, i]));
  const selected = [...claims.values()].sort(
    (a, b) => position.get(a.entry)! - position.get(b.entry)! || (tableId(a.source) < tableId(b.source) ? -1 : 1),
  );
  return { selected, problems, warnings };
}

/**
 * The part of a selection that `--table` asks for: names as in the configuration, `schema.table`, or patterns.
 * CONFIG_UNKNOWN_NAME for what the set does not contain.
 */
export function restrictSelection<Options>(
  selected: readonly SelectedTable<Options>[],
  wanted: readonly string[],
): { selected: SelectedTable<Options>[]; problems: LongshoreError[] } {
  const tables = new TableNames(selected.map(({ source }) => source));
  const chosen = new Set<string>();
  const problems: LongshoreError[] = [];
  for (const name of wanted) {
    const byEntry = selected.filter(({ entry }) => entry.pattern === name).map(({ source }) => source);
    const found = byEntry.length > 0 ? byEntry : hasWildcard(name) ? tables.matching(name) : tables.named(name);
    if (found instanceof LongshoreError || found.length === 0) {
      problems.push(
        new LongshoreError(
          'CONFIG_UNKNOWN_NAME',
          `The transfer set has no table '${name}'.${didYouMean(name, tables.ids)}`,
          { table: name },
        ),
      );
    } else {
      for (const table of found) chosen.add(tableId(table));
    }
  }
  return { selected: selected.filter(({ source }) => chosen.has(tableId(source))), problems };
}

/** DUPLICATE_TARGET for every target that more than one table would be written to. */
export function duplicateTargets(
  transfers: readonly { source: TableRef; targetRef: TableRef; entry: string; path?: string }[],
): LongshoreError[] {
  const byTarget = groupBy(transfers, ({ targetRef }) => tableId(targetRef));
  return [...byTarget]
    .filter(([, group]) => group.length > 1)
    .map(([target, group]) => {
      const writers = group.map(
        ({ source, entry, path }) => `${tableId(source)} (entry '${entry}'${path === undefined ? '' : ` at ${path}`})`,
      );
      return new LongshoreError(
        'DUPLICATE_TARGET',
        `Target table ${target} would be written by ${listWords(writers)}.`,
        { table: target, ...(group[1]!.path !== undefined && { path: group[1]!.path }) },
      );
    });
}

class TableNames {
  readonly ids: string[];
  private readonly byId: Map<string, ExistingTable[]>;
  private readonly byName: Map<string, ExistingTable[]>;

  constructor(private readonly tables: readonly ExistingTable[]) {
    this.ids = tables.map(tableId);
    this.byId = groupBy(tables, (table) => tableId(table).toLowerCase());
    this.byName = groupBy(
      tables.filter(({ database }) => database === undefined),
      (table) => table.name.toLowerCase(),
    );
  }

  /** Tables that a pattern matches; without a schema in the pattern, in every schema. */
  matching(pattern: string): ExistingTable[] {
    const text = (table: TableRef) => (pattern.includes('.') ? tableId(table) : table.name);
    // `*` means the tables of the environment's own database, not of every one that another entry names.
    const tables = this.tables.filter(({ database }) => database === undefined || isIn(database, pattern));
    const exact = tables.filter((table) => matchesPattern(pattern, text(table)));
    return exact.length > 0 ? exact : tables.filter((table) => matchesPattern(pattern, text(table), true));
  }

  /** The one table that a name means, or TABLE_NOT_FOUND. */
  named(name: string): ExistingTable[] | LongshoreError {
    const lower = name.toLowerCase();
    const qualified = this.byId.get(lower) ?? [];
    const candidates = qualified.length > 0 ? qualified : (this.byName.get(lower) ?? []);
    const found =
      only(candidates.filter((table) => tableId(table) === name)) ??
      inDefaultSchema(candidates.filter((table) => table.name === name)) ??
      only(candidates.filter((table) => table.name === name)) ??
      inDefaultSchema(candidates) ??
      only(candidates);
    if (found !== undefined) return [found];
    if (candidates.length > 1) {
      return new LongshoreError(
        'TABLE_NOT_FOUND',
        `Table '${name}' could be ${listWords(candidates.map(tableId), 'or')}.`,
        { table: name },
        { next: 'Write the name with its schema, in its exact letter case.' },
      );
    }
    return new LongshoreError(
      'TABLE_NOT_FOUND',
      `Table '${name}' does not exist in the source.${didYouMean(name, this.ids)}`,
      { table: name },
    );
  }
}

const isIn = (database: string, pattern: string): boolean =>
  pattern.toLowerCase().startsWith(`${database.toLowerCase()}.`);

/** Names of other databases that entries may mean: the first of three parts, `archive.dbo.orders`, without wildcards. */
export function namedDatabases(entries: readonly Pick<TableEntry<unknown>, 'pattern'>[]): string[] {
  const names = entries.flatMap(({ pattern }) => {
    const parts = pattern.replace(/^!/, '').trim().split('.');
    return parts.length === 3 && !hasWildcard(parts[0]!) ? [parts[0]!] : [];
  });
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()];
}

const only = <T>(items: T[]): T | undefined => (items.length === 1 ? items[0] : undefined);
const isView = (table: ExistingTable): boolean =>
  table.kind === 'view' || table.kind === 'materialized-view' || table.kind === 'foreign';

function inDefaultSchema(tables: ExistingTable[]): ExistingTable | undefined {
  return DEFAULT_SCHEMAS.map((schema) => only(tables.filter((table) => table.schema === schema))).find(
    (table) => table !== undefined,
  );
}

function findExclusions<Options>(
  entries: readonly TableEntry<Options>[],
  tables: TableNames,
  problems: LongshoreError[],
  warnings: string[],
): Map<string, 'by name' | 'by pattern'> {
  const excluded = new Map<string, 'by name' | 'by pattern'>();
  for (const entry of entries.filter(({ pattern }) => pattern.startsWith('!'))) {
    const pattern = entry.pattern.slice(1).trim();
    if (hasWildcard(pattern)) {
      const found = tables.matching(pattern);
      if (found.length === 0) warnings.push(`The exclusion '${entry.pattern}' matches no table.`);
      for (const table of found) if (!excluded.has(tableId(table))) excluded.set(tableId(table), 'by pattern');
      continue;
    }
    const found = tables.named(pattern);
    // A misspelt exclusion would copy exactly the table that somebody wanted left out.
    if (found instanceof LongshoreError) problems.push(withPath(found, entry.path));
    else for (const table of found) excluded.set(tableId(table), 'by name');
  }
  return excluded;
}

function claim<Options>(
  claims: Map<string, SelectedTable<Options>>,
  next: SelectedTable<Options>,
  problems: LongshoreError[],
): void {
  const id = tableId(next.source);
  const held = claims.get(id);
  const rank = ({ byWildcard, entry }: SelectedTable<Options>) => (byWildcard ? specificity(entry.pattern) : Infinity);
  if (held === undefined || rank(next) > rank(held)) {
    claims.set(id, next);
  } else if (rank(next) === rank(held)) {
    const patterns = [held, next].map(
      ({ entry }) => `'${entry.pattern}'${entry.path === undefined ? '' : ` (${entry.path})`}`,
    );
    problems.push(
      new LongshoreError(
        'DUPLICATE_TARGET',
        `Table ${id} is chosen by two entries: ${listWords(patterns)}.`,
        place(next.entry, id),
      ),
    );
  }
}

function nothingLeft<Options>(entry: TableEntry<Options>, found: ExistingTable[]): LongshoreError {
  const why =
    found.length === 0
      ? 'matches no table of the source'
      : `matches only views and excluded tables: ${listWords(found.slice(0, 5).map(tableId))}`;
  return new LongshoreError('NO_TABLES_MATCH', `The pattern '${entry.pattern}' ${why}.`, place(entry));
}

const place = <Options>(entry: TableEntry<Options>, table?: string) => ({
  ...(entry.path !== undefined && { path: entry.path }),
  ...(table !== undefined && { table }),
});

function withPath(error: LongshoreError, path: string | undefined): LongshoreError {
  return path === undefined
    ? error
    : new LongshoreError(error.code, error.message, { ...error.place, path }, { next: error.next });
}
