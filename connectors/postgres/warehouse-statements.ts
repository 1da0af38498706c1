/** Copies that are under way, as the server shows them: by process and the moment it began, since numbers are used again. */
import type { StatementReport } from '../../core/types/warehouse';
import type { DedicatedClient, PostgresPool, Row } from './pool';

const BEGAN = '(extract(epoch FROM backend_start) * 1000000)::bigint::text';

const SELECT = `SELECT pid::text || '-' || ${BEGAN} AS id, state, query, query_start::text AS started,
  extract(epoch FROM clock_timestamp() - query_start)::text AS seconds, coalesce(wait_event, '') AS waiting
  FROM pg_stat_activity WHERE usename = current_user AND datname = current_database()`;

/** The id under which a session is found again. */
export async function sessionId({ client, pid }: DedicatedClient): Promise<string> {
  const { rows } = await client.query<Row>(
    `SELECT ${BEGAN} AS began FROM pg_stat_activity WHERE pid = pg_backend_pid()`,
  );
  return `${pid}-${rows[0]?.['began'] ?? '0'}`;
}

/** Undefined when the session has ended. */
export async function findStatement(pool: PostgresPool, id: string): Promise<StatementReport | undefined> {
  const { rows } = await pool.query(`${SELECT} AND pid::text || '-' || ${BEGAN} = $1`, [id]);
  return rows[0] && reportOf(rows[0]);
}

/** What sessions of Longshore do at the moment; the server keeps no account of what has ended. */
export async function runningStatements(pool: PostgresPool, limit: number): Promise<StatementReport[]> {
  const { rows } = await pool.query(
    `${SELECT} AND application_name ILIKE 'longshore%' AND pid <> pg_backend_pid() AND state <> 'idle' ORDER BY query_start DESC LIMIT $1`,
    [limit],
  );
  return rows.map(reportOf);
}

/** Harmless when it has ended. */
export async function cancelStatement(pool: PostgresPool, id: string): Promise<void> {
  await pool.query(
    `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = current_user AND pid::text || '-' || ${BEGAN} = $1`,
    [id],
  );
}

const reportOf = (row: Row): StatementReport => ({
  id: row['id'] ?? '',
  state: row['state'] === 'active' ? 'running' : 'unknown',
  ...(row['query'] != null && { sql: row['query'] }),
  ...(row['started'] != null && { startedAt: row['started'] }),
  ...(row['seconds'] != null && { seconds: Number(row['seconds']) }),
  figures: row['waiting'] ? { waiting: row['waiting'] } : {},
});
