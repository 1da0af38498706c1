import type { PublishedMark } from '../connector';
import type { MssqlPool } from './pool';
import { literal, qualified } from './sql';
import { marker, markerTable } from './staging';

/** What the target remembers of a run whose rows are visible. */
export async function publishedMark(
  pool: MssqlPool,
  stagingSchema: string,
  runId: string,
): Promise<PublishedMark | undefined> {
  const [found] = await pool.rows<{ id: number | null }>(
    `SELECT OBJECT_ID(${literal(qualified({ schema: stagingSchema, name: 'published' }))}) AS id`,
  );
  if (found?.id == null) return undefined;
  const marks = await pool.rows(
    `SELECT TOP (1) 1 AS found FROM ${markerTable(stagingSchema, 'published')} WHERE run = @run`,
    { run: marker(runId) },
  );
  return marks.length > 0 ? { direct: false } : undefined;
}
