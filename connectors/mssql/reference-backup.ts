/** Copies of tables that a load replaces. */
import { parseBackupName } from '../../core/drop/backup-name';
import type { BackupTable } from '../../core/types/drop';
import { tableId, type TableRef } from '../../core/types/table';
import type { MssqlCapabilities } from './capabilities';
import type { MssqlPool, MssqlSession } from './pool';
import { granted, lockOut, objectId, tableGrants } from './reference-ensure';
import { qualified } from './sql';

/**
 * All in one transaction, so a copy that is there is whole and is left alone. Without the table nothing is made: 0. Nobody
 * changes the table meanwhile.
 */
export async function backup(pool: MssqlPool, table: TableRef, to: TableRef): Promise<number> {
  return pool.transaction(async (session) => {
    await lockOut(session, `longshore backup ${tableId(to)}`);
    const [found] = await session.rows<{ source: number | null; copy: number | null }>(
      `SELECT ${objectId(table)} AS source, ${objectId(to)} AS copy`,
    );
    if (typeof found?.copy === 'number') return count(session, to);
    if (typeof found?.source !== 'number') return 0;
    await granted(pool, `the table ${tableId(to)}`, tableGrants(pool, to.schema), () =>
      session.run(`SELECT * INTO ${qualified(to)} FROM ${qualified(table)} WITH (TABLOCK, HOLDLOCK)`),
    );
    // Not every server says how many rows it has copied.
    return count(session, to);
  });
}

/** The newest first. Rows are counted where the server has no statistics, or does not show them. */
export async function backups(
  pool: MssqlPool,
  capabilities: MssqlCapabilities,
  schema: string,
): Promise<BackupTable[]> {
  const isCounted = !(await capabilities.can('partitionStats'));
  const rows = await pool.rows<{ name: string; rows: number | string | null }>(
    `SELECT t.name, ${isCounted ? 'NULL' : '(SELECT SUM(p.row_count) FROM sys.dm_db_partition_stats p WHERE p.object_id = t.object_id AND p.index_id IN (0, 1))'} AS rows
     FROM sys.tables t JOIN sys.schemas s ON s.schema_id = t.schema_id WHERE s.name = @schema ORDER BY t.name`,
    { schema },
  );
  const found: BackupTable[] = [];
  for (const { name, rows: known } of rows) {
    const parsed = parseBackupName(name);
    if (!parsed) continue;
    const ref = { schema, name };
    found.push({ ref, ...parsed, rows: known === null ? await count(pool, ref) : Number(known) });
  }
  return found.sort((a, b) => b.takenAt.getTime() - a.takenAt.getTime());
}

async function count(session: Pick<MssqlSession, 'rows'>, ref: TableRef): Promise<number> {
  const [row] = await session.rows<{ count: string }>(`SELECT COUNT_BIG(*) AS count FROM ${qualified(ref)}`);
  return Number(row?.count ?? 0);
}

export async function dropBackup(pool: MssqlPool, ref: TableRef): Promise<void> {
  await pool.transaction((session) => session.run(`DROP TABLE IF EXISTS ${qualified(ref)}`));
}
