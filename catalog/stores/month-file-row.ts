import { type Selectable, sql } from 'kysely';
import type { ErrorReport } from '../../core/errors/longshore-error';
import type { DayRange, MonthFileState, MonthPart } from '../../core/types/month';
import type { ScanFigures } from '../../core/types/scan';
import type { CopyResult } from '../../core/types/warehouse';
import { type CatalogTables, orUndefined } from '../database';
import type { MonthFileRecord, MonthPartRecord, MonthStore } from '../month';

/** States of files with which nothing more happens, unless the batch is resumed. */
export const ENDED_STATES: readonly MonthFileState[] = ['published', 'checked', 'skipped', 'failed', 'cancelled'];
/** Those that a resumed batch leaves as they are. */
export const FINAL_STATES: readonly MonthFileState[] = ['published', 'checked', 'skipped'];

export type MonthFileRow = Selectable<CatalogTables['month_files']> & { batch: string };

export const toMonthFile = (row: MonthFileRow): MonthFileRecord => ({
  id: row.id,
  batchId: row.batch_id,
  batch: row.batch,
  path: row.path,
  size: row.size,
  mtimeMs: row.mtime_ms,
  table: row.table_name,
  month: row.month,
  range: orUndefined(row.range as DayRange | null),
  state: row.state as MonthFileState,
  loadId: row.load_id,
  fingerprint: orUndefined(row.fingerprint),
  rows: orUndefined(row.rows),
  packed: row.packed,
  figures: orUndefined(row.figures as ScanFigures | null),
  copyStatement: orUndefined(row.copy_statement),
  publishMark: orUndefined(row.publish_mark),
  copied: orUndefined(row.copied as CopyResult | null),
  qualityId: orUndefined(row.quality_id),
  warnings: row.warnings,
  error: orUndefined(row.error as ErrorReport | null),
  startedAt: orUndefined(row.started_at),
  finishedAt: orUndefined(row.finished_at),
});

export const toMonthPart = (row: Selectable<CatalogTables['month_parts']>): MonthPartRecord => ({
  fileId: row.file_id,
  result: row.result as MonthPart,
  figures: row.figures as ScanFigures,
  uploaded: row.uploaded,
});

/** A file about which nothing is known yet but that it is there. */
export const UNREAD = {
  state: 'waiting',
  fingerprint: null,
  rows: null,
  packed: false,
  figures: null,
  copy_statement: null,
  copied: null,
  quality_id: null,
  warnings: '[]',
  error: null,
  started_at: null,
  finished_at: null,
} as const;

/**
 * Columns that a patch sets. Only keys with a value count; `error` without one takes the error away. A file that is at
 * work again has neither error nor end.
 */
export function patchColumns(patch: Parameters<MonthStore['updateFile']>[1]) {
  const { state } = patch;
  const hasEnded = state !== undefined && ENDED_STATES.includes(state);
  const isAtWork = state !== undefined && !hasEnded;
  return {
    ...(state !== undefined && { state }),
    ...(patch.fingerprint !== undefined && { fingerprint: patch.fingerprint }),
    ...(patch.rows !== undefined && { rows: patch.rows }),
    ...(patch.packed !== undefined && { packed: patch.packed }),
    ...(patch.figures !== undefined && { figures: JSON.stringify(patch.figures) }),
    ...(patch.copyStatement !== undefined && { copy_statement: patch.copyStatement }),
    ...(patch.publishMark !== undefined && { publish_mark: patch.publishMark }),
    ...(patch.copied !== undefined && { copied: JSON.stringify(patch.copied) }),
    ...(patch.qualityId !== undefined && { quality_id: patch.qualityId }),
    ...(patch.warnings !== undefined && { warnings: JSON.stringify(patch.warnings) }),
    ...(patch.error !== undefined
      ? { error: JSON.stringify(patch.error) }
      : ('error' in patch || isAtWork) && { error: null }),
    ...(patch.startedAt !== undefined && { started_at: patch.startedAt }),
    ...(patch.finishedAt !== undefined
      ? { finished_at: patch.finishedAt }
      : hasEnded
        ? { finished_at: sql<Date>`coalesce(finished_at, now())` }
        : isAtWork && { finished_at: null }),
  };
}
