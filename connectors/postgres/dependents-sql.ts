/**
 * The catalog query behind `describeDependents`: one JSON document a table. Columns that only newer servers have are
 * reached through to_jsonb, so that the text is the same for every version.
 */

const ACL = (acl: string): string =>
  `(SELECT coalesce(json_agg(json_build_object('grantee', CASE WHEN x.grantee = 0 THEN NULL ELSE pg_get_userbyid(x.grantee) END, 'privilege', x.privilege_type, 'grantable', x.is_grantable) ORDER BY x.grantee, x.privilege_type), '[]') FROM aclexplode(${acl}) x)`;

const list = (select: string): string => `coalesce((SELECT json_agg(q) FROM (${select}) q), '[]')`;

const COLUMNS = list(`
  SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS "notNull",
    pg_get_expr(d.adbin, d.adrelid) AS "default", a.attidentity AS identity, a.attgenerated AS generated,
    a.attcollation::text AS collation, a.attstorage AS storage, to_jsonb(a)->>'attcompression' AS compression,
    nullif((to_jsonb(a)->>'attstattarget')::int, -1) AS statistics, a.attoptions AS options,
    col_description(c.oid, a.attnum) AS comment, ${ACL('a.attacl')} AS grants
  FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`);

const INDEX_PREFIX = `format('CREATE %sINDEX %I ON %s%I.%I ', CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END, ic.relname, CASE WHEN c.relkind = 'p' THEN 'ONLY ' ELSE '' END, n.nspname, c.relname)`;

const INDEXES = list(`
  SELECT ic.relname AS name, i.indisunique AS "unique", i.indisclustered AS clustered, i.indisreplident AS "replicaIdentity",
    CASE WHEN starts_with(pg_get_indexdef(ic.oid), ${INDEX_PREFIX}) THEN substr(pg_get_indexdef(ic.oid), length(${INDEX_PREFIX}) + 1) END AS body,
    (SELECT spcname FROM pg_tablespace WHERE oid = ic.reltablespace) AS tablespace,
    (SELECT k.conname FROM pg_constraint k WHERE k.conindid = ic.oid AND k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x')) AS "constraint",
    am.amname AS method, obj_description(ic.oid, 'pg_class') AS comment
  FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_am am ON am.oid = ic.relam
  WHERE i.indrelid = c.oid AND i.indisvalid ORDER BY ic.relname`);

const NAMES = (relation: string, numbers: string): string =>
  `(SELECT json_agg(a.attname ORDER BY u.ord) FROM unnest(${numbers}) WITH ORDINALITY u(num, ord) JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = u.num)`;

const FOREIGN_KEY = `
  k.conname AS name, pg_get_constraintdef(k.oid) AS definition, k.convalidated AS validated,
  coalesce((to_jsonb(k)->>'conenforced')::boolean, true) AS enforced, k.condeferrable AS deferrable, k.confmatchtype AS match, k.confdeltype AS "onDelete",
  json_build_object('schema', kn.nspname, 'name', kc.relname) AS "from", kc.oid::text AS "fromOid", kc.relkind AS "fromKind",
  json_build_object('schema', fn.nspname, 'name', fc.relname) AS "to", fc.oid::text AS "toOid",
  ${NAMES('k.conrelid', 'k.conkey')} AS columns, ${NAMES('k.confrelid', 'k.confkey')} AS "toColumns",
  pg_has_role(kc.relowner, 'USAGE') AS "ownsFrom", has_table_privilege(fc.oid, 'REFERENCES') AS "mayRefer", has_table_privilege(fc.oid, 'UPDATE,DELETE,TRUNCATE') AS "mayLockTo",
  pg_get_userbyid(kc.relowner) AS "fromOwner", obj_description(k.oid, 'pg_constraint') AS comment
  FROM pg_constraint k JOIN pg_class kc ON kc.oid = k.conrelid JOIN pg_namespace kn ON kn.oid = kc.relnamespace
  JOIN pg_class fc ON fc.oid = k.confrelid JOIN pg_namespace fn ON fn.oid = fc.relnamespace
  WHERE k.contype = 'f' AND k.conparentid = 0`;

const CONSTRAINTS = list(`
  SELECT k.conname AS name, k.contype AS type, pg_get_constraintdef(k.oid) AS definition, k.convalidated AS validated,
    k.condeferrable AS deferrable, k.condeferred AS deferred, coalesce((to_jsonb(k)->>'conperiod')::boolean, false) AS period,
    obj_description(k.oid, 'pg_constraint') AS comment
  FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x', 'c', 'n') ORDER BY k.contype, k.conname`);

const DEPENDENT_RULES = `
  FROM (SELECT DISTINCT objid FROM pg_depend WHERE classid = 'pg_rewrite'::regclass AND refclassid = 'pg_class'::regclass AND refobjid = c.oid) d
  JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class v ON v.oid = r.ev_class JOIN pg_namespace vn ON vn.oid = v.relnamespace`;

