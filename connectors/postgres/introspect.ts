/** What tables there are and what they look like, in a few catalogue queries whatever their number. */
import type { ColumnSchema, ForeignKey, IndexSchema, KeySchema, TableRef, TableSchema } from '../../core/types/table';
import type { PostgresPool, Row } from './pool';
import { logicalType, maxLength } from './types';

const KINDS: Record<string, TableSchema['kind']> = {
  r: 'table',
  p: 'partitioned',
  v: 'view',
  m: 'materialized-view',
  f: 'foreign',
};

/** What must be known of the server to word a query for it. */
export interface ServerFacts {
  /** As in server_version_num, e.g. 180004. */
  version: number;
  /** A standby: nothing can be written, whoever asks. */
  inRecovery: boolean;
  /** Encoding of the database, `UTF8` in most. */
  encoding: string;
}

export async function serverFacts(pool: PostgresPool): Promise<ServerFacts> {
  const { rows } = await pool.query(
    "SELECT pg_catalog.current_setting('server_version_num') AS version, pg_catalog.pg_is_in_recovery() AS recovery, pg_catalog.getdatabaseencoding() AS encoding",
  );
  return {
    version: Number(rows[0]?.['version']),
    inRecovery: rows[0]?.['recovery'] === 't',
    encoding: rows[0]?.['encoding'] ?? 'UTF8',
  };
}

/**
 * Tables and views that the user may read in whole or part, in order of name. Partitions are left out, being part of
 * their table, and so are temporary tables, system schemas, extensions' own tables and `hiddenSchema`.
 */
export async function listTables(pool: PostgresPool, hiddenSchema: string): Promise<TableRef[]> {
  const { rows } = await pool.query(
    `SELECT n.nspname AS schema, c.relname AS name
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND c.relpersistence <> 't'
        AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', $1)
        AND has_schema_privilege(n.oid, 'USAGE')
        AND (has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT'))
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
      ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`,
    [hiddenSchema],
  );
  return rows.map((row) => ({ schema: text(row, 'schema'), name: text(row, 'name') }));
}

/** Descriptions in the order asked for; tables that do not exist are left out. */
export async function describeTables(pool: PostgresPool, refs: readonly TableRef[]): Promise<TableSchema[]> {
  if (refs.length === 0) return [];
  return pool.transaction(
    async (client) => {
      const ask = async (sql: string, values: unknown[]): Promise<Row[]> => (await client.query<Row>(sql, values)).rows;
      const tables = await ask(TABLES_SQL, [refs.map(({ schema }) => schema), refs.map(({ name }) => name)]);
      const oids = tables.map((row) => text(row, 'oid'));
      const columns = groupByTable(await ask(COLUMNS_SQL, [oids]));
      const keys = groupByTable(await ask(KEYS_SQL, [oids]));
      const indexes = groupByTable(await ask(INDEXES_SQL, [oids]));
      const foreignKeys = groupByTable(
        await ask(
          `${FOREIGN_KEYS_SQL} WHERE k.contype = 'f' AND k.conrelid = ANY ($1::oid[]) ${NOT_A_CLONE} ORDER BY k.conname COLLATE "C"`,
          [oids],
        ),
      );
      return tables.map((table): TableSchema => {
        const oid = text(table, 'oid');
        const tableKeys = keys.get(oid) ?? [];
        return {
          ref: { schema: text(table, 'schema'), name: text(table, 'name') },
          kind: KINDS[text(table, 'kind')] ?? 'table',
          columns: (columns.get(oid) ?? []).map(columnOf),
          primaryKey: tableKeys.filter((key) => key['type'] === 'p').map(keyOf)[0],
          uniqueKeys: tableKeys.filter((key) => key['type'] === 'u').map(keyOf),
          indexes: (indexes.get(oid) ?? []).map(indexOf),
          foreignKeys: (foreignKeys.get(oid) ?? []).map(foreignKeyOf),
          estimatedRows: Math.round(Number(table['rows'] ?? -1)),
          estimatedBytes: Number(table['bytes'] ?? -1),
          ...(table['comment'] != null && { comment: table['comment'] }),
        };
      });
    },
    { readOnly: true },
  );
}

