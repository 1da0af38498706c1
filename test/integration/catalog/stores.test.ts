import { Client } from 'pg';
import { type Catalog, openCatalog } from '../../../catalog';
import { testPostgres } from '../../helpers/postgres';
import { beginRun, plan, range, result } from './fixture';

let url: string;
let catalog: Catalog;
let sql: Client;
let version: number;

const begin = (overrides: Parameters<typeof beginRun>[2] = {}): Promise<string> =>
  beginRun(catalog, version, overrides);

beforeAll(async () => {
  url = await (await testPostgres()).createDatabase('catalog_stores');
  catalog = await openCatalog({ url });
  sql = new Client({ connectionString: url });
  await sql.connect();
  ({ version } = await catalog.configurations.register({
    document: { zulu: 1, alpha: [1.5, '2'] },
    source: 'shop.yaml',
    by: 'ann',
  }));
});

afterAll(async () => {
  await sql.end();
  await catalog.close();
  await (await testPostgres()).dropDatabase(url);
});

describe('configurations', () => {
  it('counts the same document once, whatever the order of its keys', async () => {
    expect(
      await catalog.configurations.register({
        document: { alpha: [1.5, '2'], zulu: 1 },
        source: 'other.yaml',
        by: 'bob',
      }),
    ).toEqual({ version, isNew: false });
  });

  it('gives documents back with their keys in the order written', async () => {
    const stored = await catalog.configurations.get(version);
    expect(Object.keys(stored?.document as object)).toEqual(['zulu', 'alpha']);
    expect(stored).toMatchObject({ version, source: 'shop.yaml', createdBy: 'ann' });
    expect(stored?.createdAt).toBeInstanceOf(Date);
  });

  it('numbers versions without gaps when many register at once', async () => {
    const before = (await catalog.configurations.latest())?.version ?? 0;
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        catalog.configurations.register({ document: { n: index % 4 }, source: 'n.yaml', by: 'ann' }),
      ),
    );
    const versions = [...new Set(answers.map((answer) => answer.version))].sort((a, b) => a - b);
    expect(versions).toEqual([before + 1, before + 2, before + 3, before + 4]);
    expect(answers.filter((answer) => answer.isNew)).toHaveLength(4);
    expect((await catalog.configurations.list(2)).map((row) => row.version)).toEqual([before + 4, before + 3]);
  });

  it('takes an older document up again as the latest, once, when it is to', async () => {
    const store = (n: string, anew: boolean) =>
      catalog.configurations.register({
        document: { again: n },
        source: 'a.yaml',
        by: 'ann',
        anew,
        origin: 'rollback',
        reason: 'so',
      });
    const old = await store('old', false);
    const newer = await store('new', true);
    expect(await store('old', false)).toEqual({ version: old.version, isNew: false });
    const again = await store('old', true);
    expect(again).toEqual({ version: newer.version + 1, isNew: true });
    expect(await store('old', true)).toEqual({ version: again.version, isNew: false });
    // Who names no more than the document gets its latest version.
    expect(await store('old', false)).toEqual({ version: again.version, isNew: false });
    expect(await catalog.configurations.latest()).toMatchObject({
      version: again.version,
      origin: 'rollback',
      reason: 'so',
    });
    expect(await catalog.configurations.get(version)).toMatchObject({ origin: 'run' });
    expect(await catalog.configurations.get(version)).not.toHaveProperty('reason');
  });

  it('has nothing under a number never given', async () => {
    expect(await catalog.configurations.get(9999)).toBeUndefined();
  });
});

