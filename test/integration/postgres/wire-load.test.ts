import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresConnector } from '../../../connectors/postgres/connector';
import type { Database, WireLoad } from '../../../connectors/connector';
import { stagingRef } from '../../../connectors/postgres/staging';
import { qualified } from '../../../connectors/postgres/sql';
import type { TablePlan } from '../../../core/types/transfer';
import { postgresEnvironment } from '../../../schemas/environment';
import { openTarget, table, type TargetFixture } from './target-fixture';

const COLUMNS = `id bigint PRIMARY KEY, name varchar(200), code char(4), amount numeric(12, 2), at timestamptz, doc jsonb, mood public.mood`;
const SCHEMA = `
CREATE SCHEMA origin; CREATE TYPE public.mood AS ENUM ('fine', 'bad');
CREATE TABLE origin.orders (${COLUMNS});
INSERT INTO origin.orders SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE 'é ' || i END, 'ab', i / 3.0, timestamptz '2020-01-01 00:00+00' + i * interval '1 s', '{"k": 1}', 'bad' FROM generate_series(1, 20000) i;
CREATE TABLE public.orders (LIKE origin.orders INCLUDING ALL);
CREATE TABLE origin.exact (id int PRIMARY KEY, amount numeric(12, 2));
INSERT INTO origin.exact SELECT i, CASE WHEN i = 500 THEN 'NaN'::numeric ELSE i END FROM generate_series(1, 1000) i;
CREATE TABLE public.exact (id int PRIMARY KEY, amount numeric(12, 2));
CREATE TABLE origin.narrow (id int PRIMARY KEY, word varchar(10));
INSERT INTO origin.narrow SELECT i, 'word' FROM generate_series(1, 100) i;
CREATE TABLE public.narrow (id int PRIMARY KEY, word varchar(10) CHECK (length(word) < 3));
CREATE TABLE origin.other (id int PRIMARY KEY, tags text[], wide int);
CREATE TABLE public.other (id int PRIMARY KEY, tags text[], wide bigint);
`;

describe('loading a part while it is read', () => {
  let fixture: TargetFixture;
  let database: Database;
  let folder: string;

  beforeEach(async () => {
    fixture = await openTarget('wire');
    await fixture.user.query(SCHEMA);
    database = await postgresConnector.open(postgresEnvironment.parse({ kind: 'postgres', url: fixture.url }), {
      applicationName: 'longshore test source',
    });
    folder = await mkdtemp(join(tmpdir(), 'longshore-wire-'));
  });

  afterEach(async () => {
    await database.close();
    await fixture.close();
    await rm(folder, { recursive: true });
  });

  async function planned(name: string): Promise<TablePlan> {
    const [source] = await database.describeTables([table(name, 'origin')]);
    if (!source) throw new Error(`no table ${name}`);
    return { ...(await fixture.plan(table(name))), source };
  }

  const open = (plan: TablePlan, snapshot: string) =>
    fixture.target.openWireLoad({ runId: 'run', plan, part: 0, snapshot, format: 'postgres-binary' });

  async function opened(plan: TablePlan, snapshot: string): Promise<WireLoad> {
    const load = await open(plan, snapshot);
    if (typeof load !== 'object') throw new Error(`not opened: ${load}`);
    return load;
  }

  /** Reads the table, passing its rows on. Answers with the rows read. */
  async function read(name: string, plan: TablePlan, load: WireLoad): Promise<number> {
    const snapshot = await database.source.openSnapshot();
    try {
      const request = {
        table: table(name, 'origin'),
        columns: plan.columns,
        filter: {},
        snapshot: snapshot.token,
        orderBy: ['id'],
      };
      const [range] = await database.source.planRanges({ ...request, schema: plan.source }, 1 << 28);
      if (!range) throw new Error('no range');
      const progress = new BigInt64Array(new SharedArrayBuffer(16));
      const part = {
        ...request,
        range,
        file: join(folder, `${name}.parquet`),
        codec: 'zstd',
        codecLevel: 1,
        batchRows: 1000,
      } as const;
      return (await database.source.extractPart(part, { progress, alongside: load })).rows;
    } finally {
      await snapshot.close();
    }
  }

  /** Differences between the source table and what is staged, both ways. */
  async function differences(name: string, plan: TablePlan): Promise<number> {
    const staged = qualified(stagingRef(fixture.stagingSchema, 'run', plan.targetRef));
    const { rows } = await fixture.user.query<{ n: string }>(
      `SELECT count(*) AS n FROM ((TABLE origin.${name} EXCEPT ALL TABLE ${staged}) UNION ALL (TABLE ${staged} EXCEPT ALL TABLE origin.${name})) d`,
    );
    return Number(rows[0]?.n);
  }

  it('puts every value into staging unchanged', async () => {
    const plan = await planned('orders');
    expect(database.source.wireFormat(plan.columns)).toBe('postgres-binary');
    await fixture.target.prepare({ runId: 'run', plan });
    const load = await opened(plan, 'snapshot 1');
    expect(await load.finish(await read('orders', plan, load))).toBe(true);
    expect(await differences('orders', plan)).toBe(0);
  });

  it('knows a part that is there, and whether it came from the same snapshot', async () => {
    const plan = await planned('orders');
    await fixture.target.prepare({ runId: 'run', plan });
    const load = await opened(plan, 'snapshot 1');
    await load.finish(await read('orders', plan, load));
    expect(await open(plan, 'snapshot 1')).toBe('loaded');
    expect(await open(plan, 'snapshot 2')).toBe('doubtful');
    expect(await differences('orders', plan)).toBe(0);
  });

  it('leaves nothing when it is abandoned, and the part can then be loaded', async () => {
    const plan = await planned('orders');
    await fixture.target.prepare({ runId: 'run', plan });
    const first = await opened(plan, 'snapshot 1');
    await read('orders', plan, first);
    first.abandon();
    expect(await first.finish(20_000)).toBe(false);
    const second = await opened(plan, 'snapshot 1');
    expect(await second.finish(await read('orders', plan, second))).toBe(true);
    expect(await differences('orders', plan)).toBe(0);
  });

  it('does not commit when another number of rows arrived', async () => {
    const plan = await planned('orders');
    await fixture.target.prepare({ runId: 'run', plan });
    const load = await opened(plan, 'snapshot 1');
    const rows = await read('orders', plan, load);
    expect(await load.finish(rows - 1)).toBe(false);
    expect(await differences('orders', plan)).toBe(20_000);
  });

  it('gives up on a part that must be read twice', async () => {
    const plan = await planned('exact');
    await fixture.target.prepare({ runId: 'run', plan });
    const load = await opened(plan, 'snapshot 1');
    expect(await read('exact', plan, load)).toBe(1000);
    expect(await load.finish(1000)).toBe(false);
    expect(await differences('exact', plan)).toBe(1000);
  });

  it('lets the part be read although the target refuses its rows', async () => {
    const plan = await planned('narrow');
    await fixture.target.prepare({ runId: 'run', plan });
    const load = await opened(plan, 'snapshot 1');
    expect(await read('narrow', plan, load)).toBe(100);
    expect(await load.finish(100)).toBe(false);
  });

  it('is not offered where a column has to be converted', async () => {
    const plan = await planned('other');
    expect(database.source.wireFormat(plan.columns)).toBeUndefined();
    const [id, , wide] = plan.columns;
    expect(database.source.wireFormat(id ? [id] : [])).toBe('postgres-binary');
    expect(
      database.source.wireFormat(wide ? [{ ...wide, sourceType: 'integer', targetType: 'bigint' }] : []),
    ).toBeUndefined();
  });
});
