import { postgresConnector } from '../../../connectors/postgres/connector';
import { databaseEnvironmentSchema } from '../../../schemas/environment';
import { testPostgres } from '../../helpers/postgres';
import { ref } from './source-database';

describe('the Postgres connector', () => {
  let url: string;
  beforeAll(async () => {
    url = await (await testPostgres()).createDatabase('connector');
  });
  afterAll(async () => (await testPostgres()).dropDatabase(url));

  const open = (more: object = {}) =>
    postgresConnector.open(databaseEnvironmentSchema.parse({ kind: 'postgres', url, ...more }), {
      applicationName: 'longshore connector test',
      poolSize: 2,
    });

  test('says who answers, and tells one database from another', async () => {
    const [one, same] = [await open(), await open()];
    const other = await open({ url: (await testPostgres()).url('postgres') });
    const info = await one.ping();
    expect(info).toMatchObject({
      product: 'PostgreSQL',
      version: expect.stringMatching(/^\d+/),
      user: 'postgres',
      database: new URL(url).pathname.slice(1),
    });
    expect((await same.ping()).identity).toBe(info.identity);
    expect((await other.ping()).identity).not.toBe(info.identity);
    expect(one.capabilities).toEqual({ atomicSet: true, sharedSnapshot: true, revalidation: true });
    await Promise.all([one.close(), same.close(), other.close()]);
  });

  test('refuses every call to the target of a read-only environment', async () => {
    const database = await open({ readOnly: true });
    const refused = { code: 'READ_ONLY_ENVIRONMENT' };
    await expect(database.target.countRows(ref('x'))).rejects.toMatchObject(refused);
    await expect(database.target.cleanup('run')).rejects.toMatchObject(refused);
    await expect(database.target.publish({ runId: 'run', tables: [], lockTimeoutMs: 1 })).rejects.toMatchObject(
      refused,
    );
    expect(() => database.target.addColumnSql(ref('x'), { name: 'y', nativeType: 'text' })).toThrow(
      expect.objectContaining(refused),
    );
    await expect(database.listTables()).resolves.toEqual([]);
    await database.close();
  });

  test('lists no tables of another database, and says what to do instead', async () => {
    const database = await open();
    await expect(database.listTables('archive')).rejects.toMatchObject({
      code: 'DATABASE_NOT_FOUND',
      message: expect.stringContaining('archive') as string,
      next: expect.stringContaining('environment of its own') as string,
    });
    await expect(database.listTables(new URL(url).pathname.slice(1))).rejects.toMatchObject({
      code: 'DATABASE_NOT_FOUND',
      next: expect.stringContaining('schema.table') as string,
    });
    await database.close();
  });

  test('reports a server that it cannot open', async () => {
    const wrong = new URL(url);
    wrong.password = 'not-this';
    await expect(open({ url: wrong.href })).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
  });
});
