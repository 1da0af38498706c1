/** Decisions about how far files of a month are: pure, so that workflows and tests share them. */
import type { MonthFileState } from '../types/month';

const SETTLED: readonly MonthFileState[] = ['published', 'checked', 'skipped', 'failed', 'cancelled', 'removed'];

/** Whether nothing more is done about a file in this run. */
export const isSettled = (state: MonthFileState): boolean => SETTLED.includes(state);

/** Files by table, tables and files in the order given. */
export function tablesOf<F extends { table: string }>(files: readonly F[]): F[][] {
  const tables = new Map<string, F[]>();
  for (const file of files) tables.set(file.table, [...(tables.get(file.table) ?? []), file]);
  return [...tables.values()];
}
