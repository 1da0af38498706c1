/** What drop folders keep in a PostgreSQL database beside the data. */
import type { TableRef } from '../../core/types/table';
import { columnFor, CONFIG_TABLE, configValues, notThere, trackedFilter, TRACKING_TABLE, trackingValues, wantedTables } from '../reference-columns'; // prettier-ignore
import { referenceRecord, trackingRecord } from '../reference-rows';
import { remember } from '../reference-shapes';
import type { Bookkeeping, ReferenceTables } from '../reference-tables';
import type { PostgresClient, PostgresPool } from './pool';
import { backup, backups, dropBackup } from './reference-backup';
import { ensure } from './reference-ensure';
import { readShape, selectList, upsert, upsertWithin, type PostgresShape } from './reference-rows';
import { widen } from './reference-widen';
import { ident, qualified, whereClause } from './sql';

export interface PostgresReference extends ReferenceTables {
  /** Writes rows as a part of somebody else's transaction. */
  writeWithin(client: Pick<PostgresClient, 'query'>, rows: Bookkeeping): Promise<void>;
}

export function openReference(pool: PostgresPool): PostgresReference {
  const tracking = remember((ref) => readShape(pool, ref, TRACKING_TABLE));
  const config = remember((ref) => readShape(pool, ref, CONFIG_TABLE));
  const column = (ref: TableRef, shape: PostgresShape, name: string): string =>
    ident(columnFor(ref, shape.columns, name).name);
  return {
    async ensure(wanted) {
      await ensure(pool, wanted.schemas, wantedTables(wanted));
      // Tables that were there already are looked at now rather than when the first file arrives.
      if (wanted.tracking) await tracking.use(wanted.tracking, async () => undefined);
      if (wanted.config) await config.use(wanted.config, async () => undefined);
    },
    track: (ref, entry) =>
      tracking.use(ref, async (shape) => {
        if (!shape) throw notThere(ref);
        return (await upsert(pool, { ref, table: TRACKING_TABLE, shape, values: trackingValues(entry) })).id;
      }),
    tracked: (ref, filter) =>
      tracking.use(ref, async (shape) => {
        if (!shape) return [];
        const wanted = trackedFilter(ref, shape.columns, filter);
        const conditions = wanted.map(({ column: { name } }, index) => `${ident(name)} = $${index + 1}`);
        const ended = shape.columns.get('processed_at');
        const order = [...(ended ? [`${ident(ended.name)} DESC NULLS FIRST`] : []), `${column(ref, shape, 'id')} DESC`];
        const { rows } = await pool.query(
          `SELECT ${selectList(TRACKING_TABLE, shape)} FROM ${qualified(ref)}${whereClause(conditions)} ORDER BY ${order.join(', ')} LIMIT ${Math.max(0, Math.trunc(filter.limit))}`,
          wanted.map(({ value }) => value),
        );
        return rows.map(trackingRecord);
      }),
    purgeTracking: (ref, before, dryRun = false) =>
      tracking.use(ref, async (shape) => {
        if (!shape) return 0;
        const old = `FROM ${qualified(ref)} WHERE ${column(ref, shape, 'processed_at')} < $1`;
        const values = [before.toISOString()];
        if (dryRun) return Number((await pool.query(`SELECT count(*) AS rows ${old}`, values)).rows[0]?.['rows'] ?? 0);
        return (await pool.query(`DELETE ${old}`, values)).rowCount ?? 0;
      }),
    recordReference: (ref, record) =>
      config.use(ref, async (shape) => {
        if (!shape) throw notThere(ref);
        return (await upsert(pool, { ref, table: CONFIG_TABLE, shape, values: configValues(record) })).was;
      }),
    references: (ref) =>
      config.use(ref, async (shape) => {
        if (!shape) return [];
        const { rows } = await pool.query(
          `SELECT ${selectList(CONFIG_TABLE, shape)} FROM ${qualified(ref)} ORDER BY ${column(ref, shape, 'schema_name')}, ${column(ref, shape, 'table_name')}`,
        );
        return rows.map(referenceRecord);
      }),
    changeReferences: (ref, { ids, to }) =>
      config.use(ref, async (shape) => {
        if (!shape || ids.length === 0) return;
        const which = `WHERE ${column(ref, shape, 'id')} = ANY ($1)`;
        if (to === 'removed') {
          await pool.query(`DELETE FROM ${qualified(ref)} ${which}`, [ids]);
          return;
        }
        const active = columnFor(ref, shape.columns, 'is_active');
        const updated = shape.columns.get('updated_at');
        const stamp = updated ? `, ${ident(updated.name)} = now()` : '';
        await pool.query(`UPDATE ${qualified(ref)} SET ${ident(active.name)} = $2::${active.type}${stamp} ${which}`, [
          ids,
          to === 'active' ? '1' : '0',
        ]);
      }),
    async writeWithin(client, rows) {
      const { ref, entry } = rows.tracking;
      await tracking.use(ref, async (shape) => {
        if (!shape) throw notThere(ref);
        await upsertWithin(client, { ref, table: TRACKING_TABLE, shape, values: trackingValues(entry) });
      });
      const record = rows.config;
      if (!record) return;
      await config.use(record.ref, async (shape) => {
        if (!shape) throw notThere(record.ref);
        const values = configValues(record.record);
        await upsertWithin(client, { ref: record.ref, table: CONFIG_TABLE, shape, values });
      });
    },
    widen: (table, columns) => widen(pool, table, columns),
    backup: (table, to) => backup(pool, table, to),
    backups: (schema) => backups(pool, schema),
    dropBackup: (ref) => dropBackup(pool, ref),
  };
}
