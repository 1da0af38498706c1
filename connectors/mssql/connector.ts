/** SQL Server 2016 and later, Azure SQL included, as source and target. */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { DatabaseEnvironment } from '../../schemas/environment';
import type { Connector, Database, OpenOptions, ServerInfo } from '../connector';
import { readOnlyReference, readOnlyTarget } from '../read-only-target';
import { askCapabilities, type MssqlCapabilities } from './capabilities';
import { describeTables, listTables, referencingKeys } from './introspect';
import { MssqlPool } from './pool';
import { openReference } from './reference';
import { createMssqlSource } from './source';
import { openTarget } from './target';
import { mssqlTypes } from './type-system';

export const mssqlConnector = {
  kind: 'mssql',
  types: mssqlTypes,

  /** Connects once, to ask the server what it can do. Throws what `ping` throws. */
  async open(environment: DatabaseEnvironment, options: OpenOptions): Promise<Database> {
    if (environment.kind !== 'mssql')
      throw new LongshoreError(
        'INTERNAL',
        `An environment of kind ${environment.kind} was given to the SQL Server connector.`,
      );
    const pool = new MssqlPool(environment, {
      applicationName: options.applicationName,
      ...(options.poolSize !== undefined && { size: options.poolSize }),
    });
    try {
      const capabilities = await askCapabilities(pool);
      return {
        kind: 'mssql',
        capabilities: {
          atomicSet: true,
          sharedSnapshot: capabilities.snapshotIsolation,
          crossDatabase: !capabilities.isSingleDatabase,
          revalidation: false,
        },
        source: createMssqlSource({ pool, capabilities }),
        target: environment.readOnly
          ? readOnlyTarget(() => pool.assertWritable('write anything'))
          : openTarget(pool, pool.settings),
        reference: environment.readOnly
          ? readOnlyReference(openReference(pool, capabilities), () => pool.assertWritable('write anything'))
          : openReference(pool, capabilities),
        ping: () => ping(pool, capabilities),
        listTables: (database) => listTables(pool, environment.stagingSchema, database),
        describeTables: (refs) => describeTables(pool, capabilities, refs),
        referencingKeys: (refs) => referencingKeys(pool, refs),
        close: () => pool.close(),
      };
    } catch (error) {
      await pool.close();
      throw error;
    }
  },
} satisfies Connector;

/** A database is told from others by its server's name, its own, and when it was made. */
async function ping(pool: MssqlPool, { product, version }: MssqlCapabilities): Promise<ServerInfo> {
  const [row] = await pool.rows<{ user: string; database: string; server: string | null; made: string | null }>(
    `SELECT SUSER_SNAME() AS [user], DB_NAME() AS [database], CONVERT(nvarchar(256), SERVERPROPERTY('ServerName')) AS server,
            (SELECT CONVERT(nvarchar(30), create_date, 126) FROM sys.databases WHERE database_id = DB_ID()) AS made`,
  );
  return {
    product,
    version,
    user: row?.user ?? '',
    database: row?.database ?? '',
    identity: `mssql:${row?.server ?? pool.server.address}/${row?.database ?? ''}/${row?.made ?? ''}`,
  };
}
