/** `run.mjs TASK [ARGUMENTS]`: sets up what is missing, then runs a task of this project on the pinned Node. */
import process from 'node:process';
import { ensureInstalled } from './lib/bootstrap.mjs';

const [task, ...args] = process.argv.slice(2);

try {
  await ensureInstalled();
  const { TASKS } = await import('./lib/tasks.mjs');
  const run = Object.hasOwn(TASKS, task ?? '') ? TASKS[task] : undefined;
  if (!run) throw new Error(`There is no task "${task ?? ''}". Tasks: ${Object.keys(TASKS).join(', ')}.`);
  process.exitCode = await run(args);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
