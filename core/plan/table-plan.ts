import type {
  Codec,
  DatabaseKind,
  LoadMode,
  NewColumnPolicy,
  PersonalDataPolicy,
  PublishStrategy,
  ReferencePolicy,
  SchemaPolicy,
  VerifyLevel,
} from '../../schemas/constants';
import type { MaskRule } from '../../schemas/mask';
import { LongshoreError } from '../errors/longshore-error';
import { applySchemaPolicy, compareSchemas } from '../schema/compare';
import { type TableRef, type TableSchema, tableId } from '../types/table';
import type { RowFilter, TablePlan } from '../types/transfer';
import { matchColumns, planColumns, type TargetTypes } from './columns';
import { type DateRange, planDates } from './dates';
import { collect } from './problems';
import { checkProtected, checkRows, checkSameTable, maxRows, type TargetRules } from './safety';

/** What the configuration says of one table, defaults filled in. */
export interface TableSettings {
  where?: string | undefined;
  dates?: (DateRange & { column: string }) | undefined;
  limit?: number | undefined;
  exclude: readonly string[];
  mode: LoadMode;
  schemaPolicy: SchemaPolicy;
  verify: VerifyLevel;
  codec: Codec;
  codecLevel: number;
  partBytes: number;
  batchRows: number;
  parallel: number;
  maxRows?: number | undefined;
  minPercentOfLast: number;
  references: ReferencePolicy;
  /** Rules by name of the source column, as written. */
  mask: Readonly<Record<string, MaskRule>>;
  personalData: PersonalDataPolicy;
  newColumns: NewColumnPolicy;
}

/** One table of a set with all that was found out about it. */
export interface TableCandidate {
  /** The entry of the set that chose it, and where that stands in the configuration. */
  entry: string;
  path?: string | undefined;
  byWildcard: boolean;
  settings: TableSettings;
  source: TableSchema;
  targetRef: TableRef;
  /** Undefined when the target has no such table. */
  target?: TableSchema | undefined;
  /** Rows that the filter leaves; count -1 when nobody knows. */
  rows: { count: number; exact: boolean };
  strategy: PublishStrategy;
  strategyReason: string;
  /** Some values of text columns, by name of the source column; empty where nobody looked. */
  samples: Record<string, string[]>;
  /** Source columns of the last run that published the table. */
  lastColumns?: readonly string[] | undefined;
}

/** What holds for every table of a set. */
export interface SetContext {
  /** Name of the source environment. */
  from: string;
  fromKind: DatabaseKind;
  toKind: DatabaseKind;
  to: TargetRules;
  /** Both environments are one database. */
  sameDatabase: boolean;
  /** The instant that date presets count from, and the zone in which days begin. */
  now: Date;
  timeZone: string;
  /** The configuration has a masking key. */
  hasMaskKey: boolean;
  /** Throws TYPE_NOT_SUPPORTED for a native type of the source whose values cannot be read exactly. */
  readable(nativeType: string): unknown;
  types: TargetTypes & { addColumnSql(table: TableRef, column: { name: string; nativeType: string }): string };
}

/** Plans one table. With problems, the plan is only good for finding more of them. */
export function planTable(table: TableCandidate, context: SetContext): { plan: TablePlan; problems: LongshoreError[] } {
  const { source, target, targetRef, settings } = table;
  const problems: LongshoreError[] = [
    ...checkProtected(targetRef, context.to),
    ...checkSameTable(source.ref, targetRef, {
      from: context.from,
      to: context.to.name,
      sameDatabase: context.sameDatabase,
    }),
    ...checkTargetKind(targetRef, target),
  ];
  const filter = planFilter(table, context, problems);
  problems.push(
    ...checkRows(targetRef, limited(table.rows, settings.limit), { table: settings.maxRows, environment: context.to }),
  );

  const match = matchColumns(source, target, settings.exclude);
  const createMissing = target === undefined || settings.schemaPolicy === 'evolve';
  const columns = planColumns(source, match, { sourceKind: context.fromKind, types: context.types, createMissing });
  problems.push(...match.problems, ...columns.problems, ...unreadable(source, columns.columns, context));

  const fit = target === undefined ? undefined : fitTarget(table, target, match, columns.columns, context);
  if (fit?.problem !== undefined) problems.push(fit.problem);
  const limit = maxRows(settings.maxRows, context.to);
  const plan: TablePlan = {
    source,
    sourceKind: context.fromKind,
    targetKind: context.toKind,
    ...(target !== undefined && { target }),
    targetRef,
    columns: columns.columns,
    filter,
    mode: settings.mode,
    strategy: table.strategy,
    strategyReason: table.strategyReason,
    schemaPolicy: settings.schemaPolicy,
    evolve: fit?.evolve ?? [],
    verify: settings.verify,
    codec: settings.codec,
    codecLevel: settings.codecLevel,
    partBytes: settings.partBytes,
    batchRows: settings.batchRows,
    parallel: settings.parallel,
    minPercentOfLast: settings.minPercentOfLast,
    references: settings.references,
    ...(limit !== undefined && { maxRows: limit }),
    warnings: [...(fit?.warnings ?? []), ...sourceWarnings(source, settings)],
  };
  return { plan, problems: problems.map((problem) => withPath(problem, table.path)) };
}

