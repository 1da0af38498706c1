/** Tables of the target as its catalog has them: what staging is modelled on, and what hangs on a table. */
import { createHash } from 'node:crypto';
import type { TableRef } from '../../core/types/table';
import { errorNumber } from './errors';
import type { MssqlSession } from './pool';
import { literal } from './sql';

export interface LiveColumn {
  name: string;
  /** Type that the server itself defines, in lower case; for an alias type the one beneath it. */
  type: string;
  /** Schema and name of an alias type. */
  alias: { schema: string; name: string } | null;
  maxLength: number;
  precision: number;
  scale: number;
  nullable: boolean;
  collation: string | null;
  identity: { seed: string; increment: string; last: string | null } | null;
  computed: { definition: string; persisted: boolean } | null;
  defaultSql: string | null;
  /** Filled by the server in any case: rowversion, and the period of a temporal table. */
  automatic: boolean;
  sparse: boolean;
}

export interface LiveIndex {
  name: string;
  kind: string;
  clustered: boolean;
  unique: boolean;
  primaryKey: boolean;
  uniqueConstraint: boolean;
  keys: { name: string; descending: boolean }[];
  included: string[];
  filter: string | null;
  disabled: boolean;
  compression: string;
  space: string | null;
}

export interface LiveCheck {
  name: string;
  definition: string;
  disabled: boolean;
  trusted: boolean;
}

export interface LiveForeignKey {
  name: string;
  from: TableRef;
  columns: string[];
  to: TableRef;
  toColumns: string[];
  onDelete: string;
  onUpdate: string;
  disabled: boolean;
  trusted: boolean;
  notForReplication: boolean;
  properties: { name: string; value: string }[];
}

export interface LiveTrigger {
  name: string;
  disabled: boolean;
}

export interface LiveTable extends TableRef {
  id: number;
  columns: LiveColumn[];
  indexes: LiveIndex[];
  checks: LiveCheck[];
  foreignKeys: LiveForeignKey[];
  /** Those of other tables, and its own that point at itself. */
  referencedBy: LiveForeignKey[];
  triggers: LiveTrigger[];
  /** Row-level security that is switched on. */
  policies: TableRef[];
  rows: number;
  bytes: number;
  space: string | null;
  /** What else the server says of the table that a switch cannot keep, as parts of a sentence. */
  peculiarities: string[];
}

/** Undefined where there is no such table. Not for use inside a transaction, which a view that the server lacks could end. */
export async function describeLive(
  session: MssqlSession,
  refs: readonly TableRef[],
): Promise<(LiveTable | undefined)[]> {
  const tables: (LiveTable | undefined)[] = [];
  for (const ref of refs) tables.push(await describeOne(session, ref));
  return tables;
}

/** Columns alone, by a query that every server answers: safe inside a transaction. */
export async function liveColumns(session: MssqlSession, ref: TableRef): Promise<LiveColumn[] | undefined> {
  const id = await objectId(session, ref);
  return id === undefined ? undefined : readColumns(session, id);
}

/** Changes whenever a column does. */
export const columnsFingerprint = (columns: readonly LiveColumn[]): string =>
  createHash('sha256')
    .update(JSON.stringify(columns.map((column) => ({ ...column, identity: column.identity !== null }))))
    .digest('hex')
    .slice(0, 16);

async function objectId(session: MssqlSession, { schema, name }: TableRef): Promise<number | undefined> {
  const [found] = await session.rows<{ id: number }>(
    `SELECT t.object_id AS id FROM sys.tables t JOIN sys.schemas s ON s.schema_id = t.schema_id WHERE s.name = ${literal(schema)} AND t.name = ${literal(name)}`,
  );
  return found?.id;
}

