import { createHash } from 'node:crypto';
import { Client } from 'pg';
import type { EmbeddedPostgres } from '../embedded-postgres';
import { fillShop } from './shop-rows';
import { ONLY_IN_UAT, STRUCTURE } from './shop-structure';

const PROD = STRUCTURE + fillShop(1);
const UAT = STRUCTURE + fillShop(0.45) + ONLY_IN_UAT;
const fingerprint = (sql: string): string => createHash('sha256').update(sql).digest('hex').slice(0, 16);

/** Runs `work` on a connection of its own. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function isFilled(client: Client, name: string, sql: string): Promise<boolean> {
  const { rows } = await client.query<{ comment: string | null }>(
    "SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = $1",
    [name],
  );
  return rows[0]?.comment === fingerprint(sql);
}

/** Ends its sessions too. */
export async function dropDatabase(postgres: EmbeddedPostgres, name: string): Promise<void> {
  await withClient(postgres.url('postgres'), (admin) =>
    admin.query(`DROP DATABASE IF EXISTS ${admin.escapeIdentifier(name)} WITH (FORCE)`),
  );
}

/** Makes a database and fills it, unless it was filled with the same SQL before. */
async function makeDatabase(postgres: EmbeddedPostgres, name: string, sql: string): Promise<void> {
  await withClient(postgres.url('postgres'), async (admin) => {
    if (await isFilled(admin, name, sql)) return;
    const quoted = admin.escapeIdentifier(name);
    await admin.query(`DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${quoted}`);
    await withClient(postgres.url(name), (client) => client.query(sql));
    await admin.query(`COMMENT ON DATABASE ${quoted} IS ${admin.escapeLiteral(fingerprint(sql))}`);
  });
}

/**
 * Brings `demo_prod` with a shop of some 50,000 rows and `demo_uat` with an older, half-filled copy. UAT is reset at
 * every start, so that every run of the demo has something to do. Resolves with both URLs.
 */
export async function prepareDatabases(postgres: EmbeddedPostgres): Promise<{ prod: string; uat: string }> {
  await makeDatabase(postgres, 'demo_prod', PROD);
  await makeDatabase(postgres, 'demo_uat_old', UAT);
  await withClient(postgres.url('postgres'), async (admin) => {
    await admin.query('DROP DATABASE IF EXISTS demo_uat WITH (FORCE)');
    await admin.query('CREATE DATABASE demo_uat TEMPLATE demo_uat_old');
  });
  return { prod: postgres.url('demo_prod'), uat: postgres.url('demo_uat') };
}
