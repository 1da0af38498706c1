/** Copies of tables that a load replaces. */
import { parseBackupName } from '../../core/drop/backup-name';
import type { BackupTable } from '../../core/types/drop';
import { tableId, type TableRef } from '../../core/types/table';
import type { PostgresClient, PostgresPool } from './pool';
import { LOCK } from './reference-ensure';
import { literal, qualified } from './sql';

/** How the copy says of itself what it is; the number of its rows is read from there. */
const comment = (of: TableRef, rows: number): string =>
  `Backup of ${tableId(of)} by Longshore: ${rows} row${rows === 1 ? '' : 's'}.`;

const rowsIn = (text: string | null | undefined): number | undefined => {
  const found = /^Backup of .* by Longshore: (\d+) rows?\.$/s.exec(text ?? '');
  return found ? Number(found[1]) : undefined;
};

/** All in one transaction, so a copy that is there is whole and is left alone. Without the table nothing is made: 0. */
export async function backup(pool: PostgresPool, table: TableRef, to: TableRef): Promise<number> {
  return pool.transaction(async (client) => {
    await client.query(LOCK, [`longshore backup ${tableId(to)}`]);
    const known = await find(client, to);
    if (known) return rowsIn(known.comment) ?? count(client, to);
    if (!(await find(client, table))) return 0;
    // Rows that a policy hides would be missing in silence; this way it is an error.
    await client.query('SET LOCAL row_security = off');
    const { rowCount } = await client.query(`CREATE TABLE ${qualified(to)} AS TABLE ${qualified(table)}`);
    await client.query(`COMMENT ON TABLE ${qualified(to)} IS ${literal(comment(table, rowCount ?? 0))}`);
    return rowCount ?? 0;
  });
}

/** Looked up in the catalog's tables, which show what was committed while a lock was waited for. */
async function find(
  client: PostgresClient,
  { schema, name }: TableRef,
): Promise<{ comment: string | null } | undefined> {
  const { rows } = await client.query<{ comment: string | null }>(
    `SELECT obj_description(c.oid, 'pg_class') AS comment FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2`,
    [schema, name],
  );
  return rows[0];
}

/** The newest first. Rows are counted where the copy does not say how many it has. */
export async function backups(pool: PostgresPool, schema: string): Promise<BackupTable[]> {
  const { rows } = await pool.query(
    `SELECT c.relname AS name, obj_description(c.oid, 'pg_class') AS comment FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') ORDER BY c.relname`,
    [schema],
  );
  const found: BackupTable[] = [];
  for (const { name, comment: text } of rows) {
    const parsed = parseBackupName(name ?? '');
    if (!parsed) continue;
    const ref = { schema, name: name ?? '' };
    found.push({ ref, ...parsed, rows: rowsIn(text) ?? (await count(pool, ref)) });
  }
  return found.sort((a, b) => b.takenAt.getTime() - a.takenAt.getTime());
}

async function count(client: Pick<PostgresClient, 'query'> | PostgresPool, ref: TableRef): Promise<number> {
  const { rows } = await (client as PostgresPool).query(`SELECT count(*) AS rows FROM ${qualified(ref)}`);
  return Number(rows[0]?.['rows'] ?? 0);
}

export async function dropBackup(pool: PostgresPool, ref: TableRef): Promise<void> {
  await pool.transaction((client) => client.query(`DROP TABLE IF EXISTS ${qualified(ref)}`));
}
