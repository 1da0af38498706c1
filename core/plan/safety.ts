import { LongshoreError } from '../errors/longshore-error';
import { type TableRef, tableId } from '../types/table';
import { matchesPattern } from './pattern';

/** What an environment forbids as a target. */
export interface TargetRules {
  name: string;
  readOnly: boolean;
  /** Names or patterns; without a schema they protect a table of that name in every schema. */
  protectedTables: readonly string[];
  maxRowsPerTable?: number;
}

/** READ_ONLY_ENVIRONMENT when nothing may be written to the target at all. */
export function checkWritable(target: TargetRules): LongshoreError[] {
  if (!target.readOnly) return [];
  return [
    new LongshoreError(
      'READ_ONLY_ENVIRONMENT',
      `Environment ${target.name} is read-only, so nothing can be transferred into it.`,
      { environment: target.name },
    ),
  ];
}

/** PROTECTED_TABLE when the environment lists the table. Letter case never opens a protected table. */
export function checkProtected(table: TableRef, target: TargetRules): LongshoreError[] {
  const id = tableId(table);
  const rule = target.protectedTables.find((pattern) =>
    matchesPattern(pattern, pattern.includes('.') ? id : table.name, true),
  );
  if (rule === undefined) return [];
  const by = rule === id ? '' : ` (by '${rule}')`;
  return [
    new LongshoreError(
      'PROTECTED_TABLE',
      `Table ${id} is protected${by} in environment ${target.name} and will not be written.`,
      { environment: target.name, table: id },
    ),
  ];
}

/**
 * MAX_ROWS_EXCEEDED by the table's own limit or the environment's, whichever is lower. `rows` is what the filter
 * leaves; -1 when nobody knows.
 */
export function checkRows(
  table: TableRef,
  rows: { count: number; exact: boolean },
  limits: { table?: number | undefined; environment: TargetRules },
): LongshoreError[] {
  const max = maxRows(limits.table, limits.environment);
  if (max === undefined || rows.count <= max) return [];
  const id = tableId(table);
  const isTables = max === limits.table;
  const whose = isTables ? 'the table allows' : `environment ${limits.environment.name} allows per table`;
  return [
    new LongshoreError(
      'MAX_ROWS_EXCEEDED',
      `Table ${id} has ${rows.exact ? '' : 'about '}${rows.count} rows to transfer; ${whose} ${max}.`,
      {
        table: id,
        ...(!isTables && { environment: limits.environment.name }),
      },
    ),
  ];
}

/** The limit that holds for a table, if any. */
export function maxRows(table: number | undefined, environment: TargetRules): number | undefined {
  const limits = [table, environment.maxRowsPerTable].filter((limit) => limit !== undefined);
  return limits.length === 0 ? undefined : Math.min(...limits);
}

/** SAME_DATABASE when a table would be copied onto itself. */
export function checkSameTable(
  source: TableRef,
  target: TableRef,
  environments: { from: string; to: string; sameDatabase: boolean },
): LongshoreError[] {
  if (!environments.sameDatabase || tableId(source) !== tableId(target)) return [];
  const id = tableId(target);
  return [
    new LongshoreError(
      'SAME_DATABASE',
      `Environments ${environments.from} and ${environments.to} are the same database, so table ${id} would be copied onto itself.`,
      { environment: environments.to, table: id },
    ),
  ];
}
