/** A target database with everything that can hang on a table, and what the catalog says about it, by names. */
import { Client } from 'pg';
import { introspectForTest } from './target-plan';
import { createPostgresTarget } from '../../../connectors/postgres/target';
import { PostgresPool } from '../../../connectors/postgres/pool';
import type { PublishPatience } from '../../../connectors/postgres/publish';
import { stagingRef } from '../../../connectors/postgres/staging';
import { qualified } from '../../../connectors/postgres/sql';
import type { TargetDatabase } from '../../../connectors/connector';
import type { TableRef } from '../../../core/types/table';
import type { TablePlan } from '../../../core/types/transfer';
import { postgresEnvironment } from '../../../schemas/environment';
import { testPostgres } from '../../helpers/postgres';

export interface TargetFixture {
  url: string;
  pool: PostgresPool;
  target: TargetDatabase;
  stagingSchema: string;
  /** A connection of a user of the database, outside Longshore. */
  user: Client;
  connect(applicationName?: string): Promise<Client>;
  /** A target that waits as long as told. */
  targetWith(patience: PublishPatience): TargetDatabase;
  plan(ref: TableRef, options?: Partial<TablePlan>): Promise<TablePlan>;
  /** Makes staging, fills it by SQL and builds its keys. Answers with the number of rows. */
  stage(runId: string, plan: TablePlan, select: string): Promise<number>;
  close(): Promise<void>;
}

export const table = (name: string, schema = 'public'): TableRef => ({ schema, name });

export async function openTarget(prefix: string): Promise<TargetFixture> {
  const postgres = await testPostgres();
  const url = await postgres.createDatabase(prefix);
  const environment = postgresEnvironment.parse({ kind: 'postgres', url });
  const pool = new PostgresPool(environment, { applicationName: 'longshore test' });
  const clients: Client[] = [];
  const connect = async (applicationName = 'somebody else'): Promise<Client> => {
    const client = new Client({ connectionString: url, application_name: applicationName });
    client.on('error', () => undefined);
    await client.connect();
    clients.push(client);
    return client;
  };
  const target = createPostgresTarget({ pool, environment });
  const { stagingSchema } = environment;
  return {
    url,
    pool,
    target,
    stagingSchema,
    user: await connect(),
    connect,
    targetWith: (patience) => createPostgresTarget({ pool, environment, patience }),
    plan: (ref, options) => introspectForTest(pool, ref, options),
    async stage(runId, plan, select) {
      await target.prepare({ runId, plan });
      const columns = plan.columns.map((column) => `"${column.target}"`).join(', ');
      const { rowCount } = await pool.query(
        `INSERT INTO ${qualified(stagingRef(stagingSchema, runId, plan.targetRef))} (${columns}) ${select}`,
      );
      await target.finish({ runId, plan });
      return rowCount ?? 0;
    },
    async close() {
      await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
      await pool.close();
      await postgres.dropDatabase(url);
    },
  };
}
