/** What drop folders keep in a SQL Server database beside the data. */
import type { TableRef } from '../../core/types/table';
import { columnFor, CONFIG_TABLE, configValues, notThere, trackedFilter, TRACKING_TABLE, trackingValues, wantedTables, type ReferenceShape } from '../reference-columns'; // prettier-ignore
import { referenceRecord, trackingRecord } from '../reference-rows';
import { remember } from '../reference-shapes';
import type { ReferenceTables } from '../reference-tables';
import type { MssqlCapabilities } from './capabilities';
import type { MssqlPool } from './pool';
import { backup, backups, dropBackup } from './reference-backup';
import { ensure, lockOut } from './reference-ensure';
import { ensureProcedures } from './reference-procedures';
import { readShape, selectList, untilFree, upsert, upsertWithin } from './reference-rows';
import { widen } from './reference-widen';
import { ident, qualified, whereClause } from './sql';

export function openReference(pool: MssqlPool, capabilities: MssqlCapabilities): ReferenceTables {
  const tracking = remember((ref) => readShape(pool, ref, TRACKING_TABLE));
  const config = remember((ref) => readShape(pool, ref, CONFIG_TABLE));
  const column = (ref: TableRef, shape: ReferenceShape, name: string): string =>
    ident(columnFor(ref, shape, name).name);
  return {
    async ensure(wanted) {
      await ensure(pool, wanted.schemas, wantedTables(wanted));
      // Tables that were there already are looked at now rather than when the first file arrives.
      const { tracking: table } = wanted;
      if (table)
        await tracking.use(table, async (shape) => {
          if (shape) await ensureProcedures(pool, table, shape);
        });
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
        const wanted = trackedFilter(ref, shape, filter);
        const conditions = wanted.map(({ column: { name } }, index) => `${ident(name)} = @p${index}`);
        const ended = shape.get('processed_at');
        const order = [
          ...(ended ? [`CASE WHEN ${ident(ended.name)} IS NULL THEN 0 ELSE 1 END, ${ident(ended.name)} DESC`] : []),
          `${column(ref, shape, 'id')} DESC`,
        ];
        const rows = await pool.rows(
          `SELECT TOP (${Math.max(0, Math.trunc(filter.limit))}) ${selectList(TRACKING_TABLE, shape)} FROM ${qualified(ref)}${whereClause(conditions)} ORDER BY ${order.join(', ')}`,
          Object.fromEntries(wanted.map(({ value }, index) => [`p${index}`, value])),
        );
        return rows.map(trackingRecord);
      }),
    purgeTracking: (ref, before, dryRun = false) =>
      tracking.use(ref, async (shape) => {
        if (!shape) return 0;
        const old = `FROM ${qualified(ref)} WHERE ${column(ref, shape, 'processed_at')} < @before`;
        if (dryRun) {
          const [row] = await pool.rows<{ count: string }>(`SELECT COUNT_BIG(*) AS count ${old}`, { before });
          return Number(row?.count ?? 0);
        }
        return untilFree(() => pool.use((session) => session.run(`DELETE ${old}`, { before })));
      }),
    recordReference: (ref, record) =>
      config.use(ref, async (shape) => {
        if (!shape) throw notThere(ref);
        const wanted = { ref, table: CONFIG_TABLE, shape, values: configValues(record) };
        // Somebody else's table may have no key that forbids two rows of one table.
        const { was } = await untilFree(() =>
          pool.transaction(async (session) => {
            await lockOut(session, `longshore reference ${record.schemaName}.${record.tableName}`);
            return upsertWithin(session, wanted);
          }),
        );
        return was;
      }),
    references: (ref) =>
      config.use(ref, async (shape) => {
        if (!shape) return [];
        const rows = await pool.rows(
          `SELECT ${selectList(CONFIG_TABLE, shape)} FROM ${qualified(ref)} ORDER BY ${column(ref, shape, 'schema_name')}, ${column(ref, shape, 'table_name')}`,
        );
        return rows.map(referenceRecord);
      }),
    changeReferences: (ref, { ids, to }) =>
      config.use(ref, async (shape) => {
        if (!shape || ids.length === 0) return;
        const which = `WHERE ${column(ref, shape, 'id')} IN (${ids.map((id) => Math.trunc(id)).join(', ')})`;
        const updated = shape.get('updated_at');
        const stamp = updated ? `, ${ident(updated.name)} = SYSUTCDATETIME()` : '';
        const sql =
          to === 'removed'
            ? `DELETE FROM ${qualified(ref)} ${which}`
            : `UPDATE ${qualified(ref)} SET ${column(ref, shape, 'is_active')} = ${to === 'active' ? 1 : 0}${stamp} ${which}`;
        await untilFree(() => pool.use((session) => session.run(sql)));
      }),
    widen: (table, columns) => widen(pool, capabilities, table, columns),
    backup: (table, to) => backup(pool, table, to),
    backups: (schema) => backups(pool, capabilities, schema),
    dropBackup: (ref) => dropBackup(pool, ref),
  };
}
