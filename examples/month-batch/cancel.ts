/**
 * Cancels a run: what is under way is stopped in the warehouse as well, and what was staged is removed.
 *
 *   node PATH-TO-LONGSHORE/dist/examples/month-batch/cancel.js trades "wrong files"
 *
 * Takes the id of a run, or the name of a batch: its latest run. Months that have been published stay.
 */
import { by, outcome, withClient } from './connect';

const [run = 'trades', reason = 'no longer wanted'] = process.argv.slice(2);

void withClient(async (client) => {
  const runId = await client.runs.cancel(run, { by, reason });
  await outcome(client, runId);
  const { run: ended } = await client.runs.show(runId);
  return ended.status === 'cancelled' ? 0 : 1;
});
