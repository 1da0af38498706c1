/** What DuckDB's catalog functions say about tables, as Longshore's table schemas. */
import type { ColumnSchema, ForeignKey, IndexSchema, KeySchema, TableRef, TableSchema } from '../../core/types/table';
import { tableId } from '../../core/types/table';
import type { Row, Session } from './instance';
import { ident, idents, leadingName, literal, outsideBrackets, outsideQuotes, qualified, topLevelItems } from './sql';
import { logicalType } from './type-names';

const OWN = `database_name = current_database() AND NOT internal`;

/** Every table and view of the file, our own marker schema left out. */
export async function listTables(session: Session, stagingSchema: string): Promise<TableRef[]> {
  const rows = await session.rows(
    `SELECT schema_name, table_name AS name FROM duckdb_tables() WHERE ${OWN} AND NOT temporary AND schema_name <> $1
     UNION ALL SELECT schema_name, view_name FROM duckdb_views() WHERE ${OWN} AND NOT temporary AND schema_name <> $1
     ORDER BY 1, 2`,
    [stagingSchema],
  );
  return rows.map(({ schema_name, name }) => ({ schema: String(schema_name), name: String(name) }));
}

/** Columns, keys and estimates of those tables that exist, in the order asked. */
export async function describeTables(session: Session, refs: TableRef[]): Promise<TableSchema[]> {
  if (refs.length === 0) return [];
  const tables = await session.rows(
    `SELECT schema_name, table_name, 'table' AS kind, estimated_size::BIGINT AS size, comment, sql FROM duckdb_tables() WHERE ${OWN}
     UNION ALL SELECT schema_name, view_name, 'view', -1, comment, '' FROM duckdb_views() WHERE ${OWN}`,
  );
  const wanted = refs
    .filter(({ database }) => database === undefined)
    .map((ref) => tables.find((row) => row.schema_name === ref.schema && row.table_name === ref.name));
  const columns = grouped(await session.rows(`SELECT * FROM duckdb_columns() WHERE ${OWN} ORDER BY column_index`));
  const constraints = grouped(
    await session.rows(
      `SELECT * FROM duckdb_constraints() WHERE database_name = current_database() ORDER BY constraint_index`,
    ),
  );
  const indexes = grouped(
    await session.rows(`SELECT * FROM duckdb_indexes() WHERE database_name = current_database() ORDER BY index_name`),
  );
  return wanted
    .filter((row) => row !== undefined)
    .map((row): TableSchema => {
      const ref = { schema: String(row.schema_name), name: String(row.table_name) };
      const id = tableId(ref);
      const own = constraints.get(id) ?? [];
      const generated = generatedColumns(String(row.sql));
      const described = (columns.get(id) ?? []).map((column) => columnSchema(column, generated));
      const estimatedRows = Number(row.size);
      const primary = own.find((constraint) => constraint.constraint_type === 'PRIMARY KEY');
      return {
        ref,
        kind: row.kind as 'table' | 'view',
        columns: described,
        ...(primary && { primaryKey: key(primary) }),
        uniqueKeys: own.filter((constraint) => constraint.constraint_type === 'UNIQUE').map(key),
        indexes: (indexes.get(id) ?? []).map(indexSchema),
        foreignKeys: own
          .filter((constraint) => constraint.constraint_type === 'FOREIGN KEY')
          .map((constraint) => foreignKey(ref, constraint)),
        estimatedRows,
        estimatedBytes: estimatedRows < 0 ? -1 : estimatedRows * rowBytes(described),
        ...(row.comment !== null && { comment: String(row.comment) }),
      };
    });
}

/** Foreign keys of any table that point at one of `refs`. */
export async function referencingKeys(session: Session, refs: TableRef[]): Promise<ForeignKey[]> {
  const rows = await session.rows(
    `SELECT * FROM duckdb_constraints() WHERE database_name = current_database() AND constraint_type = 'FOREIGN KEY' ORDER BY schema_name, table_name, constraint_index`,
  );
  return rows
    .map((row) => foreignKey({ schema: String(row.schema_name), name: String(row.table_name) }, row))
    .filter(({ to }) => refs.some((ref) => ref.schema === to.schema && ref.name === to.name));
}

/**
 * The statement that makes the table as it is now, for a table that is dropped and made anew. DuckDB's own text leaves
 * out a foreign key to the table itself and does not quote the schema in others, so the foreign keys are written here.
 */
