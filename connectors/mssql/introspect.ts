/** What tables there are and what they look like, in a few catalog queries whatever their number. */
import { LongshoreError } from '../../core/errors/longshore-error';
import type {
  ColumnSchema,
  ForeignKey,
  IndexSchema,
  KeySchema,
  LogicalType,
  TableRef,
  TableSchema,
} from '../../core/types/table';
import type { MssqlCapabilities } from './capabilities';
import { sizeSql } from './estimate';
import { columnsSql, foreignKeysSql, indexesSql, listSql, tablesSql } from './introspect-sql';
import { logicalType, maxLength, parseNativeType, spell } from './native-types';
import type { MssqlPool } from './pool';
import { ident, qualified, sysOf } from './sql';

/** Tables asked about in one query. */
const AT_ONCE = 200;

/**
 * Tables and views that the user may read, in order of name; system schemas and `hiddenSchema` left out. `database`:
 * those of another database. Throws DATABASE_NOT_FOUND.
 */
export async function listTables(pool: MssqlPool, hiddenSchema: string, database?: string): Promise<TableRef[]> {
  if (database !== undefined) await requireDatabase(pool, database);
  const rows = await pool.rows<{ schema: string; name: string }>(listSql(sysOf(database), database), {
    hidden: hiddenSchema,
  });
  return rows.map(({ schema, name }) => ({ ...(database !== undefined && { database }), schema, name }));
}

async function requireDatabase(pool: MssqlPool, database: string): Promise<void> {
  const [row] = await pool.rows<{ id: number | null; access: number | null }>(
    'SELECT CONVERT(int, DB_ID(@name)) AS id, CONVERT(int, HAS_DBACCESS(@name)) AS access',
    { name: database },
  );
  if (row?.id == null || row.access === 0)
    throw new LongshoreError(
      'DATABASE_NOT_FOUND',
      `SQL Server at ${pool.server.address} has no database ${database} that user ${pool.server.user || 'of this login'} may read.`,
    );
}

interface TableRow {
  id: number;
  schema: string;
  name: string;
  type: string;
  rows: string | null;
  bytes: string | null;
  comment: string | null;
}

/** Descriptions in the order asked for; tables that do not exist are left out. */
export async function describeTables(
  pool: MssqlPool,
  capabilities: MssqlCapabilities,
  refs: readonly TableRef[],
): Promise<TableSchema[]> {
  const described = new Map<TableRef, TableSchema>();
  for (const [database, group] of byDatabase(refs)) {
    for (let first = 0; first < group.length; first += AT_ONCE) {
      const some = group.slice(first, first + AT_ONCE);
      for (const schema of await describeSome(pool, capabilities, database, some)) {
        const ref = some.find((each) => sameName(each, schema.ref));
        if (ref) described.set(ref, schema);
      }
    }
  }
  return refs.flatMap((ref) => described.get(ref) ?? []);
}

/** Foreign keys of any table that point at one of `refs`, those between them included. */
export async function referencingKeys(pool: MssqlPool, refs: readonly TableRef[]): Promise<ForeignKey[]> {
  const found: ForeignKey[] = [];
  for (const [database, group] of byDatabase(refs)) {
    for (let first = 0; first < group.length; first += AT_ONCE) {
      const names = group.slice(first, first + AT_ONCE).map((ref) => qualified(ref));
      const ids = names.map((_, index) => `OBJECT_ID(@n${index})`).join(', ');
      const values = Object.fromEntries(names.map((name, index) => [`n${index}`, name]));
      const rows = await pool.rows<KeyRow>(foreignKeysSql(sysOf(database), ids, 'referenced'), values);
      found.push(...foreignKeysOf(rows, database));
    }
  }
  return found;
}

const sameName = (a: TableRef, b: TableRef): boolean =>
  a.schema.toLowerCase() === b.schema.toLowerCase() && a.name.toLowerCase() === b.name.toLowerCase();

const byDatabase = (refs: readonly TableRef[]): Map<string | undefined, TableRef[]> =>
  Map.groupBy(refs, ({ database }) => database);

async function describeSome(
  pool: MssqlPool,
  capabilities: MssqlCapabilities,
  database: string | undefined,
  refs: readonly TableRef[],
): Promise<TableSchema[]> {
  const sys = sysOf(database);
  const size = sizeSql(sys, await capabilities.can('partitionStats'));
  const tables = await pool.rows<TableRow>(tablesSql(sys, refs, size));
  if (tables.length === 0) return [];
  const ids = tables.map(({ id }) => Number(id)).join(', ');
  const columns = Map.groupBy(await pool.rows<ColumnRow>(columnsSql(sys, ids)), ({ id }) => id);
  const indexes = Map.groupBy(await pool.rows<IndexRow>(indexesSql(sys, ids)), ({ id }) => id);
  const keys = Map.groupBy(await pool.rows<KeyRow>(foreignKeysSql(sys, ids, 'parent')), ({ id }) => id);
  return tables.map((table): TableSchema => {
    const ref: TableRef = { ...(database !== undefined && { database }), schema: table.schema, name: table.name };
    const own = [...Map.groupBy(indexes.get(table.id) ?? [], ({ index_id: index }) => index).values()];
    const ofKind = (wanted: (row: IndexRow) => boolean): IndexRow[][] => own.filter(([row]) => row && wanted(row));
    const isView = table.type === 'V';
    const primaryKey = ofKind((row) => row.is_primary).map(keyOf)[0];
    const schemaColumns = (columns.get(table.id) ?? []).map(columnOf);
    const estimatedRows = isView || table.rows === null ? -1 : Number(table.rows);
    return {
      ref,
      kind: isView ? 'view' : 'table',
      columns: schemaColumns,
      ...(primaryKey && { primaryKey }),
      uniqueKeys: ofKind((row) => row.is_constraint).map(keyOf),
      indexes: ofKind((row) => !row.is_primary && !row.is_constraint).map((rows) => indexOf(rows, ref)),
      foreignKeys: foreignKeysOf(keys.get(table.id) ?? [], database),
      estimatedRows,
      estimatedBytes: bytesOf(table, schemaColumns, estimatedRows),
      ...(table.comment !== null && { comment: table.comment }),
    };
  });
}

