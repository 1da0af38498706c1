import type { BatchStage } from '../../../connectors/connector';
import type { ColumnBatch } from '../../../core/columnar/batch';
import { asInt64 } from '../../../core/columnar/allocate';
import type { PartColumn, TablePlan } from '../../../core/types/transfer';
import { openTarget, table, type TargetFixture } from './target-fixture';

let fixture: TargetFixture;
beforeAll(async () => {
  fixture = await openTarget('read_back');
  await fixture.user.query(`
    CREATE TYPE public.mood AS ENUM ('fine', 'bad'); CREATE DOMAIN public.price AS numeric(9,2);
    CREATE TABLE public.wide (id bigint PRIMARY KEY, pad text, m public.mood, p public.price, tags text[], at timestamptz);
    CREATE TABLE public.odd (id int PRIMARY KEY, amount numeric(9,2));
    CREATE TABLE public.parents (a int, b text, n int, PRIMARY KEY (a, b));
    CREATE TABLE public.children (id int PRIMARY KEY, pa int, pb text, FOREIGN KEY (pa, pb) REFERENCES public.parents);
    INSERT INTO public.parents SELECT i, 'live', i FROM generate_series(1, 5) i; INSERT INTO public.children VALUES (1000, 3, 'live')`);
});
afterAll(() => fixture.close());

describe('reading staged rows back', () => {
  const wide = async (): Promise<TablePlan> => {
    const plan = await fixture.plan(table('wide'));
    // The plan's order decides, not the table's.
    return { ...plan, columns: plan.columns.toReversed() };
  };
  const fill =
    "SELECT timestamptz '2024-01-01 00:00+00', ARRAY['a,b', NULL], i / 4.0, 'bad', repeat(md5(i::text), 20), i FROM generate_series(1, 20000) i";

  test('hands over every row once, slice by slice, in the order of the plan', async () => {
    const plan = await wide();
    const rows = await fixture.stage('run', plan, fill);
    const ranges = await fixture.target.planReadBack({ runId: 'run', plan }, 1 << 20);
    expect(ranges.length).toBeGreaterThan(5);
    const seen: bigint[] = [];
    const made: (readonly PartColumn[])[] = [];
    const stage: BatchStage = (columns) => {
      made.push(columns);
      return (batch) => {
        seen.push(...asInt64(batch.columns[5]!.values).subarray(0, batch.rows));
        return batch;
      };
    };
    for (const range of ranges) await fixture.target.readBack({ runId: 'run', plan, range, batchRows: 700 }, stage);
    expect(seen.length).toBe(rows);
    expect(new Set(seen).size).toBe(rows);
    expect(made).toHaveLength(ranges.length);
    expect(made[0]).toEqual([
      { name: 'at', nativeType: 'timestamp with time zone', logical: { kind: 'timestamptz' } },
      { name: 'tags', nativeType: 'text[]', logical: { kind: 'text', of: 'other' } },
      { name: 'p', nativeType: 'public.price', logical: { kind: 'decimal', precision: 9, scale: 2 } },
      { name: 'm', nativeType: 'public.mood', logical: { kind: 'text', of: 'text' } },
      { name: 'pad', nativeType: 'text', logical: { kind: 'text', of: 'text' } },
      { name: 'id', nativeType: 'bigint', logical: { kind: 'int64' } },
    ]);
    await fixture.target.cleanup('run');
  });

  test('begins a slice anew, with a new stage, for a value that must travel as text', async () => {
    const plan = await fixture.plan(table('odd'));
    await fixture.stage(
      'nan',
      plan,
      "SELECT i, CASE WHEN i = 900 THEN 'NaN'::numeric ELSE i END FROM generate_series(1, 1000) i",
    );
    const [range] = await fixture.target.planReadBack({ runId: 'nan', plan }, 1 << 30);
    const attempts: { kind: string; rows: number }[] = [];
    const stage: BatchStage = (columns) => {
      const attempt = { kind: columns[1]!.logical.kind, rows: 0 };
      attempts.push(attempt);
      return (batch: ColumnBatch) => {
        attempt.rows += batch.rows;
        return batch;
      };
    };
    await fixture.target.readBack({ runId: 'nan', plan, range: range!, batchRows: 100 }, stage);
    expect(attempts.map(({ kind }) => kind)).toEqual(['decimal', 'text']);
    expect(attempts.at(-1)).toEqual({ kind: 'text', rows: 1000 });
    await fixture.target.cleanup('nan');
  });

  test('stops when it is cancelled, and passes on what the stage throws', async () => {
    const plan = await wide();
    await fixture.stage('stop', plan, fill);
    const [range] = await fixture.target.planReadBack({ runId: 'stop', plan }, 1 << 30);
    const request = { runId: 'stop', plan, range: range!, batchRows: 50 };
    const cancel = new AbortController();
    const cancelled = fixture.target.readBack(request, () => (batch) => (cancel.abort(), batch), cancel.signal);
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED', place: { table: 'public.wide' } });
    const broken = fixture.target.readBack(request, () => () => Promise.reject(new Error('no room')));
    await expect(broken).rejects.toMatchObject({ message: expect.stringContaining('no room') as string });
    await fixture.target.cleanup('stop');
    await expect(fixture.target.planReadBack({ runId: 'stop', plan }, 1)).rejects.toMatchObject({
      place: { table: 'public.wide' },
    });
  });
});

