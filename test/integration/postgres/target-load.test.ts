import { mkdtemp, rm, writeFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresConnector } from '../../../connectors/postgres/connector';
import type { Database, LoadRequest } from '../../../connectors/connector';
import { tableId } from '../../../core/types/table';
import type { TablePlan } from '../../../core/types/transfer';
import { postgresEnvironment } from '../../../schemas/environment';
import { catalogState } from './catalog-state';
import { openTarget, table, type TargetFixture } from './target-fixture';

const COLUMNS = `id bigint PRIMARY KEY, name varchar(200), amount numeric(12, 2), day date, at timestamptz, tags text[], doc jsonb, mood public.mood`;
const SCHEMA = `
CREATE SCHEMA origin; CREATE TYPE public.mood AS ENUM ('fine', 'bad');
CREATE TABLE origin.plain (id bigint PRIMARY KEY, name varchar(200), amount numeric(12, 2), day date, flag boolean);
CREATE TABLE origin.rich (${COLUMNS});
INSERT INTO origin.plain SELECT i, 'name ' || i, i / 3.0, date '2020-01-01' + i, i % 2 = 0 FROM generate_series(1, 25000) i;
INSERT INTO origin.rich SELECT i, E'tab\\tline\\n' || i, i / 7.0, date '2020-01-01' + i, timestamptz '2020-01-01 00:00+00' + i * interval '1 s', ARRAY['a', NULL, 'b,c'], '{"k": [1, null]}', CASE WHEN i % 2 = 0 THEN 'fine' ELSE 'bad' END::public.mood FROM generate_series(1, 5000) i;
CREATE TABLE public.plain (id bigint PRIMARY KEY, name varchar(200) NOT NULL, amount numeric(12, 2) CHECK (amount < 100000), day date, flag boolean, filled timestamptz DEFAULT now(), twice numeric GENERATED ALWAYS AS (amount * 2) STORED);
CREATE TABLE public.rich (${COLUMNS});
`;

