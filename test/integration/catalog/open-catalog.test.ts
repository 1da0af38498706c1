import { Client } from 'pg';
import { type Catalog, openCatalog } from '../../../catalog';
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
    expect(done.rows).toEqual([{ name: '001-foundations' }]);
    expect(await catalogs[0]?.configurations.latest()).toBeUndefined();
  });

  it('keeps what is there when it is opened again', async () => {
    const first = await openOne();
    const { version } = await first.configurations.register({ document: { version: 1 }, source: 'a.yaml', by: 'ann' });
    const second = await openOne();
    expect((await second.configurations.get(version))?.document).toEqual({ version: 1 });
  });

  it('refuses a catalog that a newer program has migrated, naming both versions', async () => {
    await openOne();
    await sql.query("INSERT INTO longshore.migrations VALUES ('999-from-the-future', now()::text)");
    const refusal = openOne();
    await expect(refusal).rejects.toMatchObject({ code: 'CATALOG_UNAVAILABLE' });
    await expect(refusal).rejects.toThrow(/999-from-the-future.*001-foundations/);
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
