import type { Database, OpenOptions } from '../../connectors/connector';
import { connectorFor } from '../../connectors/registry';
import type { DatabaseEnvironment } from '../../schemas/environment';

interface Kept {
  opening: Promise<Database>;
  closing?: NodeJS.Timeout;
  users: number;
}

/** How long a database stays open in a thread that has nothing to do with it. */
const IDLE_MS = 1_500;

const kept = new Map<string, Kept>();

/**
 * Runs `work` with an open database. It stays open for the next part of the same run, which mostly follows at once: logging
 * in and asking a server what it can do takes as long as reading a hundred thousand rows. After a failure it is closed.
 */
export async function withDatabase<T>(
  environment: DatabaseEnvironment,
  options: OpenOptions,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const key = JSON.stringify([environment, options]);
  const entry = kept.get(key) ?? { opening: connectorFor(environment.kind).open(environment, options), users: 0 };
  kept.set(key, entry);
  clearTimeout(entry.closing);
  entry.users += 1;
  let result: T;
  try {
    result = await work(await entry.opening);
  } catch (error) {
    entry.users -= 1;
    await close(key, entry);
    throw error;
  }
  entry.users -= 1;
  if (entry.users === 0) entry.closing = setTimeout(() => void close(key, entry), IDLE_MS);
  return result;
}

async function close(key: string, entry: Kept): Promise<void> {
  clearTimeout(entry.closing);
  if (kept.get(key) === entry) kept.delete(key);
  await entry.opening.then((database) => database.close()).catch(() => undefined);
}