async function describeOne(session: MssqlSession, ref: TableRef): Promise<LiveTable | undefined> {
  const id = await objectId(session, ref);
  if (id === undefined) return undefined;
  const indexes = await readIndexes(session, id);
  const keys = await readForeignKeys(session, id);
  const [size] = await optionalRows<{ rows: string; bytes: string }>(
    session,
    `SELECT CONVERT(varchar(30), SUM(CASE WHEN index_id < 2 THEN row_count ELSE 0 END)) AS rows, CONVERT(varchar(30), SUM(used_page_count) * 8192) AS bytes FROM sys.dm_db_partition_stats WHERE object_id = ${id}`,
  );
  const [counted] = size
    ? [undefined]
    : await optionalRows<{ rows: string | null }>(
        session,
        `SELECT CONVERT(varchar(30), SUM(rows)) AS rows FROM sys.partitions WHERE object_id = ${id} AND index_id < 2`,
      );
  return {
    ...ref,
    id,
    columns: await readColumns(session, id),
    indexes: indexes.filter(({ kind }) => kind !== 'HEAP'),
    checks: await session.rows<LiveCheck>(
      `SELECT name, definition, is_disabled AS disabled, CONVERT(bit, 1 - is_not_trusted) AS trusted FROM sys.check_constraints WHERE parent_object_id = ${id} ORDER BY name`,
    ),
    foreignKeys: keys.filter(({ parent }) => parent === id).map(({ key }) => key),
    referencedBy: keys.filter(({ referenced }) => referenced === id).map(({ key }) => key),
    triggers: await session.rows<LiveTrigger>(
      `SELECT name, is_disabled AS disabled FROM sys.triggers WHERE parent_id = ${id} ORDER BY name`,
    ),
    policies: await optionalRows<TableRef>(
      session,
      `SELECT DISTINCT s.name AS [schema], p.name FROM sys.security_policies p JOIN sys.schemas s ON s.schema_id = p.schema_id JOIN sys.security_predicates r ON r.object_id = p.object_id WHERE p.is_enabled = 1 AND r.target_object_id = ${id}`,
    ),
    rows: Number(size?.rows ?? counted?.rows ?? -1),
    bytes: Number(size?.bytes ?? 0),
    space: indexes.find(({ kind, clustered }) => clustered || kind === 'HEAP')?.space ?? null,
    peculiarities: await readPeculiarities(session, id, indexes),
  };
}

async function readColumns(session: MssqlSession, id: number): Promise<LiveColumn[]> {
  const rows = await session.rows<{
    name: string;
    type: string;
    userType: string;
    userSchema: string | null;
    isUser: boolean;
    maxLength: number;
    precision: number;
    scale: number;
    nullable: boolean;
    collation: string | null;
    sparse: boolean;
    generated: number;
    numbered: boolean;
    seed: string | null;
    increment: string | null;
    last: string | null;
    definition: string | null;
    persisted: boolean | null;
    defaultSql: string | null;
  }>(
    `SELECT c.name, COALESCE(b.name, t.name) AS type, t.name AS userType, s.name AS userSchema, t.is_user_defined AS isUser,
       c.max_length AS maxLength, c.precision, c.scale, c.is_nullable AS nullable, c.collation_name AS collation, c.is_sparse AS sparse, c.generated_always_type AS generated,
       c.is_identity AS numbered, CONVERT(varchar(40), i.seed_value) AS seed, CONVERT(varchar(40), i.increment_value) AS increment, CONVERT(varchar(40), i.last_value) AS last,
       k.definition, k.is_persisted AS persisted, d.definition AS defaultSql
     FROM sys.columns c JOIN sys.types t ON t.user_type_id = c.user_type_id LEFT JOIN sys.schemas s ON s.schema_id = t.schema_id
       LEFT JOIN sys.types b ON b.user_type_id = c.system_type_id AND c.system_type_id <> 240
       LEFT JOIN sys.identity_columns i ON i.object_id = c.object_id AND i.column_id = c.column_id
       LEFT JOIN sys.computed_columns k ON k.object_id = c.object_id AND k.column_id = c.column_id
       LEFT JOIN sys.default_constraints d ON d.parent_object_id = c.object_id AND d.parent_column_id = c.column_id
     WHERE c.object_id = ${id} ORDER BY c.column_id`,
  );
  return rows.map((row) => {
    const type = row.type.toLowerCase();
    return {
      name: row.name,
      type: type === 'rowversion' ? 'timestamp' : type,
      alias:
        row.isUser && type !== row.userType.toLowerCase()
          ? { schema: row.userSchema ?? 'dbo', name: row.userType }
          : null,
      maxLength: row.maxLength,
      precision: row.precision,
      scale: row.scale,
      nullable: row.nullable,
      collation: row.collation,
      identity: row.numbered ? { seed: row.seed ?? '1', increment: row.increment ?? '1', last: row.last } : null,
      computed: row.definition === null ? null : { definition: row.definition, persisted: row.persisted === true },
      defaultSql: row.defaultSql,
      automatic: type === 'timestamp' || type === 'rowversion' || row.generated > 0,
      sparse: row.sparse,
    };
  });
}

