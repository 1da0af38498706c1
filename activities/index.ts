/** The factories of all activities, and the types that workflows call them by. */
import type { TransferDependencies } from './dependencies';
import { createNotifyActivities } from './notify/notify-run';
import type { NotifyDependencies } from './notify/dependencies';
import { createPartActivities } from './transfer/parts';
import { createPlanActivities } from './transfer/plan';
import { createPublishActivities } from './transfer/publish';
import { createRunActivities } from './transfer/runs';
import { createSnapshotActivities } from './transfer/snapshot';
import { createTableActivities } from './transfer/tables';
import { createVerifyActivities } from './transfer/verify';

export type { PlannedRun, PlannedTable } from './transfer/plan';

/** Everything but moving rows: quick, or waiting for a database to do the work. */
export const createControlActivities = (
  deps: TransferDependencies & NotifyDependencies & { lockTimeoutMs: number },
) => ({
  ...createPlanActivities(deps),
  ...createSnapshotActivities(deps),
  ...createTableActivities(deps),
  ...createVerifyActivities(deps),
  ...createPublishActivities(deps),
  ...createRunActivities(deps),
  ...createNotifyActivities(deps),
});

export { createPartActivities };

export type ControlActivities = ReturnType<typeof createControlActivities>;
export type PartActivities = ReturnType<typeof createPartActivities>;