/** Foreign keys of any table that point at one of `refs`, those between them included. */
export async function referencingKeys(pool: PostgresPool, refs: readonly TableRef[]): Promise<ForeignKey[]> {
  if (refs.length === 0) return [];
  const { rows } = await pool.query(
    `${FOREIGN_KEYS_SQL} JOIN unnest($1::text[], $2::text[]) AS want(schema, name) ON want.schema = tn.nspname AND want.name = t.relname
      WHERE k.contype = 'f' AND k.conparentid = 0 ORDER BY fn.nspname COLLATE "C", f.relname COLLATE "C", k.conname COLLATE "C"`,
    [refs.map(({ schema }) => schema), refs.map(({ name }) => name)],
  );
  return rows.map(foreignKeyOf);
}

/**
 * Rows by the planner's own reckoning: density when last analyzed times pages now. A table that was never analyzed
 * counts by the width of its columns; a partitioned one by its leaves. Views have no figure.
 */
const TABLES_SQL = `
  WITH RECURSIVE wanted AS (
    SELECT c.oid, n.nspname, c.relname, c.relkind, want.position
      FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS want(schema, name, position)
      JOIN pg_namespace n ON n.nspname = want.schema
      JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = want.name AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  ), tree AS (
    SELECT oid AS root, oid AS leaf, relkind FROM wanted
    UNION ALL
    SELECT tree.root, i.inhrelid, c.relkind FROM tree JOIN pg_inherits i ON i.inhparent = tree.leaf JOIN pg_class c ON c.oid = i.inhrelid WHERE tree.relkind = 'p'
  ), width AS (
    SELECT a.attrelid, sum(CASE WHEN a.attlen > 0 THEN a.attlen ELSE 32 END) + 28 AS bytes
      FROM pg_attribute a WHERE a.attrelid IN (SELECT leaf FROM tree) AND a.attnum > 0 AND NOT a.attisdropped GROUP BY a.attrelid
  ), leaf AS (
    SELECT tree.root, tree.relkind, c.reltuples, c.relpages, width.bytes AS width,
           CASE WHEN tree.relkind IN ('r', 'm') THEN pg_table_size(c.oid) ELSE 0 END AS bytes,
           CASE WHEN tree.relkind IN ('r', 'm') THEN pg_relation_size(c.oid) / current_setting('block_size')::int8 END AS pages
      FROM tree JOIN pg_class c ON c.oid = tree.leaf LEFT JOIN width ON width.attrelid = c.oid WHERE tree.relkind <> 'p'
  ), size AS (
    SELECT root, sum(bytes) AS bytes,
           sum(CASE WHEN relkind = 'v' THEN -1 WHEN relkind = 'f' THEN greatest(reltuples, -1)
                    WHEN pages = 0 THEN 0
                    WHEN relpages > 0 AND reltuples >= 0 THEN reltuples::float8 / relpages * pages
                    ELSE floor((current_setting('block_size')::int8 - 24) / coalesce(width, 60)::float8) * pages END) AS rows
      FROM leaf GROUP BY root
  )
  SELECT w.oid::text AS oid, w.nspname AS schema, w.relname AS name, w.relkind::text AS kind, coalesce(size.rows, 0)::text AS rows,
         CASE WHEN w.relkind IN ('v', 'f') THEN '-1' ELSE coalesce(size.bytes, 0)::text END AS bytes, obj_description(w.oid, 'pg_class') AS comment
    FROM wanted w LEFT JOIN size ON size.root = w.oid ORDER BY w.position`;

const COLUMNS_SQL = `
  WITH RECURSIVE base AS (
    SELECT t.oid AS type, t.oid AS base, t.typtype, t.typbasetype, t.typtypmod AS modifier, t.typnotnull AS refuses_null
      FROM pg_type t WHERE t.oid IN (SELECT atttypid FROM pg_attribute WHERE attrelid = ANY ($1::oid[]) AND attnum > 0)
    UNION ALL
    SELECT base.type, t.oid, t.typtype, t.typbasetype, CASE WHEN base.modifier >= 0 THEN base.modifier ELSE t.typtypmod END, base.refuses_null OR t.typnotnull
      FROM base JOIN pg_type t ON t.oid = base.typbasetype WHERE base.typtype = 'd'
  )
  SELECT a.attrelid::text AS oid, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
         t.typname AS base, n.nspname AS base_schema, t.typtype::text AS base_kind,
         (CASE WHEN a.atttypmod >= 0 THEN a.atttypmod ELSE base.modifier END)::text AS modifier,
         a.attnotnull OR base.refuses_null AS refuses_null, a.attidentity::text AS identity, a.attgenerated::text AS generated,
         CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END AS default_sql, col_description(a.attrelid, a.attnum) AS comment
    FROM pg_attribute a
    JOIN base ON base.type = a.atttypid AND base.typtype <> 'd'
    JOIN pg_type t ON t.oid = base.base JOIN pg_namespace n ON n.oid = t.typnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef
   WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
   ORDER BY a.attrelid, a.attnum`;

