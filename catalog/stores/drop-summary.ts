import { sql } from 'kysely';
import type { FileState } from '../../core/types/drop';
import { CATALOG_SCHEMA, type CatalogDatabase, orUndefined } from '../database';
import type { DropFileStore } from '../drop-files';
import { type DropFileRow, toDropFile } from './drop-file-row';

const FILES = sql.table(`${CATALOG_SCHEMA}.drop_files`);

/** Counts of a folder. Files at work always count, those that ended from `since` on. */
export async function dropSummary(
  db: CatalogDatabase,
  folder: string,
  since?: Date,
): ReturnType<DropFileStore['summary']> {
  const from = since ?? null;
  const inTime = sql<boolean>`(${from}::timestamptz IS NULL OR finished_at IS NULL OR finished_at >= ${from}::timestamptz)`;
  const { rows: counts } = await sql<{
    state: FileState;
    files: number;
    loaded_rows: number;
    oldest_ready: Date | null;
  }>`SELECT state, count(*) AS files, coalesce(sum(rows) FILTER (WHERE state = 'loaded'), 0)::bigint AS loaded_rows,
       min(ready_at) FILTER (WHERE state = 'ready') AS oldest_ready
     FROM ${FILES} WHERE folder = ${folder} AND ${inTime} GROUP BY state`.execute(db);
  const { rows: errors } = await sql<DropFileRow & { of_code: string; error_count: number }>`
    WITH failed AS (
      SELECT id, coalesce(error_code, 'INTERNAL') AS error_code, finished_at FROM ${FILES}
      WHERE folder = ${folder} AND state = 'failed' AND ${inTime}
    ), latest AS (
      SELECT DISTINCT ON (error_code) id, error_code, count(*) OVER (PARTITION BY error_code) AS error_count
      FROM failed ORDER BY error_code, finished_at DESC NULLS LAST, id DESC
    )
    SELECT f.*, latest.error_code AS of_code, error_count FROM latest JOIN ${FILES} AS f USING (id)
    ORDER BY error_count DESC, of_code`.execute(db);
  const look = await db
    .selectFrom('drop_folders')
    .select('last_scan_at')
    .where('folder', '=', folder)
    .executeTakeFirst();
  const oldestReadyAt = counts.find((row) => row.state === 'ready')?.oldest_ready;
  return {
    states: Object.fromEntries(counts.map((row) => [row.state, row.files])),
    rows: counts.reduce((total, row) => total + row.loaded_rows, 0),
    errors: errors.map((row) => ({ code: row.of_code, count: row.error_count, latest: toDropFile(row) })),
    lastScanAt: orUndefined(look?.last_scan_at ?? null),
    oldestReadyAt: orUndefined(oldestReadyAt ?? null),
  };
}
