/** Snowflake as a warehouse for month batches, through its own driver. */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { SnowflakeEnvironment } from '../../schemas/environment';
import type { Warehouse, WarehouseConnector, WarehouseOptions, WarehouseTable, WarehouseTableRef } from '../warehouse';
import { copyParts } from './copy';
import { dropSql } from './copy-sql';
import { describeTable, listTables, readHome, type Home } from './describe';
import { openLedger } from './ledger';
import { PATIENCE, type Patience } from './session';
import { SnowflakeSessions } from './sessions';
import { addressOf, connectionOptions, tagOf } from './settings';
import { folded } from './sql';
import { openStage } from './stage';
import { cancelStatement, readCompute, readRecent, readStatement } from './statements';
import { inTransaction } from './transaction';

export const snowflakeWarehouse = {
  kind: 'snowflake',
  open: async (environment, options) => openWarehouse(environment, options),
} satisfies WarehouseConnector<SnowflakeEnvironment>;

/** `patience`: when a server that says nothing is given up. */
export async function openWarehouse(
  environment: SnowflakeEnvironment,
  options: WarehouseOptions,
  patience: Patience = PATIENCE,
): Promise<Warehouse> {
  const { database } = environment;
  const schema = options.schema ?? environment.schema;
  const account = { address: addressOf(environment), user: environment.user ?? '', database };
  const sessions = new SnowflakeSessions({
    options: connectionOptions(environment, { schema, applicationName: options.applicationName }),
    account,
    loginTimeoutMs: environment.loginTimeoutMs,
    patience,
  });
  try {
    const home = await readHome(sessions, { database, schema });
    return warehouseOf({ environment, options, sessions, home });
  } catch (error) {
    await sessions.close();
    throw error;
  }
}

interface Opened {
  environment: SnowflakeEnvironment;
  options: WarehouseOptions;
  sessions: SnowflakeSessions;
  home: Home;
}

function warehouseOf({ environment, options, sessions, home }: Opened): Warehouse {
  const stage = openStage(sessions, options.stageName);
  const ledger = openLedger(sessions, { ...home, name: folded(options.ledgerTable) });
  const staging = (loadId: string, table: WarehouseTable): WarehouseTableRef => ({
    ...home,
    name: stagingName(loadId, table.ref.name),
  });
  const refused = { formats: false };
  const one = async (sql: string): Promise<string> =>
    sessions.run({ sql }).then(
      ({ rows }) => rows[0]?.[0] ?? '',
      () => '',
    );
  return {
    kind: 'snowflake',
    stage,
    async ping() {
      await readHome(sessions, home);
      const version = await one('SELECT CURRENT_VERSION()');
      const user = (await one('SELECT CURRENT_USER()')) || (environment.user ?? '');
      return { product: 'Snowflake', version, user, database: home.database };
    },
    describe: async (name, schema) => describeTable(sessions, home, name, schema),
    list: async (schema) => listTables(sessions, home, schema),
    refFor: (name, schema) => ({
      database: home.database,
      schema: schema === undefined ? home.schema : folded(schema),
      name: folded(name),
    }),
    compute: async () => readCompute(sessions),
    async query(statement, control) {
      if (!READS.test(statement.sql))
        throw new LongshoreError('QUERY_FAILED', 'Only statements that read are run as queries.', {
          sql: statement.sql,
        });
      return (await sessions.run(statement, control)).rows;
    },
    transaction: async (statements, mark, control) => inTransaction(sessions, ledger, statements, mark, control),
    async execute(statement) {
      await sessions.run(statement);
    },
    copy: async (request, control) =>
      copyParts({ sessions, stage, staging, pollMs: options.pollMs, refused }, request, control),
    stagingTable: staging,
    async dropStaging(loadId, table) {
      await sessions.run({ sql: dropSql(staging(loadId, table)) });
    },
    findMark: async (id) => ledger.find(id),
    statement: async (id) => readStatement(sessions, id),
    cancel: async (id) => cancelStatement(sessions, id),
    recentStatements: async (limit) => readRecent(sessions, tagOf(environment, options.applicationName), limit),
    close: async () => sessions.close(),
  };
}

/** Snowflake itself takes one statement at a time. */
const READS = /^[\s(]*(SELECT|WITH|SHOW|LIST|LS|DESC|DESCRIBE|EXPLAIN)\b/i;
const LONGEST_NAME = 255;

/** `LONGSHORE_LOAD_17_TRADES`. */
const stagingName = (loadId: string, table: string): string =>
  `LONGSHORE_${loadId}_${table}`
    .toUpperCase()
    .replaceAll(/[^A-Z0-9_]/g, '_')
    .slice(0, LONGEST_NAME);