const VIEWS = list(`
  SELECT v.oid::bigint AS oid, vn.nspname AS schema, v.relname AS name, v.relkind AS kind, pg_get_viewdef(v.oid) AS definition,
    v.reloptions AS options, pg_get_userbyid(v.relowner) AS owner, pg_has_role(v.relowner, 'USAGE') AS owns
  ${DEPENDENT_RULES} WHERE r.rulename = '_RETURN' AND v.oid <> c.oid ORDER BY v.oid DESC`);

const RULES = list(`
  SELECT r.rulename AS name, vn.nspname AS schema, v.relname AS on, v.oid = c.oid AS own, pg_get_ruledef(r.oid) AS definition,
    r.ev_enabled AS enabled, v.relkind AS kind, pg_has_role(v.relowner, 'USAGE') AS owns, obj_description(r.oid, 'pg_rewrite') AS comment
  ${DEPENDENT_RULES} WHERE r.rulename <> '_RETURN' ORDER BY r.oid`);

const TRIGGERS = list(`
  SELECT t.tgname AS name, pg_get_triggerdef(t.oid) AS definition, t.tgenabled AS enabled, obj_description(t.oid, 'pg_trigger') AS comment
  FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal ORDER BY t.tgname`);

const POLICIES = list(`
  SELECT p.polname AS name, p.polpermissive AS permissive, p.polcmd AS command,
    (SELECT json_agg(CASE WHEN u = 0 THEN NULL ELSE pg_get_userbyid(u) END) FROM unnest(p.polroles) u) AS roles,
    pg_get_expr(p.polqual, p.polrelid) AS using, pg_get_expr(p.polwithcheck, p.polrelid) AS "check", obj_description(p.oid, 'pg_policy') AS comment
  FROM pg_policy p WHERE p.polrelid = c.oid ORDER BY p.polname`);

const SEQUENCES = list(`
  SELECT s.oid::text AS oid, sn.nspname AS schema, s.relname AS name, a.attname AS column, d.deptype = 'i' AS identity, a.attidentity AS "identityKind",
    format_type(q.seqtypid, NULL) AS type, q.seqstart::text AS start, q.seqincrement::text AS increment, q.seqmin::text AS min, q.seqmax::text AS max,
    q.seqcache::text AS cache, q.seqcycle AS cycle, s.relpersistence AS persistence, s.relacl IS NOT NULL AS "hasGrants", ${ACL('s.relacl')} AS grants,
    obj_description(s.oid, 'pg_class') AS comment
  FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' JOIN pg_namespace sn ON sn.oid = s.relnamespace
  JOIN pg_sequence q ON q.seqrelid = s.oid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
  WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND d.deptype IN ('a', 'i') ORDER BY a.attnum`);

const STATISTICS_PREFIX = `format('CREATE STATISTICS %I.%I ', sn.nspname, e.stxname)`;
const STATISTICS_SUFFIX = `format(' FROM %I.%I', n.nspname, c.relname)`;

const STATISTICS = list(`
  SELECT sn.nspname AS schema, e.stxname AS name, pg_get_userbyid(e.stxowner) AS owner, nullif((to_jsonb(e)->>'stxstattarget')::int, -1) AS target,
    substr(pg_get_statisticsobjdef(e.oid), length(${STATISTICS_PREFIX}) + 1, length(pg_get_statisticsobjdef(e.oid)) - length(${STATISTICS_PREFIX}) - length(${STATISTICS_SUFFIX})) AS body,
    starts_with(pg_get_statisticsobjdef(e.oid), ${STATISTICS_PREFIX}) AND right(pg_get_statisticsobjdef(e.oid), length(${STATISTICS_SUFFIX})) = ${STATISTICS_SUFFIX} AS known,
    obj_description(e.oid, 'pg_statistic_ext') AS comment
  FROM pg_statistic_ext e JOIN pg_namespace sn ON sn.oid = e.stxnamespace WHERE e.stxrelid = c.oid ORDER BY e.stxname`);