const KEYS_SQL = `
  SELECT k.conrelid::text AS oid, k.conname AS name, k.contype::text AS type, ${columnNames('k.conrelid', 'k.conkey')} AS columns
    FROM pg_constraint k WHERE k.conrelid = ANY ($1::oid[]) AND k.contype IN ('p', 'u') ORDER BY k.conname COLLATE "C"`;

const INDEXES_SQL = `
  SELECT i.indrelid::text AS oid, c.relname AS name, i.indisunique AS is_unique, pg_get_indexdef(i.indexrelid) AS definition,
         (SELECT json_agg(coalesce(a.attname::text, pg_get_indexdef(i.indexrelid, k.position::int4, false)) ORDER BY k.position)
            FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
            LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.attnum <> 0
           WHERE k.position <= i.indnkeyatts) AS columns
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
   WHERE i.indrelid = ANY ($1::oid[]) AND i.indisvalid AND i.indisready
     AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
   ORDER BY c.relname COLLATE "C"`;

const FOREIGN_KEYS_SQL = `
  SELECT k.conrelid::text AS oid, k.conname AS name, fn.nspname AS from_schema, f.relname AS from_name, tn.nspname AS to_schema, t.relname AS to_name,
         k.condeferrable AS is_deferrable, k.convalidated AS is_validated,
         ${columnNames('k.conrelid', 'k.conkey')} AS columns, ${columnNames('k.confrelid', 'k.confkey')} AS to_columns
    FROM pg_constraint k
    JOIN pg_class f ON f.oid = k.conrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
    JOIN pg_class t ON t.oid = k.confrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace`;

/** A key that points at a partitioned table has a copy of itself for every partition there. */
const NOT_A_CLONE =
  'AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.oid = k.conparentid AND p.conrelid = k.conrelid)';

function columnNames(table: string, numbers: string): string {
  return `(SELECT json_agg(a.attname ORDER BY u.position) FROM unnest(${numbers}) WITH ORDINALITY AS u(attnum, position) JOIN pg_attribute a ON a.attrelid = ${table} AND a.attnum = u.attnum)`;
}

function columnOf(row: Row): ColumnSchema {
  const type = {
    name: text(row, 'base'),
    schema: text(row, 'base_schema'),
    kind: text(row, 'base_kind'),
    modifier: Number(row['modifier']),
  };
  const length = maxLength(type);
  return {
    name: text(row, 'name'),
    nativeType: text(row, 'type'),
    logical: logicalType(type),
    nullable: row['refuses_null'] !== 't',
    ...(row['identity'] && { identity: row['identity'] === 'a' ? ('always' as const) : ('by-default' as const) }),
    ...(row['generated'] && { generated: true }),
    ...(row['default_sql'] != null && { defaultSql: row['default_sql'] }),
    ...(length !== undefined && { maxLength: length }),
    ...(row['comment'] != null && { comment: row['comment'] }),
  };
}

const keyOf = (row: Row): KeySchema => ({ name: text(row, 'name'), columns: names(row, 'columns') });

const indexOf = (row: Row): IndexSchema => ({
  name: text(row, 'name'),
  columns: names(row, 'columns'),
  unique: row['is_unique'] === 't',
  definition: text(row, 'definition'),
});

const foreignKeyOf = (row: Row): ForeignKey => ({
  name: text(row, 'name'),
  from: { schema: text(row, 'from_schema'), name: text(row, 'from_name') },
  columns: names(row, 'columns'),
  to: { schema: text(row, 'to_schema'), name: text(row, 'to_name') },
  toColumns: names(row, 'to_columns'),
  deferrable: row['is_deferrable'] === 't',
  validated: row['is_validated'] === 't',
});

const text = (row: Row, column: string): string => row[column] ?? '';

const names = (row: Row, column: string): string[] => JSON.parse(row[column] ?? '[]') as string[];

function groupByTable(rows: Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(text(row, 'oid'));
    if (group) group.push(row);
    else groups.set(text(row, 'oid'), [row]);
  }
  return groups;
}
