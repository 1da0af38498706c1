/** What drop folders keep in a DuckDB file beside the data. The file is open only while a call lasts. */
import type { TableRef } from '../../core/types/table';
import { columnFor, CONFIG_TABLE, configValues, notThere, trackedFilter, TRACKING_TABLE, trackingValues, wantedTables, type ReferenceShape, type ReferenceTable } from '../reference-columns'; // prettier-ignore
import { referenceRecord, trackingRecord } from '../reference-rows';
import type { ReferenceTables } from '../reference-tables';
import { mapError } from './errors';
import { fileExists, type FileSettings, type Session } from './instance';
import { backup, backups } from './reference-backup';
import { create, missing } from './reference-ensure';
import { shapeIn, selectList, upsert } from './reference-rows';
import { narrowColumns, widen } from './reference-widen';
import { writeTogether } from './reference-writes';
import { withReading } from './snapshot';
import { ident, qualified } from './sql';

/** How long another program may have the file open before a call fails with FILE_LOCKED. */
const WAIT_MS = 10_000;

export function openReference(settings: FileSettings): ReferenceTables {
  /** A file that is not there yet has no tables. */
  const reading = async <T>(nothing: T, work: (session: Session) => Promise<T>): Promise<T> =>
    (await fileExists(settings.path)) ? placed(settings, withReading(settings, work, { waitMs: WAIT_MS })) : nothing;
  const writing = <T>(work: (session: Session) => Promise<T>): Promise<T> =>
    placed(settings, writeTogether(settings, work, WAIT_MS));
  const column = (ref: TableRef, shape: ReferenceShape, name: string): string =>
    ident(columnFor(ref, shape, name).name);
  const put = (ref: TableRef, table: ReferenceTable, values: ReturnType<typeof configValues>) =>
    writing(async (session) => {
      const shape = await shapeIn(session, ref, table);
      if (!shape) throw notThere(ref);
      return upsert(session, { ref, table, shape, values });
    });
  return {
    async ensure(wanted) {
      const tables = wantedTables(wanted);
      // The file is opened for writing, with which nobody else can read it, only where something is missing.
      const all = { schemas: [...wanted.schemas, ''], tables };
      const before = await reading(all, async (session) => missing(session, wanted.schemas, tables));
      if (before.schemas.length > 0 || before.tables.length > 0)
        await writing(async (session) => create(session, await missing(session, wanted.schemas, tables)));
      await reading(undefined, async (session) => {
        for (const { ref, table } of tables) await shapeIn(session, ref, table);
      });
    },
    track: async (ref, entry) => (await put(ref, TRACKING_TABLE, trackingValues(entry))).id,
    tracked: (ref, filter) =>
      reading([], async (session) => {
        const shape = await shapeIn(session, ref, TRACKING_TABLE);
        if (!shape) return [];
        const wanted = trackedFilter(ref, shape, filter);
        const where = wanted.map(({ column: { name } }, index) => `${ident(name)} = $${index + 1}`).join(' AND ');
        const ended = shape.get('processed_at');
        const order = [...(ended ? [`${ident(ended.name)} DESC NULLS FIRST`] : []), `${column(ref, shape, 'id')} DESC`];
        const rows = await session.rows(
          `SELECT ${selectList(TRACKING_TABLE, shape)} FROM ${qualified(ref)}${where && ` WHERE ${where}`} ORDER BY ${order.join(', ')} LIMIT ${Math.max(0, Math.trunc(filter.limit))}`,
          wanted.map(({ value }) => value),
        );
        return rows.map(trackingRecord);
      }),
    purgeTracking: (ref, before, dryRun = false) => {
      const work = async (session: Session): Promise<number> => {
        const shape = await shapeIn(session, ref, TRACKING_TABLE);
        if (!shape) return 0;
        const { type } = columnFor(ref, shape, 'processed_at');
        const old = `FROM ${qualified(ref)} WHERE ${column(ref, shape, 'processed_at')} < CAST($1 AS ${type})`;
        const sql = dryRun ? `SELECT 1 ${old}` : `DELETE ${old} RETURNING 1`;
        return (await session.rows(sql, [before.toISOString()])).length;
      };
      return dryRun ? reading(0, work) : writing(work);
    },
    recordReference: async (ref, record) => (await put(ref, CONFIG_TABLE, configValues(record))).was,
    references: (ref) =>
      reading([], async (session) => {
        const shape = await shapeIn(session, ref, CONFIG_TABLE);
        if (!shape) return [];
        const rows = await session.rows(
          `SELECT ${selectList(CONFIG_TABLE, shape)} FROM ${qualified(ref)} ORDER BY ${column(ref, shape, 'schema_name')}, ${column(ref, shape, 'table_name')}`,
        );
        return rows.map(referenceRecord);
      }),
    changeReferences: (ref, { ids, to }) =>
      writing(async (session) => {
        const shape = await shapeIn(session, ref, CONFIG_TABLE);
        if (!shape || ids.length === 0) return;
        const which = `WHERE ${column(ref, shape, 'id')} IN (${ids.map((id) => Math.trunc(id)).join(', ')})`;
        const updated = shape.get('updated_at');
        const stamp = updated ? `, ${ident(updated.name)} = now()` : '';
        await session.run(
          to === 'removed'
            ? `DELETE FROM ${qualified(ref)} ${which}`
            : `UPDATE ${qualified(ref)} SET ${column(ref, shape, 'is_active')} = ${to === 'active'}${stamp} ${which}`,
        );
      }),
    widen: async (table, columns) => {
      const narrow = await reading<unknown[]>(columns, (session) => narrowColumns(session, table, columns));
      if (narrow.length > 0) await writing((session) => widen(session, table, columns));
    },
    backup: (table, to) => writing((session) => backup(session, table, to)),
    backups: (schema) => reading([], (session) => backups(session, schema)),
    dropBackup: (ref) => writing(async (session) => void (await session.run(`DROP TABLE IF EXISTS ${qualified(ref)}`))),
  };
}

async function placed<T>(settings: FileSettings, answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    throw mapError(error, { file: settings.path });
  });
}
