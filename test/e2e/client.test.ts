import { Client } from '@temporalio/client';
import { type Catalog, openCatalog } from '../../catalog';
import { LongshoreClient } from '../../client';
import { testPostgres } from '../helpers/postgres';
import { type TestTemporal, testTemporal } from '../helpers/temporal';

// No worker runs here, so a run stays where it was started: what is tested is what the client does by itself.
let url: string;
let temporal: TestTemporal;
let workflows: Client['workflow'];
let catalog: Catalog;
let client: LongshoreClient;
let set: string;

const configuration = () => ({
  source: 'shop.yaml',
  document: { version: 1, transferSets: { [set]: { from: 'prod', to: 'uat', tables: ['public.*'] } } },
});
const start = (extra: object = {}) =>
  client.transfers.run({ configuration: configuration(), set, triggeredBy: 'ann', ...extra });
const terminate = (runId: string) => workflows.getHandle(runId).terminate();

/** What the worker's first activity does. */
async function begin(runId: string, configVersion: number): Promise<void> {
  const input = { set, configVersion, triggeredBy: 'ann', tables: ['public.a'] };
  await catalog.runs.begin({
    runId,
    temporalRunId: 'x',
    kind: 'transfer',
    name: set,
    target: 'uat',
    configVersion,
    triggeredBy: 'ann',
    dryRun: false,
    input,
  });
}

beforeAll(async () => {
  url = await (await testPostgres()).createDatabase('client');
  temporal = await testTemporal();
  const namespace = await temporal.createNamespace('client');
  workflows = new Client({ connection: temporal.client.connection, namespace }).workflow;
  catalog = await openCatalog({ url, poolSize: 2 });
  client = await LongshoreClient.connect({
    temporal: { address: temporal.address, namespace },
    catalog: { url },
  });
});

beforeEach(() => {
  set = temporal.unique('set');
});

afterAll(async () => {
  await client.close();
  await catalog.close();
  await temporal.close();
  await (await testPostgres()).dropDatabase(url);
});

describe('connecting', () => {
  it('says within seconds that Temporal is away, or has no such namespace', async () => {
    const started = Date.now();
    await expect(
      LongshoreClient.connect({ temporal: { address: '127.0.0.1:1', namespace: 'default' }, catalog: { url } }),
    ).rejects.toMatchObject({ code: 'TEMPORAL_UNAVAILABLE' });
    expect(Date.now() - started).toBeLessThan(8_000);
    await expect(
      LongshoreClient.connect({ temporal: { address: temporal.address, namespace: 'nowhere' }, catalog: { url } }),
    ).rejects.toMatchObject({
      code: 'TEMPORAL_UNAVAILABLE',
      message: expect.stringContaining('namespace nowhere'),
    });
  });
});

describe('starting a run', () => {
  it('gives it the id of its minute, and finer ones when that is taken', async () => {
    const at = new Date('2026-11-20T05:00:07.123Z');
    const ids = [];
    for (let index = 0; index < 3; index += 1) ids.push((await start({ at, dryRun: true })).runId);
    expect(ids).toEqual([
      `transfer/${set}/2026-11-20T05:00Z`,
      `transfer/${set}/2026-11-20T05:00:07Z`,
      `transfer/${set}/2026-11-20T05:00:07.123Z`,
    ]);
    await Promise.all(ids.map(terminate));
  });

  it('can be found and read in Temporal, and is in the audit', async () => {
    const { runId, configVersion } = await start({ reason: 'a test', tables: ['public.a'] });
    const description = await workflows.getHandle(runId).describe();
    const attributes = Object.fromEntries(
      description.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]),
    );
    expect(attributes).toMatchObject({
      LongshoreKind: 'transfer',
      LongshoreName: set,
      LongshoreTarget: 'uat',
      LongshoreTriggeredBy: 'ann',
    });
    expect(await description.staticSummary()).toBe(`${set}: prod → uat`);
    expect(await description.staticDetails()).toContain('a test');
    expect(await catalog.audit.list({ subject: runId, limit: 10 })).toMatchObject([
      { actor: 'ann', action: 'run.start', details: { configVersion, tables: ['public.a'], reason: 'a test' } },
    ]);
    expect((await catalog.configurations.get(configVersion))?.document).toEqual(configuration().document);
    await terminate(runId);
  });

  it('refuses a set that the configuration does not have', async () => {
    await expect(start({ set: 'nonsense' })).rejects.toMatchObject({ code: 'CONFIG_UNKNOWN_NAME' });
  });

  it('refuses a second run into one target, until the first has ended in whatever way', async () => {
    const first = await start();
    await begin(first.runId, first.configVersion);
    await expect(start()).rejects.toMatchObject({
      code: 'RUN_IN_PROGRESS',
      message: expect.stringContaining(first.runId),
    });
    await terminate(first.runId);
    const second = await start();
    expect(second.runId).not.toBe(first.runId);
    expect(await catalog.runs.get(first.runId)).toMatchObject({
      status: 'cancelled',
      error: { message: expect.stringContaining('terminated') },
    });
    await terminate(second.runId);
  });

  it('starts again with the arguments and the configuration of then', async () => {
    const first = await start({ tables: ['public.a'] });
    await begin(first.runId, first.configVersion);
    await terminate(first.runId);
    const again = await client.transfers.again(first.runId, { triggeredBy: 'bob' });
    const description = await workflows.getHandle(again.runId).describe();
    expect(again.configVersion).toBe(first.configVersion);
    expect(description.typedSearchAttributes.getAll().map(({ value }) => value)).toContain('bob');
    expect(await catalog.audit.list({ subject: again.runId, limit: 1 })).toMatchObject([
      { details: { tables: ['public.a'] } },
    ]);
    await terminate(again.runId);
    await expect(client.transfers.again('transfer/none/1', { triggeredBy: 'bob' })).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
    });
  });
});