describe('runs', () => {
  it('lets one of two runs of a set that begin at once pass, and names it to the other', async () => {
    const starts = ['a', 'b'].map((id) => begin({ runId: `transfer/race/${id}`, name: 'race' }));
    const outcomes = await Promise.allSettled(starts);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused[0]?.reason).toMatchObject({
      code: 'RUN_IN_PROGRESS',
      message: expect.stringMatching(/race.*uat.*ann.*transfer\/race\/[ab]/),
    });
  });

  it('begins a run again without complaint, as a retried activity does', async () => {
    const runId = await begin({ runId: 'transfer/retry/1', name: 'retry' });
    await catalog.runs.setStatus(runId, 'paused');
    await begin({ runId, name: 'retry' });
    expect((await catalog.runs.get(runId))?.status).toBe('paused');
  });

  it('opens a run again when Temporal has reset its workflow', async () => {
    const runId = await begin({ runId: 'transfer/reset/1', name: 'reset' });
    await catalog.runs.finish(runId, {
      status: 'failed',
      error: { code: 'INTERNAL', message: 'x', place: {}, next: 'y' },
    });
    await begin({ runId, name: 'reset', temporalRunId: 'second' });
    const run = await catalog.runs.get(runId);
    expect(run).toMatchObject({ status: 'running', temporalRunId: 'second' });
    expect(run?.error).toBeUndefined();
    expect(run?.finishedAt).toBeUndefined();
  });

  it('lets dry runs stand beside a run, and the next run begin when the first has ended', async () => {
    const first = await begin({ runId: 'transfer/turns/1', name: 'turns' });
    await begin({ runId: 'transfer/turns/dry', name: 'turns', dryRun: true });
    await expect(begin({ runId: 'transfer/turns/2', name: 'turns' })).rejects.toMatchObject({
      code: 'RUN_IN_PROGRESS',
    });
    await begin({ runId: 'transfer/turns/elsewhere', name: 'turns', target: 'qa' });
    await catalog.runs.finish(first, { status: 'done' });
    await begin({ runId: 'transfer/turns/2', name: 'turns' });
    expect((await catalog.runs.list({ name: 'turns', limit: 10 })).map((run) => run.runId)[0]).toBe('transfer/turns/2');
  });

  it('keeps when a run ended, and is not reopened by a late status', async () => {
    const runId = await begin();
    await catalog.runs.finish(runId, { status: 'partial' });
    const ended = (await catalog.runs.get(runId))?.finishedAt;
    await catalog.runs.finish(runId, { status: 'partial' });
    await catalog.runs.setStatus(runId, 'running');
    expect(await catalog.runs.get(runId)).toMatchObject({ status: 'partial', finishedAt: ended });
    expect((await catalog.runs.list({ status: 'partial', limit: 100 })).map((run) => run.runId)).toContain(runId);
  });

  it('keeps the plan and the arguments as they were', async () => {
    const runId = await begin({ reason: "it's time; DROP TABLE runs" });
    const head = {
      set: 'x',
      from: 'prod',
      to: 'uat',
      publish: 'set' as const,
      cycleKeys: [],
      parallelTables: 2,
      warnings: ['ü 😀'],
    };
    await catalog.runs.savePlan(runId, head);
    await catalog.runs.savePlan(runId, head);
    expect(await catalog.runs.get(runId)).toMatchObject({ plan: head, reason: "it's time; DROP TABLE runs" });
  });

  it('says which run is not there', async () => {
    await expect(catalog.runs.finish('transfer/none/1', { status: 'done' })).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
    });
    expect(await catalog.runs.get('transfer/none/1')).toBeUndefined();
  });
});

describe('tables of a run', () => {
  it('lists plans in load order, and replaces those that have not started', async () => {
    const runId = await begin();
    await catalog.tables.save(runId, [plan('a'), plan('b'), plan('c')]);
    await catalog.tables.update(runId, 'public.b', { phase: 'copying', startedAt: new Date() });
    await catalog.tables.save(runId, [plan('c', ['new']), plan('b', ['new'])]);
    const tables = await catalog.tables.list(runId);
    expect(tables.map((table) => [table.tableId, table.warnings, table.phase])).toEqual([
      ['public.c', ['new'], 'waiting'],
      ['public.b', [], 'copying'],
    ]);
  });

  it('changes only what a patch names, and takes an error away again', async () => {
    const runId = await begin();
    await catalog.tables.save(runId, [plan('a')]);
    const error = { code: 'DISK_FULL', message: 'full', place: { table: 'public.a' }, next: 'free some' } as const;
    await catalog.tables.update(runId, 'public.a', { phase: 'failed', error, warnings: ['w'], lockedMs: 12.5 });
    await catalog.tables.update(runId, 'public.a', { sourceAggregates: { rows: '9007199254740993', columns: [] } });
    expect(await catalog.tables.get(runId, 'public.a')).toMatchObject({
      phase: 'failed',
      error,
      warnings: ['w'],
      lockedMs: 12.5,
      sourceAggregates: { rows: '9007199254740993' },
    });
    await catalog.tables.update(runId, 'public.a', { phase: 'waiting', error: undefined });
    expect((await catalog.tables.get(runId, 'public.a'))?.error).toBeUndefined();
    await expect(catalog.tables.update(runId, 'public.zzz', { phase: 'ready' })).rejects.toMatchObject({
      code: 'INTERNAL',
    });
  });
});

