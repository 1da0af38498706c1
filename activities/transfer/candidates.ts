/** Tables of a set with what only the databases can say of them. Nothing is written to either. */
import type { Database } from '../../connectors/connector';
import type { EffectiveEntry, EffectiveSet, EffectiveTable } from '../../core/config/effective-set';
import { LongshoreError, toLongshoreError } from '../../core/errors/longshore-error';
import { resolveMask } from '../../core/mask/rules';
import { maxRows, type TargetRules } from '../../core/plan/safety';
import type { SelectedTable } from '../../core/plan/select-tables';
import { planFilter, type TableCandidate } from '../../core/plan/table-plan';
import { tableId, type TableSchema } from '../../core/types/table';
import type { TransferSetInput } from '../../workflows/transfer-set/messages';
import type { TransferDependencies } from '../dependencies';

export type PlanDependencies = Pick<
  TransferDependencies,
  'catalog' | 'configurations' | 'databases' | 'isRunOpen' | 'environmentRules' | 'types' | 'now'
>;

/** A set about to be planned, and who can be asked about it. */
export interface Question {
  set: EffectiveSet;
  input: TransferSetInput;
  rules: TargetRules;
  from: Database;
  to: Database;
  now: Date;
  deps: PlanDependencies;
  runId: string;
  hasMaskKey: boolean;
}

/** A table that an entry chose, and where it goes. */
export interface Chosen {
  schema: TableSchema;
  targetRef: TableSchema['ref'];
  target: TableSchema | undefined;
  selected: SelectedTable<EffectiveTable>;
}

/** Adds to a table what only the databases can say: whether its condition is sound, its rows, how it is published. */
export async function candidate(
  { schema, targetRef, target, selected }: Chosen,
  { set, from, to, rules, deps, runId, now }: Question,
  problems: LongshoreError[],
): Promise<TableCandidate> {
  const { options: settings, pattern: entry, path } = selected.entry as EffectiveEntry;
  // Problems of the date filter are found again, and reported, by planSet.
  const filter = planFilter({ source: schema, settings }, { now, timeZone: set.timezone }, []);
  const place = { table: tableId(schema.ref), path: settings.where === undefined ? path : `${path}.where` };
  const sound = await attempt(problems, place, () => from.source.checkFilter(schema, filter).then(() => true));
  for (const [column, sql] of expressions(schema, settings)) {
    const where = { table: tableId(schema.ref), column: column.name, path: `${path}.mask.${column.name}` };
    await attempt(problems, where, () => from.source.checkExpression(schema, column, sql));
  }
  const limit = maxRows(settings.maxRows, rules);
  const rows = sound ? await attempt(problems, place, () => countRows(from, schema, filter, limit)) : undefined;
  const count = rows?.count ?? schema.estimatedRows;
  const last = await deps.catalog.tables.lastPublished({
    runId,
    name: set.name,
    target: set.to,
    tableId: tableId(targetRef),
  });
  const choice = rules.readOnly
    ? undefined
    : await attempt(problems, place, () =>
        to.target.chooseStrategy(target, {
          mode: settings.mode,
          targetRef,
          estimatedRows: Math.max(count, target?.estimatedRows ?? 0),
          forced: settings.forced,
        }),
      );
  return {
    entry,
    path,
    byWildcard: selected.byWildcard,
    settings,
    source: schema,
    targetRef,
    target,
    rows: rows ?? { count, exact: false },
    strategy: choice?.strategy ?? 'create',
    strategyReason: choice?.reason ?? '',
    samples: settings.personalData === 'ignore' ? {} : await sample(from, schema, settings),
    ...(last && { lastColumns: last.plan.source.columns.map(({ name }) => name) }),
  };
}

/** SQL masks by the column they stand in for; a column that does not exist is reported by planSet. */
const expressions = (schema: TableSchema, { mask }: EffectiveTable): [TableSchema['columns'][number], string][] =>
  Object.entries(mask).flatMap(([name, rule]) => {
    const resolved = resolveMask(rule);
    const column = schema.columns.find((each) => each.name === name);
    return resolved?.rule === 'sql' && column ? [[column, resolved.sql]] : [];
  });

/** Enough to tell e-mail addresses from words. The values are looked at and forgotten. */
const SAMPLE_ROWS = 200;

async function sample(
  from: Database,
  schema: TableSchema,
  { mask }: EffectiveTable,
): Promise<TableCandidate['samples']> {
  const columns = schema.columns
    .filter(({ name, logical }) => logical.kind === 'text' && logical.of === 'text' && !(name in mask))
    .map(({ name }) => name);
  if (columns.length === 0) return {};
  // Names still say something where the values may not be looked at.
  return from.source.sampleText(schema.ref, columns, SAMPLE_ROWS).catch(() => ({}));
}

/**
 * Rows that a filter leaves. The database's estimate does where nothing hangs on it; near a limit, or where there is no
 * estimate, the rows are counted.
 */
async function countRows(
  from: Database,
  schema: TableSchema,
  filter: TableCandidate['settings'] | object,
  limit: number | undefined,
): Promise<TableCandidate['rows']> {
  const request = { table: schema.ref, columns: [], filter, orderBy: [] };
  const estimate = await from.source.countRows(request, false);
  if (limit === undefined && estimate >= 0) return { count: estimate, exact: false };
  if (
    limit !== undefined &&
    estimate >= 0 &&
    estimate < limit / 10 &&
    schema.estimatedRows >= 0 &&
    schema.estimatedRows < limit / 2
  )
    return { count: estimate, exact: false };
  return { count: await from.source.countRows(request, true), exact: true };
}

/** Keeps an error of one table for the common report, unless trying again may help. */
async function attempt<T>(
  problems: LongshoreError[],
  place: { table: string; path?: string },
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const known = toLongshoreError(error);
    if (known.retryable || known.code === 'INTERNAL') throw known;
    problems.push(
      new LongshoreError(
        known.code,
        known.message,
        { ...place, ...known.place },
        { cause: known.cause, next: known.next },
      ),
    );
    return undefined;
  }
}
