import fc from 'fast-check';
import { findTextProblem } from '../../../connectors/postgres/filter-text';
import { sourceDatabase, type SourceDatabaseUnderTest } from './source-database';

let database: SourceDatabaseUnderTest;
const check = async (where: string) => database.source.checkFilter(await database.describe('orders'), { where });

beforeAll(async () => {
  database = await sourceDatabase();
  await database.change(`CREATE TABLE orders (id int PRIMARY KEY, status text, created_at timestamptz, day date, "Größe" int); CREATE TABLE victims (id int); INSERT INTO victims VALUES (1);
    CREATE FUNCTION is_even(i int) RETURNS bool LANGUAGE sql IMMUTABLE RETURN i % 2 = 0;
    CREATE FUNCTION harm() RETURNS bool LANGUAGE plpgsql AS 'BEGIN DELETE FROM public.victims; RETURN true; END';
    CREATE FUNCTION hidden_harm() RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN public.harm(); END'`);
});
afterAll(() => database.close());

describe('a condition on a Postgres table', () => {
  test.each([
    "status <> 'draft'",
    'id IN (SELECT id FROM victims)',
    'is_even(id)',
    '"Größe" > 3',
    "orders.created_at > now() - interval '3 days'",
    'true\nOR\nfalse',
  ])('may be %j', async (where) => {
    await expect(check(where)).resolves.toBeUndefined();
  });

  test.each([
    ['statu = 1', /column "statu" does not exist, at character 1: ▸statu = 1/],
    ['"Größe" = 1 AND satus = 2', /at character 17: "Größe" = 1 AND ▸satus = 2/],
    ['id =', /syntax error/],
    ['id', /must be type boolean/],
    ['id = 1, id = 2', /must be type boolean|syntax error/],
    ['id = 1 ORDER BY id', /syntax error/],
    ["id = 'abc'", /invalid input syntax for type integer/],
    ['id = $1', /parameter \$1/],
    ['nosuch(id)', /function nosuch\(integer\) does not exist/],
    ['id IN (SELECT id FROM missing)', /relation "missing" does not exist/],
    ['sum(id) > 1', /aggregate/],
    ['1=1) UNION SELECT 1 FROM victims WHERE (1=1', /\) too many/],
    ['1=1; DELETE FROM victims', /semicolon/],
    ['1=1) -- ', /comment|too many/],
    ['hidden_harm()', /read-only/],
  ])('may not be %j', async (where, reason) => {
    await expect(check(where)).rejects.toMatchObject({
      code: 'FILTER_INVALID',
      message: expect.stringMatching(reason),
      place: { table: 'public.orders', sql: where },
    });
    expect(await database.rows('SELECT id FROM public.victims')).toHaveLength(1);
  });

  test('cannot write when it is read with, either', async () => {
    const table = await database.describe('orders');
    await database.change("INSERT INTO orders VALUES (1, 'x')");
    await expect(check('harm()')).resolves.toBeUndefined();
    await expect(
      database.source.countRows(
        { ...database.request(table, ''), snapshot: undefined, filter: { where: 'harm()' } },
        true,
      ),
    ).rejects.toMatchObject({ code: 'FILTER_INVALID', place: { sql: 'harm()' } });
    expect(await database.rows('SELECT id FROM public.victims')).toHaveLength(1);
  });

  test('never ends the parentheses around it, whatever quotes and brackets it plays with', async () => {
    const pieces = fc.constantFrom(
      '(',
      ')',
      "'",
      "'",
      '"',
      '--',
      '/*',
      '*/',
      '$$',
      '$a$',
      '1',
      ' ',
      '\\',
      'E',
      'E',
      '\n',
      ',',
      ') union select (',
      ')) or ((',
      '||',
      'x',
      '\u00a0',
    );
    let understood = 0;
    await database.pool.withClient(async (client) => {
      const ask = fc.asyncProperty(fc.array(pieces, { minLength: 1, maxLength: 9 }), async (parts) => {
        const text = parts.join('');
        if (findTextProblem(text)) return;
        const result = await client
          .query({ text: `SELECT (\n${text}\n) AS inside, 'outside' AS outside`, values: [] })
          .catch(() => undefined);
        if (!result) return;
        understood += 1;
        expect(result.fields.map((field) => field.name)).toEqual(['inside', 'outside']);
        expect(result.rows).toHaveLength(1);
        expect(result.rows[0]?.outside).toBe('outside');
      });
      await fc.assert(ask, { numRuns: 6000 });
    });
    expect(understood).toBeGreaterThan(50);
  });

  test('goes with dates of a column that has them', async () => {
    const table = await database.describe('orders');
    await expect(
      database.source.checkFilter(table, { dates: { column: 'created_at', from: '2024-01-01T00:00:00Z' } }),
    ).resolves.toBeUndefined();
    await expect(
      database.source.checkFilter(table, { dates: { column: 'created', from: '2024-01-01' } }),
    ).rejects.toMatchObject({ code: 'COLUMN_NOT_FOUND', place: { column: 'created' } });
    await expect(
      database.source.checkFilter(table, { dates: { column: 'status', from: '2024-01-01' } }),
    ).rejects.toMatchObject({ code: 'FILTER_INVALID', message: expect.stringContaining('it is text') });
    await expect(
      database.source.checkFilter(table, { dates: { column: 'day', from: "x') OR ('1'='1" } }),
    ).rejects.toMatchObject({ code: 'FILTER_INVALID' });
    await expect(database.source.checkFilter(table, { limit: 1.5 })).rejects.toMatchObject({ code: 'FILTER_INVALID' });
  });
});
