import process from 'node:process';
import { ensureInstalled } from './lib/bootstrap.mjs';
import { ensureBuilt } from './lib/build.mjs';

try {
  await ensureInstalled();
  await ensureBuilt();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
