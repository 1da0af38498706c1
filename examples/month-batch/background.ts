/**
 * Starts several batches, lists what is under way, and waits for all of them.
 *
 *   node PATH-TO-LONGSHORE/dist/examples/month-batch/background.js trades positions
 *
 * With `--no-wait` it ends when they are started: they go on, and `longshore run list` or another call of `outcome` finds them.
 */
import type { StartedBatch } from '../../client';
import { by, configuration, outcome, withClient } from './connect';

const words = process.argv.slice(2);
const batches = words.filter((word) => !word.startsWith('--'));

void withClient(async (client) => {
  const started: StartedBatch[] = [];
  for (const batch of batches.length > 0 ? batches : ['trades', 'positions'])
    started.push(
      await client.months.start({
        configuration: configuration(),
        batch,
        action: 'load',
        months: [],
        quality: 'file',
        by,
        reason: 'an example',
      }),
    );

  const isOurs = ({ runId }: { runId: string }): boolean => started.some((each) => each.runId === runId);
  for (const { runId, status, target } of (await client.runs.list({ kind: 'month', limit: 20 })).filter(isOurs))
    console.log(`${runId}: ${status}, into ${target}`);
  if (words.includes('--no-wait')) {
    for (const { runId } of started) console.log(`started ${runId}`);
    return 0;
  }
  const codes = await Promise.all(started.map(({ runId }) => outcome(client, runId)));
  return Math.max(...codes);
});
