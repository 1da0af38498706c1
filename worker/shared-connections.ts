import { LongshoreError } from '../core/errors/longshore-error';

/** Open connections that the activities of a run share, and that are closed when nobody has used them for a while. */

interface Entry<T> {
  opening: Promise<T>;
  users: number;
  /** The run has ended: closed as soon as nobody uses it. */
  released: boolean;
  idle?: NodeJS.Timeout;
}

export interface SharedConnections<R, T> {
  /** Opens what `ref` names, unless it is open, and lends it to `work`. */
  use<W>(ref: R, work: (connection: T) => Promise<W>): Promise<W>;
  /** Closes what a run has open; what is in use is closed after it. */
  release(runId: string): Promise<void>;
  close(): Promise<void>;
}

const IDLE_MS = 5_000;

/** `nameOf`: what is opened, beside run and version of the configuration. Closed after five idle seconds. */
export function sharedConnections<
  R extends { runId: string; configVersion: number },
  T extends { close(): Promise<void> },
>(nameOf: (ref: R) => string, open: (ref: R) => Promise<T>): SharedConnections<R, T> {
  const entries = new Map<string, Entry<T>>();
  const keyOf = (ref: R): string => JSON.stringify([ref.runId, ref.configVersion, nameOf(ref)]);

  async function drop(key: string): Promise<void> {
    const entry = entries.get(key);
    if (!entry) return;
    clearTimeout(entry.idle);
    entries.delete(key);
    await entry.opening.then((connection) => connection.close()).catch(() => undefined);
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
        // What could not be opened is opened anew by the next attempt.
        if (
          await entry.opening.then(
            () => false,
            () => true,
          )
        )
          entries.delete(key);
        // A login that was refused later on, as when a token has expired: the next attempt logs in with what is there then.
        else if (error instanceof LongshoreError && error.code === 'AUTHENTICATION_FAILED') entry.released = true;
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
