import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, link, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../../connectors/connector';
import {
  leftovers,
  makePlan,
  openFile,
  plainSql,
  removeFolder,
  stage,
  table,
  tempFolder,
  type Staged,
} from './fixture';

describe('publishing many rows into a DuckDB file', () => {
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

  const ROWS = 1_200_000;
  const staged = async (): Promise<Staged> => {
    await plainSql(
      from,
      `CREATE TABLE a AS SELECT i AS id, 'new ' || md5(i::VARCHAR) AS v FROM range(${ROWS}) t(i); ALTER TABLE a ADD PRIMARY KEY (id)`,
    );
    await plainSql(
      to,
      `CREATE TABLE a(id BIGINT PRIMARY KEY, v VARCHAR); INSERT INTO a SELECT i, 'old' FROM range(1000) t(i); CREATE TABLE diary(i INTEGER)`,
    );
    return stage(source, target, await makePlan(source, target, table('a')), 'run', folder);
  };

  /** Starts a child that works until it is told to stop, and then reports. */
  const start = async (action: string): Promise<() => Promise<Record<string, unknown>>> => {
    const file = join(folder, `${action}.json`);
    await writeFile(file, JSON.stringify({ action, path: to, folder }));
    const child = spawn(process.execPath, [join(__dirname, 'child.cjs'), file], { stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(child);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    while (!text.includes('start') && child.exitCode === null) await sleep(5);
    return async () => {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
      const last = text.trim().split('\n').at(-1) ?? '';
      return JSON.parse(last) as Record<string, unknown>;
    };
  };

  const publish = async (rows: Staged) =>
    target.target.publish({ runId: 'run', tables: [rows], lockTimeoutMs: 10_000 });

  it('lets other programs open the file at any time, and shows them all old rows or all new ones', async () => {
    const rows = await staged();
    const stop = await start('read');
    await sleep(200);
    const result = await publish(rows);
    await sleep(200);
    const { seen, longest } = (await stop()) as { seen: Record<string, number>; longest: number };
    const [oldState, newState] = ['1000 old old', Object.keys(seen).find((state) => state.startsWith(`${ROWS} new`))];
    expect(new Set(Object.keys(seen))).toEqual(new Set([oldState, newState]));
    expect(longest).toBeLessThan(2000);
    expect(result.lockedMs).toBeLessThan(500);
    await target.target.cleanup('run');
    expect(await leftovers(folder)).toEqual([]);
  });

  it('loses no row that others write meanwhile', async () => {
    const rows = await staged();
    const stop = await start('write');
    await publish(rows);
    await sleep(300);
    const { written } = (await stop()) as { written: number };
    expect(written).toBeGreaterThan(2);
    expect(await plainSql(to, 'SELECT (SELECT count(*) FROM a) AS a, (SELECT count(*) FROM diary) AS d')).toEqual([
      { a: String(ROWS), d: String(written) },
    ]);
  });

  it('keeps the rights of the file and the name of a link to it, and all names of a file with several', async () => {
    const rows = await staged();
    await chmod(to, 0o640);
    const [soft, hard] = [join(folder, 'soft.duckdb'), join(folder, 'hard.duckdb')];
    await symlink(to, soft);
    const before = await stat(to);
    const linked = await openFile(soft, { folder });
    await linked.target.publish({ runId: 'run', tables: [rows], lockTimeoutMs: 2000 });
    const after = await stat(to);
    expect(after.ino).not.toBe(before.ino);
    expect(after.mode).toBe(before.mode);
    expect((await stat(soft)).ino).toBe(after.ino);
    await target.target.cleanup('run');
    await link(to, hard);
    const again = await stage(source, target, await makePlan(source, target, table('a')), 'again', folder);
    await target.target.publish({ runId: 'again', tables: [again], lockTimeoutMs: 2000 });
    expect((await stat(to)).ino).toBe(after.ino);
    expect(await plainSql(hard, 'SELECT count(*) AS n FROM a')).toEqual([{ n: String(ROWS) }]);
  });

  it('keeps what stands in the log of a file that was not closed properly', async () => {
    const rows = await staged();
    await plainSql(to, `PRAGMA disable_checkpoint_on_shutdown; INSERT INTO diary VALUES (7)`);
    expect((await stat(`${to}.wal`)).size).toBeGreaterThan(0);
    await publish(rows);
    await target.target.cleanup('run');
    expect(await plainSql(to, 'SELECT (SELECT count(*) FROM a) AS a, (SELECT sum(i) FROM diary) AS d')).toEqual([
      { a: String(ROWS), d: '7' },
    ]);
    expect(await leftovers(folder)).toEqual([]);
  });

  it('returns what was published, once, when it is asked again', async () => {
    const rows = await staged();
    const first = await publish(rows);
    const file = await stat(to);
    expect(await publish(rows)).toMatchObject({ strategies: first.strategies });
    expect((await stat(to)).ino).toBe(file.ino);
  });
});
