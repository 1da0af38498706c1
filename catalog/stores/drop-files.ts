import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { LongshoreError } from '../../core/errors/longshore-error';
import { CATALOG_SCHEMA, type CatalogDatabase } from '../database';
import type { DropFile, DropFileStore, DropPart, ScanChanges, WatchedFile } from '../drop-files';
import { dropFigures } from './drop-figures';
import { dropSummary } from './drop-summary';
import { ACTIVE, type DropFileRow, patchColumns, toDropFile } from './drop-file-row';
import type { StoreContext } from './store';

/** Files per INSERT; a handful of arrays are bound whatever their length. */
const BATCH = 20_000;
/** How many of the oldest ready files are looked at before all are: most often these have enough groups among them. */
const WINDOW = 1000;
const FILES = sql.table(`${CATALOG_SCHEMA}.drop_files`);
/** As the unique index says it, so that Postgres takes the index for the conflict. */
const IS_ACTIVE = sql.raw(`state IN ('watching', 'ready', 'processing')`);

/** What is known of dropped files, in Postgres. */
export function dropFileStore({ db, attempt }: StoreContext): DropFileStore {
  return {
    nextScan: (folder) =>
      attempt(async () => {
        const { scan } = await db
          .insertInto('drop_folders')
          .values({ folder, scan: 1 })
          .onConflict((conflict) => conflict.column('folder').doUpdateSet({ scan: sql<number>`drop_folders.scan + 1` }))
          .returning('scan')
          .executeTakeFirstOrThrow();
        return scan;
      }),

    watched: (folder) => attempt(() => readWatched(db, folder)),

    applyScan: (changes) => attempt(() => db.transaction().execute((tx) => applyScan(tx, changes))),

    claim: (folder, limit, by = randomUUID()) =>
      attempt(() => db.transaction().execute((tx) => claim(tx, folder, limit, by))),

    add: (file, state = 'ready') =>
      attempt(async () => {
        const { rows } = await sql<{ id: number }>`
          INSERT INTO ${FILES} AS f
            (folder, path, size, mtime_ms, inode, dataset, load_type, group_key, state, first_scan, ready_at, started_at)
          VALUES (${file.folder}, ${file.path}, ${file.size}, ${file.mtimeMs}, ${file.inode}, ${file.dataset},
            ${file.loadType}, ${file.groupKey}, ${state}, 0, now(),
            CASE WHEN ${state} = 'processing' THEN now() END)
          ON CONFLICT (folder, path) WHERE ${IS_ACTIVE} DO UPDATE SET
            state = CASE f.state WHEN 'processing' THEN f.state ELSE excluded.state END,
            ready_at = coalesce(f.ready_at, now()),
            started_at = CASE f.state WHEN 'processing' THEN f.started_at ELSE excluded.started_at END,
            size = CASE f.state WHEN 'processing' THEN f.size ELSE excluded.size END,
            mtime_ms = CASE f.state WHEN 'processing' THEN f.mtime_ms ELSE excluded.mtime_ms END,
            inode = CASE f.state WHEN 'processing' THEN f.inode ELSE excluded.inode END
          RETURNING f.id`.execute(db);
        return rows[0]!.id;
      }),

    get: (id) =>
      attempt(async () => {
        const row = await db.selectFrom('drop_files').selectAll().where('id', '=', id).executeTakeFirst();
        return row && toDropFile(row);
      }),

    update: (id, patch) =>
      attempt(async () => {
        const changes = patchColumns(patch);
        if (Object.keys(changes).length === 0) return;
        const result = await db.updateTable('drop_files').set(changes).where('id', '=', id).executeTakeFirst();
        found(id, result.numUpdatedRows);
      }),

    savePart: (id, sha256, part) =>
      attempt(async () => {
        const result = JSON.stringify(part);
        await db
          .insertInto('drop_parts')
          .values({ file_id: id, part: part.part, sha256, result })
          .onConflict((conflict) => conflict.columns(['file_id', 'part']).doUpdateSet({ sha256, result }))
          .execute();
      }),

    parts: (id, sha256) =>
      attempt(async () => {
        const rows = await db
          .selectFrom('drop_parts')
          .select('result')
          .where('file_id', '=', id)
          .where('sha256', '=', sha256)
          .orderBy('part')
          .execute();
        return rows.map(({ result }) => result as DropPart);
      }),

    rewatch: (id, { size, mtimeMs, inode }) =>
      attempt(async () => {
        const result = await sql`
          UPDATE ${FILES} SET state = 'watching', size = ${size}, mtime_ms = ${mtimeMs}, inode = ${inode},
            first_scan = 1 + coalesce((SELECT scan FROM ${sql.table(`${CATALOG_SCHEMA}.drop_folders`)} AS d
              WHERE d.folder = drop_files.folder), 0),
            first_seen_at = now(), ready_at = NULL, claimed_by = NULL, md5 = NULL, sha256 = NULL, table_id = NULL,
            plan = NULL, rows = NULL, rejected = NULL, workflow_id = NULL, step = NULL, verification = NULL, locked_ms = NULL, moved_to = NULL, error = NULL, error_code = NULL,
            published_at = NULL, started_at = NULL, finished_at = NULL
          WHERE id = ${id} AND ${IS_ACTIVE}`.execute(db);
        found(id, result.numAffectedRows ?? 0n);
      }),

    duplicateOf: ({ folder, sha256, table, except }) =>
      attempt(async () => {
        const row = await db
          .selectFrom('drop_files')
          .selectAll()
          .where('state', '=', sql.lit('loaded'))
          .where('sha256', '=', sha256)
          .where('folder', '=', folder)
          .where('table_id', '=', table)
          .where('id', '<>', except)
          .orderBy('finished_at', (order) => order.desc().nullsLast())
          .orderBy('id', 'desc')
          .limit(1)
          .executeTakeFirst();
        return row && toDropFile(row);
      }),

    list: ({ folder, states, path, limit }) =>
      attempt(async () => {
        const rows = await db
          .selectFrom('drop_files')
          .selectAll()
          .where('folder', '=', folder)
          .$if(states !== undefined, (q) => q.where(sql<boolean>`state = ANY(${states ?? []}::text[])`))
          .$if(path !== undefined, (q) => q.where('path', '=', path ?? ''))
          .orderBy('id', 'desc')
          .limit(limit)
          .execute();
        return rows.map(toDropFile);
      }),

    summary: (folder, since) => attempt(() => dropSummary(db, folder, since)),

    figures: (folder, since) => attempt(() => dropFigures(db, folder, since)),

    purge: (folder, before, dryRun = false) =>
      attempt(async () => {
        if (dryRun) {
          const { rows } = await db
            .selectFrom('drop_files')
            .select(sql<number>`count(*)`.as('rows'))
            .where('folder', '=', folder)
            .where(sql<boolean>`NOT ${IS_ACTIVE}`)
            .where('finished_at', '<', before)
            .executeTakeFirstOrThrow();
          return Number(rows);
        }
        const result = await db
          .deleteFrom('drop_files')
          .where('folder', '=', folder)
          .where(sql<boolean>`NOT ${IS_ACTIVE}`)
          .where('finished_at', '<', before)
          .executeTakeFirst();
        return Number(result.numDeletedRows);
      }),
  };
}

