/**
 * Goes on with what is left of a batch: after it was cancelled, after an outage, or with files that were put right.
 *
 *   node PATH-TO-LONGSHORE/dist/examples/month-batch/resume.js trades
 *
 * Takes the id of a batch, or its name: the latest. Months that are completed are not touched.
 */
import { by, outcome, withClient } from './connect';

const [batch = 'trades'] = process.argv.slice(2);

void withClient(async (client) => {
  const { batchId, months, completedMonths } = await client.months.batch(batch);
  console.log(`${batchId}: ${completedMonths.length} of ${months.length} months are completed`);
  const { runId } = await client.months.resume(batchId, { by, reason: 'an example' });
  return outcome(client, runId);
});