describe('ledger of parts', () => {
  it('plans once: another plan changes nothing, not even for an empty table', async () => {
    const runId = await begin();
    await catalog.tables.save(runId, [plan('a'), plan('empty')]);
    expect(await catalog.parts.plan(runId, 'public.a', [range(0), range(1)])).toBe(2);
    expect(await catalog.parts.plan(runId, 'public.a', [range(7), range(8), range(9)])).toBe(2);
    expect(await catalog.parts.plan(runId, 'public.empty', [])).toBe(0);
    expect(await catalog.parts.plan(runId, 'public.empty', [range(1)])).toBe(0);
    expect((await catalog.parts.list(runId, 'public.a')).map((part) => part.range)).toEqual([range(0), range(1)]);
    await catalog.tables.save(runId, [plan('a', ['replanned'])]);
    expect(await catalog.parts.list(runId, 'public.a')).toHaveLength(2);
  });

  it('lets two that plan at once agree', async () => {
    const runId = await begin();
    await catalog.tables.save(runId, [plan('a')]);
    const counts = await Promise.all([
      catalog.parts.plan(runId, 'public.a', [range(0)]),
      catalog.parts.plan(runId, 'public.a', [range(1), range(2)]),
    ]);
    expect(new Set(counts).size).toBe(1);
    expect(await catalog.parts.list(runId, 'public.a')).toHaveLength(counts[0] ?? -1);
  });

  it('adds up rows of parts, whether written once or twice', async () => {
    const runId = await begin();
    await catalog.tables.save(runId, [plan('a')]);
    await catalog.parts.plan(runId, 'public.a', [range(0), range(1), range(2)]);
    for (const _attempt of [1, 2]) {
      await catalog.parts.extracted(runId, 'public.a', 0, 1, result(5_000_000_000));
      await catalog.parts.extracted(runId, 'public.a', 1, 1, result(7));
      await catalog.parts.loaded(runId, 'public.a', 0);
    }
    expect(await catalog.tables.get(runId, 'public.a')).toMatchObject({
      rowsExtracted: 5_000_000_007,
      rowsLoaded: 5_000_000_000,
      bytes: 50_000_000_070,
      parts: 3,
      partsLoaded: 1,
    });
    expect(await catalog.parts.get(runId, 'public.a', 0)).toMatchObject({
      epoch: 1,
      loaded: true,
      result: result(5_000_000_000),
    });
    expect((await catalog.parts.get(runId, 'public.a', 2))?.result).toBeUndefined();
    await expect(catalog.parts.loaded(runId, 'public.a', 2)).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(catalog.parts.extracted(runId, 'public.a', 3, 1, result(1))).rejects.toMatchObject({
      code: 'INTERNAL',
      place: { part: 3 },
    });
  });

  it('renews parts proven unchanged, and takes the result from those to be read again', async () => {
    const runId = await begin();
    await catalog.tables.save(runId, [plan('a')]);
    await catalog.parts.plan(runId, 'public.a', [range(0), range(1), range(2)]);
    for (const part of [0, 1]) {
      await catalog.parts.extracted(runId, 'public.a', part, 1, result(10));
      await catalog.parts.loaded(runId, 'public.a', part);
    }
    for (const _attempt of [1, 2]) {
      await catalog.parts.renew(runId, 'public.a', [0, 2], 2);
      await catalog.parts.invalidate(runId, 'public.a', [1]);
    }
    expect(await catalog.parts.list(runId, 'public.a')).toMatchObject([
      { part: 0, epoch: 2, loaded: false, result: { rows: 10 } },
      { part: 1, epoch: undefined, loaded: false, result: undefined },
      { part: 2, epoch: undefined, loaded: false, result: undefined },
    ]);
  });

  it('holds a hundred thousand parts', async () => {
    const runId = await begin();
    await catalog.tables.save(runId, [plan('huge')]);
    const started = Date.now();
    expect(
      await catalog.parts.plan(
        runId,
        'public.huge',
        Array.from({ length: 100_000 }, (_, index) => range(index)),
      ),
    ).toBe(100_000);
    await catalog.parts.extracted(runId, 'public.huge', 99_999, 1, result(3));
    expect(await catalog.tables.get(runId, 'public.huge')).toMatchObject({ parts: 100_000, rowsExtracted: 3 });
    expect(Date.now() - started).toBeLessThan(30_000);
  });
});

describe('snapshots', () => {
  it('counts epochs from one, and gives the same token the same epoch', async () => {
    const runId = await begin();
    expect(await catalog.snapshots.current(runId)).toBeUndefined();
    expect(await catalog.snapshots.open(runId, 'A')).toBe(1);
    expect(await catalog.snapshots.open(runId, 'A')).toBe(1);
    expect(
      (await Promise.all(['B', 'C'].map((token) => catalog.snapshots.open(runId, token)))).toSorted((a, b) => a - b),
    ).toEqual([2, 3]);
    expect((await catalog.snapshots.current(runId))?.epoch).toBe(3);
    expect(await catalog.snapshots.get(runId, 1)).toEqual({ runId, epoch: 1, token: 'A' });
  });
});

describe('audit', () => {
  it('records an entry once and lists the newest first', async () => {
    const entry = { actor: 'ann', action: 'run.start', subject: 'transfer/audited/1', details: { reason: 'test' } };
    await catalog.audit.record({ id: 'one', ...entry });
    await catalog.audit.record({ id: 'one', ...entry, actor: 'mallory' });
    await catalog.audit.record({ id: 'two', ...entry, action: 'run.cancel' });
    const entries = await catalog.audit.list({ subject: 'transfer/audited/1', limit: 10 });
    expect(entries.map((row) => [row.actor, row.action])).toEqual([
      ['ann', 'run.cancel'],
      ['ann', 'run.start'],
    ]);
  });

  it.each(["UPDATE longshore.audit SET actor = 'mallory'", 'DELETE FROM longshore.audit', 'TRUNCATE longshore.audit'])(
    'refuses %s',
    async (statement) => {
      await catalog.audit.record({ id: 'kept', actor: 'ann', action: 'run.start', subject: 's', details: {} });
      await expect(sql.query(statement)).rejects.toThrow(/append-only/);
    },
  );
});
