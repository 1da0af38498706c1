import type { Catalog, RunRecord, RunTableRecord } from '../../catalog/catalog';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { SetPlan } from '../../core/types/transfer';
import type { EnvironmentRef } from '../dependencies';

/** A planned run with the places it reads from and writes to. */
export interface RunContext {
  run: RunRecord;
  plan: Omit<SetPlan, 'tables'>;
  source: EnvironmentRef;
  target: EnvironmentRef;
}

/** Looks up a run that has been planned. */
export async function runContext(catalog: Catalog, runId: string): Promise<RunContext> {
  const run = await catalog.runs.get(runId);
  if (!run?.plan)
    throw new LongshoreError('RUN_NOT_FOUND', `Run ${runId} is not in the catalog, or was never planned.`);
  const { configVersion, plan } = run;
  return {
    run,
    plan,
    source: { runId, configVersion, environment: plan.from },
    target: { runId, configVersion, environment: plan.to },
  };
}

/** The record of one table of a run. */
export async function runTable(catalog: Catalog, runId: string, table: string): Promise<RunTableRecord> {
  const record = await catalog.tables.get(runId, table);
  if (!record)
    throw new LongshoreError('RUN_NOT_FOUND', `Run ${runId} has no table ${table} in the catalog.`, { table });
  return record;
}
