import { Client } from 'pg';
import { type Catalog, openCatalog } from '../../../catalog';
import type { PartResult, TableVerification } from '../../../core/types/transfer';
import type { RunStatus } from '../../../schemas/constants';
import { testPostgres } from '../../helpers/postgres';
import { beginRun, plan, range, result } from './fixture';

let url: string;
let catalog: Catalog;
let sql: Client;
let version: number;

const begin = (overrides: Parameters<typeof beginRun>[2] = {}): Promise<string> =>
  beginRun(catalog, version, overrides);

/** A run of one set into one target that ended; `minute` is when it started, `seconds` how long it took. */
async function past(
  name: string,
  { id, minute, seconds, status = 'done', ...rest }: Past & Parameters<typeof beginRun>[2],
): Promise<string> {
  const runId = await begin({ runId: `transfer/${name}/${id}`, name, ...rest });
  await catalog.runs.finish(runId, { status });
  const start = new Date(Date.UTC(2026, 10, 20, 5, minute));
  await sql.query('UPDATE longshore.runs SET started_at = $2, finished_at = $3 WHERE run_id = $1', [
    runId,
    start,
    new Date(start.getTime() + seconds * 1000),
  ]);
  return runId;
}

interface Past {
  id: string;
  minute: number;
  seconds: number;
  status?: RunStatus;
}

beforeAll(async () => {
  url = await (await testPostgres()).createDatabase('catalog_good');
  catalog = await openCatalog({ url });
  sql = new Client({ connectionString: url });
  await sql.connect();
  ({ version } = await catalog.configurations.register({ document: {}, source: 'shop.yaml', by: 'ann' }));
});

afterAll(async () => {
  await sql.end();
  await catalog.close();
  await (await testPostgres()).dropDatabase(url);
});

describe('good runs', () => {
  const filter = { kind: 'transfer', name: 'daily', target: 'uat' } as const;

  beforeAll(async () => {
    await past('daily', { id: 'first', minute: 1, seconds: 60 });
    await past('daily', { id: 'second', minute: 2, seconds: 75.25 });
    await past('daily', { id: 'third', minute: 3, seconds: 90 });
    await past('daily', { id: 'partial', minute: 4, seconds: 1, status: 'partial' });
    await past('daily', { id: 'failed', minute: 5, seconds: 2, status: 'failed' });
    await past('daily', { id: 'dry', minute: 6, seconds: 3, dryRun: true });
    await past('daily', { id: 'elsewhere', minute: 7, seconds: 4, target: 'qa' });
    await past('nightly', { id: 'other', minute: 8, seconds: 5 });
    await begin({ runId: 'transfer/daily/now', name: 'daily' });
  });

  it('tells how long the latest took, newest first', async () => {
    expect(await catalog.runs.durations({ ...filter, limit: 10 })).toEqual([90, 75.25, 60]);
    expect(await catalog.runs.durations({ ...filter, limit: 2 })).toEqual([90, 75.25]);
    expect(await catalog.runs.durations({ ...filter, target: 'nowhere', limit: 2 })).toEqual([]);
  });

  it('finds the latest, and the one before a run that does not count', async () => {
    expect(await catalog.runs.lastGood(filter)).toMatchObject({ runId: 'transfer/daily/third', status: 'done' });
    const except = 'transfer/daily/third';
    expect((await catalog.runs.lastGood({ ...filter, except }))?.runId).toBe('transfer/daily/second');
    expect(await catalog.runs.durations({ ...filter, except, limit: 10 })).toEqual([75.25, 60]);
    expect(await catalog.runs.lastGood({ ...filter, name: 'weekly' })).toBeUndefined();
  });
});

describe('the latest published state of a table', () => {
  const target = { name: 'shop', target: 'uat', tableId: 'public.orders' };

  async function publish(runId: string, rows: number[], warnings: string[]): Promise<void> {
    await catalog.tables.save(runId, [plan('orders', warnings), plan('others')]);
    await catalog.parts.plan(
      runId,
      'public.orders',
      rows.map((_, index) => range(index)),
    );
    for (const [part, count] of rows.entries())
      await catalog.parts.extracted(runId, 'public.orders', part, 1, result(count));
    await catalog.tables.update(runId, 'public.orders', { phase: 'published', finishedAt: new Date(5000) });
  }

  it('is that of the latest other run that published it, whatever became of the run', async () => {
    const first = await begin({ runId: 'transfer/shop/1', name: 'shop' });
    expect(await catalog.tables.lastPublished({ runId: first, ...target })).toBeUndefined();
    await publish(first, [5_000_000_000, 2], ['first']);
    expect(await catalog.tables.lastPublished({ runId: first, ...target })).toBeUndefined();
    await catalog.runs.finish(first, { status: 'done' });

    const second = await begin({ runId: 'transfer/shop/2', name: 'shop' });
    expect(await catalog.tables.lastPublished({ runId: second, ...target })).toMatchObject({
      runId: first,
      rows: 5_000_000_002,
      finishedAt: new Date(5000),
      plan: { warnings: ['first'] },
    });
    await publish(second, [], ['second']);
    await catalog.runs.finish(second, { status: 'partial' });

    const failed = await begin({ runId: 'transfer/shop/3', name: 'shop' });
    await catalog.tables.save(failed, [plan('orders')]);
    await catalog.tables.update(failed, 'public.orders', { phase: 'failed' });
    await catalog.runs.finish(failed, { status: 'failed' });

    const fourth = await begin({ runId: 'transfer/shop/4', name: 'shop' });
    expect(await catalog.tables.lastPublished({ runId: fourth, ...target })).toMatchObject({ runId: second, rows: 0 });
    expect(await catalog.tables.lastPublished({ runId: fourth, ...target, target: 'qa' })).toBeUndefined();
    expect(await catalog.tables.lastPublished({ runId: fourth, ...target, tableId: 'public.others' })).toBeUndefined();
  });
});

