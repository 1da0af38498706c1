import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { LongshoreError } from '../core/errors/longshore-error';
import { startGuarded, tail, type GuardedProcess } from './guarded-process';
import { freePort } from './ports';
import { postgresBinary, reachableFolder, serverAccount, type ServerAccount } from './postgres-binaries';

const run = promisify(execFile);
const USER = 'postgres';

export interface PostgresOptions {
  /** Everything of this server lives here: the cluster, its password, its log. Made when missing. */
  dataDir: string;
  /** Default: the port of last time, or any that is free. */
  port?: number;
  /** For a cluster that is made now; default: a random one. Kept in `dataDir/password`, readable by us alone. */
  password?: string;
  /** Server settings, e.g. `{ fsync: 'off' }`. */
  settings?: Record<string, string>;
}

export interface EmbeddedPostgres {
  readonly port: number;
  /** Of the postmaster. */
  readonly pid: number;
  readonly dataDir: string;
  /** Connection URL with user and password: a secret. */
  url(database: string): string;
  /** Creates the database unless it exists; resolves with its URL. */
  ensureDatabase(name: string): Promise<string>;
  /** Resolves when the server has ended, for whatever reason. */
  readonly exited: Promise<void>;
  /** Ends connections and stops the server. May be called twice. */
  stop(): Promise<void>;
}

const readText = (file: string): string | undefined =>
  existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;

function keptPassword(dataDir: string, wanted: string | undefined): string {
  const file = join(dataDir, 'password');
  const password = readText(file) ?? wanted ?? randomBytes(24).toString('base64url');
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  return password;
}

/** Removes the cluster of a set-up that was cut off, or whose password is lost, and makes a new one. */
async function initialise(cluster: string, password: string, account: ServerAccount | undefined): Promise<void> {
  rmSync(cluster, { recursive: true, force: true });
  mkdirSync(dirname(cluster), { recursive: true });
  mkdirSync(cluster, { mode: 0o700 });
  const secret = mkdtempSync(join(dirname(cluster), '.init-'));
  const passwordFile = join(secret, 'password');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account) for (const path of [cluster, secret, passwordFile]) chownSync(path, account.uid, account.gid);
  const args = [
    '--pgdata',
    cluster,
    '--username',
    USER,
    '--pwfile',
    passwordFile,
    '--auth',
    'scram-sha-256',
    '--encoding',
    'UTF8',
  ];
  // The server's own C.UTF-8, because what locales an operating system has differs from machine to machine.
  args.push(
    '--locale',
    'C',
    '--locale-provider',
    'builtin',
    '--builtin-locale',
    'C.UTF-8',
    '--no-sync',
    '--no-instructions',
  );
  try {
    await run(postgresBinary('initdb', account), args, { ...account, cwd: cluster });
  } catch (error) {
    rmSync(cluster, { recursive: true, force: true });
    const said = (error as { stderr?: string }).stderr ?? '';
    throw new LongshoreError(
      'CATALOG_UNAVAILABLE',
      `The embedded Postgres could not be set up in ${cluster}: ${said.trim() || String(error)}`,
      {},
      { cause: error },
    );
  } finally {
    rmSync(secret, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** True when `pid` is certainly some other program that got the number of a dead postmaster. */
function isOtherProgram(pid: number): boolean {
  const commandLine = `/proc/${pid}/cmdline`;
  try {
    return !readFileSync(commandLine, 'utf8').includes('postgres');
  } catch {
    return false;
  }
}

/**
 * Deals with a postmaster.pid that a killed server left behind: a server that outlived its owner is stopped, the pid of
 * an unrelated program is dismissed, and a server that somebody else still uses is an error.
 */
async function clearOldServer(dataDir: string, cluster: string): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  const pid = Number(readText(pidFile)?.split('\n')[0]);
  if (!pid) return;
  if (!isAlive(pid) || isOtherProgram(pid)) {
    rmSync(pidFile, { force: true });
    return;
  }
  const owner = Number(readText(join(dataDir, 'owner')));
  if (owner && owner !== process.pid && isAlive(owner)) {
    throw new LongshoreError(
      'CATALOG_UNAVAILABLE',
      `The embedded Postgres in ${dataDir} is already in use by process ${owner}. Stop that one first.`,
    );
  }
  process.kill(pid, 'SIGINT');
  for (let waited = 0; isAlive(pid) && waited < 10_000; waited += 50) await sleep(50);
  if (isAlive(pid))
    throw new LongshoreError(
      'CATALOG_UNAVAILABLE',
      `The old server of ${dataDir} (process ${pid}) does not end. Stop it, then try again.`,
    );
}

async function waitUntilReady(server: GuardedProcess, url: string, logFile: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (!server.hasExited() && Date.now() < deadline) {
        await sleep(30);
        continue;
      }
      await server.stop();
      throw new LongshoreError(
        'CATALOG_UNAVAILABLE',
        `The embedded Postgres did not start:\n${tail(logFile)}`,
        {},
        { cause: error },
      );
    }
  }
}

/**
 * Starts a real Postgres from npm, as an ordinary user also when we are root, and resolves when it answers. It listens
 * on 127.0.0.1 only, and ends when this process ends. Data stays in `dataDir` for the next start.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true });
  const account = serverAccount();
  const cluster = reachableFolder(account, join(dataDir, 'cluster'));
  const logFile = join(dataDir, 'server.log');
  const isNew = !existsSync(join(cluster, 'PG_VERSION')) || !existsSync(join(dataDir, 'password'));

  await clearOldServer(dataDir, cluster);
  if (isNew) rmSync(join(dataDir, 'password'), { force: true });
  const password = isNew
    ? (options.password ?? randomBytes(24).toString('base64url'))
    : keptPassword(dataDir, options.password);
  if (isNew) {
    await initialise(cluster, password, account);
    // Kept last: a cluster without its password is one whose set-up was cut off, and is made anew.
    keptPassword(dataDir, password);
  }

  const port = options.port ?? (await freePort(Number(readText(join(dataDir, 'port'))) || 0));
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...options.settings };
  const args = [
    '-D',
    cluster,
    '-p',
    String(port),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  writeFileSync(join(dataDir, 'owner'), `${process.pid}\n`);
  const server = await startGuarded({
    command: postgresBinary('postgres', account),
    args,
    ...account,
    cwd: cluster,
    logFile,
    stopSignal: 'SIGINT',
    graceMs: 15_000,
  });
  const url = (database: string): string =>
    `postgresql://${USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  await waitUntilReady(server, url('postgres'), logFile);
  writeFileSync(join(dataDir, 'port'), `${port}\n`);

  return {
    port,
    pid: server.pid,
    dataDir,
    url,
    async ensureDatabase(name) {
      const client = new Client({ connectionString: url('postgres') });
      await client.connect();
      try {
        const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
        if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
      } finally {
        await client.end();
      }
      return url(name);
    },
    exited: server.exited,
    stop: () => server.stop(),
  };
}
