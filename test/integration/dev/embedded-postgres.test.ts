import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { startPostgres, type EmbeddedPostgres } from '../../../dev/embedded-postgres';
import { packageRoot } from '../../../dev/package-root';
import { canReach, reachableFolder } from '../../../dev/postgres-binaries';
import { restartablePostgres } from '../../helpers/postgres';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function waitFor(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition() && waited < 15_000; waited += 50) await sleep(50);
  expect(condition()).toBe(true);
}

describe('embedded Postgres', () => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-test-'));
  const dataDir = join(folder, 'pg');
  const open: EmbeddedPostgres[] = [];
  const start = async (): Promise<EmbeddedPostgres> => {
    const server = await startPostgres({ dataDir, settings: { fsync: 'off' } });
    open.push(server);
    return server;
  };

  afterEach(async () => {
    for (const server of open.splice(0)) await server.stop();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps data, port and password from one start to the next, and the password from other users', async () => {
    const first = await start();
    const url = await first.ensureDatabase('kept');
    await query(url, 'CREATE TABLE t AS SELECT 42 AS a');
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);

    const second = await start();
    expect(second.url('kept')).toBe(url);
    expect(await query(url, 'SELECT a FROM t')).toEqual([{ a: 42 }]);
    const password = join(dataDir, 'password');
    expect(statSync(password).mode & 0o777).toBe(0o600);
    expect(decodeURIComponent(new URL(url).password)).toBe(readFileSync(password, 'utf8').trim());
    await expect(query(url.replace(/:[^:@]*@/, ':wrong@'), 'SELECT 1')).rejects.toThrow(
      /password authentication failed/,
    );
  });

  it('sorts and stores text as UTF-8 whatever the locale of the machine', async () => {
    const server = await start();
    const rows = await query(
      server.url('postgres'),
      "SELECT upper('ñandú 🚢') AS up, current_setting('server_encoding') AS encoding",
    );
    expect(rows).toEqual([{ up: 'ÑANDÚ 🚢', encoding: 'UTF8' }]);
  });

  it('starts again after its server was killed', async () => {
    const server = await start();
    process.kill(server.pid, 'SIGKILL');
    await server.exited;
    const again = await start();
    expect(await query(again.url('postgres'), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('dismisses a postmaster.pid whose number now belongs to another program', async () => {
    const server = await start();
    const cluster = (await query(server.url('postgres'), 'SHOW data_directory'))[0]?.data_directory as string;
    await server.stop();
    writeFileSync(join(cluster, 'postmaster.pid'), `${process.pid}\n${cluster}\n`);
    const again = await start();
    expect(again.pid).not.toBe(process.pid);
  });

  it('makes a new cluster when the set-up was cut off before the password was kept', async () => {
    const server = await start();
    await server.stop();
    rmSync(join(dataDir, 'password'));
    const again = await start();
    expect(await query(again.url('postgres'), "SELECT datname FROM pg_database WHERE datname = 'kept'")).toEqual([]);
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('ends when its parent is ended by %s', async (signal) => {
    const spec = JSON.stringify({
      command: process.execPath,
      args: ['-e', 'setInterval(() => {}, 1000)'],
      logFile: join(folder, 'log'),
      stopSignal: 'SIGTERM',
      graceMs: 1000,
    });
    const code = `
      const guard = require('node:child_process').spawn(process.execPath, [process.argv[1], process.argv[2]], { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
      guard.stdout.once('data', (line) => console.log(JSON.parse(line).pid, guard.pid));`;
    const parent = spawn(process.execPath, ['-e', code, join(packageRoot, 'scripts', 'guard.mjs'), spec], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [server, guard] = await new Promise<number[]>((resolve) =>
      parent.stdout.once('data', (line: Buffer) => resolve(line.toString().split(' ').map(Number))),
    );
    expect(isAlive(server!) && isAlive(guard!)).toBe(true);
    parent.kill(signal);
    await waitFor(() => !isAlive(server!) && !isAlive(guard!));
  });

  it('keeps its data in its own folder also below a closed temporary one', () => {
    const closed = mkdtempSync(join(folder, 'closed-'));
    expect(reachableFolder({ uid: 65534, gid: 65534 }, join(closed, 'cluster'))).toBe(join(closed, 'cluster'));
    expect(statSync(closed).mode & 0o777).toBe(0o701);
  });

  it('knows which folders another account cannot enter', () => {
    const closed = mkdtempSync(join(folder, 'closed-'));
    const nobody = { uid: 65534, gid: 65534 };
    expect(canReach(nobody, join(closed, 'not', 'there'))).toBe(false);
    expect(canReach(nobody, '/usr/bin/env')).toBe(true);
  });
});

describe('restartable Postgres of the tests', () => {
  it('comes back on the same port with its data after a kill', async () => {
    const server = await restartablePostgres();
    try {
      const url = await server.createDatabase('restart');
      await query(url, 'CREATE TABLE t AS SELECT 7 AS a');
      await server.kill();
      await expect(query(url, 'SELECT 1')).rejects.toThrow();
      await server.start();
      expect(await query(url, 'SELECT a FROM t')).toEqual([{ a: 7 }]);
    } finally {
      await server.close();
    }
  });
});
