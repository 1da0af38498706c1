import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Database } from '../../../connectors/connector';
import {
  extractAll,
  leftovers,
  makePlan,
  openFile,
  plainSql,
  readRequest,
  removeFolder,
  stage,
  table,
  tempFolder,
  type Staged,
} from './fixture';

describe('a DuckDB file among several processes', () => {
  let folder: string;
  let from: string;
  let to: string;
  let source: Database;
  let target: Database;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    folder = await tempFolder();
    [from, to] = [join(folder, 'from.duckdb'), join(folder, 'to.duckdb')];
    [source, target] = [await openFile(from, { folder }), await openFile(to, { folder })];
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await removeFolder(folder);
  });

  /** Starts a child and waits until it is about to work. */
  async function start(
    action: string,
    request: unknown,
  ): Promise<{ child: ChildProcess; output: () => string; ended: Promise<unknown> }> {
    const file = join(folder, `${action}-${children.length}.json`);
    await writeFile(file, JSON.stringify({ action, path: to, folder, request }));
    const child = spawn(process.execPath, [join(__dirname, 'child.cjs'), file], { stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(child);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const ended = once(child, 'exit');
    while (!text.includes('start') && child.exitCode === null) await sleep(5);
    return { child, output: () => text, ended };
  }

  const ROWS = 400_000;
  const fill = async (): Promise<void> => {
    await plainSql(
      from,
      `CREATE TABLE a AS SELECT i AS id, 'new ' || i AS v FROM range(${ROWS}) t(i); CREATE TABLE b AS SELECT i AS id, 'new' AS v FROM range(1000) t(i); ALTER TABLE a ADD PRIMARY KEY (id)`,
    );
    await plainSql(
      to,
      `CREATE TABLE a(id BIGINT PRIMARY KEY, v VARCHAR); INSERT INTO a SELECT i, 'old' FROM range(1000) t(i); CREATE TABLE b AS SELECT i AS id, 'old' AS v FROM range(10) t(i)`,
    );
  };

  const state = async (): Promise<string> => {
    const [row] = await plainSql(
      to,
      `SELECT (SELECT count(*) FROM a) || ' ' || (SELECT left(min(v), 3) FROM a) || ', ' || (SELECT count(*) FROM b) || ' ' || (SELECT min(v) FROM b) AS state`,
    );
    return String(row?.state);
  };
  const OLD = '1000 old, 10 old';
  const NEW = `${ROWS} new, 1000 new`;

  it('has each row once after a loader was killed at any moment and the load was tried again', async () => {
    await fill();
    const plan = await makePlan(source, target, table('a'), { partBytes: 4_000_000 });
    const snapshot = await source.source.openSnapshot();
    const parts = await extractAll(source, plan, 'run', folder, snapshot.token);
    const expected = await source.source.aggregates(readRequest(plan, snapshot.token));
    await target.target.prepare({ runId: 'run', plan });
    for (const delay of [5, 60, 120, 200]) {
      const { child, ended } = await start('load', parts);
      await sleep(delay);
      child.kill('SIGKILL');
      await ended;
    }
    for (const part of parts) await target.target.loadPart(part, new BigInt64Array(2));
    await target.target.finish({ runId: 'run', plan });
    expect(await target.target.aggregates({ runId: 'run', plan })).toEqual(expected);
    expect(await state()).toBe(OLD);
    await target.target.cleanup('run');
    await snapshot.close();
    expect(await leftovers(folder)).toEqual([]);
  });

  it('shows all old rows or all new ones after a publisher was killed, and a retry publishes once', async () => {
    await fill();
    const staged: Staged[] = [];
    for (const name of ['a', 'b'])
      staged.push(await stage(source, target, await makePlan(source, target, table(name)), 'run', folder));
    const request = { runId: 'run', tables: staged.map(({ plan, rows }) => ({ plan, rows })), lockTimeoutMs: 3000 };
    const seen: string[] = [];
    for (const delay of [5, 80, 160, 240, 320, 400]) {
      const { child, ended } = await start('publish', request);
      await sleep(delay);
      child.kill('SIGKILL');
      await ended;
      seen.push(await state());
    }
    for (const found of seen) expect([OLD, NEW]).toContain(found);
    expect(seen[0]).toBe(OLD);
    await target.target.publish(request);
    await target.target.publish(request);
    expect(await state()).toBe(NEW);
    await target.target.cleanup('run');
    expect(await leftovers(folder)).toEqual([]);
    expect(
      await plainSql(to, `SELECT schema_name FROM duckdb_schemas() WHERE schema_name = 'longshore_staging'`),
    ).toEqual([]);
  });

  it('waits for a reader to go, and names the reader that stays', async () => {
    await fill();
    const staged = await stage(source, target, await makePlan(source, target, table('b')), 'run', folder);
    const { child } = await start('hold', {});
    const request = { runId: 'run', tables: [staged], lockTimeoutMs: 300 };
    await expect(target.target.publish(request)).rejects.toMatchObject({
      code: 'PUBLISH_BLOCKED',
      message: expect.stringContaining(`process ${child.pid}`) as string,
    });
    const waiting = target.target.publish({ ...request, lockTimeoutMs: 10_000 });
    await sleep(200);
    child.stdin?.end();
    const result = await waiting;
    expect(result.lockedMs).toBeLessThan(2000);
    expect(await target.target.countRows(table('b'))).toBe(1000);
    await target.target.cleanup('run');
  });

  it('stops waiting for a reader when the run is cancelled', async () => {
    await fill();
    const staged = await stage(source, target, await makePlan(source, target, table('b')), 'run', folder);
    await start('hold', {});
    const abort = new AbortController();
    const waiting = target.target.publish({ runId: 'run', tables: [staged], lockTimeoutMs: 30_000 }, abort.signal);
    await sleep(100);
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('cancels an extraction and leaves no file', async () => {
    await plainSql(
      from,
      `CREATE TABLE wide AS SELECT i AS id, md5(i::VARCHAR) AS a, md5((i + 1)::VARCHAR) AS b FROM range(1500000) t(i)`,
    );
    await plainSql(to, 'CREATE TABLE unused(i INTEGER)');
    const plan = await makePlan(source, target, table('wide'), { partBytes: 1e12, codec: 'brotli' });
    const abort = new AbortController();
    const snapshot = await source.source.openSnapshot();
    const request = readRequest(plan, snapshot.token);
    const [range] = await source.source.planRanges({ ...request, schema: plan.source }, plan.partBytes);
    if (range === undefined) throw new Error('no range');
    const reading = source.source.extractPart(
      { ...request, range, file: join(folder, 'wide.parquet'), codec: 'brotli', codecLevel: 5, batchRows: 122_880 },
      { progress: new BigInt64Array(2), signal: abort.signal },
    );
    setTimeout(() => abort.abort(), 150);
    await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await readdir(folder)).filter((name) => name.includes('parquet'))).toEqual([]);
    await snapshot.close();
  });

  it('notices that the source file changed under its snapshot', async () => {
    await fill();
    const plan = await makePlan(source, target, table('b'));
    const snapshot = await source.source.openSnapshot();
    const request = readRequest(plan, snapshot.token);
    const lost = snapshot.lost.catch((error: unknown) => error);
    expect(
      await source.source.unchangedSince(request, snapshot.token, [
        { range: { label: '', spec: null, estimatedRows: 0, estimatedBytes: 0 }, rows: 1 },
      ]),
    ).toEqual([true]);
    await sleep(20);
    await plainSql(from, `INSERT INTO b VALUES (5000, 'late')`);
    await expect(source.source.aggregates(request)).rejects.toMatchObject({ code: 'SNAPSHOT_LOST' });
    await expect(extractAll(source, plan, 'run', folder, snapshot.token)).rejects.toMatchObject({
      code: 'SNAPSHOT_LOST',
    });
    expect(await lost).toMatchObject({ code: 'SNAPSHOT_LOST' });
    const next = await source.source.openSnapshot();
    expect(
      await source.source.unchangedSince({ ...request, snapshot: next.token }, snapshot.token, [
        { range: { label: '', spec: null, estimatedRows: 0, estimatedBytes: 0 }, rows: 1 },
      ]),
    ).toEqual([false]);
    await snapshot.close();
    await next.close();
  });

  it('keeps a reader in another thread of this process apart from the publisher', async () => {
    await fill();
    const staged = await stage(source, target, await makePlan(source, target, table('b')), 'run', folder);
    const script = `const { locks, workerData, parentPort } = require('node:worker_threads');
      locks.request('longshore-duckdb:' + workerData, { mode: 'shared' }, async () => { parentPort.postMessage('held'); await new Promise((done) => setTimeout(done, 500)); });`;
    const worker = new Worker(script, { eval: true, workerData: to });
    await once(worker, 'message');
    const began = Date.now();
    await target.target.publish({ runId: 'run', tables: [staged], lockTimeoutMs: 5000 });
    expect(Date.now() - began).toBeGreaterThanOrEqual(400);
    await worker.terminate();
    await target.target.cleanup('run');
    expect((await stat(to)).isFile()).toBe(true);
  });

  it('says what is wrong with a path', async () => {
    await writeFile(join(folder, 'text.duckdb'), 'not a database at all\n'.repeat(1000));
    const notDatabase = await openFile(join(folder, 'text.duckdb'), { folder });
    await expect(notDatabase.ping()).rejects.toMatchObject({
      code: 'DATABASE_NOT_FOUND',
      message: expect.stringContaining('not a valid DuckDB database file') as string,
    });
    const missing = await openFile(join(folder, 'no', 'such.duckdb'), { folder });
    await expect(missing.ping()).rejects.toMatchObject({ code: 'DATABASE_NOT_FOUND' });
    await expect(missing.listTables()).rejects.toMatchObject({ code: 'DATABASE_NOT_FOUND' });
    await expect(missing.source.openSnapshot()).rejects.toMatchObject({ code: 'DATABASE_NOT_FOUND' });
    const fresh = await openFile(join(folder, 'fresh.duckdb'), { folder });
    expect(await fresh.ping()).toMatchObject({ product: 'DuckDB', database: 'fresh.duckdb' });
    expect(await fresh.describeTables([table('t')])).toEqual([]);
  });
});
