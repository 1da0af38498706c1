import { basename } from 'node:path';
import { isBackupOf } from '../../core/drop/backup-name';
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId } from '../../core/types/table';
import type { DropTask, DropTaskResult } from '../../workflows/drop-task/messages';
import { withHeartbeat } from '../heartbeat';
import { acceptFile, type AcceptedFile } from './accept';
import { cleanUpFolder } from './clean-up';
import { folderContext, type FolderContext, type FolderRef, tableRef } from './context';
import type { DropDependencies } from './dependencies';
import { forgetMarks } from './forget-marks';
import { checkHealth } from './health';
import { checkReferenceConfig } from './reference-config';
import { retryFiles } from './retry';
import type { WatchRef } from './scan';
import { ensureTarget } from './tracking';

type Answered = Exclude<DropTask, { kind: 'process' }>;

export function createTaskActivities(deps: DropDependencies) {
  return {
    /** What a folder is asked for, answered at once. */
    async runDropTask({ task, ...ref }: FolderRef & { task: Answered }): Promise<DropTaskResult> {
      return withHeartbeat(async (signal) => answer(await folderContext(deps, ref), task, signal));
    },

    /** Puts a file into the tree and claims it, so that its lifecycle can be started. */
    async acceptFile({
      task,
      requestId,
      ...ref
    }: FolderRef & { task: Extract<DropTask, { kind: 'process' }>; requestId: string }): Promise<AcceptedFile> {
      return withHeartbeat(async () => acceptFile(deps, await folderContext(deps, ref), task, requestId));
    },

    /** Once a day. */
    async tidyFolder(ref: WatchRef): Promise<void> {
      await withHeartbeat(async (signal) => {
        const context = await folderContext(deps, ref);
        await forgetMarks(deps, context);
        await cleanUpFolder(deps, context, { dryRun: false, signal });
      });
    },
  };

  async function answer(context: FolderContext, task: Answered, signal: AbortSignal): Promise<DropTaskResult> {
    switch (task.kind) {
      case 'health':
        return { kind: 'health', ...(await checkHealth(deps, context)) };
      case 'table-info':
        return tableInfo(context, task.table);
      case 'check-config':
        return { kind: 'check-config', findings: await checkReferenceConfig(deps, context, task.repair) };
      case 'clean-up':
        return { kind: 'clean-up', removed: await cleanUpFolder(deps, context, { dryRun: task.dryRun, signal }) };
      case 'retry':
        return { kind: 'retry', files: await retryFiles(deps, context, task) };
      case 'tracking':
        return deps.databases.use(context.target, async (database) => {
          await ensureTarget(database, context);
          const { status, limit } = task;
          const rows = await database.reference.tracked(context.tracking, {
            limit,
            ...(status !== undefined && { status }),
          });
          return { kind: 'tracking', rows };
        });
    }
  }

  async function tableInfo(context: FolderContext, name: string): Promise<DropTaskResult> {
    const ref = tableRef(name, context.settings.schema);
    return deps.databases.use(context.target, async (database) => {
      await ensureTarget(database, context);
      const [table] = await database.describeTables([ref]);
      if (!table)
        throw new LongshoreError(
          'TABLE_NOT_FOUND',
          `${basename(context.target.environment)} has no table ${tableId(ref)}.`,
          {
            table: tableId(ref),
          },
        );
      const [rows, backups, records] = await Promise.all([
        database.target.countRows(ref),
        database.reference.backups(context.settings.backups.schema),
        database.reference.references(context.referenceConfig),
      ]);
      const reference = records.find(
        ({ schemaName, tableName }) => tableId({ schema: schemaName, name: tableName }) === tableId(table.ref),
      );
      return {
        kind: 'table-info',
        table,
        rows,
        backups: backups.filter((backup) => isBackupOf(backup.ref.name, table.ref.name)),
        ...(reference && { reference }),
      };
    });
  }
}