/** What hangs on the table in a way that only its own identity satisfies, as ends of the sentence "…, which a swap would lose". */
const OBSTACLES = list(`
  SELECT 'it is a partitioned table' AS what WHERE c.relkind = 'p'
  UNION ALL SELECT 'it is a foreign table' WHERE c.relkind = 'f'
  UNION ALL SELECT 'it is a partition' WHERE c.relispartition
  UNION ALL SELECT 'it inherits from another table' WHERE NOT c.relispartition AND EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = c.oid)
  UNION ALL SELECT 'other tables inherit from it' WHERE c.relkind <> 'p' AND EXISTS (SELECT FROM pg_inherits h WHERE h.inhparent = c.oid)
  UNION ALL SELECT 'it is a typed table' WHERE c.reloftype <> 0
  UNION ALL SELECT 'it is a temporary table' WHERE c.relpersistence = 't'
  UNION ALL SELECT 'it belongs to the extension ' || e.extname FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass
  UNION ALL SELECT 'it has a security label' WHERE EXISTS (SELECT FROM pg_seclabel s WHERE s.objoid = c.oid AND s.classoid = 'pg_class'::regclass)
  UNION ALL SELECT 'a logical replication subscription writes it' WHERE EXISTS (SELECT FROM pg_subscription_rel s WHERE s.srrelid = c.oid)
  UNION ALL SELECT 'the publication ' || t.pubname || ' sends its rows to subscribers' FROM pg_publication_tables t WHERE t.schemaname = n.nspname AND t.tablename = c.relname
  UNION ALL SELECT 'its row type is used by ' || pg_describe_object(d.classid, d.objid, d.objsubid)
    FROM pg_type y JOIN pg_depend d ON d.refclassid = 'pg_type'::regclass AND d.refobjid IN (y.oid, y.typarray)
    WHERE y.oid = c.reltype AND d.deptype <> 'i'
  UNION ALL SELECT pg_describe_object(d.classid, d.objid, d.objsubid) || ' refers to it'
    FROM pg_depend d WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND d.deptype IN ('n', 'a')
      AND NOT CASE d.classid
        WHEN 'pg_attrdef'::regclass THEN true
        WHEN 'pg_constraint'::regclass THEN true
        WHEN 'pg_statistic_ext'::regclass THEN true
        WHEN 'pg_publication_rel'::regclass THEN true
        WHEN 'pg_rewrite'::regclass THEN true
        WHEN 'pg_class'::regclass THEN (SELECT k.relkind IN ('i', 'I', 'S', 'r', 'p', 'f') FROM pg_class k WHERE k.oid = d.objid)
        WHEN 'pg_trigger'::regclass THEN (SELECT t.tgrelid = c.oid FROM pg_trigger t WHERE t.oid = d.objid)
        WHEN 'pg_policy'::regclass THEN (SELECT p.polrelid = c.oid FROM pg_policy p WHERE p.oid = d.objid)
        ELSE false END
  UNION ALL SELECT pg_describe_object(d.classid, d.objid, d.objsubid) || ' uses the identity sequence ' || s.relname
    FROM pg_depend i JOIN pg_class s ON s.oid = i.objid AND s.relkind = 'S' JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = s.oid
    WHERE i.classid = 'pg_class'::regclass AND i.refclassid = 'pg_class'::regclass AND i.refobjid = c.oid AND i.deptype = 'i' AND d.deptype IN ('n', 'a')`);

/** $1: text array of oids. */
export const DEPENDENTS_SQL = `
SELECT json_build_object(
  'oid', c.oid::text, 'schema', n.nspname, 'name', c.relname, 'kind', c.relkind, 'persistence', c.relpersistence,
  'owner', pg_get_userbyid(c.relowner), 'owns', pg_has_role(c.relowner, 'USAGE'),
  'mayCreate', has_schema_privilege(n.oid, 'CREATE'),
  'ownerMayCreate', (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) OR has_schema_privilege(c.relowner, n.oid, 'CREATE'),
  'rows', c.reltuples::bigint, 'bytes', pg_table_size(c.oid),
  'hasGrants', c.relacl IS NOT NULL, 'grants', ${ACL('c.relacl')}, 'comment', obj_description(c.oid, 'pg_class'),
  'rowSecurity', c.relrowsecurity, 'forceRowSecurity', c.relforcerowsecurity, 'replicaIdentity', c.relreplident,
  'options', c.reloptions, 'toastOptions', (SELECT t.reloptions FROM pg_class t WHERE t.oid = c.reltoastrelid),
  'tablespace', (SELECT spcname FROM pg_tablespace WHERE oid = c.reltablespace), 'method', (SELECT amname FROM pg_am WHERE oid = c.relam),
  'columns', ${COLUMNS}, 'constraints', ${CONSTRAINTS}, 'indexes', ${INDEXES},
  'foreignKeys', ${list(`SELECT ${FOREIGN_KEY} AND k.conrelid = c.oid ORDER BY k.conname`)},
  'referencedBy', ${list(`SELECT ${FOREIGN_KEY} AND k.confrelid = c.oid AND k.conrelid <> c.oid ORDER BY k.conrelid, k.conname`)},
  'views', ${VIEWS}, 'rules', ${RULES}, 'triggers', ${TRIGGERS}, 'policies', ${POLICIES}, 'sequences', ${SEQUENCES},
  'statistics', ${STATISTICS},
  'obstacles', (SELECT coalesce(json_agg(DISTINCT o.value->>'what'), '[]') FROM json_array_elements(${OBSTACLES}) o)
)::text AS document
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = ANY ($1::oid[])`;
