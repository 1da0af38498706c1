import type { DatabaseKind } from '../../schemas/constants';
import { LongshoreError } from '../errors/longshore-error';
import type { Fit } from '../types/fit';
import { type ColumnSchema, type LogicalType, type TableSchema, tableId } from '../types/table';
import type { ColumnPlan } from '../types/transfer';
import { hasWildcard, matchesPattern } from './pattern';
import { collect } from './problems';
import { didYouMean } from './suggest';

/** What planning asks of the target's connector. */
export interface TargetTypes {
  /** How values of a source column fare in `nativeType`. */
  fits(source: { nativeType: string; logical: LogicalType; kind: DatabaseKind }, nativeType: string): Fit;
  /** Type of a column that is created for values of another database; throws TYPE_NOT_SUPPORTED. */
  nativeType(column: ColumnPlan, sourceKind: DatabaseKind): string;
}

/** How the columns of a source table meet those of the target. */
export interface ColumnMatch {
  /** Columns that are read and written. */
  pairs: { source: ColumnSchema; target: ColumnSchema }[];
  /** Source columns that the target lacks. */
  missing: ColumnSchema[];
  /** Target columns that get no value from the source, generated ones left out. */
  extra: ColumnSchema[];
  /** COLUMN_NOT_FOUND for exclusions that mean no column, SCHEMA_MISMATCH where two columns claim one. */
  problems: LongshoreError[];
}

/**
 * Matches columns by name: exactly, else regardless of letter case where that leaves no choice. Excluded columns
 * (`*` and `?` allowed) are not read; generated columns of the target are never written. Without a target every
 * column that is not excluded is missing.
 */
export function matchColumns(
  source: TableSchema,
  target: TableSchema | undefined,
  exclude: readonly string[],
): ColumnMatch {
  const problems: LongshoreError[] = [];
  const wanted = withoutExcluded(source, exclude, problems);
  const pairs: ColumnMatch['pairs'] = [];
  const missing: ColumnSchema[] = [];
  const fed = new Map<string, ColumnSchema>();
  for (const column of wanted) {
    const match = findColumn(column.name, target?.columns ?? [], wanted);
    if (match === undefined) missing.push(column);
    else if (match.generated === true) continue;
    else {
      fed.set(match.name, column);
      pairs.push({ source: column, target: match });
    }
  }
  const extra = (target?.columns ?? []).filter((column) => column.generated !== true && !fed.has(column.name));
  if (wanted.length === 0 && source.columns.length > 0) {
    const id = tableId(source.ref);
    problems.push(new LongshoreError('SCHEMA_MISMATCH', `Every column of ${id} is excluded.`, { table: id }));
  }
  return { pairs, missing, extra, problems };
}

/**
 * Columns of a transfer. Columns that the target lacks are planned with the type they are created with when
 * `createMissing` (the table is new, or `schema: evolve`), and left out otherwise.
 * Problems: TYPE_NOT_SUPPORTED by column.
 */
export function planColumns(
  source: TableSchema,
  match: Pick<ColumnMatch, 'pairs' | 'missing'>,
  options: { sourceKind: DatabaseKind; types: TargetTypes; createMissing: boolean },
): { columns: ColumnPlan[]; problems: LongshoreError[] } {
  const problems: LongshoreError[] = [];
  const targetOf = new Map(match.pairs.map((pair) => [pair.source.name, pair.target]));
  const keys = new Set([source.primaryKey, ...source.uniqueKeys].flatMap((key) => key?.columns ?? []));
  const toCreate = new Set(options.createMissing ? match.missing.map(({ name }) => name) : []);
  const columns = source.columns.flatMap((column): ColumnPlan[] => {
    const target = targetOf.get(column.name);
    if (target !== undefined) return [toPlan(column, target.name, target.nativeType)];
    if (!toCreate.has(column.name)) return [];
    const planned = { ...toPlan(column, column.name, ''), ...(keys.has(column.name) && { inKey: true }) };
    const nativeType = collect(problems, () => options.types.nativeType(planned, options.sourceKind));
    return nativeType === undefined ? [] : [toPlan(column, column.name, nativeType)];
  });
  return { columns, problems: problems.map((problem) => named(problem, source)) };
}

/** Whether a row can be inserted without a value for this column. */
export const fillsItself = (column: ColumnSchema): boolean =>
  column.nullable || column.defaultSql !== undefined || column.identity !== undefined || column.generated === true;

const toPlan = (source: ColumnSchema, target: string, targetType: string): ColumnPlan => ({
  source: source.name,
  target,
  sourceType: source.nativeType,
  targetType,
  logical: source.logical,
});

function withoutExcluded(source: TableSchema, exclude: readonly string[], problems: LongshoreError[]): ColumnSchema[] {
  const excluded = new Set<string>();
  const names = source.columns.map(({ name }) => name);
  const id = tableId(source.ref);
  for (const pattern of exclude) {
    const exact = names.filter((name) => (hasWildcard(pattern) ? matchesPattern(pattern, name) : name === pattern));
    const found = exact.length > 0 ? exact : names.filter((name) => matchesPattern(pattern, name, true));
    if (found.length === 0 || (found.length > 1 && !hasWildcard(pattern))) {
      const why =
        found.length === 0
          ? `Table ${id} has no column '${pattern}' to exclude.`
          : `Column '${pattern}' of ${id} could be ${found.join(' or ')}.`;
      problems.push(
        new LongshoreError('COLUMN_NOT_FOUND', why + didYouMean(pattern, found.length === 0 ? names : []), {
          table: id,
          column: pattern,
        }),
      );
    }
    for (const name of found) excluded.add(name);
  }
  return source.columns.filter(({ name }) => !excluded.has(name));
}

/** The target column of a name; one that differs in letter case only where neither side has two such names. */
function findColumn(
  name: string,
  targets: readonly ColumnSchema[],
  sources: readonly ColumnSchema[],
): ColumnSchema | undefined {
  const exact = targets.find((column) => column.name === name);
  if (exact !== undefined) return exact;
  const alike = (column: ColumnSchema) => column.name.toLowerCase() === name.toLowerCase();
  const candidates = targets.filter(alike);
  return candidates.length === 1 && sources.filter(alike).length === 1 ? candidates[0] : undefined;
}

function named(problem: LongshoreError, source: TableSchema): LongshoreError {
  return new LongshoreError(
    problem.code,
    problem.message,
    { table: tableId(source.ref), ...problem.place },
    { cause: problem, next: problem.next },
  );
}
