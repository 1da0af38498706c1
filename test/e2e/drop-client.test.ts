/** What the client does about drop folders by itself, against workflows that stand in for the real ones. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { type LongshoreClient, ReferenceDataAPI } from '../../client';
import { type DropSite, dropSite, eventually } from './drop-client/site';

let site: DropSite;
let client: LongshoreClient;
let alone: LongshoreClient;
let workflows: Client['workflow'];
let folder: string;

const configuration = (more: object = {}) => ({
  source: 'shop.yaml',
  document: { version: 1, dropFolders: { [folder]: { path: 'drop', to: 'uat', ...more } } },
});
const watch = (extra: object = {}) =>
  client.drops.watch({ configuration: configuration(), folder, triggeredBy: 'ann', ...extra });
const api = (of = client) => new ReferenceDataAPI({ client: of, configuration: configuration(), folder, by: 'ann' });
const by = { by: 'bob', reason: 'test' };

beforeAll(async () => {
  site = await dropSite();
  ({ client, alone, workflows } = site);
});

beforeEach(() => {
  folder = site.unique('ref');
});

afterAll(() => site.close());

describe('watching', () => {
  it('starts once; the same again answers that it goes on, another configuration is refused', async () => {
    const first = await watch();
    expect(first).toMatchObject({ runId: `drop/${folder}`, started: true, workerListens: true });
    expect(await watch()).toEqual({ ...first, started: false });
    await expect(watch({ configuration: configuration({ match: 50 }) })).rejects.toMatchObject({
      code: 'RUN_IN_PROGRESS',
      next: expect.stringContaining('--restart'),
    });
  });

  it('starts anew when asked, once the old watch has ended', async () => {
    await watch();
    const second = await watch({ configuration: configuration({ match: 50 }), restart: true });
    expect(second.started).toBe(true);
    const status = await client.drops.status(folder);
    expect(status).toMatchObject({ state: 'running', configVersion: second.configVersion, to: 'uat' });
  });

  it('waits for a watch that does not end, and not for ever', async () => {
    const request = { configuration: configuration(), folder, triggeredBy: 'ann' };
    expect(await alone.drops.watch(request)).toMatchObject({ started: true, workerListens: false });
    expect(await alone.drops.status(folder)).toMatchObject({ state: 'running', workerMissing: true });
    await expect(alone.drops.watch({ ...request, restart: true, patienceMs: 300 })).rejects.toMatchObject({
      code: 'RUN_IN_PROGRESS',
      message: expect.stringContaining('asked to stop'),
    });
  });

  it('refuses folders that nobody defined, and steers none that nobody watches', async () => {
    await expect(watch({ folder: 'referense' })).rejects.toMatchObject({ code: 'CONFIG_UNKNOWN_NAME' });
    const { drops } = client;
    for (const steer of [drops.stop, drops.pause, drops.resume, drops.scanNow])
      await expect(steer(folder, by)).rejects.toMatchObject({ code: 'FOLDER_NOT_WATCHED' });
    expect(await drops.status(folder)).toMatchObject({ state: 'stopped', files: {}, rows: 0, inWork: [] });
    expect(await drops.watched(folder)).toBeUndefined();
  });

  it('shows what the workflow says, is paused and resumed, and written down', async () => {
    await watch();
    await client.drops.pause(folder, by);
    const paused = await eventually(
      () => client.drops.status(folder),
      ({ state }) => state === 'paused',
    );
    expect(paused).toMatchObject({ pausedBy: 'bob', problems: [{ path: 'stray.csv' }], triggeredBy: 'ann' });
    await client.drops.resume(folder, by);
    await eventually(
      () => client.drops.status(folder),
      ({ state }) => state === 'running',
    );
    await client.drops.scanNow(folder, by);
    const working = await eventually(
      () => client.drops.status(folder),
      ({ inWork }) => inWork[0]?.progress !== undefined,
    );
    expect(working.inWork).toEqual([
      { fileId: 1, path: 'a.csv', progress: expect.objectContaining({ step: 'loading', rows: 5, totalRows: 10 }) },
    ]);
    const actions = (await client.catalog.audit.list({ subject: `drop/${folder}`, limit: 20 })).map(
      ({ action }) => action,
    );
    expect(actions.toSorted()).toEqual(['drop.pause', 'drop.resume', 'drop.scan', 'drop.watch']);
  });

  it('can be followed until it is stopped, and let go of before', async () => {
    await watch();
    const letGo = new AbortController();
    for await (const status of client.drops.follow(folder, { intervalMs: 10, signal: letGo.signal })) {
      expect(status.state).toBe('running');
      letGo.abort();
    }
    const states: string[] = [];
    const following = (async () => {
      for await (const { state } of client.drops.follow(folder, { intervalMs: 10 })) states.push(state);
    })();
    await eventually(
      async () => states.length,
      (length) => length > 0,
    );
    await client.drops.stop(folder, by);
    await following;
    expect(states.at(-1)).toBe('stopped');
  });

  it('is a run like others: shown, paused, resumed and cancelled by its id or the name of the folder', async () => {
    await watch();
    expect(await client.runs.resolve(folder)).toBe(`drop/${folder}`);
    expect((await client.runs.show(`drop/${folder}`)).run).toMatchObject({ kind: 'drop', name: folder, target: 'uat' });
    await client.runs.pause(`drop/${folder}`, by);
    await eventually(
      () => client.drops.status(folder),
      ({ state }) => state === 'paused',
    );
    await client.runs.resume(folder, by);
    await client.runs.cancel(`drop/${folder}`, by);
    await eventually(
      () => client.drops.watched(folder),
      (found) => found === undefined,
    );
    await expect(client.runs.pause(`drop/${folder}`, by)).rejects.toMatchObject({ code: 'RUN_ENDED' });
  });
});

describe('one file', () => {
  const add = (path: string) =>
    client.catalog.dropFiles.add({
      folder,
      path,
      size: 1,
      mtimeMs: 1,
      inode: path,
      dataset: 'reference',
      loadType: 'append',
      groupKey: path,
    });

  it('is cancelled by path or id while it is loaded, and not before or after', async () => {
    await watch();
    const id = await add('a.csv');
    await expect(client.drops.cancelFile(folder, 'a.csv', by)).rejects.toMatchObject({
      code: 'RUN_ENDED',
      message: expect.stringContaining('not being loaded yet'),
    });
    await client.drops.scanNow(folder, by);
    await eventually(
      () => client.drops.status(folder),
      ({ inWork }) => inWork.length > 0,
    );
    await client.catalog.dropFiles.update(id, { state: 'processing', workflowId: `drop/${folder}/a.csv/1` });
    expect(await client.drops.cancelFile(folder, String(id), by)).toMatchObject({ path: 'a.csv' });
    await eventually(
      () => workflows.getHandle(`drop/${folder}/a.csv/1`).describe(),
      ({ status }) => status.name === 'CANCELLED',
    );
    await client.catalog.dropFiles.update(id, { state: 'cancelled', finishedAt: new Date() });
    await expect(client.drops.cancelFile(folder, 'a.csv', by)).rejects.toMatchObject({ code: 'RUN_ENDED' });
    await expect(client.drops.cancelFile(folder, 'b.csv', by)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  it('that failed is part of the analysis, with where and why', async () => {
    const id = await add('bad.csv');
    await client.catalog.dropFiles.update(id, {
      state: 'failed',
      table: 'ref.bad',
      finishedAt: new Date(),
      error: { code: 'FILE_REJECTED_ROWS', message: 'Row 7.', place: { line: 7, column: 'x' }, next: 'Correct it.' },
    });
    expect(await client.drops.errors(folder)).toMatchObject({
      failed: 1,
      classes: [{ class: 'content', count: 1 }],
      findings: [{ code: 'FILE_REJECTED_ROWS', example: { path: 'bad.csv', table: 'ref.bad', line: 7, column: 'x' } }],
    });
    expect(await client.drops.errors(folder, new Date(Date.now() + 60_000))).toMatchObject({ failed: 0 });
    expect(await client.drops.files(folder, { states: ['failed'] })).toMatchObject([{ path: 'bad.csv' }]);
  });
});

describe('tasks', () => {
  it('obey the configuration that the folder is watched with, or the one they are given', async () => {
    const { configVersion } = await watch();
    const watched = await client.drops.task<'health'>(folder, { kind: 'health' }, { by: 'ann' });
    expect(watched.checks[0]?.message).toBe(`version ${configVersion}`);
    const other = await client.drops.task<'health'>(
      folder,
      { kind: 'health' },
      { by: 'ann', configuration: configuration({ match: 1 }) },
    );
    expect(other.checks[0]?.message).not.toBe(watched.checks[0]?.message);
  });

  it('that change something are written down, those that look are not', async () => {
    const request = { by: 'ann', configuration: configuration() };
    expect(await client.drops.retry(folder, { files: ['a', 'b'] }, request)).toHaveLength(2);
    expect(await client.drops.retry(folder, { code: 'FILE_EMPTY' }, request)).toEqual([
      { path: 'FILE_EMPTY', ok: true },
    ]);
    await client.drops.task<'clean-up'>(folder, { kind: 'clean-up', dryRun: true }, request);
    await client.drops.task<'clean-up'>(folder, { kind: 'clean-up', dryRun: false }, request);
    const actions = (await client.catalog.audit.list({ subject: `drop/${folder}`, limit: 20 })).map(
      ({ action }) => action,
    );
    expect(actions.toSorted()).toEqual(['drop.clean-up', 'drop.retry', 'drop.retry']);
  });

  it('fail at once where no worker listens', async () => {
    const asked = alone.drops.task<'health'>(folder, { kind: 'health' }, { by: 'ann', configuration: configuration() });
    await expect(asked).rejects.toMatchObject({ code: 'NO_WORKER' });
  });
});

describe('ReferenceDataAPI', () => {
  const request = (path: string) => ({ path, dataset: 'reference', loadType: 'fullload' }) as const;

  it('loads a file and waits for what becomes of it', async () => {
    const result = await api().processFile(request('/data/good.csv'));
    expect(result).toMatchObject({
      success: true,
      operation: 'processFile',
      operationId: expect.stringContaining(`drop-task/${folder}/process/`),
      data: { state: 'loaded', path: '/data/good.csv', rows: 3 },
      warnings: [expect.stringContaining('1 rows')],
    });
    expect(result.startedAt.getTime() + result.durationMs).toBeLessThanOrEqual(Date.now());
    expect(await api().processFile(request('/data/twice.csv'))).toMatchObject({
      success: true,
      data: { state: 'skipped' },
      warnings: [expect.stringContaining('was left out')],
    });
    expect(await api().processFile(request('/data/bad.csv'))).toMatchObject({
      success: false,
      data: { state: 'failed' },
      error: { code: 'FILE_EMPTY', next: 'Look at what wrote it.' },
    });
  });

  it('starts a file, tells how far it is, and cancels it', async () => {
    const started = await api().processFileAsync(request('/data/slow.csv'));
    const id = started.data?.operationId ?? '';
    expect(started).toMatchObject({ success: true, operationId: id });
    const status = await eventually(
      () => api().operationStatus(id),
      ({ data }) => data?.progress !== undefined,
    );
    expect(status).toMatchObject({ success: true, data: { state: 'running', progress: { rows: 5, totalRows: 10 } } });
    expect(await api().cancelOperation(id)).toMatchObject({ success: true });
    await eventually(
      () => api().operationStatus(id),
      ({ data }) => data?.state === 'cancelled',
    );
    expect(await api().cancelOperation(id)).toMatchObject({ success: false, error: { code: 'RUN_ENDED' } });
    expect(await api().operationStatus('drop-task/none')).toMatchObject({ error: { code: 'RUN_NOT_FOUND' } });
  });

  it('tells what became of a file that was started', async () => {
    const { operationId = '' } = await api().processFileAsync(request('/data/bad.csv'));
    const ended = await eventually(
      () => api().operationStatus(operationId),
      ({ data }) => data?.state !== 'running',
    );
    expect(ended).toMatchObject({
      success: true,
      data: { state: 'failed', outcome: { error: { code: 'FILE_EMPTY' } } },
    });
  });

  it('answers everything in one shape, and throws for nothing that may be expected', async () => {
    expect(await api().healthCheck()).toMatchObject({
      success: false,
      data: { status: 'failed', checks: { length: 3 } },
      error: { message: 'disk: nothing is left' },
      warnings: ['memory: little is left'],
    });
    expect(await api().tableInfo('ref.none')).toMatchObject({
      success: false,
      error: { code: 'TABLE_NOT_FOUND', place: { table: 'ref.none' }, next: 'Check the name.' },
    });
    expect(await api().trackingRows({ status: 'loaded' })).toMatchObject({
      success: true,
      data: [{ status: 'loaded', createdAt: new Date(1000), processedAt: new Date(2000) }],
    });
    expect(await api().checkReferenceConfig()).toMatchObject({ success: false, data: [{ repaired: false }] });
    expect(await api().checkReferenceConfig({ repair: true })).toMatchObject({ success: true });
    expect(await api().cleanUp({ dryRun: true })).toMatchObject({ success: true, data: [{ removed: 0 }] });
    expect(await api().analyseErrors()).toMatchObject({ success: true, data: { failed: 0 } });
    expect(await api().performance()).toMatchObject({ success: true, data: { folder, loaded: 0 }, warnings: [] });
    expect(await api().performance(new Date())).toMatchObject({ success: true, operation: 'performance' });
    expect(await api(alone).healthCheck()).toMatchObject({ success: false, error: { code: 'NO_WORKER' } });
    const elsewhere = { client, configuration: configuration(), folder: 'nowhere', by: 'ann' };
    expect(await new ReferenceDataAPI(elsewhere).cleanUp()).toMatchObject({ error: { code: 'CONFIG_UNKNOWN_NAME' } });
  });

  it('recognises a file of this machine by the settings of the folder, and what is asked for goes before them', async () => {
    const disk = mkdtempSync(join(tmpdir(), 'longshore-detect-'));
    try {
      const file = join(disk, 'a.csv');
      writeFileSync(file, 'id;name\n1;x\n2;y\n');
      const found = await api().detectFormat(file);
      expect(found).toMatchObject({ success: true, data: { dialect: { delimiter: ';' } } });
      const told = await api().detectFormat(file, { delimiter: '|' });
      expect(told.data?.dialect.delimiter).toBe('|');
      expect(await api().detectFormat(join(disk, 'none.csv'))).toMatchObject({
        success: false,
        error: { code: 'FILE_NOT_FOUND' },
      });
    } finally {
      rmSync(disk, { recursive: true, force: true });
    }
  });
});
