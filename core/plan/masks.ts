/** Which columns of a set are masked and how: the rules as written, what follows from them along foreign keys, what is in doubt. */
import { checkMask, maskWarnings, needsKey, resolveMask } from '../mask/rules';
import { propagateMasks } from '../mask/propagate';
import { LongshoreError } from '../errors/longshore-error';
import type { ColumnMask } from '../types/mask';
import { tableId } from '../types/table';
import type { ColumnPlan, TablePlan } from '../types/transfer';
import type { TableCandidate } from './table-plan';
import { didYouMean, listWords } from './suggest';

/** Rules of one table by the true names of its source columns. */
export interface TableMasks {
  masks: Record<string, ColumnMask>;
  /** Columns that somebody looked at and found harmless. */
  kept: string[];
}

export interface PlannedTableMasks {
  candidate: TableCandidate;
  plan: TablePlan;
}

/**
 * Gives the columns of the plans their masks. Problems: COLUMN_NOT_FOUND, MASK_INVALID, MASK_KEY_MISSING, each by table and
 * column. Warnings stand in the plans.
 */
export function maskSet(
  tables: readonly PlannedTableMasks[],
  options: { hasMaskKey: boolean },
): { plans: TablePlan[]; decided: TableMasks[]; problems: LongshoreError[] } {
  const problems: LongshoreError[] = [];
  const own = tables.map(({ candidate }) => ownRules(candidate, problems));
  const spread = propagateMasks(
    tables.map(({ plan }, index) => ({ table: plan.source, ...own[index]!, widths: targetWidths(plan) })),
  );
  problems.push(...spread.problems);
  const decided = own.map(({ kept }, index) => ({ masks: spread.masks[index] ?? {}, kept }));
  const plans = tables.map(({ plan, candidate }, index) => {
    const { masks } = decided[index]!;
    const warnings: string[] = [...(spread.notes[index] ?? [])];
    const columns = plan.columns.map((column): ColumnPlan => {
      const mask = masks[column.source];
      if (mask === undefined) return column;
      const facts = factsOf(plan, column);
      const place = {
        table: tableId(plan.source.ref),
        ...(candidate.path !== undefined && { path: `${candidate.path}.mask` }),
      };
      const problem = checkMask(mask, facts, place);
      if (problem) problems.push(problem);
      else warnings.push(...maskWarnings(mask, facts, place));
      return { ...column, mask, ...(facts.maxLength !== undefined && { maxLength: facts.maxLength }) };
    });
    problems.push(...checkShiftColumns(plan, masks));
    return { ...plan, columns, warnings: [...plan.warnings, ...warnings] };
  });
  const keyed = plans.flatMap(({ source, columns }) =>
    columns.filter(({ mask }) => mask && needsKey(mask)).map(({ source: name }) => `${tableId(source.ref)}.${name}`),
  );
  if (keyed.length > 0 && !options.hasMaskKey) {
    problems.push(
      new LongshoreError(
        'MASK_KEY_MISSING',
        `The masks of ${listWords(keyed.slice(0, 5))}${keyed.length > 5 ? ' and others' : ''} need a masking key, and the configuration has none.`,
        { path: 'masking.key' },
      ),
    );
  }
  return { plans, decided, problems };
}

/** Room for text in the target, by name of the source column. */
const targetWidths = ({ columns, target }: TablePlan): Record<string, number> =>
  Object.fromEntries(
    columns.flatMap(({ source, target: name }) => {
      const width = target?.columns.find((column) => column.name === name)?.maxLength;
      return width === undefined ? [] : [[source, width]];
    }),
  );

/** What a rule has to know of the column it masks; the narrower of source and target limits a text. */
function factsOf(plan: TablePlan, column: ColumnPlan) {
  const source = plan.source.columns.find(({ name }) => name === column.source);
  const target = plan.target?.columns.find(({ name }) => name === column.target);
  const limits = [source?.maxLength, target?.maxLength].filter((length) => length !== undefined);
  const keys = [
    plan.source.primaryKey,
    ...plan.source.uniqueKeys,
    plan.target?.primaryKey,
    ...(plan.target?.uniqueKeys ?? []),
  ];
  return {
    name: column.source,
    nativeType: column.sourceType,
    logical: column.logical,
    nullable: (target ?? source)?.nullable ?? true,
    isKey: keys.some((key) => key?.columns.some((name) => name === column.source || name === column.target)),
    ...(limits.length > 0 && { maxLength: Math.min(...limits) }),
  };
}

function ownRules({ source, settings, path }: TableCandidate, problems: LongshoreError[]): TableMasks {
  const rules: TableMasks = { masks: {}, kept: [] };
  const names = source.columns.map(({ name }) => name);
  for (const [written, rule] of Object.entries(settings.mask)) {
    const name = nameAmong(names, written);
    if (name === undefined) {
      const id = tableId(source.ref);
      problems.push(
        new LongshoreError(
          'COLUMN_NOT_FOUND',
          `Table ${id} has no column '${written}' to mask.${didYouMean(written, names)}`,
          { table: id, column: written, ...(path !== undefined && { path: `${path}.mask` }) },
        ),
      );
      continue;
    }
    const mask = resolveMask(rule);
    if (mask === undefined) rules.kept.push(name);
    else if (mask.rule === 'date-shift' && mask.by !== undefined)
      rules.masks[name] = { ...mask, by: nameAmong(names, mask.by) ?? mask.by };
    else rules.masks[name] = mask;
  }
  return rules;
}

/** The column that is meant: of that very name, or the only one when letter case is not looked at. */
function nameAmong(names: readonly string[], written: string): string | undefined {
  if (names.includes(written)) return written;
  const alike = names.filter((name) => name.toLowerCase() === written.toLowerCase());
  return alike.length === 1 ? alike[0] : undefined;
}

/** The column that decides a shift has to travel along. */
function checkShiftColumns({ source, columns }: TablePlan, masks: Record<string, ColumnMask>): LongshoreError[] {
  const id = tableId(source.ref);
  const names = columns.map((column) => column.source);
  return Object.entries(masks).flatMap(([column, mask]) => {
    if (mask.rule !== 'date-shift' || mask.by === undefined) return [];
    if (names.includes(mask.by)) return [];
    return [
      new LongshoreError(
        'COLUMN_NOT_FOUND',
        `Table ${id} copies no column '${mask.by}' by which ${column} could be shifted.${didYouMean(mask.by, names)}`,
        { table: id, column: mask.by },
      ),
    ];
  });
}
