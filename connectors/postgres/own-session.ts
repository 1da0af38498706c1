/** Connections for one piece of work, which end on the server, too, when the work is cancelled or its process dies. */
import type { DedicatedClient, PostgresPool } from './pool';

const CHECK_INTERVAL = '2s';

/** A server that waits for a lock or works on does not notice that its client is gone, unless told to look. */
export async function connectWatched(pool: PostgresPool): Promise<DedicatedClient> {
  const session = await pool.connect();
  // Not every version and platform can look; there the session ends when its statement does.
  await session.client
    .query("SELECT set_config(name, $1, false) FROM pg_settings WHERE name = 'client_connection_check_interval'", [
      CHECK_INTERVAL,
    ])
    .catch(() => undefined);
  return session;
}

/** Stops what runs and cuts the connection. Never throws. */
export async function cutSession(pool: PostgresPool, session: DedicatedClient): Promise<void> {
  await pool.cancel(session.pid);
  session.destroy();
}
