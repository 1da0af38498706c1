/** The factories of all activities, and the types that workflows call them by. */
import type { TransferDependencies } from './dependencies';
import type { DropDependencies } from './drop/dependencies';
import { createFilingActivities } from './drop/file-away';
import { createDropNotifyActivities } from './drop/notify-drop';
import { createFileActivities, createFilePartActivities } from './drop/process';
import { createScanActivities } from './drop/scan';
import { createTaskActivities } from './drop/tasks';
import { createCloseActivities } from './month/close';
import { createCopyActivities } from './month/copy';
import type { MonthDependencies } from './month/dependencies';
import { createJudgeActivities } from './month/judge';
import { createPackActivities } from './month/pack';
import { createMonthPlanActivities } from './month/plan';
import { createPublishTableActivities } from './month/publish-table';
import { createFileTaskActivities, createMonthTaskActivities } from './month/tasks';
import { createMonthNotifyActivities } from './notify/notify-month';
import { createNotifyActivities } from './notify/notify-run';
import type { NotifyDependencies } from './notify/dependencies';
import { createPartActivities } from './transfer/parts';
import { createPlanActivities } from './transfer/plan';
import { createPublishActivities } from './transfer/publish';
import { createRunActivities } from './transfer/runs';
import { createSnapshotActivities } from './transfer/snapshot';
import { createTableActivities } from './transfer/tables';
import { createVerifyActivities } from './transfer/verify';

export type { ClaimedFile, WatchSettings } from './drop/scan';
export type { PlannedBatch, PlannedMonth } from './month/plan';
export type { PlannedRun, PlannedTable } from './transfer/plan';

/** Everything of transfers but moving rows: quick, or waiting for a database to do the work. */
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

/** Everything of drop folders but loading the slices of large files. */
export const createDropActivities = (deps: DropDependencies & NotifyDependencies) => ({
  ...createScanActivities(deps),
  ...createFileActivities(deps),
  ...createFilingActivities(deps),
  ...createTaskActivities(deps),
  ...createDropNotifyActivities(deps),
});

/** Everything of month batches but reading files: quick, or waiting for a warehouse to do the work. */
export const createMonthActivities = (deps: MonthDependencies & NotifyDependencies) => ({
  ...createMonthPlanActivities(deps),
  ...createCopyActivities(deps),
  ...createJudgeActivities(deps),
  ...createPublishTableActivities(deps),
  ...createCloseActivities(deps),
  ...createMonthTaskActivities(deps),
  ...createMonthNotifyActivities(deps),
});

/** Reading huge files. */
export const createMonthFileActivities = (deps: MonthDependencies) => ({
  ...createPackActivities(deps),
  ...createJudgeActivities(deps),
  ...createFileTaskActivities(deps),
});

export { createFilePartActivities, createPartActivities };

export type ControlActivities = ReturnType<typeof createControlActivities>;
export type PartActivities = ReturnType<typeof createPartActivities>;
export type DropActivities = ReturnType<typeof createDropActivities>;
export type MonthActivities = ReturnType<typeof createMonthActivities>;
export type MonthFileActivities = ReturnType<typeof createMonthFileActivities>;
export type FilePartActivities = ReturnType<typeof createFilePartActivities>;
