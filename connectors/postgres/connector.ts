/** PostgreSQL 13 and later, as source and target. */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { Connector, Database, OpenOptions, ServerInfo } from '../connector';
import { readOnlyReference, readOnlyTarget } from '../read-only-target';
import type { DatabaseEnvironment } from '../../schemas/environment';
import { describeTables, listTables, referencingKeys, serverFacts } from './introspect';
import { PostgresPool, type Row } from './pool';
import { openReference } from './reference';
import { createPostgresSource } from './source';
import { createPostgresTarget } from './target';
import { postgresTypes } from './type-system';

const OLDEST = 130_000;

export const postgresConnector = {
  kind: 'postgres',
  types: postgresTypes,

  /** Connects once, to ask the server what it can do. Throws what `ping` throws. */
  async open(environment: DatabaseEnvironment, options: OpenOptions): Promise<Database> {
    if (environment.kind !== 'postgres')
      throw new LongshoreError(
        'INTERNAL',
        `An environment of kind ${environment.kind} was given to the Postgres connector.`,
      );
    const pool = new PostgresPool(environment, {
      applicationName: options.applicationName,
      ...(options.poolSize !== undefined && { size: options.poolSize }),
    });
    try {
      const facts = await serverFacts(pool);
      const reference = openReference(pool);
      if (facts.version < OLDEST) {
        throw new LongshoreError(
          'CONFIG_INVALID',
          `The server of ${pool.server.database} is PostgreSQL ${Math.floor(facts.version / 10_000)}; Longshore needs 13 or later.`,
        );
      }
      return {
        kind: 'postgres',
        capabilities: { atomicSet: true, sharedSnapshot: true, revalidation: facts.version >= 140_000 },
        source: createPostgresSource({ pool, facts }),
        target: environment.readOnly
          ? readOnlyTarget(() => pool.assertWritable('write anything'))
          : createPostgresTarget({ pool, environment, reference }),
        reference: environment.readOnly
          ? readOnlyReference(reference, () => pool.assertWritable('write anything'))
          : reference,
        ping: () => ping(pool),
        listTables: async (database) => {
          if (database !== undefined) throw notReadAcross(pool, database);
          return listTables(pool, environment.stagingSchema);
        },
        describeTables: (refs) => describeTables(pool, refs),
        referencingKeys: (refs) => referencingKeys(pool, refs),
        close: () => pool.close(),
      };
    } catch (error) {
      await pool.close();
      throw error;
    }
  },
} satisfies Connector;

const notReadAcross = ({ server }: PostgresPool, database: string): LongshoreError =>
  new LongshoreError(
    'DATABASE_NOT_FOUND',
    `Tables of database ${database} cannot be named here: PostgreSQL reads no database but the one it is connected to, which is ${server.database}.`,
    {},
    {
      next:
        database === server.database
          ? 'Leave the database out of the name: `schema.table`.'
          : `Make an environment of its own for ${database}.`,
    },
  );

async function ping(pool: PostgresPool): Promise<ServerInfo> {
  const { rows } = await pool.query(
    `SELECT current_setting('server_version') AS version, current_user AS user, current_database() AS database,
            (SELECT oid FROM pg_database WHERE datname = current_database()) AS oid, pg_postmaster_start_time() AS started,
            has_function_privilege('pg_control_system()', 'EXECUTE') AS may_ask`,
  );
  const row = rows[0] ?? {};
  return {
    product: 'PostgreSQL',
    version: row['version'] ?? '',
    user: row['user'] ?? '',
    database: row['database'] ?? '',
    identity: `postgres:${await clusterOf(pool, row)}/${row['oid']}`,
  };
}

/** The cluster's own number, which a standby shares with its primary; where it may not be asked, port and time of start. */
async function clusterOf(pool: PostgresPool, row: Row): Promise<string> {
  if (row['may_ask'] !== 't') return `${pool.server.port}@${row['started']}`;
  const { rows } = await pool.query('SELECT system_identifier AS id FROM pg_control_system()');
  return rows[0]?.['id'] ?? '';
}