/** Rows of a table after its `limit`. */
const limited = (rows: TableCandidate['rows'], limit: number | undefined): TableCandidate['rows'] =>
  limit === undefined || rows.count <= limit ? rows : { ...rows, count: limit };

/** The rows of a table that are wanted, presets resolved. Problems of the date column are added to `problems`. */
export function planFilter(
  table: Pick<TableCandidate, 'source' | 'settings'>,
  context: Pick<SetContext, 'now' | 'timeZone'>,
  problems: LongshoreError[],
): RowFilter {
  const { where, dates, limit } = table.settings;
  const range =
    dates === undefined
      ? undefined
      : collect(problems, () => planDates(table.source, dates, context.now, context.timeZone));
  return {
    ...(where !== undefined && { where }),
    ...(range !== undefined && { dates: range }),
    ...(limit !== undefined && { limit }),
  };
}

function fitTarget(
  table: TableCandidate,
  target: TableSchema,
  match: ReturnType<typeof matchColumns>,
  columns: TablePlan['columns'],
  context: SetContext,
) {
  const { source, targetRef, settings } = table;
  const differences = compareSchemas(source, target, match, {
    types: context.types,
    sourceKind: context.fromKind,
    targetKind: context.toKind,
  });
  const missing = new Set(match.missing.map(({ name }) => name));
  const addColumns = columns
    .filter((column) => missing.has(column.source))
    .map((column) => ({ name: column.target, nativeType: column.targetType }));
  return applySchemaPolicy(differences, settings.schemaPolicy, {
    source: source.ref,
    target: targetRef,
    addColumns,
    addColumnSql: (ref, column) => context.types.addColumnSql(ref, column),
  });
}

/** TYPE_NOT_SUPPORTED for columns that cannot be read exactly. */
function unreadable(source: TableSchema, columns: TablePlan['columns'], context: SetContext): LongshoreError[] {
  return columns.flatMap(({ source: column, sourceType }) => {
    const problems: LongshoreError[] = [];
    collect(problems, () => context.readable(sourceType));
    const table = tableId(source.ref);
    return problems.map(
      (problem) =>
        new LongshoreError(
          problem.code,
          `Column ${column} of ${table}: ${problem.message}`,
          { table, column },
          { cause: problem, next: 'Exclude the column, or read it through a view that converts it.' },
        ),
    );
  });
}

function checkTargetKind(ref: TableRef, target: TableSchema | undefined): LongshoreError[] {
  if (target === undefined || target.kind === 'table' || target.kind === 'partitioned') return [];
  const id = tableId(ref);
  const kind = { view: 'a view', 'materialized-view': 'a materialized view', foreign: 'a foreign table' }[target.kind];
  return [
    new LongshoreError(
      'SCHEMA_MISMATCH',
      `${id} is ${kind} in the target, which cannot be loaded.`,
      { table: id },
      { next: 'Give the entry another target, or leave it out.' },
    ),
  ];
}

function sourceWarnings(source: TableSchema, settings: TableSettings): string[] {
  const id = tableId(source.ref);
  const warnings: string[] = [];
  if (source.kind === 'view' || source.kind === 'materialized-view')
    warnings.push(`${id} is a view: it is read in one piece, without parallel parts.`);
  else if (source.primaryKey === undefined && settings.limit !== undefined) {
    warnings.push(`${id} has no primary key: which ${settings.limit} rows come first is up to the source.`);
  } else if (source.primaryKey === undefined)
    warnings.push(`${id} has no primary key, so doubled rows in the source go unnoticed.`);
  return warnings;
}

function withPath(problem: LongshoreError, path: string | undefined): LongshoreError {
  if (path === undefined || problem.place.path !== undefined) return problem;
  return new LongshoreError(
    problem.code,
    problem.message,
    { ...problem.place, path },
    { cause: problem.cause, next: problem.next },
  );
}
