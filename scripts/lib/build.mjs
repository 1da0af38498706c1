/** Compiles TypeScript to dist/ and bundles the workflows, each only when something it is made of is newer. */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root, pinnedEnv, pinnedNode } from './bootstrap.mjs';
import { quiet } from './child.mjs';
import { step } from './step.mjs';

const FOLDERS = [
  'schemas',
  'core',
  'config',
  'connectors',
  'storage',
  'catalog',
  'notify',
  'report',
  'workflows',
  'activities',
  'worker',
  'client',
  'cli',
  'api',
  'dev',
  'bench',
  'examples',
];
/** What workflow code may import, and so what its bundle is made of. */
const BUNDLED = ['workflows', 'core', 'schemas'];

const dist = join(root, 'dist');
const compiledStamp = join(dist, '.compiled');
export const workflowBundle = join(dist, 'workflow-bundle.js');

function* files(folder, extension) {
  for (const entry of existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path, extension);
    else if (entry.name.endsWith(extension)) yield path;
  }
}

const modified = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

/** Newest of these folders; a folder counts too, because removing a file touches only the folder. */
function newest(folders) {
  let latest = Math.max(
    modified(join(root, 'tsconfig.json')),
    modified(join(root, 'tsconfig.build.json')),
    modified(join(root, 'package-lock.json')),
  );
  for (const folder of folders) {
    for (const path of files(join(root, folder), '.ts')) latest = Math.max(latest, modified(path));
  }
  return latest;
}

/** Removes compiled files whose source is gone. */
function sweep() {
  for (const folder of FOLDERS) {
    for (const path of files(join(dist, folder), '.js')) {
      if (!existsSync(join(root, relative(dist, path).replace(/\.js$/, '.ts')))) rmSync(path);
    }
  }
}

export const isCompiled = () => modified(compiledStamp) > newest(FOLDERS);

async function compile() {
  const started = new Date();
  const { code, output } = await quiet(
    pinnedNode,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
    { cwd: root, env: pinnedEnv() },
  );
  if (code !== 0) throw new Error(`The TypeScript compiler found errors:\n${output}`);
  sweep();
  mkdirSync(dist, { recursive: true });
  writeFileSync(compiledStamp, `${started.toISOString()}\n`);
}

async function bundle() {
  const { code, output } = await quiet(
    pinnedNode,
    [join(root, 'scripts/bundle-workflows.mjs'), join(root, 'workflows/index.ts'), workflowBundle],
    { cwd: root, env: pinnedEnv() },
  );
  if (code !== 0) throw new Error(`The workflows could not be bundled:\n${output}`);
}

/** Brings dist/ up to date. Does nothing, in a few milliseconds, when it is. */
export async function ensureBuilt() {
  if (!isCompiled()) await step('Compiling', compile);
  if (modified(workflowBundle) <= newest(BUNDLED)) await step('Bundling workflows', bundle);
}

/** Brings only the workflow bundle up to date: what tests of workflows need. */
export async function ensureBundle() {
  if (modified(workflowBundle) <= newest(BUNDLED)) await step('Bundling workflows', bundle);
}