/** Where the server tells rows and not pages, they are reckoned by the width of the columns. */
function bytesOf({ bytes }: TableRow, columns: ColumnSchema[], rows: number): number {
  if (bytes !== null) return rows < 0 ? -1 : Number(bytes);
  if (rows < 0) return -1;
  const width = columns.reduce((sum, { nativeType }) => sum + widthOf(nativeType), 16);
  return rows * width;
}

const FIXED_WIDTHS: Record<string, number> = { bit: 1, tinyint: 1, smallint: 2, int: 4, date: 3, uniqueidentifier: 16 };

function widthOf(nativeType: string): number {
  const { name, length } = parseNativeType(nativeType);
  if (length === 'max') return 200;
  if (length !== undefined)
    return Math.min(100, name.startsWith('var') || name === 'nvarchar' ? length / 2 + 2 : length);
  return FIXED_WIDTHS[name] ?? 8;
}

interface ColumnRow {
  id: number;
  name: string;
  type: string;
  type_schema: string | null;
  max_length: number;
  precision: number;
  scale: number;
  nullable: boolean;
  is_identity: boolean;
  is_computed: boolean;
  period: number;
  default_sql: string | null;
  comment: string | null;
}

function columnOf(row: ColumnRow): ColumnSchema {
  const nativeType = nativeTypeOf(row);
  const length = maxLength(nativeType);
  const isGenerated = row.is_computed || row.period !== 0 || nativeType === 'rowversion';
  return {
    name: row.name,
    nativeType,
    logical: logicalOrOther(nativeType),
    nullable: row.nullable,
    ...(row.is_identity && { identity: 'always' as const }),
    ...(isGenerated && { generated: true }),
    ...(row.default_sql !== null && { defaultSql: row.default_sql }),
    ...(length !== undefined && { maxLength: length }),
    ...(row.comment !== null && { comment: row.comment }),
  };
}

/** A type that cannot be carried is described all the same: it is refused when the column is chosen. */
function logicalOrOther(nativeType: string): LogicalType {
  try {
    return logicalType(nativeType);
  } catch {
    return { kind: 'text', of: 'other' };
  }
}

/** The exact text of a column's type, as in its definition. */
function nativeTypeOf({ type, type_schema: schema, max_length: bytes, precision, scale }: ColumnRow): string {
  if (schema !== null) return `${ident(schema)}.${ident(type)}`;
  const known = parseNativeType(type);
  const { name } = known;
  if (known.length !== undefined) {
    const units = name.startsWith('n') ? bytes / 2 : bytes;
    return spell({ ...known, length: bytes < 0 ? 'max' : units });
  }
  if (name === 'decimal') return spell({ ...known, precision, scale });
  if (known.scale !== undefined) return spell({ ...known, scale });
  return known.isBuiltIn ? name : type;
}

interface IndexRow {
  id: number;
  index_id: number;
  name: string;
  type: number;
  is_unique: boolean;
  is_primary: boolean;
  is_constraint: boolean;
  filter: string | null;
  column_name: string;
  is_included: boolean;
  is_descending: boolean;
}

const keyColumns = (rows: IndexRow[]): IndexRow[] => rows.filter((row) => !row.is_included);

const keyOf = (rows: IndexRow[]): KeySchema => ({
  name: rows[0]!.name,
  columns: keyColumns(rows).map((row) => row.column_name),
});

function indexOf(rows: IndexRow[], table: TableRef): IndexSchema {
  const { name, type, is_unique: unique, filter } = rows[0]!;
  const keys = keyColumns(rows).map((row) => `${ident(row.column_name)}${row.is_descending ? ' DESC' : ''}`);
  const included = rows.filter((row) => row.is_included).map((row) => ident(row.column_name));
  return {
    name,
    columns: keyColumns(rows).map((row) => row.column_name),
    unique,
    definition:
      `CREATE ${unique ? 'UNIQUE ' : ''}${type === 1 ? 'CLUSTERED' : 'NONCLUSTERED'} INDEX ${ident(name)} ON ${qualified(table)} (${keys.join(', ')})` +
      `${included.length > 0 ? ` INCLUDE (${included.join(', ')})` : ''}${filter === null ? '' : ` WHERE ${filter}`}`,
  };
}

interface KeyRow {
  id: number;
  key_id: number;
  name: string;
  from_schema: string;
  from_name: string;
  to_schema: string;
  to_name: string;
  is_disabled: boolean;
  is_not_trusted: boolean;
  column_name: string;
  to_column: string;
}

function foreignKeysOf(rows: readonly KeyRow[], database: string | undefined): ForeignKey[] {
  const ref = (schema: string, name: string): TableRef => ({
    ...(database !== undefined && { database }),
    schema,
    name,
  });
  return [...Map.groupBy(rows, (row) => row.key_id).values()].map((columns) => {
    const key = columns[0]!;
    return {
      name: key.name,
      from: ref(key.from_schema, key.from_name),
      columns: columns.map((row) => row.column_name),
      to: ref(key.to_schema, key.to_name),
      toColumns: columns.map((row) => row.to_column),
      deferrable: false,
      validated: !key.is_disabled && !key.is_not_trusted,
    };
  });
}
