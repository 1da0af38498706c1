/** Removing every trace of a run: its staged files, and its markers in the target. */
import { rm } from 'node:fs/promises';
import { mapError } from './errors';
import { fileExists, withFile, type FileSettings, type Session } from './instance';
import { hasMarkers, MARKER_TABLE } from './publish';
import { ident, literal } from './sql';
import { runFolder } from './staging';

/** How long the target may be in use by another program before cleaning up fails with FILE_LOCKED. */
const WAIT_MS = 10_000;

/** Idempotent. The target is opened for writing only when it holds a marker of this run. */
export async function cleanup(settings: FileSettings, runId: string): Promise<void> {
  try {
    await rm(await runFolder(settings, runId), { recursive: true, force: true });
    if (!(await fileExists(settings.path))) return;
    const marked = await withFile(settings, { mode: 'read', waitMs: WAIT_MS }, async (session) =>
      hasMarkers(session, settings),
    );
    if (marked)
      await withFile(settings, { mode: 'write', waitMs: WAIT_MS }, async (session) =>
        removeMarkers(session, settings, runId),
      );
  } catch (error) {
    throw mapError(error, { file: settings.path });
  }
}

async function removeMarkers(session: Session, settings: FileSettings, runId: string): Promise<void> {
  if (!(await hasMarkers(session, settings))) return;
  const schema = ident(settings.stagingSchema);
  await session.run(`DELETE FROM ${schema}.${MARKER_TABLE} WHERE run_id = ${literal(runId)}`);
  const left = await session.count(`SELECT count(*) FROM ${schema}.${MARKER_TABLE}`);
  if (left === 0) await session.run(`DROP TABLE ${schema}.${MARKER_TABLE}`);
  const others = await session.count(
    `SELECT count(*) FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = ${literal(settings.stagingSchema)}`,
  );
  if (others === 0) await session.run(`DROP SCHEMA ${schema}`);
  await session.run('CHECKPOINT');
}
