import { sourceDatabase, ref, type SourceDatabaseUnderTest } from './source-database';

let database: SourceDatabaseUnderTest;
beforeAll(async () => {
  database = await sourceDatabase();
  await database.change(`
    CREATE TYPE mood AS ENUM ('fine');
    CREATE TABLE big AS SELECT i AS id, 'name ' || i AS name, repeat('é', 300) AS long, NULL::text AS nothing, inet '10.0.0.1' AS ip, 'fine'::mood AS m, (SELECT string_agg(md5((i * 10000 + j)::text), '') FROM generate_series(1, 5000) j) AS huge FROM generate_series(1, 20) i;
    CREATE TABLE many AS SELECT i AS id, 'name ' || i AS name FROM generate_series(1, 50000) i;
    CREATE TABLE never_analyzed AS SELECT 'a' AS v; CREATE TABLE hollow (v text);
    CREATE TABLE parted (id int, v text) PARTITION BY RANGE (id); CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100); INSERT INTO parted SELECT i, 'p' FROM generate_series(0, 99) i;
    CREATE VIEW shown AS SELECT name FROM many;
    CREATE VIEW slow AS SELECT pg_sleep(20)::text AS v;
    ANALYZE big, many, hollow, parted`);
});
afterAll(() => database.close());

describe('samples of text', () => {
  const sample = (name: string, columns: string[], rows: number) =>
    database.source.sampleText(ref(name), columns, rows);

  test('hold values of the columns asked for as text, cut, without NULLs and huge ones', async () => {
    const { id, long, ...values } = await sample('big', ['id', 'long', 'nothing', 'ip', 'm', 'huge', 'gone'], 5);
    expect(id).toHaveLength(5);
    expect(long).toEqual(Array.from({ length: 5 }, () => 'é'.repeat(200)));
    expect(values).toEqual({ nothing: [], ip: Array(5).fill('10.0.0.1'), m: Array(5).fill('fine'), huge: [] });
  });

  test('come from all over a large table, and never more than asked for', async () => {
    const { id = [] } = await sample('many', ['id'], 400);
    expect(id.length).toBeGreaterThan(100);
    expect(id.length).toBeLessThanOrEqual(400);
    expect(Math.max(...id.map(Number))).toBeGreaterThan(2000);
  });

  test.each([
    ['never_analyzed', 1],
    ['hollow', 0],
    ['parted', 10],
  ])('of %s are there as far as there are rows', async (name, rows) => {
    expect((await sample(name, ['v'], 10))['v']).toHaveLength(rows);
  });

  test('are taken of a view, too', async () => {
    expect((await sample('shown', ['name'], 3))['name']).toHaveLength(3);
  });

  test('are given up where the database takes long', async () => {
    const started = Date.now();
    expect(await sample('slow', ['v'], 3)).toEqual({ v: [] });
    expect(Date.now() - started).toBeLessThan(10_000);
  });
});

describe('expressions in place of a column', () => {
  const check = async (sql: string, column = 'name') => {
    const table = await database.describe('big');
    const found = table.columns.find(({ name }) => name === column);
    return database.source.checkExpression(table, found!, sql);
  };

  test.each([
    ["left(name, 1) || '***'", 'name'],
    ['id', 'name'],
    ["CASE WHEN id > 3 THEN md5(name) ELSE 'x' END", 'name'],
    ['id * 2', 'id'],
    ["'fine'", 'm'],
    ['(SELECT count(*) FROM public.many)', 'id'],
  ])('%s may stand for %s', async (sql, column) => {
    await expect(check(sql, column)).resolves.toBeUndefined();
  });

  test.each([
    ['name)', 'name', '\\) too many'],
    ['name; DROP TABLE big', 'name', 'semicolon'],
    ['name -- x', 'name', 'comment'],
    ['', 'name', 'empty'],
    ['nowhere', 'name', 'nowhere.*▸nowhere'],
    ['max(name)', 'name', 'aggregate'],
    ['row_number() OVER ()', 'id', 'window'],
    ['generate_series(1, 3)', 'id', 'set-returning'],
    ['ARRAY[name]', 'id', 'cast'],
  ])('%s may not stand for %s', async (sql, column, says) => {
    await expect(check(sql, column)).rejects.toMatchObject({
      code: 'FILTER_INVALID',
      message: expect.stringMatching(new RegExp(`public.big.*${says}`, 's')) as string,
      place: { table: 'public.big', column, sql },
    });
    expect(await database.rows('SELECT count(*) AS n FROM public.big')).toEqual([{ n: '20' }]);
  });
});