describe('a run that nobody works on', () => {
  it('says that it waits for a worker', async () => {
    const { runId, configVersion } = await start();
    await begin(runId, configVersion);
    expect(await client.transfers.progress(runId)).toMatchObject({
      status: 'running',
      phase: 'planning',
      workerMissing: !(await client.hasWorker()),
    });
    await terminate(runId);
  }, 30_000);

  it('is shown by id, by id without its kind, and by the name of its set', async () => {
    const { runId, configVersion } = await start();
    await begin(runId, configVersion);
    for (const name of [runId, runId.replace('transfer/', ''), set])
      expect((await client.runs.show(name)).run.runId).toBe(runId);
    await expect(client.runs.show('nonsense')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await terminate(runId);
  });

  it('is paused, resumed and cancelled by name of who asks, and not once it has ended', async () => {
    const { runId } = await start();
    await client.runs.pause(runId, { by: 'ann', reason: 'busy' });
    await client.runs.resume(runId, { by: 'bob' });
    await client.runs.cancel(runId, { by: 'cid' });
    const entries = await catalog.audit.list({ subject: runId, limit: 10 });
    expect(entries.map(({ actor, action }) => `${actor} ${action}`)).toEqual([
      'cid run.cancel',
      'bob run.resume',
      'ann run.pause',
      'ann run.start',
    ]);
    await terminate(runId);
    await expect(client.runs.pause(runId, { by: 'ann' })).rejects.toMatchObject({ code: 'RUN_ENDED' });
    await expect(client.runs.cancel('nonsense', { by: 'ann' })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  it('is waited for until it ends, also when it is terminated', async () => {
    const { runId, configVersion } = await start();
    await begin(runId, configVersion);
    const waiting = client.transfers.wait(runId);
    await terminate(runId);
    expect(await waiting).toMatchObject({ status: 'cancelled', error: { code: 'CANCELLED' } });
    const seen = [];
    for await (const progress of client.transfers.watch(runId, { intervalMs: 10 })) seen.push(progress);
    expect(seen).toMatchObject([{ phase: 'ended', status: 'cancelled' }]);
  });

  it('is let go of when the watcher has seen enough', async () => {
    const { runId, configVersion } = await start();
    await begin(runId, configVersion);
    const enough = new AbortController();
    const seen = [];
    for await (const progress of client.transfers.watch(runId, { intervalMs: 60_000, signal: enough.signal })) {
      seen.push(progress.phase);
      enough.abort();
    }
    expect(seen).toEqual(['planning']);
    await terminate(runId);
  }, 30_000);
});

describe('schedules', () => {
  const save = (extra: object = {}) =>
    client.schedules.save({
      configuration: configuration(),
      set,
      by: 'ann',
      cron: '0 5 * * 1-5',
      timezone: 'Europe/Berlin',
      ...extra,
    });

  it('are created as configured, and brought up to date without waking a paused one', async () => {
    expect(await save()).toMatchObject({
      created: true,
      id: `transfer/${set}`,
      paused: false,
      timezone: 'Europe/Berlin',
    });
    const berlin = (await client.schedules.describe(set)).nextRuns.map((date) =>
      date.toLocaleTimeString('en-GB', { timeZone: 'Europe/Berlin', hour: '2-digit', minute: '2-digit' }),
    );
    expect(new Set(berlin)).toEqual(new Set(['05:00']));
    await client.schedules.pause(set, { by: 'bob', reason: 'migration' });
    expect(await save({ cron: '30 6 * * *', timezone: 'UTC' })).toMatchObject({
      created: false,
      paused: true,
      note: 'paused by bob: migration',
      timezone: 'UTC',
    });
    await client.schedules.unpause(set, { by: 'bob' });
    expect((await client.schedules.list()).find((schedule) => schedule.set === set)).toMatchObject({ paused: false });
    const actions = (await catalog.audit.list({ subject: `transfer/${set}`, limit: 10 })).map(({ action }) => action);
    expect(actions).toEqual(['schedule.resume', 'schedule.update', 'schedule.pause', 'schedule.create']);
    await client.schedules.delete(set, { by: 'ann' });
    await expect(client.schedules.describe(set)).rejects.toMatchObject({
      code: 'CONFIG_UNKNOWN_NAME',
      next: expect.stringContaining('longshore transfer schedule'),
    });
  });

  it('start a run that says it comes from them', async () => {
    await save();
    await client.schedules.trigger(set, { by: 'ann' });
    let lastRuns: { runId: string }[] = [];
    for (let attempt = 0; attempt < 100 && lastRuns.length === 0; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      ({ lastRuns } = await client.schedules.describe(set));
    }
    const runId = lastRuns[0]?.runId ?? '';
    expect(runId).toMatch(new RegExp(`^transfer/${set}/scheduled-\\d{4}-`));
    const description = await workflows.getHandle(runId).describe();
    expect(description.typedSearchAttributes.getAll().map(({ value }) => value)).toContain(`schedule:${set}`);
    await terminate(runId);
    await client.schedules.delete(set, { by: 'ann' });
  });
});
