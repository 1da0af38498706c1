/** What the catalog says of every user table and of what hangs on it, by names instead of oids. Written apart from the connector. */
import type { Client } from 'pg';

const USER = `n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN ('information_schema', 'longshore_staging')`;
const ACL = (acl: string, kind: string, owner: string): string =>
  `(SELECT array_agg(line ORDER BY line) FROM aclexplode(coalesce(${acl}, acldefault('${kind}', ${owner}))) x, concat_ws(' ', CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(x.grantee) END, x.privilege_type, x.is_grantable) line)`;

const QUERIES: Record<string, string> = {
  relations: `SELECT n.nspname, c.relname, c.relkind, pg_get_userbyid(c.relowner) AS owner, ${ACL('c.relacl', 'r', 'c.relowner')} AS acl, c.relrowsecurity, c.relforcerowsecurity, c.relreplident,
    c.reloptions, c.relpersistence, obj_description(c.oid, 'pg_class') AS comment, c.reltablespace FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${USER} AND c.relkind IN ('r', 'v', 'm', 'p') ORDER BY 1, 2`,
  columns: `SELECT n.nspname, c.relname, a.attname, row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum) AS position, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid) AS "default",
    a.attstorage, a.attcompression, a.attstattarget, a.attoptions, a.attcollation::regcollation::text AS collation, a.attacl::text AS acl, col_description(c.oid, a.attnum) AS comment
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE ${USER} AND c.relkind IN ('r', 'v', 'm', 'p') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, 2, 3`,
  constraints: `SELECT n.nspname, c.relname, k.conname, k.contype, pg_get_constraintdef(k.oid) AS definition, k.convalidated, k.condeferrable, k.condeferred, obj_description(k.oid, 'pg_constraint') AS comment
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${USER} ORDER BY 1, 2, 3`,
  indexes: `SELECT n.nspname, c.relname, pg_get_indexdef(c.oid) AS definition, i.indisprimary, i.indisunique, i.indisclustered, i.indisreplident, i.indisvalid, c.reloptions, obj_description(c.oid, 'pg_class') AS comment
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${USER} ORDER BY 1, 2`,
  views: `SELECT n.nspname, c.relname, c.oid::text, pg_get_viewdef(c.oid) AS definition, c.reloptions FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${USER} AND c.relkind IN ('v', 'm') ORDER BY 1, 2`,
  rules: `SELECT n.nspname, c.relname, r.rulename, pg_get_ruledef(r.oid) AS definition, r.ev_enabled, obj_description(r.oid, 'pg_rewrite') AS comment
    FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${USER} AND r.rulename <> '_RETURN' ORDER BY 1, 2, 3`,
  triggers: `SELECT n.nspname, c.relname, t.tgname, pg_get_triggerdef(t.oid) AS definition, t.tgenabled, obj_description(t.oid, 'pg_trigger') AS comment
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${USER} AND NOT t.tgisinternal ORDER BY 1, 2, 3`,
  policies: `SELECT *, (SELECT obj_description(p.oid, 'pg_policy') FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE p.polname = policyname AND c.relname = tablename) AS comment FROM pg_policies ORDER BY 1, 2, 3`,
  sequences: `SELECT n.nspname, c.relname, pg_get_userbyid(c.relowner) AS owner, ${ACL('c.relacl', 's', 'c.relowner')} AS acl, q.seqtypid::regtype::text AS type, q.seqstart, q.seqincrement, q.seqmax, q.seqmin, q.seqcache, q.seqcycle,
    obj_description(c.oid, 'pg_class') AS comment, (SELECT d.deptype::text || ' ' || d.refobjid::regclass::text || '.' || a.attname FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
      WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')) AS owned_by
    FROM pg_sequence q JOIN pg_class c ON c.oid = q.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${USER} ORDER BY 1, 2`,
  statistics: `SELECT stxname, pg_get_statisticsobjdef(oid) AS definition, stxstattarget, obj_description(oid, 'pg_statistic_ext') AS comment FROM pg_statistic_ext ORDER BY 1`,
  publications: `SELECT * FROM pg_publication_tables ORDER BY 1, 2, 3`,
};

export type CatalogState = Record<string, unknown[]>;

export async function catalogState(client: Client): Promise<CatalogState> {
  const state: CatalogState = {};
  await client.query("SET search_path TO ''");
  for (const [name, sql] of Object.entries(QUERIES))
    state[name] = (await client.query<Record<string, unknown>>(sql)).rows;
  await client.query('RESET search_path');
  return state;
}

/** Where every sequence stands. */
export async function sequenceValues(client: Client): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string; value: string | null }>(
    "SELECT sequencename AS name, last_value::text AS value FROM pg_sequences WHERE schemaname = 'public'",
  );
  return Object.fromEntries(rows.map(({ name, value }) => [name, value ?? 'unused']));
}
