/** A Postgres database that takes month batches; its stage is a folder on the worker. */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { StatementReport, WarehouseTable, WarehouseTableRef } from '../../core/types/warehouse';
import type { PostgresEnvironment } from '../../schemas/environment';
import { localStage } from '../../storage/local-stage';
import type { CopyControl, CopyRequest, Warehouse, WarehouseConnector, WarehouseOptions } from '../warehouse';
import { warehouseTable } from '../warehouse-columns';
import { pickName } from '../warehouse-names';
import { describeTables, listTables, serverFacts } from './introspect';
import { PostgresPool } from './pool';
import { copyParts } from './warehouse-copy';
import { exportRows, importRows } from './warehouse-export';
import { dropStaging, stagingTable } from './warehouse-staging';
import { cancelStatement, findStatement, runningStatements, sessionId } from './warehouse-statements';
import { findMark, fold, readRows, runStatements, schemaName } from './warehouse-transaction';

export const postgresWarehouse = { kind: 'postgres', open } satisfies WarehouseConnector<PostgresEnvironment>;

const DEFAULT_SCHEMA = 'public';
const OLDEST = 130_000;
const POOL_SIZE = 6;

/** Connects once, to ask the server what it is. Throws what `ping` throws. */
async function open(environment: PostgresEnvironment, options: WarehouseOptions): Promise<Warehouse> {
  const pool = new PostgresPool(environment, { applicationName: options.applicationName, size: POOL_SIZE });
  try {
    const { version } = await serverFacts(pool);
    if (version < OLDEST)
      throw new LongshoreError(
        'CONFIG_INVALID',
        `The server of ${pool.server.database} is PostgreSQL ${Math.floor(version / 10_000)}; Longshore needs 13 or later.`,
      );
    return warehouseOf(pool, environment, options);
  } catch (error) {
    await pool.close();
    throw error;
  }
}

function warehouseOf(pool: PostgresPool, environment: PostgresEnvironment, options: WarehouseOptions): Warehouse {
  const { stagingSchema } = environment;
  const stage = localStage(options.stageFolder);
  const ownSchema = options.schema ?? DEFAULT_SCHEMA;
  const ledger = { schema: ownSchema, name: options.ledgerTable };
  /** Of copies that have ended: the server forgets them. */
  const ended = new Map<string, StatementReport>();

  async function refs(schema: string): Promise<WarehouseTableRef[]> {
    const [name, all] = await Promise.all([schemaName(pool, schema), listTables(pool, stagingSchema)]);
    return all.filter((ref) => ref.schema === name).map((ref) => ({ schema: ref.schema, name: ref.name }));
  }

  async function describe(name: string, schema = ownSchema): Promise<WarehouseTable | undefined> {
    const found = await refs(schema);
    const names = found.map((ref) => ref.name);
    const meant = pickName(name, names, fold, `schema ${schema}`);
    const ref = found.find((other) => other.name === meant);
    if (!ref) return undefined;
    const [table] = await describeTables(pool, [ref]);
    return table && warehouseTable(table);
  }

  async function copy(request: CopyRequest, { onSubmitted, progress, signal }: CopyControl) {
    pool.assertWritable('copy rows');
    const staging = stagingTable(stagingSchema, request.loadId, request.table);
    let id: string | undefined;
    try {
      const result = await copyParts(request, {
        pool,
        stage,
        staging,
        progress,
        signal,
        onSession: async (session) => {
          id = await sessionId(session);
          await onSubmitted(id);
        },
      });
      if (id !== undefined)
        ended.set(id, { id, state: 'done', seconds: result.seconds, figures: { rows: result.rowsStaged } });
      return { ...result, ...(id !== undefined && { statementId: id }) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const isStopped = error instanceof LongshoreError && error.code === 'CANCELLED';
      if (id !== undefined)
        ended.set(id, { id, state: isStopped ? 'cancelled' : 'failed', figures: {}, error: message });
      throw error;
    }
  }

  return {
    kind: 'postgres',
    stage,
    ping: async () => {
      const [row] = await readRows(pool, {
        sql: "SELECT current_setting('server_version'), current_user, current_database()",
      });
      const [version, user, database] = row ?? [];
      return { product: 'PostgreSQL', version: version ?? '', user: user ?? '', database: database ?? '' };
    },
    describe,
    list: async (schema = ownSchema) => refs(schema),
    refFor: (name, schema = ownSchema) => ({ schema: fold(schema), name: fold(name) }),
    compute: async () => ({}),
    query: async (statement, control) => readRows(pool, statement, control),
    transaction: async (statements, mark, { signal, verify } = {}) =>
      runStatements(pool, statements, { ledger, mark, signal, verify }),
    execute: async ({ sql, binds = [] }) => {
      await pool.transaction(async (client) => client.query(sql, [...binds]));
    },
    copy,
    stagingTable: (loadId, table) => stagingTable(stagingSchema, loadId, table),
    dropStaging: async (loadId, table) => dropStaging(pool, stagingTable(stagingSchema, loadId, table)),
    findMark: async (id) => findMark(pool, ledger, id),
    statement: async (id) => ended.get(id) ?? (await findStatement(pool, id)) ?? { id, state: 'unknown', figures: {} },
    cancel: async (id) => cancelStatement(pool, id),
    recentStatements: async (limit) => runningStatements(pool, limit),
    exportRows: async (table, where, file, signal) => exportRows(pool, table, where, file, signal),
    importRows: async (table, file, mark, signal) => importRows(pool, table, file, { ledger, mark, signal }),
    close: async () => pool.close(),
  };
}
