import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ColumnBatch } from '../../../core/columnar/batch';
import type { Database } from '../../../connectors/connector';
import type { TablePlan } from '../../../core/types/transfer';
import { EXTREMES, TYPES } from './all-types';
import {
  extractAll,
  makePlan,
  openFile,
  plainSql,
  readRequest,
  removeFolder,
  stage,
  table,
  tempFolder,
} from './fixture';

describe('rows that something is done to on their way out of a DuckDB file', () => {
  let folder: string;
  let from: string;
  let to: string;
  let source: Database;
  let target: Database;

  beforeEach(async () => {
    folder = await tempFolder();
    [from, to] = [join(folder, 'from.duckdb'), join(folder, 'to.duckdb')];
    [source, target] = [await openFile(from, { folder }), await openFile(to, { folder })];
  });
  afterEach(async () => removeFolder(folder));

  const withMask = (plan: TablePlan, name: string, mask: TablePlan['columns'][number]['mask']): TablePlan => ({
    ...plan,
    columns: plan.columns.map((column) => (column.source === name && mask ? { ...column, mask } : column)),
  });

  /** Extracts through a stage that changes nothing, and says how many rows each batch had. */
  const through = async (plan: TablePlan, runId: string, batches: number[] = []) => {
    const snapshot = await source.source.openSnapshot();
    const pass = (batch: ColumnBatch): ColumnBatch => {
      batches.push(batch.rows);
      return batch;
    };
    const parts = await extractAll(source, plan, runId, folder, snapshot.token, { stage: () => pass });
    await snapshot.close();
    return parts;
  };

  it('are the same values as without a stage, for every type, by the text of each', async () => {
    await plainSql(
      from,
      `${TYPES} ${EXTREMES}
       INSERT INTO all_types (id, t4, u8, d18, d38, f, d, ts, uu, bl, vc, bo, da)
         SELECT i + 10, i - 5000, i::UBIGINT * 1844674407370955, (i * 1.001)::DECIMAL(18,3), (i * -7.0000000001)::DECIMAL(38,10), i / 3, i / 7,
           TIMESTAMP '1950-01-01' + to_microseconds(i * 86400000001), uuid(), encode(repeat('ü', (i % 40)::INT)), repeat('😀', (i % 17)::INT), i % 3 = 0, DATE '1900-01-01' + i::INT
         FROM range(10000) t(i) WHERE i % 11 <> 0;
       INSERT INTO all_types (id) SELECT i + 100000 FROM range(2048) t(i)`,
    );
    const plan = await makePlan(source, target, table('all_types'), { batchRows: 3001 });
    const snapshot = await source.source.openSnapshot();
    const [direct] = await extractAll(source, plan, 'direct', folder, snapshot.token);
    await snapshot.close();
    const batches: number[] = [];
    const [staged] = await through(plan, 'staged', batches);
    expect(staged?.columns).toEqual(direct?.columns);
    expect(batches.slice(0, -1).every((rows) => rows === 3001)).toBe(true);
    const [row] = await plainSql(
      ':memory:',
      `SET TimeZone = 'UTC'; CREATE TABLE a AS SELECT COLUMNS(*)::VARCHAR FROM '${direct?.file}'; CREATE TABLE b AS SELECT COLUMNS(*)::VARCHAR FROM '${staged?.file}';
       SELECT (SELECT count(*) FROM (FROM a EXCEPT ALL FROM b)) + (SELECT count(*) FROM (FROM b EXCEPT ALL FROM a)) AS n, (SELECT count(*) FROM b) AS rows,
         (SELECT string_agg(column_name || ' ' || data_type, ',') FROM (DESCRIBE FROM '${direct?.file}') d(column_name, data_type, x1, x2, x3, x4)) AS direct,
         (SELECT string_agg(column_name || ' ' || data_type, ',') FROM (DESCRIBE FROM '${staged?.file}') d(column_name, data_type, x1, x2, x3, x4)) AS staged`,
    );
    expect(row).toMatchObject({ n: '0', rows: String(direct?.rows) });
    // Longshore's own writer also says which text is JSON.
    expect(String(row?.staged).replace('js JSON', 'js VARCHAR')).toBe(row?.direct);
  });

  it('end a batch early where values are large', async () => {
    await plainSql(
      from,
      `CREATE TABLE t AS SELECT i AS id, repeat(chr(65 + i::INT), 30000000) AS v FROM range(5) t(i)`,
    );
    const plan = await makePlan(source, target, table('t'));
    const batches: number[] = [];
    const [part] = await through(plan, 'run', batches);
    expect(batches).toEqual([2, 2, 1]);
    const sql = `SELECT string_agg(length(v) || left(v, 1), ' ' ORDER BY id) AS v FROM '${part?.file}'`;
    expect(await plainSql(':memory:', sql)).toEqual([{ v: '30000000A 30000000B 30000000C 30000000D 30000000E' }]);
  });

  it('are replaced before anything is written, and are not written at all where nobody would replace them', async () => {
    await plainSql(from, `CREATE TABLE t AS SELECT i AS id, 'secret ' || i AS v FROM range(100) t(i)`);
    const plan = withMask(await makePlan(source, target, table('t'), { codec: 'none' }), 'v', {
      rule: 'redact',
      with: 'x',
    });
    const snapshot = await source.source.openSnapshot();
    await expect(extractAll(source, plan, 'run', folder, snapshot.token)).rejects.toMatchObject({ code: 'INTERNAL' });
    const mask = (batch: ColumnBatch): ColumnBatch => ({
      rows: batch.rows,
      columns: batch.columns.map((vector) =>
        vector.logical.kind === 'text'
          ? { ...vector, values: { data: new Uint8Array(0), offsets: new Uint32Array(batch.rows + 1) } }
          : vector,
      ),
    });
    const [part] = await extractAll(source, plan, 'run', folder, snapshot.token, { stage: () => mask });
    expect((await readFile(part?.file ?? '')).includes('secret')).toBe(false);
    const figures = await source.source.aggregates(readRequest(plan, snapshot.token));
    expect(figures.columns[1]).toEqual({ column: 'v', nulls: '0', sum: null, min: null, max: null });
    await snapshot.close();
  });

  it('are not cut short in silence where a value far down cannot be read', async () => {
    await plainSql(
      from,
      `CREATE TABLE t AS SELECT i AS id, 1 AS v FROM range(600001) t(i); ALTER TABLE t ADD PRIMARY KEY (id)`,
    );
    const sql = "CASE WHEN id = 600000 THEN 'x' ELSE '1' END";
    const base = await makePlan(source, target, table('t'), { partBytes: 1e12 });
    const plan = withMask(base, 'v', { rule: 'sql', sql });
    await expect(through(plan, 'run')).rejects.toMatchObject({
      code: 'VALUE_NOT_REPRESENTABLE',
      place: { table: 'main.t', column: 'v', key: 'id=600000' },
    });
    expect((await readdir(folder)).filter((name) => name.includes('parquet'))).toEqual([]);
  });

  it('leave nothing behind when the stage fails', async () => {
    await plainSql(from, `CREATE TABLE t AS SELECT i AS id FROM range(100) t(i)`);
    const plan = await makePlan(source, target, table('t'));
    const snapshot = await source.source.openSnapshot();
    const progress = new BigInt64Array(2);
    const failing = () => () => {
      throw new Error('no');
    };
    await expect(extractAll(source, plan, 'run', folder, snapshot.token, { progress, stage: failing })).rejects.toThrow(
      'no',
    );
    expect((await readdir(folder)).filter((name) => name.includes('parquet'))).toEqual([]);
    expect([...progress]).toEqual([0n, 0n]);
    await snapshot.close();
  });

  it('are never spilled to the disk where columns are masked, and are otherwise', async () => {
    await plainSql(
      from,
      `CREATE TABLE t AS SELECT hash(i) AS id, md5(i::VARCHAR) || md5((i + 1)::VARCHAR) AS v FROM range(1500000) t(i); CHECKPOINT`,
    );
    const small = await openFile(from, { folder, memoryLimit: '70MB' });
    const base = await makePlan(source, target, table('t'), { filter: { limit: 1_400_000 } });
    const plan = { ...base, source: { ...base.source, primaryKey: { name: 'pk', columns: ['v'] } } };
    const masked = withMask(plan, 'v', { rule: 'sql', sql: 'upper(v)' });
    const snapshot = await small.source.openSnapshot();
    await expect(extractAll(small, masked, 'masked', folder, snapshot.token)).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: expect.stringContaining('masked') as string,
    });
    const [part] = await extractAll(small, plan, 'plain', folder, snapshot.token);
    expect(part?.rows).toBe(1_400_000);
    expect(await small.source.countRows({ ...readRequest(masked, snapshot.token) }, true)).toBe(1_400_000);
    await snapshot.close();
  });
});

