import { setTimeout as sleep } from 'node:timers/promises';
import type { SourceDatabaseUnderTest } from './source-database';

/** Waits until no transaction, in whatever database of the server, is older than those that end here. */
export async function settled(database: Pick<SourceDatabaseUnderTest, 'rows'>): Promise<void> {
  const [before] = await database.rows('SELECT txid_current() AS id');
  for (let turn = 0; turn < 1000; turn += 1) {
    const [now] = await database.rows('SELECT txid_snapshot_xmin(txid_current_snapshot()) AS oldest');
    if (BigInt(now?.['oldest'] ?? 0) > BigInt(before?.['id'] ?? 0)) return;
    await sleep(50);
  }
  throw new Error('A transaction on the test server has been open for most of a minute.');
}
