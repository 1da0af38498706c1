/** What `npm run TASK` does. Each task takes its arguments and resolves with an exit code. */
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { root, pinnedEnv, pinnedNode } from './bootstrap.mjs';
import { ensureBuilt } from './build.mjs';
import { foreground, quiet } from './child.mjs';

const node = (script, args) => foreground(pinnedNode, [join(root, script), ...args], { env: pinnedEnv() });

const CHECKS = {
  'tsc (types)': ['node_modules/typescript/bin/tsc', '--noEmit', '-p', '.'],
  'oxlint (rules)': ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '--format=unix'],
  'prettier (format)': ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'],
};

async function check() {
  let failed = 0;
  for (const [name, [script, ...args]] of Object.entries(CHECKS)) {
    const { code, output } = await quiet(pinnedNode, [join(root, script), ...args], { cwd: root, env: pinnedEnv() });
    console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name}`);
    if (code === 0) continue;
    failed++;
    process.stdout.write(output);
  }
  return failed === 0 ? 0 : 1;
}

/** Arguments go to jest. `LONGSHORE_TEST_JSON` names a file for jest's results. */
async function test(args) {
  // Arguments narrow the run down to what somebody works on: the checks then only cost time.
  if (args.length === 0 && (await check()) !== 0) return 1;
  await ensureBuilt();
  const json = process.env.LONGSHORE_TEST_JSON;
  if (json) mkdirSync(dirname(resolve(root, json)), { recursive: true });
  const output = json ? ['--json', `--outputFile=${resolve(root, json)}`] : [];
  const coverage = args.length === 0 ? ['--coverage'] : [];
  const jest = [join(root, 'node_modules/jest/bin/jest.js'), ...coverage, ...output, ...args];
  // jest prints the whole JSON on stdout too unless it has a file; its report goes to stderr either way.
  return foreground(pinnedNode, jest, { cwd: root, env: pinnedEnv(), group: true });
}

export const TASKS = {
  check,
  test,
  async build() {
    await ensureBuilt();
    return 0;
  },
  async docs() {
    await ensureBuilt();
    return node('dist/dev/write-docs.js', []);
  },
  async demo(args) {
    await ensureBuilt();
    return node('dist/dev/demo.js', args);
  },
  async bench(args) {
    await ensureBuilt();
    return node('dist/bench/main.js', args);
  },
};