describe('expressions that stand in for columns', () => {
  let folder: string;
  let source: Database;
  let target: Database;
  let to: string;

  beforeEach(async () => {
    folder = await tempFolder();
    to = join(folder, 'to.duckdb');
    source = await openFile(join(folder, 'from.duckdb'), { folder });
    target = await openFile(to, { folder });
    await plainSql(
      join(folder, 'from.duckdb'),
      `CREATE TABLE t AS SELECT i::INTEGER AS id, 'Zürich ' || i AS city, (i * 1.5)::DECIMAL(9,2) AS pay FROM range(1000) t(i)`,
    );
  });
  afterEach(async () => removeFolder(folder));

  const planWith = async (
    expressions: Record<string, string>,
    options: Partial<TablePlan> = {},
  ): Promise<TablePlan> => {
    const plan = await makePlan(source, target, table('t'), options);
    const columns = plan.columns.map((column) => {
      const sql = expressions[column.source];
      return sql === undefined ? column : { ...column, mask: { rule: 'sql' as const, sql } };
    });
    return { ...plan, columns };
  };

  it('are read, counted up and shown alike', async () => {
    const plan = await planWith({ city: 'left(city, 2)', pay: 'round(pay, -2)' }, { filter: { limit: 900 } });
    await stage(source, target, plan, 'run', folder);
    const snapshot = await source.source.openSnapshot();
    const [file] = (await extractAll(source, plan, 'again', folder, snapshot.token)).map((part) => part.file);
    const figures = await source.source.aggregates(readRequest(plan, snapshot.token));
    await snapshot.close();
    expect(figures.columns.find(({ column }) => column === 'city')?.sum).toBe(String(900 * 3));
    expect(await plainSql(':memory:', `SELECT DISTINCT city FROM '${file}'`)).toEqual([{ city: 'Zü' }]);
    const shown = source.source.selectSql(readRequest(plan, ''));
    const found = await plainSql(join(folder, 'from.duckdb'), `SELECT DISTINCT city FROM (${shown})`);
    expect(found).toEqual([{ city: 'Zü' }]);
  });

  it.each([
    'left(city, 2)',
    `'x'`,
    'NULL',
    't.city || id',
    `CASE WHEN id > 3 THEN 'a' END`,
    '(SELECT max(city) FROM t)',
  ])('lets through %s', async (sql) => {
    const [schema] = await source.describeTables([table('t')]);
    await expect(source.source.checkExpression(schema!, schema!.columns[1]!, sql)).resolves.toBeUndefined();
  });

  it.each([
    ['', 'empty'],
    ['city; DROP TABLE t', 'semicolon'],
    ['city -- x', 'comment'],
    ['city) OR (1 = 1', 'bracket'],
    ['no_such', 'no_such'],
    ['max(city)', 'aggregate'],
    ['row_number() OVER ()', 'window'],
    ['unnest([1, 2])', 'UNNEST'],
    ['random()', 'random'],
    ['now()', 'now'],
    ['current_date', 'current_date'],
    [`(SELECT content FROM read_text('/etc/passwd'))`, 'read_text'],
  ])('refuses %s', async (sql, why) => {
    const [schema] = await source.describeTables([table('t')]);
    await expect(source.source.checkExpression(schema!, schema!.columns[1]!, sql)).rejects.toMatchObject({
      code: 'FILTER_INVALID',
      message: expect.stringContaining(why) as string,
      place: { table: 'main.t', column: 'city' },
    });
  });

  it('refuses what is no value of the column', async () => {
    const [schema] = await source.describeTables([table('t')]);
    for (const sql of [`'abc'`, 'encode(city)', '[1, 2]'])
      await expect(source.source.checkExpression(schema!, schema!.columns[0]!, sql)).rejects.toMatchObject({
        code: 'FILTER_INVALID',
      });
  });

  it('tell where a value cannot be cast, and not which value it was', async () => {
    const plan = await planWith({ id: 'city' });
    const snapshot = await source.source.openSnapshot();
    const errors = await Promise.all([
      extractAll(source, plan, 'a', folder, snapshot.token).catch((error: unknown) => error),
      extractAll(source, plan, 'b', folder, snapshot.token, { stage: () => (batch) => batch }).catch((e: unknown) => e),
      source.source.aggregates(readRequest(plan, snapshot.token)).catch((error: unknown) => error),
    ]);
    await snapshot.close();
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'VALUE_NOT_REPRESENTABLE', place: { table: 'main.t' } });
      expect(error).not.toHaveProperty('cause.message');
      expect(JSON.stringify(error) + String(error)).not.toContain('rich');
    }
  });

  it('samples values from several places of a table', async () => {
    const samples = await source.source.sampleText(table('t'), ['city', 'pay'], 20);
    expect(samples['city']).toHaveLength(20);
    expect(new Set(samples['city']).size).toBe(20);
    expect(samples['city']).toContain('Zürich 0');
    expect(samples['city']).toContain('Zürich 750');
    expect(samples['pay']).toContain('0.00');
    await expect(source.source.sampleText(table('t'), ['city'], 5000)).resolves.toMatchObject({
      city: { length: 1000 },
    });
  });

  it('knows no other database than its file', async () => {
    await expect(source.listTables('other')).rejects.toMatchObject({ code: 'DATABASE_NOT_FOUND' });
    expect(await source.describeTables([{ ...table('t'), database: 'other' }])).toEqual([]);
  });
});
