#!/usr/bin/env node
/** Runs the command line on the pinned Node, after setting up what is missing. Keeps the caller's folder. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { ensureInstalled, pinnedEnv, pinnedNode, root } from '../scripts/lib/bootstrap.mjs';
import { foreground } from '../scripts/lib/child.mjs';

try {
  const main = join(root, 'dist/cli/main.js');
  // Only a checkout can be out of date; what was packed is as it was built.
  if (existsSync(join(root, '.git')) || !existsSync(main)) {
    await ensureInstalled();
    const { ensureBuilt } = await import('../scripts/lib/build.mjs');
    await ensureBuilt();
  }
  process.exitCode = await foreground(pinnedNode, ['--enable-source-maps', main, ...process.argv.slice(2)], {
    env: pinnedEnv(),
  });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
