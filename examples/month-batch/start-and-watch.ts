/**
 * Loads months of a batch, and shows how far they are. In this folder, while `longshore up` runs in it:
 *
 *   node PATH-TO-LONGSHORE/dist/examples/month-batch/start-and-watch.js trades 2024-01 2024-02
 *
 * Without months: all that there are files of. Ctrl-C stops watching; the run goes on.
 */
import { by, configuration, outcome, withClient } from './connect';

const [batch = 'trades', ...months] = process.argv.slice(2);

void withClient(async (client) => {
  const { runId, workerListens } = await client.months.start({
    configuration: configuration(),
    batch,
    action: 'load', // `check` looks at the files and loads nothing
    months,
    quality: 'file',
    by,
    reason: 'an example',
  });
  console.log(runId);
  if (!workerListens) console.log('No worker listens yet: the run waits for one.');

  for await (const { phase, months: all, files } of client.months.watch(runId, { intervalMs: 500 })) {
    const done = all.filter(({ state }) => state !== 'waiting' && state !== 'running').length;
    const now = files.map(({ file, state, rowsUnderway }) => `${file} ${state} ${rowsUnderway || ''}`.trim());
    console.log(`${phase}: ${done} of ${all.length} months${now.length > 0 ? `; ${now.join(', ')}` : ''}`);
  }
  return outcome(client, runId);
});
