import type { Database } from '../../connectors/connector';
import {
  effectiveSet,
  type EffectiveEntry,
  type EffectiveSet,
  type EffectiveTable,
} from '../../core/config/effective-set';
import { LongshoreError, toLongshoreError } from '../../core/errors/longshore-error';
import { restrictSelection, selectTables, type SelectedTable } from '../../core/plan/select-tables';
import { maxRows, type TargetRules } from '../../core/plan/safety';
import { sameName } from '../../core/plan/same-name';
import { planSet } from '../../core/plan/set-plan';
import { planFilter, type SetContext, type TableCandidate } from '../../core/plan/table-plan';
import { tableId, type TableSchema } from '../../core/types/table';
import type { SetPlan, TablePlan } from '../../core/types/transfer';
import type { PublishScope, VerifyLevel } from '../../schemas/constants';
import type { TransferSetInput } from '../../workflows/transfer-set/messages';
import type { TransferDependencies } from '../dependencies';
import { withHeartbeat } from '../heartbeat';
import { inParallel } from '../in-parallel';
import { beginRun } from './begin-run';

/** What the workflow needs to know of a table; the plan itself lies in the catalog. */
export interface PlannedTable {
  /** `schema.name` of the target. */
  table: string;
  estimatedRows: number;
  parallel: number;
  verify: VerifyLevel;
  /** Tables of the set that this one refers to and that are loaded before it. */
  after: string[];
}

export interface PlannedRun {
  from: string;
  to: string;
  publish: PublishScope;
  parallelTables: number;
  tables: PlannedTable[];
}

export interface PlanArguments {
  runId: string;
  temporalRunId: string;
  input: TransferSetInput;
}

/** How many tables are asked about at once; each may count its rows. */
const QUESTIONS_AT_ONCE = 4;

type PlanDependencies = Pick<
  TransferDependencies,
  'catalog' | 'configurations' | 'databases' | 'isRunOpen' | 'environmentRules' | 'now'
>;

export function createPlanActivities(deps: PlanDependencies) {
  return {
    /**
     * Records the run, asks both databases what there is, and plans every table. Nothing is written to either database.
     * All problems of all tables come in one error.
     */
    async planRun({ runId, temporalRunId, input }: PlanArguments): Promise<PlannedRun> {
      const config = await deps.configurations.get(input.configVersion);
      const settings = config.transferSets[input.set];
      if (!settings)
        throw new LongshoreError(
          'CONFIG_UNKNOWN_NAME',
          `Configuration ${input.configVersion} has no transfer set ${input.set}.`,
        );
      const set = effectiveSet(input.set, settings);
      await beginRun(deps, { runId, temporalRunId, input, target: set.to });
      const place = { runId, configVersion: input.configVersion };
      const rules = await deps.environmentRules({ ...place, environment: set.to });
      const plan = await withHeartbeat(() =>
        deps.databases.use({ ...place, environment: set.from }, (from) =>
          deps.databases.use({ ...place, environment: set.to }, (to) =>
            makePlan({ set, input, rules, from, to, now: deps.now() }),
          ),
        ),
      );
      const { tables, ...rest } = plan;
      await deps.catalog.runs.savePlan(runId, rest);
      await deps.catalog.tables.save(runId, tables);
      return plannedRun(plan);
    },
  };
}

interface Question {
  set: EffectiveSet;
  input: TransferSetInput;
  rules: TargetRules;
  from: Database;
  to: Database;
  now: Date;
}

