import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../../../connectors/connector';
import type { TableSchema } from '../../../core/types/table';
import { describe1, makePlan, openFile, plainSql, readRequest, removeFolder, table, tempFolder } from './fixture';

describe('conditions on a DuckDB source', () => {
  let folder: string;
  let source: Database;
  let schema: TableSchema;

  beforeAll(async () => {
    folder = await tempFolder();
    const path = join(folder, 'from.duckdb');
    await writeFile(join(folder, 'secret.csv'), 'id\n1\n');
    await plainSql(
      path,
      `CREATE TABLE t(id INTEGER PRIMARY KEY, v VARCHAR, "odd ""name" DATE, moment TIMESTAMP); CREATE TABLE other(id INTEGER); INSERT INTO other VALUES (2);
      INSERT INTO t SELECT i, CASE WHEN i % 2 = 0 THEN 'it''s; --' END, DATE '2024-01-01' + i::INT, TIMESTAMP '2024-01-01' + to_days(i::INT) FROM range(100) x(i)`,
    );
    source = await openFile(path, { folder });
    schema = await describe1(source, table('t'));
  });
  afterAll(async () => removeFolder(folder));

  it.each([
    ["v = 'it''s; --'", 50],
    ['id IN (SELECT id FROM other)', 1],
    ['id IN (1, 2, 3) OR (id > 97)', 5],
    ["v LIKE '%(%' OR id < 2", 2],
    ['id = ANY (SELECT unnest([1, 2]))', 2],
  ])('lets through %s', async (where, rows) => {
    await source.source.checkFilter(schema, { where });
    expect(
      await source.source.countRows({ table: table('t'), columns: [], filter: { where }, orderBy: [] }, true),
    ).toBe(rows);
  });

  it.each([
    ['', 'empty'],
    ['1 = 1) OR (2 = 2', 'bracket'],
    ['id = 1; DROP TABLE t', 'semicolon'],
    ['id = 1 -- rest', 'comment'],
    ['id = 1 /* rest */', 'comment'],
    ["v = 'open", 'quote'],
    ['v = $$a$$', 'dollar'],
    ['(id = 1', 'bracket'],
    ['id = 1 ORDER BY id', 'more than a condition'],
    ['id = 1 LIMIT 1', 'more than a condition'],
    ['id = 1 GROUP BY id', 'more than a condition'],
    ['id = 1 UNION ALL SELECT 1', 'not one expression'],
    ['id IN (SELECT id FROM read_csv(getvariable(1)))', 'not allowed'],
    ["id IN (SELECT id FROM read_csv('secret.csv'))", 'read_csv'],
    ["id IN (SELECT count(*) FROM glob('/*'))", 'glob'],
    ["id IN (SELECT length(content) FROM read_text('/etc/passwd'))", 'read_text'],
    ["id IN (FROM '/etc/passwd')", 'refused'],
    ["id IN (SELECT 1 FROM query('SELECT 1'))", 'query'],
    ['id IN (SELECT 1 FROM duckdb_secrets())', 'duckdb_secrets'],
    ["nextval('s') > 0", 'nextval'],
    ['id = $1', 'parameter'],
    ['id = ?', 'parameter'],
    ['id + 1', 'not true or false'],
    ['no_such = 1', 'no_such'],
    ['id = ', 'refused'],
    ["id = 1 AND (COPY t TO '/tmp/x')", 'refused'],
    ["id = 1; ATTACH '/tmp/x'", 'semicolon'],
  ])('refuses %s', async (where, why) => {
    await expect(source.source.checkFilter(schema, { where })).rejects.toMatchObject({
      code: 'FILTER_INVALID',
      message: expect.stringContaining(why) as string,
      place: { table: 'main.t' },
    });
  });

  it('refuses a file that exists, by any spelling, even when the check was left out', async () => {
    const where = `id IN (SELECT id FROM '${join(folder, 'secret.csv')}')`;
    await expect(source.source.checkFilter(schema, { where })).rejects.toMatchObject({ code: 'FILTER_INVALID' });
    await expect(
      source.source.countRows({ table: table('t'), columns: [], filter: { where }, orderBy: [] }, true),
    ).rejects.toThrow('disabled by configuration');
  });

  it('reads half-open date ranges and refuses other columns for them', async () => {
    const count = async (column: string) =>
      source.source.countRows(
        {
          table: table('t'),
          columns: [],
          filter: { dates: { column, from: '2024-01-02', until: '2024-01-05' } },
          orderBy: [],
        },
        true,
      );
    expect(await count('odd "name')).toBe(3);
    expect(await count('moment')).toBe(3);
    await expect(source.source.checkFilter(schema, { dates: { column: 'v' } })).rejects.toMatchObject({
      code: 'FILTER_INVALID',
    });
    await expect(source.source.checkFilter(schema, { dates: { column: 'nope' } })).rejects.toMatchObject({
      code: 'COLUMN_NOT_FOUND',
    });
    await expect(
      source.source.checkFilter(schema, { dates: { column: 'moment', from: "2024' OR '1'='1" } }),
    ).rejects.toMatchObject({ code: 'FILTER_INVALID' });
  });

  it('takes the first rows in key order as one slice', async () => {
    const plan = await makePlan(source, source, table('t'), {
      filter: { limit: 7, where: 'id > 10' },
      strategy: 'create',
    });
    const request = { ...readRequest(plan, 'unused'), schema };
    expect(await source.source.planRanges(request, 1)).toMatchObject([{ label: 'first 7 rows' }]);
    expect(source.source.selectSql(request)).toContain('ORDER BY "id" LIMIT 7');
    expect(await source.source.countRows({ ...request, snapshot: undefined }, true)).toBe(7);
  });
});
