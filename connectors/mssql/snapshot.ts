/**
 * One consistent view of a database for many readers. SQL Server cannot hand a snapshot from one connection to another,
 * so the transactions themselves are held open and lent (docs/adr/0006-sql-server-snapshots.md).
 */
import { randomUUID } from 'node:crypto';
import { createConnection } from 'node:net';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { Snapshot } from '../connector';
import type { MssqlCapabilities } from './capabilities';
import { toMssqlError } from './errors';
import type { DedicatedSession, MssqlPool } from './pool';
import { seeingTheSame, type SnapshotFacts } from './same-instant';
import { payloads } from './snapshot-frames';
import { SnapshotServer } from './snapshot-server';
import { parseToken, type SnapshotToken } from './snapshot-token';
import { qualified } from './sql';

/** Connections that read for a set at once, where they can be proven to see the same. */
const READERS = 4;
const ATTEMPTS = 5;
const CHECK_MS = 15_000;

/** Opens the transactions of a snapshot and lends them until it is closed or the last of them has ended. */
export async function openSnapshot(pool: MssqlPool, capabilities: MssqlCapabilities): Promise<Snapshot> {
  if (!capabilities.snapshotIsolation) return presentState();
  const sessions = await sameInstant(pool, capabilities);
  let lose: (cause: unknown) => void = () => undefined;
  const lost = new Promise<never>((_resolve, reject) => {
    lose = (cause) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      const message = `The transactions that held the snapshot of ${pool.server.database || 'the source'} ended: ${why}.`;
      reject(new LongshoreError('SNAPSHOT_LOST', message, {}, { cause }));
    };
  });
  lost.catch(() => undefined);
  const closeSessions = async (): Promise<void> => {
    await Promise.all(sessions.map((session) => session.close()));
  };
  try {
    const server = await SnapshotServer.open(sessions, (cause) => lose(cause));
    const timer = setInterval(() => void server.check(), CHECK_MS).unref();
    const token: SnapshotToken = { kind: 'held', path: server.path, secret: server.secret, id: randomUUID() };
    return {
      token: JSON.stringify(token),
      lost,
      async close() {
        clearInterval(timer);
        await server.close();
        await closeSessions();
      },
    };
  } catch (error) {
    await closeSessions();
    throw pool.wrap(error);
  }
}

/**
 * Without ALLOW_SNAPSHOT_ISOLATION nothing is held: each statement reads what is committed when it comes to it, and the
 * figures of source and target tell whether a table stood still meanwhile.
 */
function presentState(): Snapshot {
  const token: SnapshotToken = { kind: 'none', id: randomUUID() };
  return { token: JSON.stringify(token), lost: new Promise<never>(() => undefined), close: async () => undefined };
}

/** As many transactions as can be proven to see the same moment; one where nothing can be proven. */
async function sameInstant(pool: MssqlPool, capabilities: MssqlCapabilities): Promise<DedicatedSession[]> {
  const canProve = await capabilities.can('snapshotViews');
  const wanted = canProve ? Math.max(2, Math.min(READERS, pool.size)) : 1;
  const touch = await touchSql(pool);
  for (let attempt = 1; ; attempt += 1) {
    const opened = await Promise.allSettled(Array.from({ length: wanted }, () => beginSnapshot(pool, touch)));
    const sessions = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const refusal = opened.find((each) => each.status === 'rejected');
    if (sessions.length === 0) throw refusal?.reason;
    const proven = sessions.length === 1 ? sessions : await provenSame(pool, sessions);
    const isEnough = proven.length === wanted || attempt >= ATTEMPTS;
    const kept = isEnough ? new Set(proven) : new Set<DedicatedSession>();
    await Promise.all(sessions.filter((session) => !kept.has(session)).map((session) => session.close()));
    if (isEnough) return proven;
  }
}

async function beginSnapshot(pool: MssqlPool, touch: string): Promise<DedicatedSession> {
  const session = await pool.dedicated();
  try {
    // An error in one statement is to end neither the transaction nor what others read in it.
    await session.run('SET XACT_ABORT OFF');
    await session.run('SET TRANSACTION ISOLATION LEVEL SNAPSHOT');
    await session.run('BEGIN TRANSACTION');
    await session.run(touch);
    return session;
  } catch (error) {
    await session.close();
    throw toMssqlError(error, {}, pool.server);
  }
}

