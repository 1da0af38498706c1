import type { MonthBatch } from '../../core/types/month-batch';
import type { MonthTable } from '../../core/types/month';
import type { MonthTaskInput } from '../../workflows/month-task/messages';
import { tableOf } from './context';
import type { MonthDependencies, WarehouseRef } from './dependencies';

/** What a task is done with. */
export interface TaskContext {
  deps: MonthDependencies;
  ref: WarehouseRef;
  batch: MonthBatch;
  input: MonthTaskInput;
  signal: AbortSignal;
}

/** Tables of these names, or all. Throws CONFIG_UNKNOWN_NAME. */
export const chosen = (batch: MonthBatch, names: readonly string[] | undefined): MonthTable[] =>
  names?.length ? names.map((name) => tableOf(batch, name)) : batch.tables;
