/** Times and shares of dropped files, counted by Postgres: a million of them are read in seconds and none is sent. */
import { sql } from 'kysely';
import type { FolderFigures, Spread } from '../../core/drop/performance';
import { SMALL_BYTES } from '../../core/drop/small';
import type { VerifyLevel } from '../../schemas/constants';
import { CATALOG_SCHEMA, type CatalogDatabase, orUndefined } from '../database';

const FILES = sql.table(`${CATALOG_SCHEMA}.drop_files`);

/** Tables that are told of one by one. */
const MOST_TABLES = 20;

const ENDED = sql.raw(`state IN ('loaded', 'failed', 'retried', 'skipped', 'cancelled')`);
/** As the index on ended files says it. */
const IS_ENDED = sql.raw(`state NOT IN ('watching', 'ready', 'processing')`);

/** Sorting a million times and waits takes this; on disk it takes several times as long. */
const SORT_MEMORY = sql.raw(`SET LOCAL work_mem = '64MB'`);

/** How fast the files of a folder went that ended from `since` on, all at one moment. */
export function dropFigures(db: CatalogDatabase, folder: string, since?: Date): Promise<FolderFigures> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      await SORT_MEMORY.execute(tx);
      return readFigures(tx, folder, since);
    });
}

async function readFigures(db: CatalogDatabase, folder: string, since?: Date): Promise<FolderFigures> {
  const from = since ?? null;
  const epoch = (time: string) => sql.raw(`date_part('epoch', ${time}) * 1000`);
  // Each time is made a number once (OFFSET 0), for intervals cost most. Files that nobody dropped begin when they are
  // added, and wait for nothing.
  const ended = sql`(
    SELECT *, CASE WHEN began IS NOT NULL THEN greatest(finish - began, 0) END AS ms,
      CASE WHEN ready IS NOT NULL AND began IS NOT NULL THEN greatest(began - ready, 0) END AS waited
    FROM (
      SELECT id, state, rows, size, table_id COLLATE "C" AS table_id, ${epoch('finished_at')} AS finish,
        ${epoch('CASE WHEN first_scan = 0 THEN coalesce(started_at, ready_at) ELSE started_at END')} AS began,
        ${epoch('CASE WHEN first_scan > 0 THEN ready_at END')} AS ready,
        CASE WHEN state = 'loaded' AND size <= ${SMALL_BYTES}::bigint THEN step END AS small_step
      FROM ${FILES}
      WHERE folder = ${folder} AND ${IS_ENDED} AND ${ENDED} AND finished_at IS NOT NULL
        AND (${from}::timestamptz IS NULL OR finished_at >= ${from}::timestamptz)
      OFFSET 0
    ) AS file)`;
  const { rows: totals } = await sql<Totals>`
    WITH ended AS MATERIALIZED (SELECT id, state, rows, size, finish, began, waited, small_step, ms FROM ${ended} AS ended),
    busy AS (
      SELECT coalesce(sum(finish - greatest(began, before)), 0) AS busy
      FROM (SELECT began, finish, max(finish) OVER (ORDER BY began ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
            FROM ended WHERE began <= finish) AS span
      WHERE before IS NULL OR finish > before
    ), slowest AS (
      SELECT json_build_object('path', f.path, 'table', f.table_id, 'rows', coalesce(f.rows, 0), 'bytes', f.size, 'ms', longest.ms) AS slowest
      FROM (SELECT id, ms FROM ended WHERE state = 'loaded' AND ms IS NOT NULL ORDER BY ms DESC, id LIMIT 1) AS longest
      JOIN ${FILES} AS f USING (id)
    )
    SELECT count(*) FILTER (WHERE state = 'loaded') AS loaded,
      count(*) FILTER (WHERE state IN ('failed', 'retried')) AS failed,
      count(*) FILTER (WHERE state = 'skipped') AS skipped,
      count(*) FILTER (WHERE state = 'cancelled') AS cancelled,
      coalesce(sum(rows) FILTER (WHERE state = 'loaded'), 0)::bigint AS rows,
      coalesce(sum(size) FILTER (WHERE state = 'loaded'), 0)::bigint AS bytes,
      count(ms) AS worked, coalesce(sum(ms), 0) AS work, (SELECT busy FROM busy) AS busy,
      count(*) FILTER (WHERE small_step = 'direct') AS direct,
      count(*) FILTER (WHERE small_step = 'published') AS staged,
      percentile_cont(ARRAY[0.5, 0.95, 1]) WITHIN GROUP (ORDER BY ms) FILTER (WHERE state = 'loaded') AS took,
      percentile_cont(ARRAY[0.5, 0.95, 1]) WITHIN GROUP (ORDER BY waited) AS waited,
      (SELECT slowest FROM slowest) AS slowest
    FROM ended`.execute(db);
  const { rows: tables } = await sql<TableRow>`
    WITH by_table AS (
      SELECT table_id, count(*) AS files, coalesce(sum(rows), 0)::bigint AS rows, sum(size)::bigint AS bytes,
        coalesce(sum(ms), 0) AS ms, coalesce(percentile_cont(0.95) WITHIN GROUP (ORDER BY ms), 0) AS p95,
        count(*) FILTER (WHERE small_step = 'direct') AS direct,
        count(*) FILTER (WHERE small_step = 'published') AS staged,
        max(id) FILTER (WHERE small_step = 'published') AS latest, count(*) OVER () AS table_count
      FROM ${ended} AS ended WHERE state = 'loaded' AND table_id IS NOT NULL
      GROUP BY table_id ORDER BY ms DESC, table_id LIMIT ${MOST_TABLES}
    )
    SELECT by_table.*, f.plan->'table'->>'mode' AS mode, f.plan->'table'->>'targetKind' AS target_kind,
      f.plan->'table'->>'verify' AS verify,
      coalesce((f.plan->'table'->'target'->>'estimatedRows')::float8, 0) AS table_rows
    FROM by_table LEFT JOIN ${FILES} AS f ON f.id = by_table.latest ORDER BY ms DESC, by_table.table_id`.execute(db);
  return figuresOf(totals[0]!, tables);
}

