/** What the programs of this folder have in common: the client, the configuration, and how an outcome is told. */
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type ConfigurationInput, LongshoreClient } from '../../client';

const STATE = '.longshore/up.json';
const FILE = 'longshore.yaml';

/** Who asks, for the audit. */
export const by = process.env['USER'] ?? 'example';

/** With secrets as references: the worker looks them up. */
export const configuration = (): ConfigurationInput => ({
  document: parse(readFileSync(FILE, 'utf8')) as unknown,
  source: FILE,
});

/**
 * Connects, lets `work` do its part, and disconnects; its answer becomes the exit code. Runs go on without the program.
 * Where Temporal and the catalog are stands in .longshore/up.json while `longshore up` runs here; with servers of your own
 * set the variables below.
 */
export async function withClient(work: (client: LongshoreClient) => Promise<number>): Promise<void> {
  const up = existsSync(STATE) ? (JSON.parse(readFileSync(STATE, 'utf8')) as Record<string, string>) : {};
  const {
    LONGSHORE_TEMPORAL_ADDRESS: address = up['temporalAddress'] ?? 'localhost:7233',
    LONGSHORE_TEMPORAL_NAMESPACE: namespace = up['namespace'] ?? 'default',
    LONGSHORE_CATALOG_URL: url = up['catalogUrl'],
  } = process.env;
  if (!url) throw new Error('Start `longshore up` here, or let LONGSHORE_CATALOG_URL name the catalog.');
  const client = await LongshoreClient.connect({ temporal: { address, namespace }, catalog: { url } });
  try {
    process.exitCode = await work(client);
  } finally {
    await client.close();
  }
}

/** Waits until a run has ended, says what became of it and of its checkpoint, and answers an exit code. */
export async function outcome(client: LongshoreClient, runId: string): Promise<number> {
  const { status, batchId, rows, error } = await client.months.wait(runId);
  console.log(`${runId}: ${status}, ${rows} rows`);
  if (error) console.log(`${error.code}: ${error.message} ${error.next}`);
  const checkpoint = batchId === '' ? undefined : await client.months.batch(batchId);
  if (checkpoint)
    console.log(
      `${batchId}: completed ${checkpoint.completedMonths.join(', ') || 'none'}; left ${
        checkpoint.months.filter((month) => !checkpoint.completedMonths.includes(month)).join(', ') || 'none'
      }`,
    );
  if (status === 'done') return 0;
  return status === 'partial' ? 3 : 1;
}
