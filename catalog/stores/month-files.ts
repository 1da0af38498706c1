import { sql } from 'kysely';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { MonthFile } from '../../core/types/month';
import { CATALOG_SCHEMA, type CatalogDatabase } from '../database';
import type { MonthStore, PartTotals } from '../month';
import { FINAL_STATES, patchColumns, toMonthFile, toMonthPart, UNREAD } from './month-file-row';
import type { StoreContext } from './store';

/** Files per INSERT. */
const BATCH = 1000;
const FILES = sql.table(`${CATALOG_SCHEMA}.month_files`);
const PARTS = sql.table(`${CATALOG_SCHEMA}.month_parts`);

type FileMethods = 'addFiles' | 'files' | 'file' | 'updateFile' | 'resetFile' | 'loadedBefore' | 'noteRemoval';
type PartMethods = 'addPart' | 'parts' | 'partUploaded' | 'partTotals';

/** Files of batches, and the ledger of their parts. */
export function monthFileStore({ db, attempt }: StoreContext): Pick<MonthStore, FileMethods | PartMethods> {
  return {
    addFiles: (batchId, files) =>
      attempt(() =>
        db.transaction().execute(async (tx) => {
          // One caller after the other: two that both find a file changed would both make it anew.
          const batch = await tx
            .selectFrom('month_batches')
            .select('batch_id')
            .where('batch_id', '=', batchId)
            .forUpdate()
            .executeTakeFirst();
          if (!batch) throw new LongshoreError('BATCH_NOT_FOUND', `The catalog has no batch ${batchId}.`);
          await addNew(tx, batchId, files);
          const stamps = new Set(files.map(stampOf));
          const all = await withBatch(tx).where('f.batch_id', '=', batchId).execute();
          return all.map(toMonthFile).filter((file) => stamps.has(stampOf(file)));
        }),
      ),

    files: (batchId, month) =>
      attempt(async () => {
        const rows = await withBatch(db)
          .where('f.batch_id', '=', batchId)
          .$if(month !== undefined, (q) => q.where('f.month', '=', month ?? ''))
          .execute();
        return rows.map(toMonthFile);
      }),

    file: (fileId) =>
      attempt(async () => {
        const row = await withBatch(db).where('f.id', '=', fileId).executeTakeFirst();
        return row && toMonthFile(row);
      }),

    updateFile: (fileId, patch) =>
      attempt(async () => {
        const changes = patchColumns(patch);
        if (Object.keys(changes).length === 0) return;
        const result = await db.updateTable('month_files').set(changes).where('id', '=', fileId).executeTakeFirst();
        found(fileId, result.numUpdatedRows);
      }),

    resetFile: (fileId, file) => attempt(() => db.transaction().execute((tx) => reset(tx, fileId, file))),

    loadedBefore: ({ fingerprint, table, target, exceptFile }) =>
      attempt(async () => {
        const row = await withBatch(db)
          .where('f.state', '=', sql.lit('published'))
          .where('f.fingerprint', '=', fingerprint)
          .where('f.table_name', '=', table)
          .where('b.target', '=', target)
          .where('f.id', '<>', exceptFile)
          .clearOrderBy()
          .orderBy('f.finished_at', (order) => order.desc().nullsLast())
          .orderBy('f.id', 'desc')
          .limit(1)
          .executeTakeFirst();
        return row && toMonthFile(row);
      }),

    noteRemoval: ({ table, target, month, from, to }) =>
      attempt(async () => {
        const result = await db
          .updateTable('month_files')
          .set({ state: to })
          .where('table_name', '=', table)
          .where('month', '=', month)
          .where('state', '=', from)
          .where('batch_id', 'in', (batches) =>
            batches.selectFrom('month_batches').select('batch_id').where('target', '=', target),
          )
          .executeTakeFirst();
        return Number(result.numUpdatedRows);
      }),

    addPart: (fileId, part, figures) =>
      attempt(async () => {
        await sql`INSERT INTO ${PARTS} AS p (file_id, part, sha256, result, figures)
          VALUES (${fileId}, ${part.part}, ${part.sha256}, ${JSON.stringify(part)}, ${JSON.stringify(figures)})
          ON CONFLICT (file_id, part) DO UPDATE SET sha256 = excluded.sha256, result = excluded.result,
            figures = excluded.figures, uploaded = p.uploaded AND p.sha256 = excluded.sha256`.execute(db);
      }),

    parts: (fileId) =>
      attempt(async () => {
        const rows = await db
          .selectFrom('month_parts')
          .selectAll()
          .where('file_id', '=', fileId)
          .orderBy('part')
          .execute();
        return rows.map(toMonthPart);
      }),

    partUploaded: (fileId, part) =>
      attempt(async () => {
        const result = await db
          .updateTable('month_parts')
          .set({ uploaded: true })
          .where('file_id', '=', fileId)
          .where('part', '=', part)
          .executeTakeFirst();
        if (result.numUpdatedRows === 0n)
          throw new LongshoreError('INTERNAL', `The ledger has no part ${part} of month file ${fileId}.`, { part });
      }),

    partTotals: (batchId) =>
      attempt(async () => {
        const { rows } = await sql<PartTotals>`
          SELECT p.file_id AS "fileId", count(*) AS parts, sum((p.result->>'bytes')::bigint)::bigint AS bytes
          FROM ${PARTS} AS p JOIN ${FILES} AS f ON f.id = p.file_id
          WHERE f.batch_id = ${batchId} GROUP BY p.file_id ORDER BY p.file_id`.execute(db);
        return rows;
      }),
  };
}

