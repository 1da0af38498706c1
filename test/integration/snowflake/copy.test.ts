import { setTimeout as sleep } from 'node:timers/promises';
import type { Warehouse } from '../../../connectors/warehouse';
import { describeSnowflake, startSnowflake, type TestSnowflake } from '../../helpers/snowflake-server';
import { open, part, silentControl, table, uploaded } from './fixture';

describeSnowflake('COPY into Snowflake', () => {
  let server: TestSnowflake;
  let warehouse: Warehouse;

  beforeAll(async () => {
    server = await startSnowflake();
    warehouse = await open(server);
    await server.sql(
      'CREATE TABLE RAW.PUBLIC.TRADES (ID NUMBER(10,0), DAY DATE, AMOUNT NUMBER(38,4), NOTE VARCHAR(10), SEEN TIMESTAMP_NTZ)',
    );
  }, 400_000);

  beforeEach(async () => {
    await server.wish({ reset: true });
  });

  afterAll(async () => {
    await warehouse.close();
    await server.close();
  });

  const ROWS = [
    '1\t2024-01-01\t12345678901234567890123456789012.1234\t007\t2024-01-01 10:00:00',
    '2\t2024-01-02\t-0.5000\t\\N\t2024-01-02T11:00:00.123',
    '3\t\t1\ta"b\\c\t',
  ];

  it('fills staging with every value as it stands in the parts, by one statement that runs by itself', async () => {
    const target = await table(warehouse, 'trades');
    const request = await uploaded(warehouse, target, 'load-1', [ROWS, ['4\t2024-01-03\t7\t x \t']]);
    const told: string[] = [];
    const result = await warehouse.copy(request, {
      onSubmitted: async (id) => {
        told.push(id);
      },
    });
    expect(result).toMatchObject({ rowsLoaded: 4, rowsParsed: 4, rowsStaged: 4, files: 2, statementId: told[0] });
    expect(told).toHaveLength(1);
    const staging = warehouse.stagingTable('load-1', target);
    expect(
      await server.sql(
        `SELECT ID, TO_VARCHAR(DAY), TO_VARCHAR(AMOUNT), NOTE, TO_VARCHAR(SEEN) FROM "${staging.schema}"."${staging.name}" ORDER BY ID`,
      ),
    ).toEqual([
      ['1', '2024-01-01', '12345678901234567890123456789012.1234', '007', expect.stringContaining('10:00:00')],
      ['2', '2024-01-02', '-0.5000', null, expect.stringContaining('11:00:00.123')],
      ['3', null, '1.0000', 'a"b\\c', null],
      ['4', '2024-01-03', '7.0000', ' x ', null],
    ]);
    const { counts } = await server.seen();
    expect(counts).toMatchObject({ COPY: 1, PUT: 2 });
  });

  it.each([
    ['a number', '9\t2024-01-01\tabc\tx\t', { code: 'VALUE_NOT_REPRESENTABLE', column: 'AMOUNT', value: 'abc' }],
    ['a date', '9\t2024-13-01\t1\tx\t', { code: 'VALUE_NOT_REPRESENTABLE', column: 'DAY', value: '2024-13-01' }],
    ['a text', '9\t2024-01-01\t1\t12345678901\t', { code: 'VALUE_TOO_LONG', column: 'NOTE', value: '12345678901' }],
    ['the number of fields', '9\t2024-01-01\t1', { code: 'COPY_FAILED', column: 'SEEN', value: '(3)' }],
  ])('names file, line, column and value when %s does not fit, and copies nothing', async (_, bad, wanted) => {
    const target = await table(warehouse, 'trades');
    const request = await uploaded(warehouse, target, `bad-${wanted.column}`, [ROWS, [ROWS[0] ?? '', bad]]);
    const failed = warehouse.copy(request, silentControl);
    await expect(failed).rejects.toMatchObject({
      code: wanted.code,
      place: { file: expect.stringContaining('part-00001'), line: 2, column: wanted.column, part: 1 },
      message: expect.stringContaining(wanted.value),
    });
    const staging = warehouse.stagingTable(request.loadId, target);
    expect(await warehouse.query({ sql: `SELECT COUNT(*) FROM "${staging.schema}"."${staging.name}"` })).toEqual([
      ['0'],
    ]);
  });

  it('reads dates in the format that the file has', async () => {
    const target = await table(warehouse, 'trades');
    const parts = [['1\t20240131\t1\tx\t31.01.2024 08:30:00']];
    const format = { dateFormat: 'YYYYMMDD', timestampFormat: 'DD.MM.YYYY HH24:MI:SS' };
    const request = await uploaded(warehouse, target, 'dates', parts);
    await warehouse.copy({ ...request, format: { ...request.format, ...format } }, silentControl);
    const staging = warehouse.stagingTable('dates', target);
    const sql = `SELECT TO_VARCHAR(DAY), TO_VARCHAR(SEEN) FROM "${staging.schema}"."${staging.name}"`;
    expect(await warehouse.query({ sql })).toEqual([['2024-01-31', expect.stringContaining('2024-01-31 08:30:00')]]);
  });

  it('reads dates without dashes where the file does not say how they are written, never as seconds', async () => {
    const target = await table(warehouse, 'trades');
    const request = await uploaded(warehouse, target, 'compact', [['1\t20240131\t1\tx\t'], ['2\t20240229\t1\tx\t']]);
    expect(await warehouse.copy(request, silentControl)).toMatchObject({ rowsLoaded: 2, rowsStaged: 2 });
    const staging = warehouse.stagingTable('compact', target);
    const days = { sql: `SELECT TO_VARCHAR(DAY) FROM "${staging.schema}"."${staging.name}" ORDER BY ID` };
    expect(await warehouse.query(days)).toEqual([['2024-01-31'], ['2024-02-29']]);
    const mixed = await uploaded(warehouse, target, 'both', [['1\t2024-01-31\t1\tx\t', '2\t20240229\t1\tx\t']]);
    await expect(warehouse.copy(mixed, silentControl)).rejects.toMatchObject({ code: 'VALUE_NOT_REPRESENTABLE' });
  });

  it('copies the parts and nothing else that lies beside them, and misses one that is gone', async () => {
    const target = await table(warehouse, 'trades');
    const request = await uploaded(warehouse, target, 'exact', [ROWS]);
    await warehouse.stage.put(part('part-00009.tsv.zst', ROWS), `${request.prefix}part-00009.tsv.zst`, {});
    expect(await warehouse.copy(request, silentControl)).toMatchObject({ rowsLoaded: 3, rowsStaged: 3 });
    await warehouse.stage.remove(`${request.prefix}part-00000`);
    await expect(warehouse.copy(request, silentControl)).rejects.toMatchObject({
      code: 'STAGE_INCOMPLETE',
      place: { file: 'trades/exact/part-00000.tsv.zst' },
    });
  });

  it('goes on with a statement that still runs, and copies nothing twice', async () => {
    const target = await table(warehouse, 'trades');
    const request = await uploaded(warehouse, target, 'resumed', [ROWS]);
    await server.wish({ delay_copy_ms: 700 });
    const id = await new Promise<string>((resolve) => {
      void warehouse.copy(request, { onSubmitted: async (told) => resolve(told) }).catch(() => undefined);
    });
    const again = await open(server);
    const result = await again.copy(request, { ...silentControl, known: id });
    expect(result).toMatchObject({ rowsLoaded: 3, rowsStaged: 3, statementId: id });
    const once = await again.copy(request, { ...silentControl, known: id });
    expect(once).toMatchObject({ rowsLoaded: 3, rowsStaged: 3, statementId: id });
    expect((await server.seen()).counts.COPY).toBe(1);
    await again.close();
  });

  it('begins anew where the known statement has failed or nobody knows it', async () => {
    const target = await table(warehouse, 'trades');
    const request = await uploaded(warehouse, target, 'failed', [ROWS]);
    await server.wish({ fail_copy: { code: '000603', message: 'Incident 17 has happened', times: 1 } });
    let id = '';
    const failed = warehouse.copy(request, { onSubmitted: async (told) => void (id = told) });
    await expect(failed).rejects.toMatchObject({
      code: 'QUERY_FAILED',
      message: expect.stringContaining('Incident 17'),
    });
    expect(await warehouse.copy(request, { ...silentControl, known: id })).toMatchObject({ rowsStaged: 3 });
    for (const known of ['01b2c3d4-0000-0000-0000-000000000000', 'from-elsewhere'])
      expect(await warehouse.copy(request, { ...silentControl, known })).toMatchObject({ rowsStaged: 3 });
    const [first] = request.parts;
    const other = { ...request, parts: [{ ...first!, rows: 4 }] };
    await expect(warehouse.copy(other, silentControl)).rejects.toMatchObject({
      code: 'COPY_FAILED',
      message: expect.stringMatching(/3 rows.*4 were packed/),
    });
  });

  it('aborts the statement in the warehouse when it is cancelled', async () => {
    const target = await table(warehouse, 'trades');
    const request = await uploaded(warehouse, target, 'cancelled', [ROWS]);
    await server.wish({ delay_copy_ms: 30_000 });
    const stop = new AbortController();
    const onSubmitted = async (): Promise<void> => void setTimeout(() => stop.abort(), 100);
    await expect(warehouse.copy(request, { onSubmitted, signal: stop.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    const copies = (await server.seen()).statements.filter(({ kind }) => kind === 'COPY');
    expect(copies.map(({ state }) => state)).toEqual(['ABORTED']);
  });

  it.each(['session', 'login', 'ended'] as const)('goes on when the %s expires while COPY runs', async (expire) => {
    const target = await table(warehouse, 'trades');
    const request = await uploaded(warehouse, target, `expired-${expire}`, [ROWS]);
    await server.wish({ delay_copy_ms: 800 });
    const onSubmitted = async (): Promise<void> => void (await server.wish({ expire }));
    expect(await warehouse.copy(request, { onSubmitted })).toMatchObject({ rowsLoaded: 3, rowsStaged: 3 });
    expect((await server.seen()).counts.COPY).toBe(1);
  });

  it('survives a server that nobody can reach for some seconds', async () => {
    const target = await table(warehouse, 'trades');
    const request = await uploaded(warehouse, target, 'away', [ROWS]);
    await server.wish({ delay_copy_ms: 500 });
    const onSubmitted = async (): Promise<void> => {
      await server.network('refuse');
      void sleep(3000).then(() => server.network('up'));
    };
    expect(await warehouse.copy(request, { onSubmitted })).toMatchObject({ rowsLoaded: 3, rowsStaged: 3 });
    expect((await server.seen()).counts.COPY).toBe(1);
  });

  it('copies through a server that knows no statements that run by themselves', async () => {
    const target = await table(warehouse, 'trades');
    const request = await uploaded(warehouse, target, 'sync', [ROWS]);
    await server.wish({ refuse_async: true, refuse_extras: true });
    expect(await warehouse.copy(request, silentControl)).toMatchObject({ rowsLoaded: 3, rowsStaged: 3 });
  });
});
