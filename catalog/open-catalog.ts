import { Kysely, PostgresDialect, sql } from 'kysely';
import { Pool, types } from 'pg';
import { parse } from 'pg-connection-string';
import type { Catalog } from './catalog';
import { CATALOG_SCHEMA, type CatalogTables } from './database';
import { migrateToLatest } from './migrate';
import { withRetry } from './retry';
import { auditLog } from './stores/audit';
import { configurationStore } from './stores/configurations';
import { dropFileStore } from './stores/drop-files';
import { monthStore } from './stores/months';
import { notificationStore } from './stores/notifications';
import { partLedger } from './stores/parts';
import { runTableStore } from './stores/run-tables';
import { runStore } from './stores/runs';
import { snapshotStore } from './stores/snapshots';

export interface CatalogOptions {
  /** Postgres connection URL. Never shown or logged. */
  url: string;
  /** Connections at most. Default 8. */
  poolSize?: number;
  /** How long a call keeps trying when the server is away, in milliseconds. Default 15 000. */
  retryMs?: number;
  log?: { warn(details: Record<string, unknown>, message: string): void };
}

/**
 * Connects to the catalog and brings its schema up to date; several processes may do so at once.
 * Throws CATALOG_UNAVAILABLE when the server stays away or refuses, or when the catalog belongs to a newer Longshore.
 */
export async function openCatalog({ url, poolSize = 8, retryMs = 15_000, log }: CatalogOptions): Promise<Catalog> {
  const where = describeServer(url);
  const pool = new Pool({
    connectionString: url,
    max: poolSize,
    application_name: 'longshore catalog',
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === types.builtins.INT8 ? safeNumber : types.getTypeParser(oid, format),
    },
  });
  // Without listeners a connection that the server cuts between two statements would end the process: pg tells the pool
  // of idle connections only. The next statement fails and is tried again on another connection.
  pool.on('error', (error) => log?.warn({ reason: error.message }, 'an idle catalog connection was cut'));
  pool.on('connect', (client) => client.on('error', () => undefined));
  const root = new Kysely<CatalogTables>({ dialect: new PostgresDialect({ pool }) });
  const db = root.withSchema(CATALOG_SCHEMA);
  const attempt = <T>(call: () => Promise<T>): Promise<T> =>
    withRetry(call, {
      totalMs: retryMs,
      where,
      onRetry: (reason, waitMs) => log?.warn({ reason, waitMs }, 'the catalog does not answer, trying again'),
    });

  try {
    await attempt(() => migrateToLatest(root, where));
  } catch (error) {
    await root.destroy();
    throw error;
  }
  const context = { db, attempt };
  return {
    configurations: configurationStore(context),
    runs: runStore(context),
    tables: runTableStore(context),
    parts: partLedger(context),
    snapshots: snapshotStore(context),
    audit: auditLog(context),
    notifications: notificationStore(context),
    dropFiles: dropFileStore(context),
    months: monthStore(context),
    installationId: () =>
      attempt(async () => (await db.selectFrom('installation').select('id').executeTakeFirstOrThrow()).id),
    ping: () => attempt(async () => void (await sql`SELECT 1`.execute(db))),
    close: () => root.destroy(),
  };
}

/** int8 as a number while that is exact, else as the text it came in. */
const safeNumber = (text: string): number | string => (Number.isSafeInteger(Number(text)) ? Number(text) : text);

/** `host:port/database`, for messages: no user, no password. */
function describeServer(url: string): string {
  try {
    const { host, port, database } = parse(url);
    return `${host ?? 'localhost'}:${port ?? 5432}/${database ?? ''}`;
  } catch {
    return 'the address configured';
  }
}
