import { aggregateSql } from '../../../connectors/postgres/aggregates';
import { sourceDatabase, type SourceDatabaseUnderTest } from './source-database';

let database: SourceDatabaseUnderTest;
beforeAll(async () => {
  database = await sourceDatabase();
});
afterAll(() => database.close());

async function aggregates(name: string, filter = {}) {
  const table = await database.describe(name);
  const snapshot = await database.source.openSnapshot();
  const answer = await database.source.aggregates(database.request(table, snapshot.token, filter));
  await snapshot.close();
  return {
    rows: answer.rows,
    columns: Object.fromEntries(
      answer.columns.map(({ column, nulls, sum, min, max }) => [column, [nulls, sum, min, max]]),
    ),
  };
}

describe('column figures of Postgres', () => {
  test('are exact, in the notation that all databases share', async () => {
    await database.change(`
      CREATE TYPE size AS ENUM ('S', 'XXL');
      CREATE TABLE figures (i2 int2, i8 int8, n2 numeric(12,2), n4 numeric(18,4), free numeric, f4 float4, f8 float8, b bool, d date, t time, ts timestamp, tz timestamptz,
                            u uuid, bin bytea, txt text, ch char(4), nm name, s size, jb jsonb, iv interval, ip inet, o oid);
      INSERT INTO figures VALUES
        (-5, 9223372036854775807, 1.50, 1.5, 1e40, 0.1, 1e21, true, '2024-02-29', '23:59:59.5', '2024-02-29 23:59:59.5', '2024-03-01 00:00+01', gen_random_uuid(), '\\x0001', 'é', 'a', 'né', 'XXL', '{"a": 1}', '1 day', '10.0.0.1', 7),
        (7, 9223372036854775807, 2.00, 2, 0.500, -0.0, 'NaN', false, '0044-03-15 BC', '00:00', '-infinity', 'infinity', gen_random_uuid(), '', '', '', '', 'S', '1', '0', '::1', 4294967295),
        (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`);
    expect(await aggregates('figures')).toEqual({
      rows: '3',
      columns: {
        i2: ['1', '2', '-5', '7'],
        i8: ['1', '18446744073709551614', '9223372036854775807', '9223372036854775807'],
        n2: ['1', '3.5', '1.5', '2'],
        n4: ['1', '3.5', '1.5', '2'],
        free: ['1', String('1' + '0'.repeat(40)).length + '0.500'.length + '', null, null],
        f4: ['1', null, '0', '0.1'],
        f8: ['1', null, '1e+21', 'NaN'],
        b: ['1', '1', null, null],
        d: ['1', null, '0044-03-15 BC', '2024-02-29'],
        t: ['1', null, '00:00:00', '23:59:59.5'],
        ts: ['1', null, '-infinity', '2024-02-29 23:59:59.5'],
        tz: ['1', null, '2024-02-29 23:00:00', 'infinity'],
        u: ['1', '72', null, null],
        bin: ['1', '2', null, null],
        txt: ['1', '2', null, null],
        ch: ['1', '8', null, null],
        nm: ['1', '3', null, null],
        s: ['1', '4', null, null],
        jb: ['1', '9', null, null],
        iv: ['1', '13', null, null],
        ip: ['1', '11', null, null],
        o: ['1', '4294967302', '7', '4294967295'],
      },
    });
  });

  test('of no rows, or of NULLs alone, are null', async () => {
    await database.change('CREATE TABLE nothing (i int, b bool, txt text, u uuid, d date, jb jsonb)');
    const none = {
      i: ['0', null, null, null],
      b: ['0', null, null, null],
      txt: ['0', null, null, null],
      u: ['0', null, null, null],
      d: ['0', null, null, null],
      jb: ['0', null, null, null],
    };
    expect(await aggregates('nothing')).toEqual({ rows: '0', columns: none });
    await database.change('INSERT INTO nothing VALUES (NULL, NULL, NULL, NULL, NULL, NULL)');
    expect((await aggregates('nothing')).columns).toEqual(
      Object.fromEntries(Object.keys(none).map((name) => [name, ['1', null, null, null]])),
    );
  });

  test('are the same for a value that is stored as text or as a wider number', async () => {
    await database.change(
      "CREATE TABLE stored AS SELECT 12.50::numeric(30,9) AS wide, '12.5'::text AS as_text, '2024-01-01'::text AS day, 3::numeric AS whole, 't'::text AS flag",
    );
    const sql = aggregateSql(
      [
        {
          column: 'wide',
          name: 'a',
          logical: { kind: 'decimal', precision: 12, scale: 2 },
          nativeType: 'numeric(30,9)',
        },
        { column: 'as_text', name: 'b', logical: { kind: 'decimal', precision: 12, scale: 2 }, nativeType: 'text' },
        { column: 'day', name: 'c', logical: { kind: 'date' }, nativeType: 'text' },
        { column: 'whole', name: 'd', logical: { kind: 'int32' }, nativeType: 'numeric' },
        { column: 'flag', name: 'e', logical: { kind: 'boolean' }, nativeType: 'text' },
      ],
      'FROM public.stored',
    );
    expect(await database.rows(sql)).toEqual([
      {
        r: '1',
        n0: '0',
        s0: '12.5',
        l0: '12.5',
        h0: '12.5',
        n1: '0',
        s1: '12.5',
        l1: '12.5',
        h1: '12.5',
        n2: '0',
        l2: '2024-01-01',
        h2: '2024-01-01',
        n3: '0',
        s3: '3',
        l3: '3',
        h3: '3',
        n4: '0',
        s4: '1',
      },
    ]);
  });

  test('look at the rows that are transferred and no others', async () => {
    await database.change(
      "CREATE TABLE ten (id int PRIMARY KEY, day date); INSERT INTO ten SELECT i, date '2024-01-01' + i FROM generate_series(10, 1, -1) i",
    );
    expect((await aggregates('ten', { where: 'id % 2 = 0' })).columns['id']).toEqual(['0', '30', '2', '10']);
    expect((await aggregates('ten', { limit: 3 })).columns['id']).toEqual(['0', '6', '1', '3']);
    expect(
      (await aggregates('ten', { limit: 3, where: 'id > 2', dates: { column: 'day', from: '2024-01-05' } })).columns[
        'id'
      ],
    ).toEqual(['0', '15', '4', '6']);
  });

  test('of the first rows of a table without a key are those of the rows that are read', async () => {
    await database.change(
      'CREATE TABLE keyless AS SELECT i AS id FROM generate_series(1000, 1, -1) i; CREATE INDEX ON keyless (id)',
    );
    expect((await aggregates('keyless', { limit: 10, where: 'id > 0' })).columns['id']).toEqual([
      '0',
      '9955',
      '991',
      '1000',
    ]);
  });

  test('go with counts, exact or estimated', async () => {
    const table = await database.describe('ten');
    const request = database.request(table, '', { where: 'id > 4' });
    const { snapshot: _none, ...rest } = request;
    await expect(database.source.countRows(rest, true)).resolves.toBe(6);
    await database.change('ANALYZE ten');
    const estimate = await database.source.countRows(rest, false);
    expect(estimate).toBeGreaterThan(3);
    expect(estimate).toBeLessThan(10);
    await expect(database.source.countRows({ ...rest, filter: { limit: 2 } }, true)).resolves.toBe(2);
  });
});