async function readIndexes(session: MssqlSession, id: number): Promise<LiveIndex[]> {
  const rows = await session.rows<{
    id: number;
    name: string | null;
    kind: string;
    type: number;
    unique: boolean;
    primaryKey: boolean;
    uniqueConstraint: boolean;
    filter: string | null;
    disabled: boolean;
    space: string | null;
    compression: string | null;
  }>(
    `SELECT i.index_id AS id, i.name, i.type_desc AS kind, i.type, i.is_unique AS [unique], i.is_primary_key AS primaryKey, i.is_unique_constraint AS uniqueConstraint,
       i.filter_definition AS filter, i.is_disabled AS disabled, (SELECT d.name FROM sys.data_spaces d WHERE d.data_space_id = i.data_space_id) AS space,
       (SELECT MAX(p.data_compression_desc) FROM sys.partitions p WHERE p.object_id = i.object_id AND p.index_id = i.index_id) AS compression
     FROM sys.indexes i WHERE i.object_id = ${id} AND i.is_hypothetical = 0 ORDER BY i.index_id`,
  );
  const columns = await session.rows<{ id: number; name: string; descending: boolean; included: boolean }>(
    `SELECT x.index_id AS id, c.name, x.is_descending_key AS descending, x.is_included_column AS included
     FROM sys.index_columns x JOIN sys.columns c ON c.object_id = x.object_id AND c.column_id = x.column_id
     WHERE x.object_id = ${id} AND (x.key_ordinal > 0 OR x.is_included_column = 1) ORDER BY x.index_id, x.key_ordinal, x.index_column_id`,
  );
  return rows.map((row) => {
    const own = columns.filter((column) => column.id === row.id);
    return {
      name: row.name ?? '',
      kind: row.kind,
      clustered: row.type === 1 || row.type === 5,
      unique: row.unique,
      primaryKey: row.primaryKey,
      uniqueConstraint: row.uniqueConstraint,
      keys: own.filter(({ included }) => !included).map(({ name, descending }) => ({ name, descending })),
      included: own.filter(({ included }) => included).map(({ name }) => name),
      filter: row.filter,
      disabled: row.disabled,
      compression: row.compression ?? 'NONE',
      space: row.space,
    };
  });
}

const ACTIONS = ['NO ACTION', 'CASCADE', 'SET NULL', 'SET DEFAULT'];

async function readForeignKeys(
  session: MssqlSession,
  id: number,
): Promise<{ parent: number; referenced: number; key: LiveForeignKey }[]> {
  const rows = await session.rows<{
    id: number;
    name: string;
    parent: number;
    referenced: number;
    fromSchema: string;
    fromName: string;
    toSchema: string;
    toName: string;
    onDelete: number;
    onUpdate: number;
    disabled: boolean;
    untrusted: boolean;
    notForReplication: boolean;
    fromColumn: string;
    toColumn: string;
  }>(
    `SELECT f.object_id AS id, f.name, f.parent_object_id AS parent, f.referenced_object_id AS referenced, fs.name AS fromSchema, ft.name AS fromName, ts.name AS toSchema, tt.name AS toName,
       f.delete_referential_action AS onDelete, f.update_referential_action AS onUpdate, f.is_disabled AS disabled, f.is_not_trusted AS untrusted, f.is_not_for_replication AS notForReplication,
       fc.name AS fromColumn, tc.name AS toColumn
     FROM sys.foreign_keys f
       JOIN sys.tables ft ON ft.object_id = f.parent_object_id JOIN sys.schemas fs ON fs.schema_id = ft.schema_id
       JOIN sys.tables tt ON tt.object_id = f.referenced_object_id JOIN sys.schemas ts ON ts.schema_id = tt.schema_id
       JOIN sys.foreign_key_columns k ON k.constraint_object_id = f.object_id
       JOIN sys.columns fc ON fc.object_id = k.parent_object_id AND fc.column_id = k.parent_column_id
       JOIN sys.columns tc ON tc.object_id = k.referenced_object_id AND tc.column_id = k.referenced_column_id
     WHERE f.parent_object_id = ${id} OR f.referenced_object_id = ${id} ORDER BY f.name, f.object_id, k.constraint_column_id`,
  );
  const keys = new Map<number, { parent: number; referenced: number; key: LiveForeignKey }>();
  for (const row of rows) {
    const known = keys.get(row.id);
    const key = known?.key ?? {
      name: row.name,
      from: { schema: row.fromSchema, name: row.fromName },
      columns: [],
      to: { schema: row.toSchema, name: row.toName },
      toColumns: [],
      onDelete: ACTIONS[row.onDelete] ?? 'NO ACTION',
      onUpdate: ACTIONS[row.onUpdate] ?? 'NO ACTION',
      disabled: row.disabled,
      trusted: !row.untrusted,
      notForReplication: row.notForReplication,
      properties: [],
    };
    if (!known) keys.set(row.id, { parent: row.parent, referenced: row.referenced, key });
    key.columns.push(row.fromColumn);
    key.toColumns.push(row.toColumn);
  }
  for (const [constraint, { key }] of keys) {
    key.properties = await optionalRows(
      session,
      `SELECT name, CONVERT(nvarchar(3750), value) AS value FROM sys.extended_properties WHERE class = 1 AND major_id = ${constraint} AND minor_id = 0`,
    );
  }
  return [...keys.values()];
}