async function makePlan({ set, input, rules, from, to, now }: Question): Promise<SetPlan> {
  const [existing, source, target] = await Promise.all([from.listTables(), from.ping(), to.ping()]);
  const all = selectTables(set.entries, existing);
  const chosen = input.tables?.length
    ? restrictSelection(all.selected, input.tables)
    : { selected: all.selected, problems: [] };
  const targetOf = ({ source: ref, entry }: SelectedTable<EffectiveTable>) =>
    entry.options.target ?? sameName(ref, from.kind, to.kind);
  const [sources, targets] = await Promise.all([
    from.describeTables(chosen.selected.map(({ source: ref }) => ref)),
    to.describeTables(chosen.selected.map(targetOf)),
  ]);
  const context: SetContext = {
    from: set.from,
    fromKind: from.kind,
    toKind: to.kind,
    to: rules,
    sameDatabase: source.identity === target.identity,
    now,
    timeZone: set.timezone,
    types: rules.readOnly ? refusingTypes(rules.name) : to.target,
  };
  const problems = [...all.problems, ...chosen.problems];
  const described = new Map(sources.map((schema) => [tableId(schema.ref), schema]));
  const there = new Map(targets.map((schema) => [tableId(schema.ref), schema]));
  const candidates = await inParallel(
    chosen.selected,
    QUESTIONS_AT_ONCE,
    async (selected): Promise<TableCandidate[]> => {
      const schema = described.get(tableId(selected.source));
      if (!schema) {
        problems.push(
          new LongshoreError('TABLE_NOT_FOUND', `Table ${tableId(selected.source)} cannot be read in ${set.from}.`, {
            table: tableId(selected.source),
          }),
        );
        return [];
      }
      const targetRef = targetOf(selected);
      return [
        await candidate(
          { schema, targetRef, target: there.get(tableId(targetRef)), selected },
          { context, from, to, rules, problems },
        ),
      ];
    },
  );
  const plan = planSet({
    ...context,
    set: set.name,
    publish: set.publish,
    atomicSet: to.capabilities.atomicSet,
    parallelTables: set.parallelTables,
    tables: candidates.flat(),
    problems,
    warnings: all.warnings,
  });
  const rows = new Map(candidates.flat().map((table) => [tableId(table.source.ref), table.rows.count]));
  return {
    ...plan,
    tables: plan.tables.map((table) => ({
      ...table,
      preview: preview(table, rows.get(tableId(table.source.ref)) ?? -1, from, to),
    })),
  };
}

/** What people want to see before they say yes. */
function preview(plan: TablePlan, count: number, from: Database, to: Database): NonNullable<TablePlan['preview']> {
  const { source, columns, filter, target } = plan;
  const rows = filter.limit === undefined ? count : Math.min(count, filter.limit);
  const share = source.estimatedRows > 0 && rows >= 0 ? Math.min(1, rows / source.estimatedRows) : 1;
  const select = from.source.selectSql({
    table: source.ref,
    columns,
    filter,
    orderBy: source.primaryKey?.columns ?? [],
  });
  return {
    rows,
    bytes: Math.round(source.estimatedBytes * share),
    select,
    ...(!target && { create: to.target.createTableSql(plan) }),
  };
}

interface Chosen {
  schema: TableSchema;
  targetRef: TableSchema['ref'];
  target: TableSchema | undefined;
  selected: SelectedTable<EffectiveTable>;
}

interface Asking extends Pick<Question, 'from' | 'to' | 'rules'> {
  context: SetContext;
  problems: LongshoreError[];
}

/** Adds to a table what only the databases can say: whether its condition is sound, its rows, how it is published. */
async function candidate(
  { schema, targetRef, target, selected }: Chosen,
  { context, from, to, rules, problems }: Asking,
): Promise<TableCandidate> {
  const { options: settings, pattern: entry, path } = selected.entry as EffectiveEntry;
  // Problems of the date filter are found again, and reported, by planSet.
  const filter = planFilter({ source: schema, settings }, context, []);
  const place = { table: tableId(schema.ref), path: settings.where === undefined ? path : `${path}.where` };
  const sound = await attempt(problems, place, () => from.source.checkFilter(schema, filter).then(() => true));
  const limit = maxRows(settings.maxRows, rules);
  const rows = sound ? await attempt(problems, place, () => countRows(from, schema, filter, limit)) : undefined;
  const count = rows?.count ?? schema.estimatedRows;
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
  };
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

/** Stands in for a target that must not be asked: planning ends in READ_ONLY_ENVIRONMENT anyway. */
function refusingTypes(environment: string): SetContext['types'] {
  const refuse = (): never => {
    throw new LongshoreError(
      'READ_ONLY_ENVIRONMENT',
      `Environment ${environment} is read-only, so nothing can be transferred into it.`,
      { environment },
    );
  };
  return { refuses: () => undefined, nativeType: refuse, addColumnSql: refuse };
}

function plannedRun(plan: SetPlan): PlannedRun {
  const { from, to, publish, parallelTables, tables } = plan;
  const earlier = new Set<string>();
  const planned = tables.map(({ source, targetRef, parallel, verify, preview: expected }): PlannedTable => {
    const after = source.foreignKeys
      .map((key) => targetOf(plan, key.to))
      .filter((id): id is string => id !== undefined && earlier.has(id));
    const table = tableId(targetRef);
    earlier.add(table);
    return {
      table,
      estimatedRows: expected?.rows ?? source.estimatedRows,
      parallel,
      verify,
      after: [...new Set(after)],
    };
  });
  return { from, to, publish, parallelTables, tables: planned };
}

const targetOf = ({ tables }: SetPlan, source: TableSchema['ref']): string | undefined => {
  const found = tables.find((table) => tableId(table.source.ref) === tableId(source));
  return found && tableId(found.targetRef);
};
