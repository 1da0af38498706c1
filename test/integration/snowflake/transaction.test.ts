import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadMark, Warehouse } from '../../../connectors/warehouse';
import { LongshoreError } from '../../../core/errors/longshore-error';
import { describeSnowflake, startSnowflake, type TestSnowflake } from '../../helpers/snowflake-server';
import { open } from './fixture';

const mark = (id: string, rows = 2): LoadMark => ({
  id,
  kind: 'load',
  batch: 'trades',
  table: 'TRADES',
  month: '2024-01',
  rows,
  by: 'tester',
  files: 'trades_20240101-20240131.tsv',
});

describeSnowflake('transactions in Snowflake', () => {
  let server: TestSnowflake;
  let warehouse: Warehouse;

  beforeAll(async () => {
    server = await startSnowflake();
    warehouse = await open(server);
  }, 400_000);

  beforeEach(async () => {
    await server.wish({ reset: true });
    await server.sql('CREATE OR REPLACE TABLE RAW.PUBLIC.TRADES (ID NUMBER(10,0), NOTE VARCHAR(10))');
  });

  afterAll(async () => {
    await warehouse.close();
    await server.close();
  });

  const insert = (...ids: number[]): { sql: string; binds: number[] } => ({
    sql: `INSERT INTO TRADES (ID) VALUES ${ids.map(() => '(?)').join(', ')}`,
    binds: ids,
  });
  const ids = async (): Promise<unknown[]> => (await server.sql('SELECT ID FROM TRADES ORDER BY ID')).flat();

  it('answers the rows that each statement changed, and keeps the mark beside them', async () => {
    const heard: [number, string][] = [];
    const statements = [insert(1, 2, 3), { sql: 'DELETE FROM TRADES WHERE ID > ?', binds: [1] }, insert(4)];
    const verify = jest.fn();
    const onStatement = (index: number, id: string): void => void heard.push([index, id]);
    expect(await warehouse.transaction(statements, mark('m-1'), { verify, onStatement })).toEqual([3, 2, 1]);
    expect(verify).toHaveBeenCalledWith([3, 2, 1]);
    expect(heard.map(([index]) => index)).toEqual([0, 1, 2]);
    const { statements: sent } = await server.seen();
    expect(sent.find(({ id }) => id === heard[1]?.[1])?.sql).toMatch(/^DELETE/);
    expect(await ids()).toEqual(['1', '4']);
    expect(await warehouse.findMark('m-1')).toEqual(mark('m-1'));
    expect(await warehouse.findMark('m-2')).toBeUndefined();
  });

  it('does nothing where the mark is there already', async () => {
    expect(await warehouse.transaction([insert(1)], mark('m-3'))).toEqual([1]);
    expect(await warehouse.transaction([insert(1)], mark('m-3'))).toBeUndefined();
    expect(await ids()).toEqual(['1']);
  });

  it('lets one of several that begin at once with the same mark have its way', async () => {
    const others = await Promise.all([1, 2, 3].map(async () => open(server)));
    await warehouse.transaction([insert(7)], mark('first'));
    const ended = await Promise.allSettled(others.map(async (each) => each.transaction([insert(1)], mark('m-race'))));
    const done = ended.filter((each) => each.status === 'fulfilled' && each.value !== undefined);
    expect(done).toHaveLength(1);
    expect(await ids()).toEqual(['1', '7']);
    await Promise.all(others.map(async (each) => each.close()));
  });

  it('undoes everything when a statement fails or the rows are not what they should be', async () => {
    const broken = warehouse.transaction([insert(1), { sql: 'INSERT INTO MISSING SELECT 1' }], mark('m-4'));
    await expect(broken).rejects.toMatchObject({ code: 'TABLE_NOT_FOUND' });
    const verify = (): never => {
      throw new LongshoreError('COUNT_CHANGED', 'There are more rows now.');
    };
    await expect(warehouse.transaction([insert(2)], mark('m-4'), { verify })).rejects.toMatchObject({
      code: 'COUNT_CHANGED',
    });
    expect(await ids()).toEqual([]);
    expect(await warehouse.findMark('m-4')).toBeUndefined();
    expect(await warehouse.transaction([insert(5)], mark('m-4'))).toEqual([1]);
  });

  it('begins in a new session when the old ones have ended', async () => {
    await warehouse.transaction([insert(1)], mark('m-5'));
    await server.wish({ expire: 'ended' });
    expect(await warehouse.transaction([insert(2)], mark('m-6'))).toEqual([1]);
    expect(await ids()).toEqual(['1', '2']);
  });

  it('knows from the mark that a commit happened whose answer got lost', async () => {
    await warehouse.transaction([insert(1)], mark('m-7'));
    await server.wish({ hold_answer: { kind: 'COMMIT', ms: 60_000 } });
    const running = warehouse.transaction([insert(2)], mark('m-8'));
    while (((await server.seen()).counts.COMMIT ?? 0) < 2) await sleep(20);
    await server.network('silence');
    void sleep(3500).then(() => server.network('up'));
    expect(await running).toEqual([1]);
    expect(await ids()).toEqual(['1', '2']);
  });

  it('says that the connection is lost, and leaves nothing behind, when the server falls silent before the commit', async () => {
    await warehouse.transaction([insert(1)], mark('m-9'));
    await server.wish({ hold_answer: { kind: 'DELETE', ms: 60_000 } });
    const statements = [insert(2), { sql: 'DELETE FROM TRADES WHERE ID = 1' }];
    const running = warehouse.transaction(statements, mark('m-10'));
    running.catch(() => undefined);
    while (!((await server.seen()).counts.DELETE ?? 0)) await sleep(20);
    await server.network('silence');
    await expect(running).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    await server.network('up');
    expect(await warehouse.transaction([insert(3)], mark('m-10'))).toEqual([1]);
    expect(await ids()).toEqual(['1', '3']);
  });

  it('aborts the statement under way when it is cancelled, and undoes the others', async () => {
    const stop = new AbortController();
    await server.wish({ hold_answer: { kind: 'DELETE', ms: 3000 } });
    setTimeout(() => stop.abort(), 300);
    const statements = [insert(2), { sql: 'DELETE FROM TRADES WHERE ID = 1' }];
    await expect(warehouse.transaction(statements, mark('m-11'), { signal: stop.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(await ids()).toEqual([]);
    expect(await warehouse.findMark('m-11')).toBeUndefined();
  });
});
