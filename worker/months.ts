import { mkdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Configurations } from '../activities/dependencies';
import type { MonthDependencies } from '../activities/month/dependencies';
import { effectiveBatch } from '../core/month/effective-batch';
import type { MonthBatch } from '../core/types/month-batch';
import { stagingError } from '../storage/disk-errors';
import type { PartStore } from '../storage/part-store';

type BatchesOfConfigurations = Pick<MonthDependencies, 'monthBatch'>;
type FoldersOfLoads = Pick<MonthDependencies, 'loadFolder' | 'removeLoadFolder' | 'checkSpace' | 'backupFolder'>;

/** Batches of stored configurations; their relative paths count from the configuration file of this process. */
export function createMonthBatches(configurations: Configurations, configPath: string): BatchesOfConfigurations {
  const baseDir = dirname(resolve(configPath));
  return {
    async monthBatch({ batch: name, configVersion }) {
      const batch = effectiveBatch(await configurations.get(configVersion), name);
      return { batch, ...(batch.basePath !== undefined && { basePath: resolve(baseDir, batch.basePath) }) };
    },
  };
}

export interface MonthFolderOptions {
  /** The staging folder of the worker. */
  staging: string;
  parts: Pick<PartStore, 'reserve'>;
  configPath: string;
}

/** `STAGING/month/LOAD` holds parts and keys of one load, `STAGING/month-backups/BATCH` the rows of deleted months. */
export function createMonthFolders({ staging, parts, configPath }: MonthFolderOptions): FoldersOfLoads {
  const baseDir = dirname(resolve(configPath));
  const folderOf = (loadId: string): string => join(staging, 'month', loadId);
  return {
    async loadFolder(loadId) {
      const folder = folderOf(loadId);
      await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
        throw stagingError(error, folder);
      });
      return folder;
    },
    async removeLoadFolder(loadId) {
      const folder = folderOf(loadId);
      await rm(folder, { recursive: true, force: true }).catch((error: unknown) => {
        throw stagingError(error, folder);
      });
    },
    checkSpace: () => parts.reserve(0),
    backupFolder: ({ name, backups }: MonthBatch) =>
      backups.path === undefined ? join(staging, 'month-backups', name) : resolve(baseDir, backups.path, name),
  };
}
