/** Removes every trace of a run from the target: its sessions, staging tables and markers; the schema when it is empty and ours. */
import type { PostgresPool } from './pool';
import { ident, literal, qualified } from './sql';
import { lockSchemaSql, partsTable, publishedTable, runPrefix, SCHEMA_COMMENT } from './staging';

const TABLES = `SELECT c.relname AS name, c.oid::text AS oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND starts_with(c.relname, $2) AND c.relkind = 'r'`;

export async function cleanup(pool: PostgresPool, stagingSchema: string, runId: string): Promise<void> {
  const { rows } = await pool.query('SELECT to_regnamespace($1)::text AS schema', [ident(stagingSchema)]);
  if (!rows[0]?.['schema']) return;
  await endLeftovers(pool, stagingSchema, runId);
  await pool.transaction(async (client) => {
    await client.query(lockSchemaSql(stagingSchema));
    const tables = await client.query<{ name: string }>(TABLES, [stagingSchema, runPrefix(runId)]);
    const names = tables.rows.map(({ name }) => qualified({ schema: stagingSchema, name }));
    // CASCADE reaches the foreign keys among the run's own staging tables; nothing else can refer to them.
    if (names.length > 0) await client.query(`DROP TABLE ${names.join(', ')} CASCADE`);
    const markers = await client.query<{ parts: string | null; published: string | null }>(
      'SELECT to_regclass($1)::text AS parts, to_regclass($2)::text AS published',
      [partsTable(stagingSchema), publishedTable(stagingSchema)],
    );
    const { parts, published } = markers.rows[0] ?? { parts: null, published: null };
    if (parts) await client.query(`DELETE FROM ${partsTable(stagingSchema)} WHERE run_id = $1`, [runId]);
    if (published) await client.query(`DELETE FROM ${publishedTable(stagingSchema)} WHERE run_id = $1`, [runId]);
    await client.query(dropWhenUnusedSql(stagingSchema));
  });
}

/** A crashed worker's session may still be loading or publishing: whoever holds a lock on this run's tables is one. */
async function endLeftovers(pool: PostgresPool, stagingSchema: string, runId: string): Promise<void> {
  await pool.query(
    `SELECT pg_terminate_backend(pid) FROM (
       SELECT DISTINCT a.pid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid JOIN (${TABLES}) t ON t.oid::oid = l.relation
       WHERE l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND a.pid <> pg_backend_pid() AND a.application_name ILIKE 'longshore%'
     ) s`,
    [stagingSchema, runPrefix(runId)],
  );
}

/** Other runs keep tables or markers in the schema for as long as they need it, also such as are not committed yet. */
export function dropWhenUnusedSql(stagingSchema: string): string {
  const [parts, published] = [partsTable(stagingSchema), publishedTable(stagingSchema)];
  return `DO ${literal(`DECLARE schema_oid oid := to_regnamespace(${literal(ident(stagingSchema))}); used boolean;
BEGIN
  IF EXISTS (SELECT FROM pg_class WHERE relnamespace = schema_oid AND relkind NOT IN ('i', 't') AND oid <> ALL (array_remove(ARRAY[to_regclass(${literal(parts)})::oid, to_regclass(${literal(published)})::oid], NULL))) THEN RETURN; END IF;
  IF to_regclass(${literal(parts)}) IS NULL OR to_regclass(${literal(published)}) IS NULL THEN RETURN; END IF;
  SELECT EXISTS (SELECT FROM ${parts}) OR EXISTS (SELECT FROM ${published}) INTO used;
  IF used THEN RETURN; END IF;
  LOCK TABLE ${parts}, ${published};
  SELECT EXISTS (SELECT FROM ${parts}) OR EXISTS (SELECT FROM ${published}) INTO used;
  IF used THEN RETURN; END IF;
  DROP TABLE ${parts}, ${published};
  IF obj_description(schema_oid, 'pg_namespace') = ${literal(SCHEMA_COMMENT)} THEN
    BEGIN
      DROP SCHEMA ${ident(stagingSchema)};
    EXCEPTION WHEN dependent_objects_still_exist OR insufficient_privilege THEN NULL;
    END;
  END IF;
END`)}`;
}
