import { Kysely, Migrator, PostgresDialect, sql as statement } from 'kysely';
import { Client, Pool } from 'pg';
import { type Catalog, openCatalog } from '../../../catalog';
import { MIGRATIONS } from '../../../catalog/migrations';
import * as foundations from '../../../catalog/migrations/001-foundations';
import { testPostgres } from '../../helpers/postgres';

let url: string;
let sql: Client;
const open: Catalog[] = [];

async function openOne(address = url): Promise<Catalog> {
  const catalog = await openCatalog({ url: address, poolSize: 2, retryMs: 2000 });
  open.push(catalog);
  return catalog;
}

beforeAll(async () => {
  url = await (await testPostgres()).createDatabase('catalog_open');
  sql = new Client({ connectionString: url });
  await sql.connect();
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((catalog) => catalog.close()));
});

afterAll(async () => {
  await sql.end();
  await (await testPostgres()).dropDatabase(url);
});

describe('openCatalog', () => {
  it('makes its tables in an empty database, however many open it at once', async () => {
    const catalogs = await Promise.all(Array.from({ length: 6 }, () => openOne()));
    await Promise.all(catalogs.map((catalog) => catalog.ping()));
    const done = await sql.query('SELECT name FROM longshore.migrations ORDER BY name');
    expect(done.rows.map(({ name }: { name: string }) => name)).toEqual(Object.keys(MIGRATIONS));
    expect(await catalogs[0]?.configurations.latest()).toBeUndefined();
  });

  it('keeps what is there when it is opened again', async () => {
    const first = await openOne();
    const { version } = await first.configurations.register({ document: { version: 1 }, source: 'a.yaml', by: 'ann' });
    const second = await openOne();
    expect((await second.configurations.get(version))?.document).toEqual({ version: 1 });
  });

  it('brings a catalog of the first version up to date, and keeps what is in it', async () => {
    const old = await (await testPostgres()).createDatabase('catalog_old');
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: new Pool({ connectionString: old }) }) });
    try {
      const migrator = new Migrator({
        db,
        provider: { getMigrations: async () => ({ '001-foundations': foundations }) },
        migrationTableSchema: 'longshore',
        migrationTableName: 'migrations',
        migrationLockTableName: 'migrations_lock',
      });
      expect((await migrator.migrateToLatest()).error).toBeUndefined();
      await statement.raw("INSERT INTO longshore.configurations VALUES (1, 'h', '{}', 'a.yaml', 'ann')").execute(db);
      await statement
        .raw(
          `INSERT INTO longshore.runs (run_id, temporal_run_id, kind, name, target, config_version, status, triggered_by,
             dry_run, input, started_at, finished_at)
           VALUES ('transfer/old/1', 't', 'transfer', 'old', 'uat', 1, 'done', 'ann', false, '{}',
             '2026-11-20T05:00Z', '2026-11-20T05:01:30.5Z')`,
        )
        .execute(db);
      const catalog = await openOne(old);
      expect(await catalog.runs.durations({ kind: 'transfer', name: 'old', target: 'uat', limit: 5 })).toEqual([90.5]);
      expect(await catalog.notifications.list('transfer/old/1')).toEqual([]);
      await catalog.close();
      open.splice(0);
    } finally {
      await db.destroy();
      await (await testPostgres()).dropDatabase(old);
    }
  });

  it('refuses a catalog that a newer program has migrated, naming both versions', async () => {
    await openOne();
    await sql.query("INSERT INTO longshore.migrations VALUES ('999-from-the-future', now()::text)");
    const refusal = openOne();
    await expect(refusal).rejects.toMatchObject({ code: 'CATALOG_UNAVAILABLE' });
    await expect(refusal).rejects.toThrow(new RegExp(`999-from-the-future.*${Object.keys(MIGRATIONS).at(-1)}`));
    await sql.query("DELETE FROM longshore.migrations WHERE name = '999-from-the-future'");
  });

  it('says that the server does not answer when the port is closed', async () => {
    const started = Date.now();
    const refusal = openCatalog({ url: 'postgresql://someone:s3cret-word@127.0.0.1:1/catalog', retryMs: 500 });
    await expect(refusal).rejects.toMatchObject({ code: 'CATALOG_UNAVAILABLE' });
    await expect(refusal).rejects.toThrow('127.0.0.1:1/catalog');
    await expect(refusal).rejects.not.toThrow('s3cret-word');
    expect(Date.now() - started).toBeLessThan(3000);
  });

  it('says at once that a database or user is refused, without trying again', async () => {
    const missing = new URL(url);
    missing.pathname = '/there_is_no_such_database';
    await expect(openCatalog({ url: missing.href, retryMs: 60_000 })).rejects.toMatchObject({
      code: 'CATALOG_UNAVAILABLE',
      message: expect.stringContaining('there_is_no_such_database'),
    });
  });

  it('survives the loss of its connections', async () => {
    const catalog = await openOne();
    await catalog.ping();
    await sql.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'longshore catalog' AND datname = current_database()",
    );
    await catalog.ping();
    const calls = Array.from({ length: 20 }, (_, index) =>
      catalog.configurations.register({ document: { index }, source: 'b.yaml', by: 'ann' }),
    );
    await sql.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'longshore catalog' AND datname = current_database()",
    );
    const versions = (await Promise.all(calls)).map((answer) => answer.version);
    expect(new Set(versions).size).toBe(20);
  });
});
