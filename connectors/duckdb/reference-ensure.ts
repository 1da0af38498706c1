/** Makes the schemas and tables that drop folders need, where they are missing. What is there is never altered. */
import type { ReferenceColumn, WantedTable } from '../reference-columns';
import type { Session } from './instance';
import { ident, idents, literal, qualified } from './sql';

/** Schemas and tables that are not there; names differ by more than capitals. */
export async function missing(
  session: Session,
  schemas: string[],
  tables: WantedTable[],
): Promise<{ schemas: string[]; tables: WantedTable[] }> {
  const rows = await session.rows(
    `SELECT schema_name, NULL AS name FROM duckdb_schemas() WHERE database_name = current_database()
     UNION ALL SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = current_database()
     UNION ALL SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = current_database()`,
  );
  const there = new Set(rows.map(({ schema_name, name }) => keyOf(String(schema_name), name)));
  const names = [...new Set([...schemas, ...tables.map(({ ref }) => ref.schema)])];
  return {
    schemas: names.filter((schema) => !there.has(keyOf(schema, null))),
    tables: tables.filter(({ ref }) => !there.has(keyOf(ref.schema, ref.name))),
  };
}

const keyOf = (schema: string, name: unknown): string => JSON.stringify([schema, name]).toLowerCase();

/** Inside a transaction. */
export async function create(
  session: Session,
  { schemas, tables }: { schemas: string[]; tables: WantedTable[] },
): Promise<void> {
  for (const schema of schemas) await session.run(`CREATE SCHEMA IF NOT EXISTS ${ident(schema)}`);
  for (const { ref, table } of tables) {
    // In the text that nextval takes, no name can have a double quote.
    const sequence = qualified({ schema: ref.schema, name: `${ref.name.replaceAll('"', '_')}_id` });
    await session.run(`CREATE SEQUENCE IF NOT EXISTS ${sequence}`);
    const columns = table.columns.map((column) => columnSql(column, sequence));
    await session.run(`CREATE TABLE ${qualified(ref)} (${[...columns, `UNIQUE (${idents(table.key)})`].join(', ')})`);
    for (const column of table.indexed)
      await session.run(`CREATE INDEX ${ident(`${ref.name}_${column}`)} ON ${qualified(ref)} (${ident(column)})`);
  }
}

const DEFAULTS = { now: 'now()', utc: 'now()', no: 'false', yes: 'true' } as const;

function columnSql({ name, kind, length, notNull, default: fallback }: ReferenceColumn, sequence: string): string {
  const types = {
    id: `INTEGER PRIMARY KEY DEFAULT nextval(${literal(sequence)})`,
    // For people to read: DuckDB limits no text.
    text: length === undefined ? 'VARCHAR' : `VARCHAR(${length})`,
    int64: 'BIGINT',
    flag: 'BOOLEAN',
    time: 'TIMESTAMP WITH TIME ZONE',
  };
  return `${ident(name)} ${types[kind]}${notNull ? ' NOT NULL' : ''}${fallback ? ` DEFAULT ${DEFAULTS[fallback]}` : ''}`;
}