async function readWatched(db: CatalogDatabase, folder: string): Promise<WatchedFile[]> {
  // Milliseconds and not a timestamp: a hundred thousand dates cost more to parse than all the rest.
  const { rows } = await sql<{
    id: number;
    path: string;
    size: number;
    mtime_ms: number;
    inode: string;
    state: string;
    first_scan: number;
    first_seen_ms: number;
  }>`SELECT id, path, size, mtime_ms, inode, state, first_scan,
       (extract(epoch FROM first_seen_at) * 1000)::float8 AS first_seen_ms
     FROM ${FILES} WHERE folder = ${folder} AND ${IS_ACTIVE}`.execute(db);
  return rows.map((row) => ({
    id: row.id,
    path: row.path,
    size: row.size,
    mtimeMs: row.mtime_ms,
    inode: row.inode,
    state: row.state as DropFile['state'],
    firstScan: row.first_scan,
    firstSeenAt: new Date(Math.floor(row.first_seen_ms)),
  }));
}

async function applyScan(tx: CatalogDatabase, { folder, scan, seen, ready, vanished }: ScanChanges): Promise<void> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('drop_folders')
    .values({ folder, scan, applied_scan: scan, last_scan_at: sql<Date>`now()` })
    .onConflict((conflict) =>
      conflict
        .column('folder')
        .doUpdateSet({
          scan: sql<number>`greatest(drop_folders.scan, excluded.scan)`,
          applied_scan: scan,
          last_scan_at: sql<Date>`now()`,
        })
        .where('drop_folders.applied_scan', '<', scan),
    )
    .executeTakeFirstOrThrow();
  // Said before, or overtaken by a later look: what this one knows is old.
  if (numInsertedOrUpdatedRows === 0n) return;

  // The gone ones first: what is seen under the path of one of them is another file.
  if (vanished.length > 0)
    await sql`UPDATE ${FILES} SET state = 'vanished', finished_at = now()
      WHERE id = ANY(${vanished}::bigint[]) AND folder = ${folder} AND state IN ('watching', 'ready')`.execute(tx);
  if (ready.length > 0)
    await sql`UPDATE ${FILES} SET state = 'ready', ready_at = now()
      WHERE id = ANY(${ready}::bigint[]) AND folder = ${folder} AND state = 'watching'`.execute(tx);
  for (let at = 0; at < seen.length; at += BATCH) {
    const files = seen.slice(at, at + BATCH);
    await sql`
      INSERT INTO ${FILES} AS f (folder, path, size, mtime_ms, inode, dataset, load_type, group_key, state, first_scan)
      SELECT ${folder}, path, size, mtime_ms, inode, dataset, load_type, group_key, 'watching', ${scan}::int
      FROM unnest(${files.map((file) => file.path)}::text[], ${files.map((file) => file.size)}::bigint[],
        ${files.map((file) => file.mtimeMs)}::float8[], ${files.map((file) => file.inode)}::text[],
        ${files.map((file) => file.dataset)}::text[], ${files.map((file) => file.loadType)}::text[],
        ${files.map((file) => file.groupKey)}::text[])
        AS seen (path, size, mtime_ms, inode, dataset, load_type, group_key)
      ON CONFLICT (folder, path) WHERE ${IS_ACTIVE} DO UPDATE SET
        size = excluded.size, mtime_ms = excluded.mtime_ms, inode = excluded.inode, group_key = excluded.group_key,
        state = 'watching', first_scan = excluded.first_scan, ready_at = NULL
      WHERE f.state <> 'processing'`.execute(tx);
  }
}

