/** One consistent view of a database for many connections: an exported snapshot, held open by a session of its own. */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { Snapshot } from '../connector';
import { sqlState, toPostgresError } from './errors';
import type { DedicatedClient, PostgresClient, PostgresPool } from './pool';
import { literal } from './sql';

/** What other sessions need to see the same rows, and to notice when they would not. */
export interface SnapshotToken {
  /** For SET TRANSACTION SNAPSHOT. */
  id: string;
  /** `xmin:xmax:xip`, as pg_current_snapshot prints it. */
  visible: string;
  /** When the server started. Snapshot ids start over then, so one could name another snapshot. */
  serverStart: string;
}

const KEEPALIVE_MS = 15_000;
const SILENCE_MS = 60_000;
const BEGIN = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';
const IDENTITY_SQL =
  'SELECT pg_catalog.txid_current_snapshot() AS visible, pg_catalog.pg_postmaster_start_time()::text AS started';

/** Throws SNAPSHOT_LOST when the text is not a token of this connector. */
export function parseToken(token: string): SnapshotToken {
  try {
    const { id, visible, serverStart } = JSON.parse(token) as Partial<SnapshotToken>;
    if (typeof id === 'string' && typeof visible === 'string' && typeof serverStart === 'string')
      return { id, visible, serverStart };
  } catch {
    // Falls through: whatever it is, it names no snapshot.
  }
  throw new LongshoreError(
    'SNAPSHOT_LOST',
    'The snapshot of the source cannot be used: its token is not one of PostgreSQL.',
  );
}

/** Opens a snapshot on a connection of its own and keeps it open until it is closed or the connection breaks. */
export async function openSnapshot(pool: PostgresPool): Promise<Snapshot> {
  const session = await pool.connect();
  try {
    await session.client.query(BEGIN);
    const { rows } = await session.client.query<{ id: string; visible: string; started: string }>(
      IDENTITY_SQL.replace('SELECT ', 'SELECT pg_catalog.pg_export_snapshot() AS id, '),
    );
    const row = rows[0];
    if (!row) throw new LongshoreError('QUERY_FAILED', 'The server exported no snapshot.');
    const token: SnapshotToken = { id: row.id, visible: row.visible, serverStart: row.started };
    return new HeldSnapshot(JSON.stringify(token), session);
  } catch (error) {
    await session.end();
    throw toPostgresError(error, {}, pool.server);
  }
}

export interface SnapshotReadOptions {
  /** The query holds a condition of the user's, who means names as an ordinary session resolves them. */
  userNames?: boolean;
  /** Rows come in the order they are stored, so that the first N are the same each time. */
  storedOrder?: boolean;
}

/**
 * Runs `fn` in a read-only transaction that sees what the snapshot sees. Throws SNAPSHOT_LOST when it is gone. A
 * connection that breaks is not retried here, since `fn` may have handed rows on.
 */
export async function withSnapshot<T>(
  pool: PostgresPool,
  token: string,
  fn: (client: PostgresClient) => Promise<T>,
  options: SnapshotReadOptions = {},
): Promise<T> {
  const snapshot = parseToken(token);
  return pool.withClient(async (client) => {
    await begin(pool, client, snapshot, options);
    try {
      const result = await fn(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  });
}

async function begin(
  pool: PostgresPool,
  client: PostgresClient,
  snapshot: SnapshotToken,
  options: SnapshotReadOptions,
): Promise<void> {
  const settings = sessionSettings(options);
  try {
    await client.query([BEGIN, `SET TRANSACTION SNAPSHOT ${literal(snapshot.id)}`, ...settings].join('; '));
    const { rows } = await client.query<{ visible: string; started: string }>(IDENTITY_SQL);
    if (rows[0]?.visible === snapshot.visible && rows[0].started === snapshot.serverStart) return;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    // 22023 and 42704: no such snapshot; 0A000, 55000: it belongs to another database or its transaction has ended.
    if (!['22023', '42704', '0A000', '55000'].includes(sqlState(error) ?? ''))
      throw toPostgresError(error, {}, pool.server);
    throw new LongshoreError(
      'SNAPSHOT_LOST',
      `The snapshot of ${pool.server.database} is gone: ${(error as Error).message}.`,
      {},
      { cause: error },
    );
  }
  await client.query('ROLLBACK').catch(() => undefined);
  throw new LongshoreError(
    'SNAPSHOT_LOST',
    `The snapshot of ${pool.server.database} is gone: the server was started anew since it was taken.`,
  );
}

/** SET LOCAL statements for a transaction that reads as `options` say. */
export function sessionSettings({ userNames, storedOrder }: SnapshotReadOptions): string[] {
  return [
    ...(userNames ? ['SET LOCAL search_path TO DEFAULT'] : []),
    ...(storedOrder
      ? ['synchronize_seqscans', 'enable_indexscan', 'enable_indexonlyscan', 'enable_bitmapscan'].map(
          (name) => `SET LOCAL ${name} = off`,
        )
      : []),
    ...(storedOrder ? ['SET LOCAL max_parallel_workers_per_gather = 0'] : []),
  ];
}

class HeldSnapshot implements Snapshot {
  readonly lost: Promise<never>;
  readonly #session: DedicatedClient;
  readonly #timer: NodeJS.Timeout;
  #lastAnswer = Date.now();
  #asking = false;
  #lose: (error: unknown) => void = () => undefined;

  constructor(
    readonly token: string,
    session: DedicatedClient,
  ) {
    this.#session = session;
    this.lost = new Promise((_resolve, reject) => {
      this.#lose = (cause) => {
        clearInterval(this.#timer);
        reject(
          new LongshoreError(
            'SNAPSHOT_LOST',
            `The session that held the snapshot of the source ended: ${cause instanceof Error ? cause.message : String(cause)}.`,
            {},
            { cause },
          ),
        );
      };
    });
    this.lost.catch(() => undefined);
    session.lost.catch((cause: unknown) => this.#lose(cause));
    this.#timer = setInterval(() => this.#keepAlive(), KEEPALIVE_MS);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#session.end();
  }

  /** A network device cuts a connection on which nothing moves, and one that is cut silently must be noticed. */
  #keepAlive(): void {
    if (Date.now() - this.#lastAnswer > SILENCE_MS) {
      this.#session.destroy();
      this.#lose('it has not answered for a minute');
      return;
    }
    if (this.#asking) return;
    this.#asking = true;
    this.#session.client.query('SELECT 1').then(
      () => {
        this.#asking = false;
        this.#lastAnswer = Date.now();
      },
      (error: unknown) => {
        this.#session.destroy();
        this.#lose(error);
      },
    );
  }
}