/** Each asked for by itself: servers differ in which of these views and columns they have. */
const PECULIARITIES: [what: string, condition: string][] = [
  ['it is a temporal table or the history of one', 'SELECT 1 AS found FROM sys.tables WHERE object_id = @id AND temporal_type <> 0'],
  ['it is a ledger table', 'SELECT 1 AS found FROM sys.tables WHERE object_id = @id AND ledger_type <> 0'],
  ['it is memory-optimized', 'SELECT 1 AS found FROM sys.tables WHERE object_id = @id AND is_memory_optimized = 1'],
  ['change data capture follows it', 'SELECT 1 AS found FROM sys.tables WHERE object_id = @id AND is_tracked_by_cdc = 1'],
  ['it is replicated', 'SELECT 1 AS found FROM sys.tables WHERE object_id = @id AND (is_published = 1 OR is_merge_published = 1 OR is_replicated = 1 OR is_schema_published = 1)'],
  ['it is a FileTable or an external table', 'SELECT 1 AS found FROM sys.tables WHERE object_id = @id AND (is_filetable = 1 OR is_external = 1)'],
  ['change tracking follows it', 'SELECT 1 AS found FROM sys.change_tracking_tables WHERE object_id = @id'],
  ['it has a full-text index', 'SELECT 1 AS found FROM sys.fulltext_indexes WHERE object_id = @id'],
  ['it is partitioned', "SELECT 1 AS found FROM sys.indexes i JOIN sys.data_spaces d ON d.data_space_id = i.data_space_id WHERE i.object_id = @id AND d.type = 'PS'"],
  ['an indexed view reads it', "SELECT 1 AS found FROM sys.sql_expression_dependencies e JOIN sys.indexes i ON i.object_id = e.referencing_id JOIN sys.views v ON v.object_id = e.referencing_id WHERE e.referenced_id = @id"],
  ['a column is masked dynamically', 'SELECT 1 AS found FROM sys.masked_columns WHERE object_id = @id AND is_masked = 1'],
]; // prettier-ignore

async function readPeculiarities(session: MssqlSession, id: number, indexes: readonly LiveIndex[]): Promise<string[]> {
  const found: string[] = [];
  for (const [what, condition] of PECULIARITIES) {
    const rows = await optionalRows(session, condition.replace('@id', String(id)));
    if (rows.length > 0) found.push(what);
  }
  for (const { kind, name, disabled } of indexes) {
    if (!['HEAP', 'CLUSTERED', 'NONCLUSTERED'].includes(kind))
      found.push(`its index ${name} is of the kind ${kind.toLowerCase()}`);
    else if (disabled) found.push(`its index ${name} is disabled`);
  }
  return found;
}

/** No rows where the server lacks the view or a column of it, or the user may not look. */
export async function optionalRows<T>(session: MssqlSession, sql: string): Promise<T[]> {
  try {
    return await session.rows<T>(sql);
  } catch (error) {
    if (errorNumber(error) === undefined) throw error;
    return [];
  }
}