async function claim(tx: CatalogDatabase, folder: string, limit: number, by: string): Promise<DropFile[]> {
  // One after the other within a folder. Locks on rows alone would let two callers take two files of one group: who
  // looked before the other's became ready does not see that it is processing.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`longshore drop ${folder}`}, 0))`.execute(tx);
  const mine = await tx
    .selectFrom('drop_files')
    .selectAll()
    .where('folder', '=', folder)
    .where('state', '=', sql.lit(ACTIVE.processing))
    .where('claimed_by', '=', by)
    .execute();
  if (mine.length > 0) return inOrder(mine);

  const some = await take(tx, folder, limit, by, WINDOW);
  if (some.seen < WINDOW || some.taken.length >= limit) return inOrder(some.taken);
  const rest = await take(tx, folder, limit - some.taken.length, by, null);
  return inOrder([...some.taken, ...rest.taken]);
}

/** Takes the oldest of each free group among the `window` oldest ready files, or among all. */
async function take(
  tx: CatalogDatabase,
  folder: string,
  limit: number,
  by: string,
  window: number | null,
): Promise<{ taken: DropFileRow[]; seen: number }> {
  const { rows } = await sql<DropFileRow & { seen_files: number }>`
    WITH oldest AS MATERIALIZED (
      SELECT id, group_key, mtime_ms, path FROM ${FILES}
      WHERE folder = ${folder} AND state = 'ready' ORDER BY mtime_ms, path LIMIT ${window}
    ), first_of_group AS (
      SELECT DISTINCT ON (group_key) id, mtime_ms, path FROM oldest
      WHERE NOT EXISTS (SELECT FROM ${FILES} AS p
        WHERE p.folder = ${folder} AND p.group_key = oldest.group_key AND p.state = 'processing')
      ORDER BY group_key, mtime_ms, path
    ), taken AS (
      SELECT f.id FROM ${FILES} AS f JOIN first_of_group USING (id) WHERE f.state = 'ready'
      ORDER BY first_of_group.mtime_ms, first_of_group.path LIMIT ${limit} FOR UPDATE OF f SKIP LOCKED
    ), changed AS (
      UPDATE ${FILES} AS f SET state = 'processing', claimed_by = ${by}, started_at = now(), finished_at = NULL
      FROM taken WHERE f.id = taken.id RETURNING f.*
    )
    SELECT changed.*, looked.seen_files FROM (SELECT count(*) AS seen_files FROM oldest) AS looked
    LEFT JOIN changed ON true`.execute(tx);
  return { taken: rows.filter((row) => row.id !== null), seen: rows[0]?.seen_files ?? 0 };
}

const inOrder = (rows: DropFileRow[]): DropFile[] =>
  rows.map(toDropFile).sort((a, b) => a.mtimeMs - b.mtimeMs || (a.path < b.path ? -1 : 1));

function found(id: number, updated: bigint): void {
  if (updated === 0n) throw new LongshoreError('INTERNAL', `The catalog has no dropped file ${id} at work.`);
}
