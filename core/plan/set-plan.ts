import type { PublishScope } from '../../schemas/constants';
import { LongshoreError } from '../errors/longshore-error';
import { tableId } from '../types/table';
import type { SetPlan, TablePlan } from '../types/transfer';
import { maskSet } from './masks';
import { undecidedColumns, withoutColumns } from './personal-data';
import { combineProblems } from './problems';
import { checkWritable } from './safety';
import { duplicateTargets } from './select-tables';
import { keyWarnings, orderSet } from './set-order';
import { planTable, type SetContext, type TableCandidate } from './table-plan';

/** Everything that planning a set needs to know; the answers of both databases are already in it. */
export interface SetInput extends SetContext {
  set: string;
  publish: PublishScope;
  /** The target can publish many tables in one transaction. */
  atomicSet: boolean;
  parallelTables: number;
  tables: readonly TableCandidate[];
  /** What was found before, e.g. by `selectTables` and by checking conditions; reported with the rest. */
  problems?: readonly LongshoreError[];
  warnings?: readonly string[];
}

/**
 * The plan of a whole set. Every problem of every table is found before anything is reported: one error, with the code
 * of the first and a message that lists all, so that one bad table does not hide the next.
 */
export function planSet(input: SetInput): SetPlan {
  const tables = input.tables.filter((table) => !isStrayView(table));
  const fitted = tables.map((table) => planTable(table, input));
  const masked = maskSet(
    tables.map((candidate, index) => ({ candidate, plan: fitted[index]!.plan })),
    input,
  );
  const undecided = tables.map((table, index) => undecidedColumns(table, masked.plans[index]!, masked.decided[index]!));
  const planned = fitted.map(({ problems: own }, index) => {
    const { problems, warnings, leftOut } = undecided[index]!;
    const plan = withoutColumns(masked.plans[index]!, leftOut);
    return { plan: { ...plan, warnings: [...plan.warnings, ...warnings] }, problems: [...own, ...problems] };
  });
  const order = orderSet(planned.map(({ plan }) => plan));
  const duplicates = duplicateTargets(
    tables.map(({ source, targetRef, entry, path }) => ({
      source: source.ref,
      targetRef,
      entry,
      ...(path !== undefined && { path }),
    })),
  );
  const problems = [
    ...checkWritable(input.to),
    ...(input.problems ?? []),
    ...duplicates,
    ...planned.flatMap((table) => table.problems),
    ...masked.problems,
    // Two tables under one name would be counted as one in the order, so circles are only told of once that is right.
    ...(duplicates.length === 0 ? order.problems : []),
  ];
  if (problems.length === 0 && tables.length === 0)
    problems.push(new LongshoreError('NO_TABLES_MATCH', `Transfer set ${input.set} has no table to copy.`));
  if (problems.length > 0) throw combineProblems(problems);

  const byId = new Map(planned.map(({ plan }) => [tableId(plan.targetRef), plan]));
  for (const warning of keyWarnings([...byId.values()])) byId.get(tableId(warning.table))!.warnings.push(warning.text);
  const published = input.publish === 'set' && !input.atomicSet ? 'table' : input.publish;
  return {
    set: input.set,
    from: input.from,
    to: input.to.name,
    publish: published,
    tables: order.order.map((ref): TablePlan => byId.get(tableId(ref))!),
    cycleKeys: order.opened,
    parallelTables: input.parallelTables,
    warnings: [
      ...(input.warnings ?? []),
      ...input.tables
        .filter(isStrayView)
        .map(
          ({ source, entry }) =>
            `${tableId(source.ref)} is a view and left out of '${entry}'; name it in an entry of its own to copy it.`,
        ),
      ...(published === input.publish
        ? []
        : [`${input.to.name} cannot publish several tables in one transaction, so each becomes visible by itself.`]),
    ],
  };
}

/** A view that only a pattern chose: `*` means tables. */
const isStrayView = ({ byWildcard, source }: TableCandidate): boolean =>
  byWildcard && source.kind !== 'table' && source.kind !== 'partitioned';
