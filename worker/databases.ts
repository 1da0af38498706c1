import type { Databases, EnvironmentRef } from '../activities/dependencies';
import type { Database } from '../connectors/connector';

interface Entry {
  opening: Promise<Database>;
  users: number;
  /** The run has ended: closed as soon as nobody uses it. */
  released: boolean;
  idle?: NodeJS.Timeout;
}

const IDLE_MS = 5_000;

/** Shares open databases among the activities of a run and closes them after five idle seconds. */
export function createDatabases(
  open: (ref: EnvironmentRef) => Promise<Database>,
): Databases & { close(): Promise<void> } {
  const entries = new Map<string, Entry>();
  const keyOf = (ref: EnvironmentRef): string => JSON.stringify([ref.runId, ref.configVersion, ref.environment]);

  async function drop(key: string): Promise<void> {
    const entry = entries.get(key);
    if (!entry) return;
    clearTimeout(entry.idle);
    entries.delete(key);
    await entry.opening.then((database) => database.close()).catch(() => undefined);
  }

  return {
    async use(ref, work) {
      const key = keyOf(ref);
      const entry = entries.get(key) ?? { opening: open(ref), users: 0, released: false };
      entries.set(key, entry);
      clearTimeout(entry.idle);
      entry.users += 1;
      try {
        return await work(await entry.opening);
      } catch (error) {
        // A database that could not be opened is opened anew by the next attempt.
        if (
          await entry.opening.then(
            () => false,
            () => true,
          )
        )
          entries.delete(key);
        throw error;
      } finally {
        entry.users -= 1;
        if (entry.users === 0 && entries.get(key) === entry)
          entry.idle = setTimeout(() => void drop(key), entry.released ? 0 : IDLE_MS).unref();
      }
    },
    async release(runId) {
      const own = [...entries].filter(([key]) => (JSON.parse(key) as [string])[0] === runId);
      for (const [, entry] of own) entry.released = true;
      await Promise.all(own.filter(([, { users }]) => users === 0).map(([key]) => drop(key)));
    },
    async close() {
      await Promise.all([...entries.keys()].map(drop));
    },
  };
}
