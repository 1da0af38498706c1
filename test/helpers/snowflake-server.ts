/** Snowflake for tests: a server of our own that speaks to the real driver. Python runs it, in an environment made once. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../../dev/temporal-cli';
import { snowflakeEnvironment } from '../../schemas/environment-snowflake';
import type { SnowflakeEnvironment } from '../../schemas/environment';
import { describeWith } from './require-server';

const PACKAGES = ['fakesnow[server]==0.12.1', 'snowflake-connector-python<5', 'tzdata'];
const FOLDER = 'snowflake-server-0.12.1';
const SERVER = join(__dirname, '..', 'servers', 'snowflake');
const INSTALL_TIMEOUT_MS = 300_000;
const LOCK_POLL_MS = 300;
const VARIABLE = 'LONGSHORE_TEST_SNOWFLAKE_PYTHON';

/** What tests can wish for; see `control.py`. */
export interface Wishes {
  delay_copy_ms?: number;
  fail_copy?: { code: string; message: string; times?: number } | null;
  refuse_logins?: { code: string; message: string } | null;
  hold_answer?: { kind: string; ms: number } | null;
  refuse_list_paths?: boolean;
  refuse_async?: boolean;
  refuse_extras?: boolean;
  unavailable_ms?: number;
  warehouse_size?: string;
  expire?: 'session' | 'login' | 'ended';
  reset?: boolean;
}

export interface Seen {
  /** Statements by kind: COPY, PUT, INSERT, … Those that were sent twice for want of an answer count once. */
  counts: Partial<Record<string, number>>;
  statements: { id: string; kind: string; sql: string; state: string }[];
  /** That are open. */
  sessions: number;
}

export interface TestSnowflake {
  port: number;
  environment(settings?: Partial<SnowflakeEnvironment>): SnowflakeEnvironment;
  wish(wishes: Wishes): Promise<Seen>;
  seen(): Promise<Seen>;
  /** Runs a statement without the driver; values as Snowflake's JSON has them. */
  sql(text: string, database?: string): Promise<(string | null)[][]>;
  /** `refuse`: nobody listens. `silence`: connections are taken, and nothing is said. Both cut what is open. */
  network(state: 'up' | 'refuse' | 'silence'): Promise<void>;
  close(): Promise<void>;
}

let found: { python: string } | { missing: string } | undefined;

/** The Python that can run the server, made on first use; or why there is none. */
export function snowflakePython(): { python: string } | { missing: string } {
  found ??= findPython();
  return found;
}

/** `describe` for tests that need the server; skipped, and said so at the end, where it cannot be had. */
export function describeSnowflake(title: string, tests: () => void): void {
  const python = snowflakePython();
  describeWith('python' in python, 'missing' in python ? python.missing : '', title, tests);
}

function findPython(): { python: string } | { missing: string } {
  const named = process.env[VARIABLE];
  if (named) return { python: named };
  const folder = join(cacheFolder(), FOLDER);
  const python = join('bin', 'python');
  if (existsSync(join(folder, python))) return { python: join(folder, python) };
  const base = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python'].find(
    (name) => spawnSync(name, ['-c', 'import sys, venv; sys.exit(sys.version_info < (3, 11))']).status === 0,
  );
  if (base === undefined) return { missing: 'the Snowflake server needs Python 3.11 or newer' };
  mkdirSync(dirname(folder), { recursive: true });
  return oneAtATime(`${folder}.lock`, () => installOnce(base, folder));
}

/** How long it is believed that packages cannot be had: every file of tests would wait for them anew. */
const UNAVAILABLE_MS = 30 * 60_000;

function installOnce(base: string, folder: string): { python: string } | { missing: string } {
  const note = `${folder}.unavailable`;
  if (existsSync(note) && Date.now() - statSync(note).mtimeMs < UNAVAILABLE_MS)
    return { missing: readFileSync(note, 'utf8') };
  const made = install(base, folder);
  if ('missing' in made) writeFileSync(note, made.missing);
  return made;
}

