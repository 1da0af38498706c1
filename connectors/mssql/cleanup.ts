/** Removes every trace of a run from the target: its sessions, staging tables and markers; the schema when it is empty and ours. */
import { setTimeout as sleep } from 'node:timers/promises';
import { errorNumber } from './errors';
import { optionalRows } from './live';
import { isLockTimeout } from './locks';
import type { MssqlPool, MssqlSession } from './pool';
import { LOCK_TIMEOUT_MS } from './session';
import { ident, literal, qualified } from './sql';
import { lockSchema, marker, MARKER_TABLES, markerTable, runPrefix, SCHEMA_PROPERTY } from './staging';

interface Found {
  id: number;
  name: string;
}

/** Idempotent; also after a crash. */
export async function cleanup(pool: MssqlPool, stagingSchema: string, runId: string): Promise<void> {
  const tables = await tablesIn(pool, stagingSchema);
  if (!tables) return;
  const own = tables.filter(({ name }) => name.startsWith(runPrefix(runId)));
  await endLeftovers(pool, own);
  for (const { name } of own) await dropTable(pool, stagingSchema, name);
  const known = new Set(tables.map(({ name }) => name));
  for (const name of MARKER_TABLES) {
    if (!known.has(name)) continue;
    await pool.transaction((session) =>
      session.run(`DELETE FROM ${markerTable(stagingSchema, name)} WHERE run = @run`, { run: marker(runId) }),
    );
  }
  await dropWhenUnused(pool, stagingSchema);
}

/** Undefined when there is no such schema. */
async function tablesIn(session: Pick<MssqlSession, 'rows'>, stagingSchema: string): Promise<Found[] | undefined> {
  const rows = await session.rows<{ id: number | null; name: string | null }>(
    `SELECT t.object_id AS id, t.name FROM sys.schemas s LEFT JOIN sys.tables t ON t.schema_id = s.schema_id WHERE s.name = ${literal(stagingSchema)}`,
  );
  if (rows.length === 0) return undefined;
  return rows.flatMap(({ id, name }) => (id === null || name === null ? [] : [{ id, name }]));
}

/** A crashed worker's session may still be loading or publishing: whoever holds a lock on this run's tables is one. */
async function endLeftovers(pool: MssqlPool, own: readonly Found[]): Promise<void> {
  if (own.length === 0) return;
  await pool.use(async (session) => {
    const holders = await optionalRows<{ id: number }>(
      session,
      `SELECT DISTINCT l.request_session_id AS id FROM sys.dm_tran_locks l JOIN sys.dm_exec_sessions s ON s.session_id = l.request_session_id
       WHERE l.resource_type = 'OBJECT' AND l.resource_database_id = DB_ID() AND l.resource_associated_entity_id IN (${own.map(({ id }) => id).join(', ')})
         AND s.program_name LIKE 'longshore%' AND l.request_session_id <> @@SPID`,
    );
    // Without the right to, the server ends them itself as it notices that nobody is there.
    for (const { id } of holders) await session.run(`KILL ${id}`).catch(() => undefined);
  });
}

const NOT_THERE = 3701;
const ATTEMPTS = 5;

async function dropTable(pool: MssqlPool, schema: string, name: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await pool.use((session) => session.run(`DROP TABLE ${qualified({ schema, name })}`));
      return;
    } catch (error) {
      const number = errorNumber(error);
      if (number === NOT_THERE) return;
      if (attempt >= ATTEMPTS || (number !== 1205 && number !== 1222)) throw error;
      await sleep(500 * attempt);
    }
  }
}

const BRIEF_MS = 500;

/** Other runs keep tables or markers in the schema for as long as they need it; one that is at it right now is not waited for. */
async function dropWhenUnused(pool: MssqlPool, stagingSchema: string): Promise<void> {
  try {
    await pool.transaction(async (session) => {
      await lockSchema(session, stagingSchema);
      await session.run(`SET LOCK_TIMEOUT ${BRIEF_MS}`);
      try {
        await dropUnused(session, stagingSchema);
      } finally {
        await session.run(`SET LOCK_TIMEOUT ${LOCK_TIMEOUT_MS}`).catch(() => undefined);
      }
    });
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
  }
}

async function dropUnused(session: MssqlSession, stagingSchema: string): Promise<void> {
  const tables = await tablesIn(session, stagingSchema);
  if (tables?.length !== MARKER_TABLES.length) return;
  if (!tables.every(({ name }) => (MARKER_TABLES as readonly string[]).includes(name))) return;
  // First a look at what is not committed yet, too, which waits for nobody; then one that keeps others out.
  for (const hint of ['NOLOCK', 'TABLOCKX, HOLDLOCK'])
    for (const name of MARKER_TABLES) {
      const rows = await session.rows(
        `SELECT TOP (1) 1 AS used FROM ${markerTable(stagingSchema, name)} WITH (${hint})`,
      );
      if (rows.length > 0) return;
    }
  for (const name of MARKER_TABLES) await session.run(`DROP TABLE ${markerTable(stagingSchema, name)}`);
  const ours = await session.rows(
    `SELECT 1 AS found FROM sys.extended_properties p JOIN sys.schemas s ON s.schema_id = p.major_id WHERE p.class = 3 AND s.name = ${literal(stagingSchema)} AND p.name = ${literal(SCHEMA_PROPERTY)}`,
  );
  const others = await session.rows(
    `SELECT TOP (1) 1 AS found FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id WHERE s.name = ${literal(stagingSchema)}`,
  );
  if (ours.length > 0 && others.length === 0) await session.run(`DROP SCHEMA ${ident(stagingSchema)}`);
}
