import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Warehouse } from '../../connectors/warehouse';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { DeletionRecord } from '../../core/types/month';
import type { DeletePreview, MonthTask } from '../../workflows/month-task/messages';
import { describeTable, noTable, tableOf } from './context';
import { deleteMonth, previewDelete } from './delete';
import { note } from './log';
import { restoreMonth } from './restore';
import { nameOf } from './table-columns';
import { chosen, type TaskContext } from './task-context';

export async function previewDeletion(
  { deps, batch, signal }: TaskContext,
  { tables, months }: Extract<MonthTask, { kind: 'delete-preview' }>,
  warehouse: Warehouse,
): Promise<DeletePreview[]> {
  const previews: DeletePreview[] = [];
  for (const table of chosen(batch, tables))
    for (const month of months) {
      const { range } = deps.expectedDays(month, table.quality.calendar);
      previews.push(await previewDelete(warehouse, table, month, range, signal));
    }
  return previews;
}

/** One transaction for each table and month, each recorded with its way back before it is run. */
export async function deleteTables(
  { deps, ref, batch, input, signal }: TaskContext,
  { tables, months, expected }: Extract<MonthTask, { kind: 'delete' }>,
  warehouse: Warehouse,
): Promise<DeletionRecord[]> {
  const deletions: DeletionRecord[] = [];
  const folder = deps.backupFolder(batch);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const table of chosen(batch, tables)) {
    const known = await describeTable(warehouse, table);
    if (!known) throw noTable(table, batch.to);
    for (const month of months) {
      const id = idOf(ref.runId, table.name, month);
      const { range } = deps.expectedDays(month, table.quality.calendar);
      const expectedRows = expected?.[`${nameOf(known)}/${month}`];
      const record = {
        id,
        batch: batch.name,
        table: table.name,
        month,
        environment: batch.to,
        by: input.triggeredBy,
        ...(input.reason !== undefined && { reason: input.reason }),
      };
      if (expectedRows === 0) continue;
      const done = await deleteMonth(warehouse, table, {
        month,
        range,
        mark: {
          id: `delete-${id}`,
          batch: batch.name,
          by: input.triggeredBy,
          ...(input.reason !== undefined && { reason: input.reason }),
        },
        ...(expectedRows !== undefined && { expectedRows }),
        backupFile: join(folder, `${table.name}-${month}-${id}.parquet`),
        onPrepared: ({ rows, backup, restoreSql }) =>
          deps.catalog.months.saveDeletion({
            ...record,
            rows,
            state: 'deleting',
            ...(backup !== undefined && { backup }),
            ...(restoreSql !== undefined && { restoreSql }),
          }),
        signal,
      });
      const earlier = await deps.catalog.months.deletion(id);
      await deps.catalog.months.saveDeletion({ ...earlier, ...record, ...done, state: 'deleted' });
      await deps.catalog.months.noteRemoval({
        table: table.name,
        target: batch.to,
        month,
        from: 'published',
        to: 'removed',
      });
      await deps.catalog.audit.record({
        id: `deletion:${id}`,
        actor: input.triggeredBy,
        action: 'month.deleted',
        subject: `${batch.name}/${table.name}/${month}`,
        details: { rows: done.rows, environment: batch.to, reason: input.reason ?? null, deletion: id },
      });
      await note(
        deps,
        ref.runId,
        'warning',
        `${done.rows.toLocaleString('en')} rows of ${month} deleted from ${nameOf(known)}, as ${id}`,
      );
      const saved = await deps.catalog.months.deletion(id);
      if (saved) deletions.push(saved);
    }
  }
  await forgetBackups({ deps, batch });
  return deletions;
}

/** Backups of more deletions than this were never made of one batch. */
const DELETIONS = 10_000;

/** Removes backups that are older than the batch keeps them; that rows were deleted stays on record. */
async function forgetBackups({ deps, batch }: Pick<TaskContext, 'deps' | 'batch'>): Promise<void> {
  const before = deps.now().getTime() - batch.backups.keepMs;
  for (const deletion of await deps.catalog.months.deletions({ batch: batch.name, limit: DELETIONS })) {
    const { at, backup, ...kept } = deletion;
    if (backup === undefined || at.getTime() >= before) continue;
    await rm(backup, { force: true });
    await deps.catalog.months.saveDeletion(kept);
  }
}

export async function restoreDeletion(
  { deps, ref, batch, input, signal }: TaskContext,
  id: string,
  warehouse: Warehouse,
): Promise<{ deletion: DeletionRecord; rows: number }> {
  const deletion = await deps.catalog.months.deletion(id);
  if (!deletion || deletion.batch !== batch.name)
    throw new LongshoreError('RESTORE_UNAVAILABLE', `There is no deletion ${id} of batch ${batch.name}.`);
  // Another attempt of this run finds what it has restored, and says so; any other run is told that it came too late.
  const begun = (await deps.catalog.runs.get(ref.runId))?.startedAt;
  const { restoredAt } = deletion;
  if (restoredAt && begun && restoredAt < begun)
    throw new LongshoreError(
      'RESTORE_UNAVAILABLE',
      `The rows of deletion ${id} were restored at ${restoredAt.toISOString()}, and a deletion is restored once.`,
      { table: deletion.table },
    );
  const table = tableOf(batch, deletion.table);
  const { range } = deps.expectedDays(deletion.month, table.quality.calendar);
  const rows = await restoreMonth(warehouse, table, {
    deletion,
    range,
    by: input.triggeredBy,
    ...(input.reason !== undefined && { reason: input.reason }),
    signal,
  });
  const { at: _at, ...kept } = deletion;
  await deps.catalog.months.saveDeletion({ ...kept, state: 'restored', restoredAt: deps.now() });
  await deps.catalog.months.noteRemoval({
    table: table.name,
    target: batch.to,
    month: deletion.month,
    from: 'removed',
    to: 'published',
  });
  await deps.catalog.audit.record({
    id: `restoration:${id}`,
    actor: input.triggeredBy,
    action: 'month.restored',
    subject: `${batch.name}/${table.name}/${deletion.month}`,
    details: { rows, environment: batch.to, reason: input.reason ?? null, deletion: id },
  });
  await note(
    deps,
    ref.runId,
    'info',
    `${rows.toLocaleString('en')} rows of ${deletion.month} are back in ${table.table}`,
  );
  return { deletion: (await deps.catalog.months.deletion(id)) ?? deletion, rows };
}

/** The same on every attempt of the run. */
const idOf = (runId: string, table: string, month: string): string =>
  createHash('sha256')
    .update(JSON.stringify([runId, table, month]))
    .digest('hex')
    .slice(0, 12);
