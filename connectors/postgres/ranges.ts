/** Cuts tables into slices by the pages of their files: no key is needed, and each page is read exactly once. */
import { tableId, type TableRef, type TableSchema } from '../../core/types/table';
import type { RangeSpec } from '../../core/types/transfer';
import type { ReadRequest } from '../connector';
import { toPostgresError } from './errors';
import type { ServerFacts } from './introspect';
import type { PostgresPool, Row } from './pool';
import type { PageRange } from './select';
import { regclass } from './sql';

/** Since 14 a condition on ctid reads only the pages it names. */
const TID_RANGE_SCAN = 140_000;

/** A table with storage of its own: the table asked for, a partition, or a child in old-style inheritance. */
interface Leaf {
  relation: TableRef;
  pages: number;
  bytes: number;
  rows: number;
  fileNode: string;
  shape: string;
}

/**
 * Slices of about `partBytes`, TOAST included, by the sizes of files alone. What has no pages (views, foreign tables),
 * or must be read under another name's rights, and a table of which only the first rows are wanted, is one slice.
 */
export async function planRanges(
  pool: PostgresPool,
  facts: ServerFacts,
  request: ReadRequest & { schema: TableSchema },
  partBytes: number,
): Promise<RangeSpec[]> {
  const { schema, filter } = request;
  if (filter.limit === undefined) return planTableRanges(pool, facts, schema, partBytes);
  const { estimatedRows, estimatedBytes } = schema;
  return [{ label: `first ${filter.limit} rows`, spec: { by: 'all' }, estimatedRows, estimatedBytes }];
}

/** Slices that hold every row of a table. */
export async function planTableRanges(
  pool: PostgresPool,
  facts: ServerFacts,
  schema: TableSchema,
  partBytes: number,
): Promise<RangeSpec[]> {
  const { ref: table, estimatedRows, estimatedBytes } = schema;
  const whole: RangeSpec = { label: 'all rows', spec: { by: 'all' }, estimatedRows, estimatedBytes };
  if (facts.version < TID_RANGE_SCAN || schema.kind === 'view' || schema.kind === 'foreign') return [whole];
  try {
    const leaves = await findLeaves(pool, table);
    return leaves && leaves.length > 0
      ? leaves.flatMap((leaf) => slicesOf(leaf, tableId(leaf.relation) !== tableId(table), partBytes))
      : [whole];
  } catch (error) {
    throw toPostgresError(error, { table: tableId(table) }, pool.server);
  }
}

function slicesOf(leaf: Leaf, isPart: boolean, partBytes: number): RangeSpec[] {
  const count = Math.max(1, Math.min(leaf.pages, Math.ceil(leaf.bytes / Math.max(1, partBytes))));
  const perSlice = Math.ceil(leaf.pages / count);
  const prefix = isPart ? `${tableId(leaf.relation)}, ` : '';
  const slices: RangeSpec[] = [];
  for (let from = 0; slices.length === 0 || from < leaf.pages; from += perSlice) {
    const isLast = from + perSlice >= leaf.pages;
    const share = leaf.pages === 0 ? 1 : Math.min(perSlice, leaf.pages - from) / leaf.pages;
    const spec: PageRange = {
      by: 'pages',
      relation: leaf.relation,
      from,
      ...(!isLast && { until: from + perSlice }),
      fileNode: leaf.fileNode,
      shape: leaf.shape,
    };
    const label = from === 0 && isLast ? 'all rows' : `pages ${from}–${isLast ? 'end' : from + perSlice - 1}`;
    slices.push({
      label: prefix + label,
      spec,
      estimatedRows: Math.round(leaf.rows * share),
      estimatedBytes: Math.round(leaf.bytes * share),
    });
    if (isLast) break;
  }
  return slices;
}

/** Undefined where the table can only be read as a whole. */
async function findLeaves(pool: PostgresPool, table: TableRef): Promise<Leaf[] | undefined> {
  const { rows } = await pool.query(LEAVES_SQL(regclass(table)));
  if (rows.some((row) => row['is_plain'] !== 't')) return undefined;
  return rows.map((row: Row) => ({
    relation: { schema: row['schema'] ?? '', name: row['name'] ?? '' },
    pages: Number(row['pages']),
    bytes: Number(row['bytes']),
    rows: Number(row['rows']),
    fileNode: row['file_node'] ?? '',
    shape: row['shape'] ?? '',
  }));
}

/**
 * A digest of all that decides what a row's stored bytes mean: columns by number, name and type, expressions of
 * generated columns, labels of enums. ALTER TABLE can change these without touching a row.
 */
const SHAPE_SQL = `
  (SELECT md5(string_agg(concat_ws(':', a.attnum, a.attname, a.atttypid, a.atttypmod, CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END,
                                   (SELECT string_agg(e.enumlabel || e.oid, ',' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = a.atttypid)), ';' ORDER BY a.attnum))
     FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)`;

/** Row security and rights are the parent's when a partition is read through it, and not when it is read by name. */
const LEAVES_SQL = (root: string): string => `
  WITH RECURSIVE tree AS (
    SELECT ${root}::oid AS oid
    UNION ALL
    SELECT i.inhrelid FROM tree JOIN pg_inherits i ON i.inhparent = tree.oid
  )
  SELECT n.nspname AS schema, c.relname AS name, pg_relation_filenode(c.oid)::text AS file_node, ${SHAPE_SQL} AS shape,
         pg_relation_size(c.oid) / current_setting('block_size')::int8 AS pages, pg_table_size(c.oid) AS bytes,
         greatest(c.reltuples, 0)::float8 AS rows,
         c.relkind IN ('r', 'm') AND am.amname = 'heap' AND NOT row_security_active(${root}::oid)
           AND (c.oid = ${root}::oid OR (has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE'))) AS is_plain
    FROM tree JOIN pg_class c ON c.oid = tree.oid JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_am am ON am.oid = c.relam
   WHERE c.relkind <> 'p'
   ORDER BY c.oid <> ${root}::oid, n.nspname COLLATE "C", c.relname COLLATE "C"`;

/** File and shape of relations as they are now, by `schema.name`; one that is gone is missing. */
export async function currentState(
  pool: PostgresPool,
  relations: TableRef[],
): Promise<Map<string, { fileNode: string; shape: string }>> {
  const { rows } = await pool.query(
    `SELECT n.nspname AS schema, c.relname AS name, pg_relation_filenode(c.oid)::text AS file_node, ${SHAPE_SQL} AS shape
       FROM unnest($1::text[], $2::text[]) AS want(schema, name) JOIN pg_namespace n ON n.nspname = want.schema
       JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = want.name`,
    [relations.map(({ schema }) => schema), relations.map(({ name }) => name)],
  );
  return new Map(
    rows.map((row) => [
      tableId({ schema: row['schema'] ?? '', name: row['name'] ?? '' }),
      { fileNode: row['file_node'] ?? '', shape: row['shape'] ?? '' },
    ]),
  );
}