export async function tableDefinition(
  session: Session,
  { ref, foreignKeys }: Pick<TableSchema, 'ref' | 'foreignKeys'>,
): Promise<string | undefined> {
  const sql = await session.value(
    `SELECT sql FROM duckdb_tables() WHERE ${OWN} AND schema_name = $1 AND table_name = $2`,
    [ref.schema, ref.name],
  );
  if (typeof sql !== 'string') return undefined;
  const [head, body] = splitDefinition(sql);
  const items = topLevelItems(body).filter((item) => item !== '' && !item.startsWith('FOREIGN KEY ('));
  const keys = foreignKeys.map(
    ({ columns, to, toColumns }) =>
      `FOREIGN KEY (${idents(columns)}) REFERENCES ${qualified(to)}(${idents(toColumns)})`,
  );
  return `${head}(${[...items, ...keys].join(', ')})`;
}

/** `CREATE TABLE name` and what stands between its outermost brackets. */
function splitDefinition(sql: string): [string, string] {
  const plain = outsideQuotes(sql);
  const open = plain.indexOf('(');
  return [sql.slice(0, open), sql.slice(open + 1, plain.lastIndexOf(')'))];
}

/** COMMENT statements that give a table and its columns the comments they have now. */
export async function commentStatements(session: Session, ref: TableRef): Promise<string[]> {
  const table = await session.rows(
    `SELECT comment FROM duckdb_tables() WHERE ${OWN} AND schema_name = $1 AND table_name = $2 AND comment IS NOT NULL`,
    [ref.schema, ref.name],
  );
  const columns = await session.rows(
    `SELECT column_name, comment FROM duckdb_columns() WHERE ${OWN} AND schema_name = $1 AND table_name = $2 AND comment IS NOT NULL`,
    [ref.schema, ref.name],
  );
  return [
    ...table.map(({ comment }) => `COMMENT ON TABLE ${qualified(ref)} IS ${literal(String(comment))}`),
    ...columns.map(
      ({ column_name, comment }) =>
        `COMMENT ON COLUMN ${qualified(ref)}.${ident(String(column_name))} IS ${literal(String(comment))}`,
    ),
  ];
}

const names = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function grouped(rows: Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const id = tableId({ schema: String(row.schema_name), name: String(row.table_name) });
    const group = groups.get(id);
    if (group) group.push(row);
    else groups.set(id, [row]);
  }
  return groups;
}

const key = (row: Row): KeySchema => ({
  name: String(row.constraint_name),
  columns: names(row.constraint_column_names),
});

const foreignKey = (from: TableRef, row: Row): ForeignKey => ({
  name: String(row.constraint_name),
  from,
  columns: names(row.constraint_column_names),
  // DuckDB keeps no schema with the name: a key cannot reach into another one.
  to: { schema: from.schema, name: String(row.referenced_table) },
  toColumns: names(row.referenced_column_names),
  deferrable: false,
  validated: true,
});

/** DuckDB lists the expressions of an index as text: `[b, '((id + 1))']`; only plain columns become names. */
function indexSchema(row: Row): IndexSchema {
  const columns = topLevelItems(String(row.expressions).slice(1, -1)).map((text) =>
    leadingName(text.replaceAll(/^'|'$/g, '')),
  );
  return {
    name: String(row.index_name),
    columns,
    unique: row.is_unique === true,
    ...(row.sql !== null && { definition: String(row.sql) }),
  };
}

function columnSchema(row: Row, generatedNames: Set<string>): ColumnSchema {
  const name = String(row.column_name);
  const type = String(row.data_type);
  const generated = generatedNames.has(name);
  const defaultSql = row.column_default;
  return {
    name,
    nativeType: type,
    logical: logicalType(type),
    nullable: row.is_nullable === true,
    ...(generated && { generated: true }),
    ...(!generated && typeof defaultSql === 'string' && { defaultSql }),
    ...(row.comment !== null && { comment: String(row.comment) }),
  };
}

/** Names of the generated columns: DuckDB's functions do not tell them, only the definition does. */
function generatedColumns(definition: string): Set<string> {
  if (!definition.includes(' GENERATED ALWAYS AS')) return new Set();
  const [, body] = splitDefinition(definition);
  const generated = topLevelItems(body).filter((item) => outsideBrackets(item).includes(' GENERATED ALWAYS AS'));
  return new Set(generated.map(leadingName));
}

const WIDTH: Record<string, number> = {
  boolean: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  float32: 4,
  float64: 8,
  date: 4,
  time: 8,
  timestamp: 8,
  timestamptz: 8,
  uuid: 16,
};
/** Bytes taken for a value of variable length: DuckDB keeps no statistics of them. */
const VARIABLE_WIDTH = 24;

/** Bytes of an average row, by its column types. */
export const rowBytes = (columns: Pick<ColumnSchema, 'logical'>[]): number =>
  columns.reduce(
    (sum, { logical }) =>
      sum + (logical.kind === 'decimal' ? (logical.precision > 18 ? 16 : 8) : (WIDTH[logical.kind] ?? VARIABLE_WIDTH)),
    0,
  );
