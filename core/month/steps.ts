/** Decisions about how far files of a month are: pure, so that workflows and tests share them. */
import type { MonthAction, MonthFileState } from '../types/month';
import type { QualityMode } from '../types/quality';

const SETTLED: readonly MonthFileState[] = ['published', 'checked', 'skipped', 'failed', 'cancelled', 'removed'];

/** Whether nothing more is done about a file in this run. */
export const isSettled = (state: MonthFileState): boolean => SETTLED.includes(state);

/** Whether rows get as far as staging tables: to be loaded, or to be checked there. */
export const isStaging = ({ action, quality }: { action: MonthAction; quality: QualityMode }): boolean =>
  action === 'load' || quality === 'warehouse';

/** Files by table, tables and files in the order given. */
export function tablesOf<F extends { table: string }>(files: readonly F[]): F[][] {
  const tables = new Map<string, F[]>();
  for (const file of files) tables.set(file.table, [...(tables.get(file.table) ?? []), file]);
  return [...tables.values()];
}
