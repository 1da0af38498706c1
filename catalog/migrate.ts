import { type Kysely, Migrator, sql } from 'kysely';
import { LongshoreError } from '../core/errors/longshore-error';
import { CATALOG_SCHEMA } from './database';
import { MIGRATIONS } from './migrations';

/** Any number that nothing else in the database locks. */
const LOCK = 0x10465;

/**
 * Brings the catalog to this program's version. Several processes may call it at once: one migrates, the others wait
 * and find nothing to do. Throws CATALOG_UNAVAILABLE when a newer program has already migrated the catalog.
 */
export async function migrateToLatest<T>(db: Kysely<T>, where: string): Promise<void> {
  await db.connection().execute(async (connection) => {
    await sql`SELECT pg_advisory_lock(${sql.lit(LOCK)})`.execute(connection);
    try {
      await refuseNewer(connection, where);
      const migrator = new Migrator({
        db: connection,
        provider: { getMigrations: async () => MIGRATIONS },
        migrationTableSchema: CATALOG_SCHEMA,
        migrationTableName: 'migrations',
        migrationLockTableName: 'migrations_lock',
      });
      const { error } = await migrator.migrateToLatest();
      if (error !== undefined) throw error instanceof Error ? error : new Error(String(error));
    } finally {
      await sql`SELECT pg_advisory_unlock(${sql.lit(LOCK)})`.execute(connection).catch(() => undefined);
    }
  });
}

async function refuseNewer<T>(db: Kysely<T>, where: string): Promise<void> {
  const table = `${CATALOG_SCHEMA}.migrations`;
  const exists = await sql<{ found: boolean }>`SELECT to_regclass(${table}) IS NOT NULL AS found`.execute(db);
  if (exists.rows[0]?.found !== true) return;
  const done = await sql<{ name: string }>`SELECT name FROM ${sql.table(table)} ORDER BY name`.execute(db);
  const unknown = done.rows.map((row) => row.name).filter((name) => !Object.hasOwn(MIGRATIONS, name));
  if (unknown.length === 0) return;
  const ours = Object.keys(MIGRATIONS).sort().at(-1);
  throw new LongshoreError(
    'CATALOG_UNAVAILABLE',
    `The catalog at ${where} is at version ${unknown.at(-1)}, newer than this program, which knows versions up to ${ours}.`,
    {},
    { next: 'Update this Longshore to the version that the other processes run.' },
  );
}