describe('loading parts', () => {
  let fixture: TargetFixture;
  let database: Database;
  let folder: string;

  beforeEach(async () => {
    fixture = await openTarget('load');
    await fixture.user.query(SCHEMA);
    database = await postgresConnector.open(postgresEnvironment.parse({ kind: 'postgres', url: fixture.url }), {
      applicationName: 'longshore test source',
    });
    folder = await mkdtemp(join(tmpdir(), 'longshore-load-'));
  });

  afterEach(async () => {
    await database.close();
    await fixture.close();
    await rm(folder, { recursive: true });
  });

  /** Reads a table of schema origin into one part, planned for the table of that name in schema public. */
  async function extracted(name: string, runId = 'run'): Promise<LoadRequest> {
    const plan = await planned(name);
    const snapshot = await database.source.openSnapshot();
    try {
      const read = {
        table: table(name, 'origin'),
        columns: plan.columns,
        filter: {},
        snapshot: snapshot.token,
        orderBy: ['id'],
      };
      const [range] = await database.source.planRanges({ ...read, schema: plan.source }, 1 << 28);
      if (!range) throw new Error('no range');
      const file = join(folder, `${name}.parquet`);
      const result = await database.source.extractPart(
        { ...read, range, file, codec: 'zstd', codecLevel: 1, batchRows: 10_000 },
        { progress: counter() },
      );
      return { runId, plan, part: 0, file, sha256: result.sha256, rows: result.rows, columns: result.columns };
    } finally {
      await snapshot.close();
    }
  }

  async function planned(name: string): Promise<TablePlan> {
    const [from, to] = [await fixture.plan(table(name, 'origin')), await fixture.plan(table(name))];
    return { ...from, targetRef: table(name), ...(to.target ? { target: to.target } : {}) };
  }

  const counter = () => new BigInt64Array(new SharedArrayBuffer(16));

  async function publishAll({ runId, plan, rows }: LoadRequest) {
    await fixture.target.finish({ runId, plan });
    const result = await fixture.target.publish({ runId, tables: [{ plan, rows }], lockTimeoutMs: 2000 });
    await fixture.target.cleanup(runId);
    return result;
  }

  for (const name of ['plain', 'rich']) {
    test(`brings every value of ${name} into place, once, however often it is asked`, async () => {
      const request = await extracted(name);
      await fixture.target.prepare(request);
      const progress = counter();
      await Promise.all([
        fixture.target.loadPart(request, progress),
        fixture.target.loadPart(request, progress),
        fixture.target.loadPart(request, progress),
      ]);
      await fixture.target.loadPart(request, progress);
      expect(Number(progress[0])).toBe(request.rows);
      expect(Number(progress[1])).toBeGreaterThan(request.rows);
      const staged = await fixture.target.aggregates(request);
      expect(Number(staged.rows)).toBe(request.rows);
      await publishAll(request);
      const columns = request.plan.columns.map(({ target }) => target).join(', ');
      const different = await fixture.user.query(
        `(SELECT ${columns} FROM public.${name} EXCEPT ALL SELECT ${columns} FROM origin.${name}) UNION ALL (SELECT ${columns} FROM origin.${name} EXCEPT ALL SELECT ${columns} FROM public.${name})`,
      );
      expect(different.rowCount).toBe(0);
      expect(await fixture.target.countRows(table(name))).toBe(request.rows);
    });
  }

  test('a table that the target lacks is created as the source has it', async () => {
    await fixture.user.query(
      "CREATE INDEX by_name ON origin.plain (lower(name)); CREATE TABLE origin.line (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, plain bigint NOT NULL REFERENCES origin.plain (id), kind text DEFAULT 'k' UNIQUE)",
    );
    await fixture.user.query(
      'INSERT INTO origin.line (plain, kind) SELECT i, i FROM generate_series(1, 50) i; DROP TABLE public.plain',
    );
    const tables = [];
    for (const name of ['line', 'plain']) {
      const plan = await fixture.plan(table(name, 'origin'), { targetRef: table(name, 'fresh'), strategy: 'create' });
      delete plan.target;
      const columns = plan.columns.map(({ source }) => source).join(', ');
      tables.push({ plan, rows: await fixture.stage('run', plan, `SELECT ${columns} FROM origin.${name}`) });
    }
    const result = await fixture.target.publish({ runId: 'run', tables, lockTimeoutMs: 2000 });
    await fixture.target.cleanup('run');
    expect(result).toEqual({
      lockedMs: 0,
      strategies: { 'fresh.line': 'create', 'fresh.plain': 'create' },
      warnings: [],
    });
    const state = await catalogState(fixture.user);
    const of = (kind: string, schema: string, ...facts: string[]) =>
      (state[kind] as Record<string, unknown>[])
        .filter((row) => row.nspname === schema && ['line', 'plain'].includes(String(row.relname)))
        .map((row) => facts.map((fact) => String(row[fact]).replaceAll(`${schema}.`, '')));
    expect(of('columns', 'fresh', 'relname', 'attname', 'type', 'attnotnull', 'attidentity', 'default')).toEqual(
      of('columns', 'origin', 'relname', 'attname', 'type', 'attnotnull', 'attidentity', 'default'),
    );
    const keys = (schema: string) =>
      of('constraints', schema, 'relname', 'conname', 'definition', 'convalidated').filter(
        ([, , definition]) => !definition?.startsWith('NOT NULL'),
      );
    expect(keys('fresh')).toEqual(keys('origin'));
    expect((await fixture.user.query('INSERT INTO fresh.line (plain) VALUES (1) RETURNING id, kind')).rows).toEqual([
      { id: 51, kind: 'k' },
    ]);
    expect(
      (await fixture.user.query("SELECT indexdef FROM pg_indexes WHERE schemaname = 'fresh' AND indexname = 'by_name'"))
        .rows,
    ).toEqual([{ indexdef: 'CREATE INDEX by_name ON fresh.plain USING btree (lower((name)::text))' }]);
  });

  test('the preview of a new table is SQL that makes it', async () => {
    const plan = await fixture.plan(table('rich', 'origin'), { targetRef: table('rich', 'made'), strategy: 'create' });
    await fixture.user.query('CREATE SCHEMA made');
    await fixture.user.query(
      `${fixture.target.createTableSql(plan)}; ${fixture.target.addColumnSql(table('rich', 'made'), { name: 'more "x"', nativeType: 'text' })}`,
    );
    expect((await fixture.plan(table('rich', 'made'))).columns.map(({ target }) => target)).toEqual([
      'id',
      'name',
      'amount',
      'day',
      'at',
      'tags',
      'doc',
      'mood',
      'more "x"',
    ]);
  });

  test('a changed file is refused before anything is loaded', async () => {
    const request = await extracted('plain');
    await fixture.target.prepare(request);
    const bytes = await readFile(request.file);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(request.file, bytes);
    await expect(fixture.target.loadPart(request, counter())).rejects.toMatchObject({
      code: 'PART_CORRUPT',
      place: { table: 'public.plain', part: 0, file: request.file },
    });
  });

  for (const [what, change, expected] of [
    [
      'too long a value',
      "UPDATE origin.plain SET name = repeat('x', 150) WHERE id = 12345; ALTER TABLE public.plain ALTER COLUMN name TYPE varchar(100)",
      { code: 'VALUE_TOO_LONG', place: { column: 'name', key: 'id=12345' } },
    ],
    [
      'a decimal too precise',
      'UPDATE origin.plain SET amount = id; UPDATE origin.plain SET amount = 1.25 WHERE id = 23456; ALTER TABLE public.plain DROP COLUMN twice; ALTER TABLE public.plain ALTER COLUMN amount TYPE numeric(12,1)',
      { code: 'VALUE_NOT_REPRESENTABLE', place: { column: 'amount', key: 'id=23456' } },
    ],
    [
      'a NULL in a NOT NULL column',
      'UPDATE origin.plain SET name = NULL WHERE id = 20001',
      { code: 'NULL_IN_NOT_NULL', place: { column: 'name', key: 'id=20001' } },
    ],
    [
      'a value that a check refuses',
      'UPDATE origin.plain SET amount = 200000 WHERE id = 17',
      { code: 'CONSTRAINT_VIOLATED', place: { key: 'id=17' } },
    ],
  ] as const) {
    test(`${what} is an error with table, column and key`, async () => {
      await fixture.user.query(change);
      const request = await extracted('plain');
      await fixture.target.prepare(request);
      await expect(fixture.target.loadPart(request, counter())).rejects.toMatchObject({
        ...expected,
        message: expect.stringContaining('public.plain') as string,
        place: { table: 'public.plain', part: 0, ...expected.place },
      });
      await fixture.target.cleanup('run');
      expect((await fixture.user.query("SELECT to_regnamespace('longshore_staging') AS schema")).rows).toEqual([
        { schema: null },
      ]);
    });
  }

  test('a key that comes twice is found before anything is published', async () => {
    const plan = await fixture.plan(table('plain'));
    const fill = "SELECT i % 100, 'n', 1, NULL, NULL, NULL FROM generate_series(1, 150) i";
    await expect(fixture.stage('run', plan, fill)).rejects.toMatchObject({
      code: 'DUPLICATE_KEY',
      place: { table: 'public.plain', key: expect.stringMatching(/^id=\d+$/) as string },
    });
    await fixture.target.reset({ runId: 'run', plan });
    expect(await fixture.stage('run', plan, "SELECT i, 'n', 1, NULL, NULL, NULL FROM generate_series(1, 150) i")).toBe(
      150,
    );
  });

  test('rows that are added meet those that are there', async () => {
    await fixture.user.query("INSERT INTO public.plain (id, name) VALUES (5, 'five')");
    const plan = await fixture.plan(table('plain'), { mode: 'append', strategy: 'append' });
    const fill = (from: number) => `SELECT i, 'n', 1, NULL, NULL, NULL FROM generate_series(${from}, 10) i`;
    const request = (runId: string, rows: number) => ({ runId, tables: [{ plan, rows }], lockTimeoutMs: 1000 });
    await expect(
      fixture.target.publish(request('one', await fixture.stage('one', plan, fill(3)))),
    ).rejects.toMatchObject({ code: 'DUPLICATE_KEY', place: { table: 'public.plain', key: 'id=5' } });
    await fixture.target.publish(request('two', await fixture.stage('two', plan, fill(6))));
    expect(await fixture.target.countRows(table('plain'))).toBe(6);
  });

  test('a cancelled load leaves no rows, and cleanup no trace', async () => {
    const request = await extracted('plain');
    await fixture.target.prepare(request);
    const cancel = new AbortController();
    const loading = fixture.target.loadPart(request, counter(), cancel.signal).catch((error: unknown) => error);
    setTimeout(() => cancel.abort(), 15);
    expect(await loading).toMatchObject({ code: 'CANCELLED' });
    await fixture.target.cleanup('run');
    await fixture.target.cleanup('run');
    expect((await fixture.user.query("SELECT to_regnamespace('longshore_staging') AS schema")).rows).toEqual([
      { schema: null },
    ]);
  });

  test('cleanup of one run leaves another alone', async () => {
    const request = await extracted('plain', 'mine');
    await fixture.target.prepare(request);
    await fixture.target.prepare({ ...request, runId: 'other' });
    await fixture.target.loadPart({ ...request, runId: 'other' }, counter());
    await fixture.target.cleanup('mine');
    await fixture.target.loadPart({ ...request, runId: 'other', part: 0 }, counter());
    expect((await publishAll({ ...request, runId: 'other' })).strategies).toEqual({
      [tableId(request.plan.targetRef)]: 'swap',
    });
  });

  test('a read-only environment is never written to', async () => {
    const environment = postgresEnvironment.parse({ kind: 'postgres', url: fixture.url, readOnly: true });
    const closed = await postgresConnector.open(environment, { applicationName: 'longshore test' });
    const request = { runId: 'run', plan: await planned('plain') };
    const refused = { code: 'READ_ONLY_ENVIRONMENT' };
    await expect(closed.target.prepare(request)).rejects.toMatchObject(refused);
    await expect(closed.target.cleanup('run')).rejects.toMatchObject(refused);
    await expect(closed.target.publish({ runId: 'run', tables: [], lockTimeoutMs: 1 })).rejects.toMatchObject(refused);
    await closed.close();
  });
});
