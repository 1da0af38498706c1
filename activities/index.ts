/** The factories of all activities, and the types that workflows call them by. */
import type { TransferDependencies } from './dependencies';
import { createPartActivities } from './transfer/parts';
import { createPlanActivities } from './transfer/plan';
import { createPublishActivities } from './transfer/publish';
import { createRunActivities } from './transfer/runs';
import { createSnapshotActivities } from './transfer/snapshot';
import { createTableActivities } from './transfer/tables';

export type { PlannedRun, PlannedTable } from './transfer/plan';

/** Everything but moving rows: quick, or waiting for a database to do the work. */
export const createControlActivities = (deps: TransferDependencies & { lockTimeoutMs: number }) => ({
  ...createPlanActivities(deps),
  ...createSnapshotActivities(deps),
  ...createTableActivities(deps),
  ...createPublishActivities(deps),
  ...createRunActivities(deps),
});

export { createPartActivities };

export type ControlActivities = ReturnType<typeof createControlActivities>;
export type PartActivities = ReturnType<typeof createPartActivities>;