describe('rows that point at nothing', () => {
  const key = {
    name: 'children_pa_pb_fkey',
    columns: ['pa', 'pb'],
    to: table('parents'),
    toColumns: ['a', 'b'],
  };
  const staged = async (runId: string, options: { child?: Partial<TablePlan>; parent?: Partial<TablePlan> } = {}) => {
    const parent = await fixture.plan(table('parents'), options.parent);
    const child = await fixture.plan(table('children'), options.child);
    await fixture.stage(runId, parent, "SELECT i, 'new', i FROM generate_series(1, 10) i");
    await fixture.stage(
      runId,
      child,
      "SELECT i, i, 'new' FROM generate_series(1, 12) i UNION ALL SELECT 13, 12, 'new' UNION ALL SELECT 14, 99, NULL UNION ALL SELECT 15, NULL, NULL UNION ALL SELECT 16, 4, 'live'",
    );
    return { runId, child, parent, key };
  };
  const some = ['12', 'new'];

  test('are counted among staged rows, by all columns of the key, with the keys that are missing most', async () => {
    const request = await staged('both');
    expect(await fixture.target.countOrphans(request)).toEqual({
      orphans: 4,
      samples: [some, ['4', 'live'], ['11', 'new']],
    });
    await fixture.target.cleanup('both');
  });

  test('are looked up among live rows where the parent is not in the set', async () => {
    const { parent: _parent, ...request } = await staged('live');
    const found = await fixture.target.countOrphans(request);
    expect(found.orphans).toBe(13);
    expect(found.samples).toHaveLength(5);
    expect(found.samples[0]).toEqual(some);
    await fixture.target.cleanup('live');
  });

  test('are looked for among live rows, too, of tables that are added to', async () => {
    const append = { mode: 'append', strategy: 'append' } as const;
    const request = await staged('add', { child: append });
    expect((await fixture.target.countOrphans(request)).orphans).toBe(5);
    await fixture.target.cleanup('add');
    const both = await staged('add2', { child: append, parent: append });
    expect((await fixture.target.countOrphans(both)).orphans).toBe(3);
    await fixture.target.cleanup('add2');
  });

  test('are none where every row has its parent', async () => {
    const parent = await fixture.plan(table('parents'));
    const child = await fixture.plan(table('children'));
    await fixture.stage('none', parent, "SELECT i, 'new', i FROM generate_series(1, 10) i");
    await fixture.stage('none', child, "SELECT i, i, 'new' FROM generate_series(1, 10) i");
    expect(await fixture.target.countOrphans({ runId: 'none', child, parent, key })).toEqual({
      orphans: 0,
      samples: [],
    });
    const cancelled = fixture.target.countOrphans({ runId: 'none', child, parent, key }, AbortSignal.abort());
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED', place: { table: 'public.children' } });
    await fixture.target.cleanup('none');
  });

  test.each(['swap', 'delete-insert'] as const)(
    'stop the publishing by %s, which names table, key, columns and a row',
    async (strategy) => {
      const { child, parent, runId } = await staged(`p-${strategy}`, { child: { strategy }, parent: { strategy } });
      const tables = [
        { plan: parent, rows: 10 },
        { plan: child, rows: 16 },
      ];
      const error: unknown = await fixture.target
        .publish({ runId, tables, lockTimeoutMs: 2000 })
        .catch((failure: unknown) => failure);
      expect(error).toMatchObject({
        code: 'FOREIGN_KEY_VIOLATED',
        place: { table: 'public.children', column: 'pa, pb', key: expect.stringMatching(/^id=\d+$/) as string },
        message: expect.stringMatching(
          /public\.children: row id=\d+ has pa=\d+, pb=\w+, which public\.parents does not have \(foreign key children_pa_pb_fkey\)/,
        ) as string,
      });
      expect(await fixture.target.countRows(table('children'))).toBe(1);
      expect(await fixture.target.countRows(table('parents'))).toBe(5);
      await fixture.target.cleanup(runId);
    },
  );
});
