/** Copies of tables that a load replaces. */
import { parseBackupName } from '../../core/drop/backup-name';
import type { BackupTable } from '../../core/types/drop';
import type { TableRef } from '../../core/types/table';
import type { Session } from './instance';
import { literal, qualified } from './sql';

/** Inside a transaction, so a copy that is there is whole and is left alone. Without the table nothing is made: 0. */
export async function backup(session: Session, table: TableRef, to: TableRef): Promise<number> {
  const isThere = async (ref: TableRef): Promise<boolean> => (await tablesIn(session, ref.schema, ref.name)).length > 0;
  if (!(await isThere(to))) {
    if (!(await isThere(table))) return 0;
    await session.run(`CREATE TABLE ${qualified(to)} AS SELECT * FROM ${qualified(table)}`);
  }
  return count(session, to);
}

/** The newest first. */
export async function backups(session: Session, schema: string): Promise<BackupTable[]> {
  const found: BackupTable[] = [];
  for (const name of await tablesIn(session, schema)) {
    const parsed = parseBackupName(name);
    const ref = { schema, name };
    if (parsed) found.push({ ref, ...parsed, rows: await count(session, ref) });
  }
  return found.sort((a, b) => b.takenAt.getTime() - a.takenAt.getTime());
}

const count = async (session: Session, ref: TableRef): Promise<number> =>
  session.count(`SELECT count(*) FROM ${qualified(ref)}`);

async function tablesIn(session: Session, schema: string, name?: string): Promise<string[]> {
  const only = name === undefined ? '' : ` AND lower(table_name) = lower(${literal(name)})`;
  const rows = await session.rows(
    `SELECT table_name AS name FROM duckdb_tables() WHERE database_name = current_database() AND lower(schema_name) = lower(${literal(schema)})${only} ORDER BY 1`,
  );
  return rows.map((row) => String(row.name));
}