/** A transaction's snapshot is taken when it first reads a row, not when it begins. */
async function touchSql(pool: MssqlPool): Promise<string> {
  const [table] = await pool
    .rows<{ schema: string; name: string }>(
      `SELECT TOP (1) SCHEMA_NAME(t.schema_id) AS [schema], t.name AS name FROM sys.tables t
        WHERE t.is_ms_shipped = 0 AND HAS_PERMS_BY_NAME(QUOTENAME(SCHEMA_NAME(t.schema_id)) + N'.' + QUOTENAME(t.name), N'OBJECT', N'SELECT') = 1
        ORDER BY t.object_id`,
    )
    .catch(() => []);
  return table ? `SELECT TOP (1) 1 AS one FROM ${qualified(table)}` : 'SELECT TOP (1) 1 AS one FROM sys.objects';
}

/** Those of the sessions that the server's own views prove to see one moment. */
async function provenSame(pool: MssqlPool, sessions: readonly DedicatedSession[]): Promise<DedicatedSession[]> {
  try {
    const rows = await pool.rows<{ session: number; sequence: string; active: string | null }>(
      `SELECT CONVERT(int, a.session_id) AS session, CONVERT(nvarchar(20), a.transaction_sequence_num) AS sequence, CONVERT(nvarchar(20), t.snapshot_sequence_num) AS active
         FROM sys.dm_tran_active_snapshot_database_transactions a
         LEFT JOIN sys.dm_tran_transactions_snapshot t ON t.transaction_sequence_num = a.transaction_sequence_num
        WHERE a.is_snapshot = 1 AND a.session_id IN (${sessions.map(({ id }) => Number(id)).join(', ')})`,
    );
    const found = sessions.flatMap((session) => {
      const own = rows.filter((row) => row.session === session.id);
      if (own.length === 0) return [];
      const active = new Set(own.flatMap((row) => (row.active === null ? [] : [BigInt(row.active)])));
      const facts: SnapshotFacts = { sequence: BigInt(own[0]!.sequence), active };
      return [{ session, facts }];
    });
    const same = seeingTheSame(found.map(({ facts }) => facts));
    if (same.length > 0) return same.map((index) => found[index]!.session);
  } catch {
    // Not proven is not seen: one transaction sees one moment by itself.
  }
  return sessions.slice(0, 1);
}

/** Takes the bytes of an answer one chunk after the other; what it returns is waited for before the next. */
export type ChunkSink = (chunk: Uint8Array) => void | Promise<void>;

/**
 * Runs a statement under the snapshot, or as things are where `token` is undefined, and feeds `sink` with the answer's
 * bytes. Throws SNAPSHOT_LOST when the snapshot is gone or its holder is on another machine.
 */
export async function readUnder(
  pool: MssqlPool,
  token: string | undefined,
  sql: string,
  sink: ChunkSink,
  signal?: AbortSignal,
): Promise<void> {
  const snapshot = token === undefined ? undefined : parseToken(token);
  if (snapshot?.kind === 'held') {
    await readHeld(snapshot, sql, sink, signal);
    return;
  }
  await pool.use(async (session) => {
    const chunks = session.raw(sql);
    try {
      for await (const chunk of chunks) await sink(chunk);
      await chunks.done;
    } finally {
      // The connection is free only when what was left unread has been.
      await chunks.done.catch(() => undefined);
    }
  }, signal);
}

async function readHeld(
  { path, secret }: Extract<SnapshotToken, { kind: 'held' }>,
  sql: string,
  sink: ChunkSink,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const socket = createConnection(path);
  const stop = (): void => void socket.destroy();
  signal?.addEventListener('abort', stop, { once: true });
  let trouble: Error | undefined;
  socket.on('error', (error) => (trouble = error));
  try {
    socket.write(`${JSON.stringify({ secret, sql })}\n`);
    const failed = (failure: { message: string; number?: number; lost: boolean } | undefined): Error =>
      failure && !failure.lost
        ? Object.assign(new Error(failure.message), failure)
        : gone(failure?.message ?? trouble?.message ?? 'whoever held it has gone');
    for await (const payload of payloads(socket as AsyncIterable<Buffer>, failed)) await sink(payload);
  } catch (error) {
    if (signal?.aborted) throw new LongshoreError('CANCELLED', 'The reading was cancelled.', {}, { cause: error });
    throw error === trouble ? gone(String((error as Error).message)) : error;
  } finally {
    signal?.removeEventListener('abort', stop);
    socket.destroy();
  }
}

const gone = (why: string): LongshoreError =>
  new LongshoreError('SNAPSHOT_LOST', `The snapshot of the source cannot be reached from here: ${why}.`);