const withBatch = (db: CatalogDatabase) =>
  db
    .selectFrom('month_files as f')
    .innerJoin('month_batches as b', 'b.batch_id', 'f.batch_id')
    .selectAll('f')
    .select('b.batch')
    .orderBy('f.month')
    .orderBy('f.table_name')
    .orderBy('f.path')
    .orderBy('f.id');

const placeOf = ({ path, table, month }: MonthFile): string => JSON.stringify([path, table, month]);
const stampOf = (file: MonthFile): string => JSON.stringify([placeOf(file), file.size, file.mtimeMs]);

/** A file that stood in the batch and has not been loaded is the same file, changed: there are never two to load. */
async function addNew(
  tx: CatalogDatabase,
  batchId: string,
  files: readonly (MonthFile & { loadId: string })[],
): Promise<void> {
  const known = await withBatch(tx).where('f.batch_id', '=', batchId).execute();
  const stamps = new Set(known.map((row) => stampOf(toMonthFile(row))));
  const open = new Map(
    known
      .filter(({ state }) => !FINAL_STATES.some((each) => each === state))
      .map((row) => [placeOf(toMonthFile(row)), row.id]),
  );
  const added: (MonthFile & { loadId: string })[] = [];
  for (const file of files) {
    if (stamps.has(stampOf(file))) continue;
    stamps.add(stampOf(file));
    const changed = open.get(placeOf(file));
    if (changed === undefined) added.push(file);
    else await reset(tx, changed, file);
  }
  for (let at = 0; at < added.length; at += BATCH) {
    await tx
      .insertInto('month_files')
      .values(
        added.slice(at, at + BATCH).map(({ path, size, mtimeMs, table, month, range, loadId }) => ({
          batch_id: batchId,
          path,
          size,
          mtime_ms: mtimeMs,
          table_name: table,
          month,
          range: range === undefined ? null : JSON.stringify(range),
          load_id: loadId,
        })),
      )
      .execute();
  }
}

async function reset(
  tx: CatalogDatabase,
  fileId: number,
  { size, mtimeMs, loadId }: Pick<MonthFile, 'size' | 'mtimeMs'> & { loadId: string },
): Promise<void> {
  await tx.deleteFrom('month_parts').where('file_id', '=', fileId).execute();
  // What it has become may be in the batch already, as a file of its own that nobody has begun.
  await sql`DELETE FROM ${FILES} AS twin USING ${FILES} AS f
    WHERE f.id = ${fileId} AND twin.id <> f.id AND twin.state = 'waiting' AND twin.batch_id = f.batch_id
      AND twin.table_name = f.table_name AND twin.month = f.month AND twin.path = f.path
      AND twin.size = ${size} AND twin.mtime_ms = ${mtimeMs}`.execute(tx);
  const result = await tx
    .updateTable('month_files')
    .set({
      ...UNREAD,
      size,
      mtime_ms: mtimeMs,
      load_id: loadId,
      // Of the same load, what a transaction has published stays published, however often the file is read.
      publish_mark: sql<string | null>`CASE WHEN load_id = ${loadId} THEN publish_mark END`,
    })
    .where('id', '=', fileId)
    .executeTakeFirst();
  found(fileId, result.numUpdatedRows);
}

function found(fileId: number, updated: bigint): void {
  if (updated === 0n) throw new LongshoreError('INTERNAL', `The catalog has no month file ${fileId}.`);
}
