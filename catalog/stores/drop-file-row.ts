import { type Selectable, sql } from 'kysely';
import type { ErrorReport } from '../../core/errors/longshore-error';
import type { FileDataset, FileLoadType, FilePlan, FileState } from '../../core/types/drop';
import { type CatalogTables, orUndefined } from '../database';
import type { TableVerification } from '../../core/types/transfer';
import type { DropFile, DropFilePatch, FileStep } from '../drop-files';

export type DropFileRow = Selectable<CatalogTables['drop_files']>;

/** States of files that have not ended. */
export const ACTIVE = { watching: 'watching', ready: 'ready', processing: 'processing' } as const;

const hasEnded = (state: FileState): boolean => !(state in ACTIVE);

export function toDropFile(row: DropFileRow): DropFile {
  return {
    id: row.id,
    folder: row.folder,
    path: row.path,
    size: row.size,
    mtimeMs: row.mtime_ms,
    inode: row.inode,
    dataset: row.dataset as FileDataset,
    loadType: row.load_type as FileLoadType,
    state: row.state as FileState,
    groupKey: row.group_key,
    firstScan: row.first_scan,
    firstSeenAt: row.first_seen_at,
    md5: orUndefined(row.md5),
    sha256: orUndefined(row.sha256),
    table: orUndefined(row.table_id),
    plan: orUndefined(row.plan) as FilePlan | undefined,
    rows: orUndefined(row.rows),
    rejected: orUndefined(row.rejected),
    workflowId: orUndefined(row.workflow_id),
    step: orUndefined(row.step) as FileStep | undefined,
    verification: orUndefined(row.verification) as TableVerification | undefined,
    lockedMs: orUndefined(row.locked_ms),
    movedTo: orUndefined(row.moved_to),
    error: orUndefined(row.error) as ErrorReport | undefined,
    publishedAt: orUndefined(row.published_at),
    startedAt: orUndefined(row.started_at),
    finishedAt: orUndefined(row.finished_at),
  };
}

/** Columns that a patch sets. Only keys with a value count; `error` without one takes the error away. */
export function patchColumns(patch: DropFilePatch) {
  const { state } = patch;
  return {
    ...(state !== undefined && { state }),
    ...(patch.md5 !== undefined && { md5: patch.md5 }),
    ...(patch.sha256 !== undefined && { sha256: patch.sha256 }),
    ...(patch.table !== undefined && { table_id: patch.table }),
    ...(patch.plan !== undefined && { plan: JSON.stringify(patch.plan) }),
    ...(patch.rows !== undefined && { rows: patch.rows }),
    ...(patch.rejected !== undefined && { rejected: patch.rejected }),
    ...(patch.workflowId !== undefined && { workflow_id: patch.workflowId }),
    ...(patch.step !== undefined && { step: patch.step }),
    ...(patch.verification !== undefined && { verification: JSON.stringify(patch.verification) }),
    ...(patch.lockedMs !== undefined && { locked_ms: patch.lockedMs }),
    ...(patch.movedTo !== undefined && { moved_to: patch.movedTo }),
    ...('error' in patch && {
      error: patch.error === undefined ? null : JSON.stringify(patch.error),
      error_code: patch.error?.code ?? null,
    }),
    ...(patch.publishedAt !== undefined && { published_at: patch.publishedAt }),
    ...(patch.startedAt !== undefined && { started_at: patch.startedAt }),
    ...(state === ACTIVE.ready && { ready_at: sql<Date>`coalesce(ready_at, now())` }),
    // An end without a time would never be purged.
    ...(patch.finishedAt !== undefined
      ? { finished_at: patch.finishedAt }
      : state !== undefined && hasEnded(state) && { finished_at: sql<Date>`coalesce(finished_at, now())` }),
  };
}
