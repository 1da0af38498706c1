import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Warehouse } from '../../../connectors/warehouse';
import { describeSnowflake, startSnowflake, type TestSnowflake } from '../../helpers/snowflake-server';
import { open } from './fixture';

describeSnowflake('Snowflake as a warehouse', () => {
  let server: TestSnowflake;
  let warehouse: Warehouse;

  beforeAll(async () => {
    server = await startSnowflake();
    warehouse = await open(server);
    await server.sql(
      'CREATE TABLE RAW.PUBLIC.TRADES (ID NUMBER(10,0) NOT NULL, PRICE NUMBER(18,4), RATE FLOAT, OK BOOLEAN, DAY DATE, SEEN TIMESTAMP_NTZ, NAME VARCHAR(20), DATA VARIANT)',
    );
    await server.sql('CREATE TABLE RAW.PUBLIC."Mixed Case" ("Id" NUMBER(5,0), "note" VARCHAR)');
  }, 400_000);

  beforeEach(async () => {
    await server.wish({ reset: true });
  });

  afterAll(async () => {
    await warehouse.close();
    await server.close();
  });

  it('says who answers, and writes no log of the driver', async () => {
    expect(await warehouse.ping()).toMatchObject({ product: 'Snowflake', user: 'LOADER', database: 'RAW' });
    expect(readdirSync(process.cwd()).filter((name) => name.startsWith('snowflake'))).toEqual([]);
  });

  it.each(['TRADES', 'trades', 'Trades'])(
    'finds a table by %s, with its columns as files must fit them',
    async (name) => {
      const found = await warehouse.describe(name);
      expect(found?.ref).toEqual({ database: 'RAW', schema: 'PUBLIC', name: 'TRADES' });
      expect(found?.columns.map(({ name: column, type, nativeType }) => [column, type, nativeType])).toEqual([
        ['ID', { kind: 'integer', digits: 10 }, 'NUMBER(10,0)'],
        ['PRICE', { kind: 'decimal', precision: 18, scale: 4 }, 'NUMBER(18,4)'],
        ['RATE', { kind: 'float' }, 'FLOAT'],
        ['OK', { kind: 'boolean' }, 'BOOLEAN'],
        ['DAY', { kind: 'date' }, 'DATE'],
        ['SEEN', { kind: 'timestamp', zoned: false }, 'TIMESTAMP_NTZ'],
        ['NAME', { kind: 'text' }, 'VARCHAR(20)'],
        ['DATA', { kind: 'text' }, 'VARIANT'],
      ]);
      expect(found?.columns.map(({ nullable }) => nullable)).toEqual([false, true, true, true, true, true, true, true]);
      expect(found?.columns.find(({ name: column }) => column === 'NAME')?.width).toEqual({
        limit: 20,
        unit: 'characters',
      });
    },
  );

  it('finds a name in mixed case by letter case aside, in its schema, and none where there is none', async () => {
    expect((await warehouse.describe('mixed case', 'public'))?.columns.map(({ name }) => name)).toEqual(['Id', 'note']);
    expect(await warehouse.describe('nothing')).toBeUndefined();
    expect(await warehouse.describe('trades', 'other')).toBeUndefined();
    expect((await warehouse.list()).map(({ name }) => name)).toEqual(['Mixed Case', 'TRADES']);
    expect(warehouse.refFor('new_table')).toEqual({ database: 'RAW', schema: 'PUBLIC', name: 'NEW_TABLE' });
  });

  it('gives every value as text, NULL as null, and no digit is lost', async () => {
    const sql = `SELECT CAST('1234567890123456789012345678901234567' AS NUMBER(37,0)), NULL, 0.1::NUMBER(38,37), TRUE, 'x', '', TO_VARCHAR(DATE '2024-01-31'), ? , ?`;
    expect(await warehouse.query({ sql, binds: ['bound', 7] })).toEqual([
      [
        '1234567890123456789012345678901234567',
        null,
        `0.1${'0'.repeat(36)}`,
        'TRUE',
        'x',
        '',
        '2024-01-31',
        'bound',
        '7',
      ],
    ]);
    expect(await warehouse.query({ sql: 'SELECT * FROM (VALUES (1), (2), (3))' }, { maxRows: 2 })).toHaveLength(2);
  });

  it('knows its virtual warehouse and what became of statements', async () => {
    expect(await warehouse.compute()).toEqual({ name: 'LOAD_M', size: 'Medium', state: 'STARTED' });
    await warehouse.query({ sql: 'SELECT 17' });
    const [latest] = await warehouse.recentStatements(50).then((all) => all.filter(({ sql }) => sql === 'SELECT 17'));
    expect(latest).toMatchObject({ state: 'done', figures: { warehouse_size: 'Medium', rows_produced: 1 } });
    expect(await warehouse.statement(latest?.id ?? '')).toMatchObject({ state: 'done', sql: 'SELECT 17' });
    expect(await warehouse.statement('01b2c3d4-0000-0000-0000-000000000000')).toMatchObject({ state: 'unknown' });
  });

  it('says less where the server refuses what is beyond the core', async () => {
    await server.wish({ refuse_extras: true });
    expect(await warehouse.ping()).toMatchObject({ user: 'LOADER', database: 'RAW' });
    expect(await warehouse.compute()).toEqual({});
    expect(await warehouse.recentStatements(5)).toEqual([]);
    await warehouse.cancel('01b2c3d4-0000-0000-0000-000000000000');
  });

  it.each(['session', 'login', 'ended'] as const)('sends a statement again when the %s has expired', async (expire) => {
    await warehouse.query({ sql: 'SELECT 1' });
    await server.wish({ expire });
    expect(await warehouse.query({ sql: 'SELECT 2' })).toEqual([['2']]);
  });

  it('tells a login that is refused from a server that is not there', async () => {
    await expect(open(server, { password: 'wrong' })).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      message: expect.stringMatching(/LOADER.*Incorrect username or password/),
    });
    await server.wish({ refuse_logins: { code: '390318', message: 'OAuth access token expired.' } });
    const expired = open(server, { authentication: 'oauth', token: 'old', password: undefined });
    await expect(expired).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED', message: /token expired/ });
    await server.network('refuse');
    await expect(open(server)).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' });
    await server.network('silence');
    await expect(open(server, { loginTimeoutMs: 500 })).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' });
    await server.network('up');
  });

  it('gives a silent server up, and goes on when it speaks again', async () => {
    await warehouse.query({ sql: 'SELECT 1' });
    await server.network('silence');
    const started = performance.now();
    await expect(warehouse.query({ sql: 'SELECT 3' })).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    expect(performance.now() - started).toBeLessThan(8000);
    await server.network('up');
    expect(await warehouse.query({ sql: 'SELECT 4' })).toEqual([['4']]);
  });

  it('waits for a server that is away for a moment, and does nothing twice', async () => {
    const patient = await open(server, {}, {}, { firstMs: 10_000, everyMs: 1000, answerMs: 1000, failures: 3 });
    await server.wish({ hold_answer: { kind: 'CREATE', ms: 60_000 } });
    const running = patient.execute({ sql: 'CREATE TABLE ONCE (ID NUMBER)' });
    await sleep(300);
    await server.network('refuse');
    await sleep(1500);
    await server.network('up');
    await running;
    expect((await server.seen()).counts.CREATE).toBe(1);
    await patient.close();
  });

  it('names what is missing and what may not be done', async () => {
    await expect(warehouse.query({ sql: 'SELECT * FROM MISSING' })).rejects.toMatchObject({ code: 'TABLE_NOT_FOUND' });
    await expect(warehouse.query({ sql: 'SELECT NOPE FROM TRADES' })).rejects.toMatchObject({
      code: 'COLUMN_NOT_FOUND',
    });
    await expect(warehouse.execute({ sql: 'SELEC 1' })).rejects.toMatchObject({ code: 'QUERY_FAILED' });
    await expect(warehouse.query({ sql: 'DELETE FROM TRADES' })).rejects.toMatchObject({ code: 'QUERY_FAILED' });
    expect((await server.seen()).counts.DELETE).toBeUndefined();
  });

  it('leaves no session behind', async () => {
    const other = await open(server);
    await Promise.all([1, 2, 3, 4, 5].map(async (id) => other.query({ sql: `SELECT ${id}` })));
    const before = (await server.seen()).sessions;
    await other.close();
    await sleep(100);
    expect((await server.seen()).sessions).toBeLessThan(before);
  });
});