describe('what verification leaves behind', () => {
  const verification: TableVerification = {
    level: 'fingerprint',
    rows: { source: '9007199254740993', target: '9007199254740993' },
    columns: [{ source: 'a', target: 'A', verdict: 'equal', by: 'parts', nulls: '0', mask: 'hash' }],
    references: [{ key: 'fk', columns: ['a'], to: 'public.b', orphans: 2, samples: [['1'], ['2']] }],
    fingerprint: { source: 'ff'.repeat(16), target: 'ff'.repeat(16) },
  };
  const measured: PartResult = {
    ...result(3),
    figures: [{ column: 'a', nulls: '0', sum: '12345678901234567890', unit: 'utf16', min: null, max: null }],
    fingerprint: '0f'.repeat(16),
  };

  it('stays with the table until the next time', async () => {
    const runId = await begin();
    await catalog.tables.save(runId, [plan('a')]);
    expect((await catalog.tables.get(runId, 'public.a'))?.verification).toBeUndefined();
    await catalog.tables.update(runId, 'public.a', { verification });
    await catalog.tables.update(runId, 'public.a', { phase: 'ready' });
    expect((await catalog.tables.get(runId, 'public.a'))?.verification).toEqual(verification);
    expect((await catalog.tables.list(runId))[0]?.verification).toEqual(verification);
  });

  it('keeps figures and fingerprint of a part exactly, and drops them when it is to be read again', async () => {
    const runId = await begin();
    await catalog.tables.save(runId, [plan('a')]);
    await catalog.parts.plan(runId, 'public.a', [range(0), range(1)]);
    await catalog.parts.extracted(runId, 'public.a', 0, 1, measured);
    await catalog.parts.extracted(runId, 'public.a', 1, 1, measured);
    expect((await catalog.parts.list(runId, 'public.a')).map((part) => part.result)).toEqual([measured, measured]);
    // Read again without figures, nothing of the first reading may remain.
    await catalog.parts.extracted(runId, 'public.a', 1, 2, result(3));
    expect((await catalog.parts.get(runId, 'public.a', 1))?.result).toEqual(result(3));
    await catalog.parts.invalidate(runId, 'public.a', [0]);
    expect((await catalog.parts.get(runId, 'public.a', 0))?.result).toBeUndefined();
    const left = await sql.query(
      'SELECT rows, bytes, sha256, columns, figures, fingerprint FROM longshore.parts WHERE run_id = $1 AND part = 0',
      [runId],
    );
    expect(left.rows).toEqual([
      { rows: null, bytes: null, sha256: null, columns: null, figures: null, fingerprint: null },
    ]);
  });
});

describe('messages', () => {
  const error = { code: 'NOTIFICATION_FAILED', message: 'refused', place: {}, next: 'look' } as const;

  it('keeps the latest attempt for run, event and channel', async () => {
    const runId = await begin();
    await catalog.notifications.record({ runId, event: 'failed', channel: 'mail', delivered: false, error });
    const [before] = await catalog.notifications.list(runId);
    expect(before).toEqual({ runId, event: 'failed', channel: 'mail', delivered: false, error, at: expect.any(Date) });
    await catalog.notifications.record({ runId, event: 'slow', channel: 'mail', delivered: true });
    await catalog.notifications.record({ runId, event: 'failed', channel: 'mail', delivered: true });
    const after = await catalog.notifications.list(runId);
    expect(after.map(({ event, channel, delivered, error: why }) => [event, channel, delivered, why])).toEqual([
      ['slow', 'mail', true, undefined],
      ['failed', 'mail', true, undefined],
    ]);
    expect(after[1]?.at.getTime()).toBeGreaterThanOrEqual(before?.at.getTime() ?? Infinity);
  });

  it('are of a run that exists', async () => {
    await expect(
      catalog.notifications.record({ runId: 'transfer/none/1', event: 'done', channel: 'mail', delivered: true }),
    ).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    expect(await catalog.notifications.list('transfer/none/1')).toEqual([]);
  });
});
