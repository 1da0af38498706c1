/**
 * Dropping tables and making them anew inside one transaction. DuckDB refuses to delete or drop rows that a foreign key
 * points at, even when they come back in the same transaction, so the tables that point at them have to step aside too.
 */
import { LongshoreError } from '../../core/errors/longshore-error';
import { sameTable, tableId, type ForeignKey, type TableRef, type TableSchema } from '../../core/types/table';
import { commentStatements, describeTables, listTables, tableDefinition } from './introspect';
import type { Session } from './instance';
import { ident, idents, literal, qualified } from './sql';

/** A table on its way out and back in. */
export interface Rebuilt {
  schema: TableSchema;
  /** CREATE TABLE, comments, and indexes, as they are now. */
  definition: string;
  comments: string[];
  indexes: string[];
  /** Temporary table that holds the rows, for a table whose rows stay. */
  kept?: string;
}

/** The tables to rebuild: those asked for, and everything that points at them; a table stands after those it points at. */
export async function planRebuild(session: Session, replaced: TableRef[], stagingSchema: string): Promise<Rebuilt[]> {
  const schemas = (await describeTables(session, await listTables(session, stagingSchema))).filter(
    ({ kind }) => kind === 'table',
  );
  const included = new Set(replaced.map(tableId));
  const pointsIn = (key: ForeignKey): boolean => included.has(tableId(key.to));
  for (let grown = true; grown;) {
    const more = schemas.filter(({ ref, foreignKeys }) => !included.has(tableId(ref)) && foreignKeys.some(pointsIn));
    for (const { ref } of more) included.add(tableId(ref));
    grown = more.length > 0;
  }
  const rebuilt: Rebuilt[] = [];
  for (const [index, schema] of parentsFirst(schemas.filter(({ ref }) => included.has(tableId(ref)))).entries()) {
    const definition = await tableDefinition(session, schema);
    if (definition === undefined)
      throw new LongshoreError('TARGET_CHANGED', `Table ${tableId(schema.ref)} is gone from the target.`, {
        table: tableId(schema.ref),
      });
    const indexes = schema.indexes.flatMap((found) => found.definition ?? []);
    const kept = replaced.some((ref) => sameTable(ref, schema.ref)) ? undefined : `longshore_kept_${index}`;
    rebuilt.push({
      schema,
      definition,
      comments: [...(await commentStatements(session, schema.ref)), ...(await indexComments(session, schema.ref))],
      indexes,
      ...(kept && { kept }),
    });
  }
  return rebuilt;
}

/** DuckDB has no circles of foreign keys: a key can only name a table that exists. */
function parentsFirst(schemas: TableSchema[]): TableSchema[] {
  const sorted: TableSchema[] = [];
  const waiting = [...schemas];
  while (waiting.length > 0) {
    const isFree = ({ ref, foreignKeys }: TableSchema): boolean =>
      foreignKeys.every(({ to }) => sameTable(to, ref) || !waiting.some((other) => sameTable(other.ref, to)));
    const at = Math.max(0, waiting.findIndex(isFree));
    sorted.push(...waiting.splice(at, 1));
  }
  return sorted;
}

async function indexComments(session: Session, ref: TableRef): Promise<string[]> {
  const rows = await session.rows(
    'SELECT index_name, comment FROM duckdb_indexes() WHERE database_name = current_database() AND schema_name = $1 AND table_name = $2 AND comment IS NOT NULL',
    [ref.schema, ref.name],
  );
  return rows.map(
    ({ index_name, comment }) =>
      `COMMENT ON INDEX ${ident(ref.schema)}.${ident(String(index_name))} IS ${literal(String(comment))}`,
  );
}

/** Sets rows aside where they stay, drops all, and makes all anew: empty and without indexes. */
export async function dropAndCreate(
  session: Session,
  tables: Rebuilt[],
  evolve: (ref: TableRef) => string[],
): Promise<void> {
  for (const { schema, kept } of tables)
    if (kept) await session.run(`CREATE TEMPORARY TABLE ${kept} AS SELECT * FROM ${qualified(schema.ref)}`);
  for (const { schema } of tables.toReversed()) await session.run(`DROP TABLE ${qualified(schema.ref)}`);
  for (const { definition, schema } of tables) {
    await session.run(definition);
    for (const statement of evolve(schema.ref)) await session.run(statement);
  }
}

/** Puts back the rows that were set aside. Throws FOREIGN_KEY_VIOLATED when one points at a row that is gone. */
export async function putBack(session: Session, { schema, kept }: Rebuilt): Promise<void> {
  if (kept === undefined) return;
  const columns = idents(schema.columns.filter(({ generated }) => !generated).map(({ name }) => name));
  await insertRows(session, schema, columns, `(SELECT ${columns} FROM ${kept})`, kept);
  await session.run(`DROP TABLE temp.main.${kept}`);
}

/**
 * Inserts rows; into a table that points at itself in rounds, parents before children, because DuckDB checks a foreign
 * key against the rows that were there before the statement.
 */
export async function insertRows(
  session: Session,
  schema: TableSchema,
  columns: string,
  from: string,
  label: string,
): Promise<number> {
  const own = schema.foreignKeys.filter(({ to }) => sameTable(to, schema.ref));
  const table = qualified(schema.ref);
  if (own.length === 0) return session.run(`INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${from}`);
  const waiting = `waiting_${label.replaceAll(/\W/g, '_')}`;
  await session.run(`CREATE TEMPORARY TABLE ${waiting} AS SELECT ${columns} FROM ${from}`);
  const isReady = own.map((key) => {
    const isNull = key.columns.map((name) => `w.${ident(name)} IS NULL`).join(' OR ');
    const matches = key.columns
      .map((name, index) => `t.${ident(key.toColumns[index] ?? name)} = w.${ident(name)}`)
      .join(' AND ');
    return `(${isNull} OR EXISTS (SELECT 1 FROM ${table} AS t WHERE ${matches}))`;
  });
  let total = 0;
  for (let left = await session.count(`SELECT count(*) FROM ${waiting}`); left > 0;) {
    const ready = `SELECT w.rowid AS id FROM ${waiting} AS w WHERE ${isReady.join(' AND ')}`;
    await session.run(`CREATE TEMPORARY TABLE ${waiting}_ready AS ${ready}`);
    const moved = await session.run(
      `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${waiting} WHERE rowid IN (SELECT id FROM ${waiting}_ready)`,
    );
    if (moved === 0) {
      const id = tableId(schema.ref);
      throw new LongshoreError(
        'FOREIGN_KEY_VIOLATED',
        `${left} rows of table ${id} point, by its key to itself, at rows that are not there, or at themselves, which DuckDB does not take.`,
        { table: id },
      );
    }
    await session.run(
      `DELETE FROM ${waiting} WHERE rowid IN (SELECT id FROM ${waiting}_ready); DROP TABLE temp.main.${waiting}_ready`,
    );
    total += moved;
    left -= moved;
  }
  await session.run(`DROP TABLE temp.main.${waiting}`);
  return total;
}