interface Totals {
  loaded: number;
  failed: number;
  skipped: number;
  cancelled: number;
  rows: number;
  bytes: number;
  worked: number;
  work: number;
  busy: number;
  direct: number;
  staged: number;
  took: (number | null)[] | null;
  waited: (number | null)[] | null;
  slowest: (Omit<NonNullable<FolderFigures['slowest']>, 'table'> & { table: string | null }) | null;
}

interface TableRow {
  table_id: string;
  files: number;
  rows: number;
  bytes: number;
  ms: number;
  p95: number;
  direct: number;
  staged: number;
  mode: string | null;
  target_kind: string | null;
  verify: string | null;
  table_rows: number;
  table_count: number;
}

function figuresOf(totals: Totals, tables: readonly TableRow[]): FolderFigures {
  const { loaded, failed, skipped, cancelled, rows, bytes, worked, work, busy, direct, staged, slowest } = totals;
  const took = spreadOf(totals.took);
  const waited = spreadOf(totals.waited);
  return {
    loaded,
    failed,
    skipped,
    cancelled,
    rows,
    bytes,
    worked,
    direct,
    staged,
    busyMs: busy,
    workMs: work,
    ...(took && { took }),
    ...(waited && { waited }),
    ...(slowest && { slowest: { ...slowest, table: orUndefined(slowest.table) } }),
    tables: tables.map(({ table_id, p95, mode, target_kind, verify, table_rows, ...each }) => ({
      table: table_id,
      files: each.files,
      rows: each.rows,
      bytes: each.bytes,
      ms: each.ms,
      p95Ms: p95,
      direct: each.direct,
      staged: each.staged,
      ...(mode !== null &&
        target_kind !== null && {
          detour: { mode, targetKind: target_kind, verify: (verify ?? 'none') as VerifyLevel, tableRows: table_rows },
        }),
    })),
    tableCount: tables[0]?.table_count ?? 0,
  };
}

function spreadOf(values: (number | null)[] | null): Spread | undefined {
  const [medianMs, p95Ms, longestMs] = values ?? [];
  return typeof medianMs === 'number' && typeof p95Ms === 'number' && typeof longestMs === 'number'
    ? { medianMs, p95Ms, longestMs }
    : undefined;
}
