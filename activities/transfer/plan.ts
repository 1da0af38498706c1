import type { Database } from '../../connectors/connector';
import { effectiveSet, type EffectiveSet, type EffectiveTable } from '../../core/config/effective-set';
import { LongshoreError } from '../../core/errors/longshore-error';
import { slowAfterSeconds } from '../../core/notify/slow';
import { namedDatabases, restrictSelection, selectTables, type SelectedTable } from '../../core/plan/select-tables';
import { sameName } from '../../core/plan/same-name';
import { planSet } from '../../core/plan/set-plan';
import type { SetContext, TableCandidate } from '../../core/plan/table-plan';
import { tableId, type TableRef, type TableSchema } from '../../core/types/table';
import type { SetPlan, TablePlan } from '../../core/types/transfer';
import type { PublishScope, VerifyLevel } from '../../schemas/constants';
import type { TransferSetInput } from '../../workflows/transfer-set/messages';
import { withHeartbeat } from '../heartbeat';
import { inParallel } from '../in-parallel';
import { beginRun } from '../begin-run';
import { candidate, type PlanDependencies, type Question } from './candidates';

/** What the workflow needs to know of a table; the plan itself lies in the catalog. */
export interface PlannedTable {
  /** `schema.name` of the target. */
  table: string;
  estimatedRows: number;
  parallel: number;
  verify: VerifyLevel;
  /** Whether foreign keys are looked at before it is published. */
  checkReferences: boolean;
  /** Tables of the set that this one refers to and that are loaded before it. */
  after: string[];
}

export interface PlannedRun {
  from: string;
  to: string;
  publish: PublishScope;
  parallelTables: number;
  tables: PlannedTable[];
  /** A run that takes longer than this is far slower than usual. */
  slowAfterSeconds?: number;
}

export interface PlanArguments {
  runId: string;
  temporalRunId: string;
  input: TransferSetInput;
}

/** How many tables are asked about at once; each may count its rows. */
const QUESTIONS_AT_ONCE = 4;

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
      const { configVersion, triggeredBy, reason, dryRun = false } = input;
      await beginRun(deps, {
        runId,
        temporalRunId,
        kind: 'transfer',
        name: input.set,
        target: set.to,
        configVersion,
        triggeredBy,
        ...(reason !== undefined && { reason }),
        dryRun,
        input,
      });
      const place = { runId, configVersion: input.configVersion };
      const rules = await deps.environmentRules({ ...place, environment: set.to });
      const plan = await withHeartbeat(() =>
        deps.databases.use({ ...place, environment: set.from }, (from) =>
          deps.databases.use({ ...place, environment: set.to }, (to) =>
            makePlan({
              set,
              input,
              rules,
              from,
              to,
              now: deps.now(),
              deps,
              runId,
              hasMaskKey: config.masking.key !== undefined,
            }),
          ),
        ),
      );
      const { tables, ...rest } = plan;
      await deps.catalog.runs.savePlan(runId, rest);
      await deps.catalog.tables.save(runId, tables);
      const { slow } = config.notifications;
      const past = { kind: 'transfer', name: input.set, target: set.to, limit: slow.runs } as const;
      const seconds = slowAfterSeconds(await deps.catalog.runs.durations(past), slow, settings.expectedDuration);
      return { ...plannedRun(plan), ...(seconds !== undefined && { slowAfterSeconds: seconds }) };
    },
  };
}

async function makePlan(question: Question): Promise<SetPlan> {
  const { set, input, rules, from, to, now, deps, hasMaskKey } = question;
  const [existing, source, target] = await Promise.all([listTables(from, set), from.ping(), to.ping()]);
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
  const types = deps.types(to.kind);
  const context: SetContext = {
    from: set.from,
    fromKind: from.kind,
    toKind: to.kind,
    to: rules,
    sameDatabase: source.identity === target.identity,
    now,
    timeZone: set.timezone,
    hasMaskKey,
    readable: (nativeType) => deps.types(from.kind).logical(nativeType),
    types: {
      fits: (column, nativeType) => types.fits(column, nativeType),
      nativeType: (column, kind) => types.nativeType(column, kind),
      addColumnSql: (table, column) => to.target.addColumnSql(table, column),
    },
  };
  const problems = [...all.problems, ...chosen.problems];
  const described = new Map(sources.map((schema) => [tableId(schema.ref), schema]));
  const found = findDescribed(targets, chosen.selected.map(targetOf));
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
      const wanted = targetOf(selected);
      const target = found(wanted);
      return [await candidate({ schema, targetRef: target?.ref ?? wanted, target, selected }, question, problems)];
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
    warnings: [...all.warnings, ...(from.capabilities.sharedSnapshot ? [] : [withoutSnapshot(set.from)])],
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

/**
 * Finds the table that the target has under a name. Where the database pays no heed to letter case, it has answered with
 * tables of names that nobody asked for to the letter.
 */
function findDescribed(
  tables: readonly TableSchema[],
  asked: readonly TableRef[],
): (ref: TableRef) => TableSchema | undefined {
  const exact = new Map(tables.map((table) => [tableId(table.ref), table]));
  const names = new Set(asked.map(tableId));
  const others = new Map(
    tables.filter(({ ref }) => !names.has(tableId(ref))).map((table) => [tableId(table.ref).toLowerCase(), table]),
  );
  return (ref) => exact.get(tableId(ref)) ?? others.get(tableId(ref).toLowerCase());
}

const withoutSnapshot = (environment: string): string =>
  `${environment} gives no snapshot, so tables are read as they stand when their turn comes. One that changes while it is read fails its verification; rows of different tables may be of different moments. In SQL Server, ALTER DATABASE … SET ALLOW_SNAPSHOT_ISOLATION ON mends it (docs/sql-server.md).`;

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

/** Tables of the environment's database, and of other databases that entries name by three parts. */
async function listTables(from: Database, { entries }: EffectiveSet): ReturnType<Database['listTables']> {
  const databases = from.capabilities.crossDatabase ? namedDatabases(entries) : [];
  const lists = await Promise.all([from.listTables(), ...databases.map((database) => from.listTables(database))]);
  return lists.flat();
}

function plannedRun(plan: SetPlan): PlannedRun {
  const { from, to, publish, parallelTables, tables } = plan;
  const earlier = new Set<string>();
  const planned = tables.map(({ source, targetRef, parallel, verify, references, preview: expected }): PlannedTable => {
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
      checkReferences: references !== 'off',
      after: [...new Set(after)],
    };
  });
  return { from, to, publish, parallelTables, tables: planned };
}

const targetOf = ({ tables }: SetPlan, source: TableSchema['ref']): string | undefined => {
  const found = tables.find((table) => tableId(table.source.ref) === tableId(source));
  return found && tableId(found.targetRef);
};
