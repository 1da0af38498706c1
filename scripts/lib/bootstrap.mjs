/**
 * Makes a fresh clone ready. Runs on whatever Node the machine has, before anything is installed, and therefore uses
 * nothing but Node itself. Everything after it runs on the Node that package.json pins.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { quiet } from './child.mjs';
import { step } from './step.mjs';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.longshore-installed');

/** The pinned Node. Exists once `ensureInstalled` has run. */
export const pinnedNode = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Environment for everything that runs on the pinned Node: more threads for compression, files and DNS. */
export const pinnedEnv = (extra = {}) => ({
  ...process.env,
  UV_THREADPOOL_SIZE: process.env.UV_THREADPOOL_SIZE ?? '16',
  ...extra,
});

const read = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

const stamp = () =>
  `${createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')} ${process.platform}-${process.arch}\n`;

/** Does what npm last put there fit the lock file, package by package? True also for an `npm install` made by hand. */
function matchesLock() {
  const hidden = read(join(modules, '.package-lock.json'));
  if (hidden === undefined) return false;
  const installed = JSON.parse(hidden).packages ?? {};
  const wanted = JSON.parse(read(join(root, 'package-lock.json'))).packages ?? {};
  return Object.entries(wanted).every(
    ([path, { version, optional, link, peer }]) =>
      path === '' || link || ((optional || peer) && !installed[path]) || installed[path]?.version === version,
  );
}

function isInstalled() {
  if (!existsSync(pinnedNode)) return false;
  const expected = stamp();
  if (read(stampFile) === expected) return true;
  if (!matchesLock()) return false;
  writeFileSync(stampFile, expected);
  return true;
}

/** npm as a command: the one that runs us, else the one on PATH. */
function npm() {
  const cli = process.env.npm_execpath;
  // Not process.execPath: inside `npm run` it is the pinned Node, which `npm ci` is about to replace.
  if (cli?.endsWith('.js') && existsSync(cli))
    return { command: process.env.npm_node_execpath ?? process.execPath, args: [cli] };
  return { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', args: [], shell: process.platform === 'win32' };
}

/** Installs the dependencies that package-lock.json names, unless they are there. Throws with npm's own words. */
export async function ensureInstalled() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20)
    throw new Error(`Node ${process.versions.node} is too old to set Longshore up: install Node 20 or newer.`);
  if (isInstalled()) return;
  const { command, args, shell } = npm();
  const { code, output } = await step('Installing dependencies', () =>
    quiet(command, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, shell }),
  );
  if (code !== 0) throw new Error(`npm ci failed (exit code ${code}):\n${output}`);
  if (!existsSync(pinnedNode)) {
    throw new Error(
      'npm ci ran no install scripts, so the pinned Node is missing. Allow them (npm config set ignore-scripts false) and run again.',
    );
  }
  writeFileSync(stampFile, stamp());
}
