import type { PublishedMark } from '../connector';
import { DIRECT_MARK } from './direct-load';
import type { PostgresPool } from './pool';
import { publishedTable } from './staging';

/** What the target remembers of a run whose rows are visible. */
export async function publishedMark(
  pool: PostgresPool,
  stagingSchema: string,
  runId: string,
): Promise<PublishedMark | undefined> {
  const table = publishedTable(stagingSchema);
  const { rows: found } = await pool.query('SELECT to_regclass($1)::text AS found', [table]);
  if (!found[0]?.['found']) return undefined;
  const { rows } = await pool.query(
    `SELECT tables_hash, result->>'rows' AS rows, result->>'table' AS "table" FROM ${table} WHERE run_id = $1 LIMIT 1`,
    [runId],
  );
  const [mark] = rows;
  if (!mark) return undefined;
  if (mark['tables_hash'] !== DIRECT_MARK) return { direct: false };
  return { direct: true, rows: Number(mark['rows'] ?? 0), ...(mark['table'] && { table: mark['table'] }) };
}
