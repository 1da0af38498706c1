/** After a snapshot was lost: which slices hold exactly the rows that they held when they were read under it? */
import { tableId } from '../../core/types/table';
import type { RangeSpec } from '../../core/types/transfer';
import type { ReadRequest } from '../connector';
import { dependsOnRowsOnly } from './filter-text';
import type { PostgresClient, PostgresPool } from './pool';
import { currentState } from './ranges';
import { toReadError } from './read-errors';
import { fromClause, parseRange, readOptions, type PageRange } from './select';
import { parseToken, withSnapshot } from './snapshot';

interface Slice {
  range: RangeSpec;
  rows: number;
}

/** Transaction ids compare by distance, and only within half their range. */
const COMPARABLE = 2n ** 30n;

/**
 * Proof, per slice: the table has the same file and columns; every row that is visible now was written by a transaction
 * that had ended before the oldest one still running under the old snapshot, so it was visible then, too; and there are
 * as many rows as then, so none is gone. A row of a transaction in between makes the slice unproven, never wrongly so.
 */
export async function unchangedSince(
  pool: PostgresPool,
  request: ReadRequest,
  oldToken: string,
  slices: readonly Slice[],
): Promise<boolean[]> {
  const none = slices.map(() => false);
  const old = parseToken(oldToken);
  const now = parseToken(request.snapshot);
  const { filter, columns, table } = request;
  const known = [...columns.map(({ source }) => source), ...(filter.dates ? [filter.dates.column] : [])];
  const masks = columns.flatMap(({ mask }) => (mask?.rule === 'sql' ? [mask.sql] : []));
  const texts = [...(filter.where === undefined ? [] : [filter.where]), ...masks];
  if (filter.limit !== undefined || (texts.length > 0 && !(await areStable(pool, request, texts, known)))) return none;
  const oldXmin = BigInt(old.visible.split(':')[0] ?? '0');
  const newXmax = BigInt(now.visible.split(':')[1] ?? '0');
  if (newXmax < oldXmin || newXmax - oldXmin > COMPARABLE) return none;
  try {
    return await withSnapshot(
      pool,
      request.snapshot,
      (client) => prove(pool, client, request, oldXmin, slices),
      readOptions(request),
    );
  } catch (error) {
    throw toReadError(error, { table: tableId(table) }, request, pool.server);
  }
}

/** Conditions and masks may name any column of the table, not only those that are transferred. */
async function areStable(pool: PostgresPool, request: ReadRequest, texts: string[], known: string[]): Promise<boolean> {
  const { rows } = await pool.query(
    `SELECT a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped`,
    [request.table.schema, request.table.name],
  );
  const names = [...known, ...rows.map((row) => row['name'] ?? '')];
  return texts.every((text) => dependsOnRowsOnly(text, names));
}

async function prove(
  pool: PostgresPool,
  client: PostgresClient,
  request: ReadRequest,
  oldXmin: bigint,
  slices: readonly Slice[],
): Promise<boolean[]> {
  const ranges = slices.map(({ range }) => parseRange(range));
  const relations = ranges.filter((range) => range.by === 'pages').map(({ relation }) => relation);
  const state = await currentState(pool, [
    ...new Map(relations.map((relation) => [tableId(relation), relation])).values(),
  ]);
  const answers: boolean[] = [];
  for (const [index, range] of ranges.entries()) {
    const rows = slices[index]?.rows ?? -1;
    answers.push(
      range.by === 'pages' && isSameFile(range, state) && (await holdsSameRows(client, request, range, oldXmin, rows)),
    );
  }
  // A rewrite during the proof moves rows between slices, so what was looked at before must hold still after.
  const after = await currentState(pool, relations);
  return answers.map((answer, index) => {
    const range = ranges[index];
    return answer && range?.by === 'pages' && isSameFile(range, after);
  });
}

function isSameFile(range: PageRange, state: Map<string, { fileNode: string; shape: string }>): boolean {
  const found = state.get(tableId(range.relation));
  return found !== undefined && found.fileNode === range.fileNode && found.shape === range.shape;
}

async function holdsSameRows(
  client: PostgresClient,
  { table, filter, orderBy }: ReadRequest,
  range: PageRange,
  oldXmin: bigint,
  rows: number,
): Promise<boolean> {
  // Distance of 32-bit ids: 0 to 2^31 - 1 means "not before". Ids 1 and 2 mark rows older than any transaction.
  const distance = `((xmin::pg_catalog.text::pg_catalog.int8 - ${BigInt.asUintN(32, oldXmin)} + 4294967296) % 4294967296)`;
  const { rows: found } = await client.query<{ rows: string; later: string }>(
    `SELECT pg_catalog.count(*) AS rows, pg_catalog.count(*) FILTER (WHERE xmin::pg_catalog.text NOT IN ('1', '2') AND ${distance} < 2147483648) AS later${fromClause({ table, filter, orderBy, range })}`,
  );
  return found[0]?.rows === String(rows) && found[0].later === '0';
}