/** Test files that begin together make it once. */
function oneAtATime<T>(lock: string, work: () => T): T {
  for (let waited = 0; waited < INSTALL_TIMEOUT_MS; waited += LOCK_POLL_MS)
    try {
      mkdirSync(lock);
      break;
    } catch {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_POLL_MS);
    }
  try {
    return work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function install(base: string, folder: string): { python: string } | { missing: string } {
  const python = join('bin', 'python');
  if (existsSync(join(folder, python))) return { python: join(folder, python) };
  const making = mkdtempSync(`${folder}-`);
  try {
    for (const [command, ...args] of [
      [base, '-m', 'venv', making],
      [join(making, python), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES],
    ] as [string, ...string[]][]) {
      const { status, stderr } = spawnSync(command, args, { timeout: INSTALL_TIMEOUT_MS, encoding: 'utf8' });
      const lines = (stderr ?? '').trim().split('\n');
      if (status !== 0) return { missing: `the Snowflake server could not be installed: ${lines.at(-1) ?? ''}` };
    }
    renameSync(making, folder);
    return { python: join(folder, python) };
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

/** A server with empty databases, behind a connection that can be cut. */
export async function startSnowflake(): Promise<TestSnowflake> {
  const python = snowflakePython();
  if ('missing' in python) throw new Error(python.missing);
  const child = spawn(python.python, [SERVER, '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  const inner = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      const port = /ready (\d+)/.exec(chunk.toString())?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    child.once('exit', () => reject(new Error(`the Snowflake server did not start:\n${said}`)));
  });
  const wire = await openWire(inner);
  const control = async (body?: Wishes): Promise<Seen> => {
    const answer = await fetch(`http://127.0.0.1:${inner}/control`, {
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    return (await answer.json()) as Seen;
  };
  return {
    port: wire.port,
    environment: (settings = {}) =>
      snowflakeEnvironment.parse({
        kind: 'snowflake',
        account: 'test',
        user: 'LOADER',
        password: 'secret',
        database: 'RAW',
        accessUrl: `http://127.0.0.1:${wire.port}`,
        ...settings,
      }),
    wish: control,
    seen: async () => control(),
    sql: async (text, database = 'RAW') => runSql(inner, text, database),
    network: async (state) => wire.set(state),
    async close() {
      await wire.close();
      if (child.exitCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function openWire(target: number): Promise<{
  port: number;
  set(state: 'up' | 'refuse' | 'silence'): Promise<void>;
  close(): Promise<void>;
}> {
  const sockets = new Set<Socket>();
  let isSilent = false;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    if (isSilent) return;
    const onward = connect(target, '127.0.0.1');
    onward.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('close', () => onward.destroy());
    socket.pipe(onward).pipe(socket);
  });
  const listen = async (port: number): Promise<void> =>
    new Promise((resolve) => void server.listen(port, '127.0.0.1', resolve));
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async set(state) {
      await stop();
      isSilent = state === 'silence';
      if (state !== 'refuse') await listen(port);
    },
    close: stop,
  };
}

interface RawAnswer {
  success: boolean;
  message: string | null;
  data: { token?: string; rowset?: (string | null)[][] } | null;
}

async function runSql(port: number, text: string, database: string): Promise<(string | null)[][]> {
  const post = async (path: string, body: unknown, token?: string): Promise<RawAnswer> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: token === undefined ? {} : { Authorization: `Snowflake Token="${token}"` },
    });
    return (await answer.json()) as RawAnswer;
  };
  const login = await post(`/session/v1/login-request?databaseName=${database}&schemaName=PUBLIC`, {
    data: { LOGIN_NAME: 'TESTER', PASSWORD: 'secret' },
  });
  const token = login.data?.token ?? '';
  const id = `${process.pid}-${Math.random()}`;
  const { success, message, data } = await post(`/queries/v1/query-request?requestId=${id}`, { sqlText: text }, token);
  await post('/session?delete=true', {}, token);
  if (!success) throw new Error(message ?? 'the statement failed');
  return data?.rowset ?? [];
}
